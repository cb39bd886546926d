"""``refused`` takes the refusal that was meant, and no other."""

import psycopg
import pytest
from psycopg import errors

from rdscheck import refused
from tests.conftest import quickest


def test_the_refusal_that_was_meant() -> None:
    with refused(errors.UndefinedTable) as caught:
        raise errors.UndefinedTable("no such table")
    assert isinstance(caught.value, errors.UndefinedTable)
    with refused("42P01", "no such"):
        raise errors.UndefinedTable("no such table")
    with refused(psycopg.Error):
        raise errors.UndefinedTable("a class stands for those below it")


@pytest.mark.parametrize(
    ("how", "message", "said"),
    [
        ("42501", "", "not with SQLSTATE 42501: UndefinedTable, SQLSTATE 42P01: no such table"),
        (errors.UndefinedColumn, "", "not with UndefinedColumn"),
        ("42P01", "permission", "refused without 'permission' in its message"),
    ],
)
def test_another_refusal(how: str | type[psycopg.Error], message: str, said: str) -> None:
    with pytest.raises(AssertionError, match=said), refused(how, message):
        raise errors.UndefinedTable("no such table")


def test_nothing_refused() -> None:
    with pytest.raises(AssertionError, match="it was not refused"), refused("42501"):
        pass


def test_other_exceptions_go_on() -> None:
    with pytest.raises(KeyError), refused("42501"):
        raise KeyError


def test_a_lost_connection_is_no_refusal() -> None:
    with pytest.raises(psycopg.OperationalError, match="closed"), refused("42501"):
        raise psycopg.OperationalError("server closed the connection")
    with refused(psycopg.OperationalError, "closed"):
        raise psycopg.OperationalError("server closed the connection")


@pytest.mark.rds
@pytest.mark.skipif(quickest() is None, reason="no engine here can start a server")
def test_detail_and_hint(rds: psycopg.Connection[tuple[object, ...]]) -> None:
    statement = "DO $$ BEGIN RAISE 'what' USING DETAIL = 'why', HINT = 'how'; END $$"
    with refused("P0001", "what", detail="why", hint="how"):
        rds.execute(statement)
    for part in ("detail", "hint"):
        wrong = {part: "never said"}
        with pytest.raises(AssertionError, match=f"in its {part}"), refused("P0001", **wrong):
            rds.execute(statement)
