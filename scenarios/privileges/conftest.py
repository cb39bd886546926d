"""Shared by the privilege scenarios: refusals."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
import pytest

Refused = Callable[..., AbstractContextManager[Any]]


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
