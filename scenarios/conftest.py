"""Shared by all scenarios: logging in as a role of the test's own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict


@pytest.fixture
def login(rds: Any, rds_db: Any) -> Iterator[Callable[..., Any]]:
    """Log in as a role of ``rds_db.create_role``; what it sends is shown in the report too."""
    with ExitStack() as opened:

        def connect(role: str, **options: Any) -> Any:
            rds.recorder.act(f"-- a session of {role} begins")
            parameters = dict(conninfo_to_dict(rds_db.dsn(role))) | options
            return opened.enter_context(type(rds).open(rds.recorder, parameters))

        yield connect
