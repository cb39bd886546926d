"""Shared by the privilege scenarios: a login, and the kinds of roles of the claims."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

Login = Callable[..., Any]
Refused = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def login(rds: Any, rds_db: Any) -> Iterator[Login]:
    """Log in as a role of ``rds_db.create_role``; what it sends is shown in the report too."""
    with ExitStack() as opened:

        def connect(role: str, **options: Any) -> Any:
            rds.recorder.act(f"-- a session of {role} begins")
            parameters = dict(conninfo_to_dict(rds_db.dsn(role))) | options
            return opened.enter_context(type(rds).open(rds.recorder, parameters))

        yield connect


@pytest.fixture
def refused() -> Refused:
    """Expect an error of that SQLSTATE whose message, detail and hint contain these texts."""

    @contextmanager
    def expect(sqlstate: str, message: str, *, detail: str = "", hint: str = "") -> Iterator[Any]:
        with pytest.raises(psycopg.Error) as caught:
            yield caught
        diag = caught.value.diag
        assert caught.value.sqlstate == sqlstate, caught.value
        assert message in (diag.message_primary or "")
        assert detail in (diag.message_detail or "")
        assert hint in (diag.message_hint or "")

    return expect
