"""Passwords stored so that a log-in costs little: they let in, and nothing else does."""

import psycopg
import pytest
from psycopg import sql

from rdscheck.sandbox.database import Database
from rdscheck.sandbox.verifier import stored


def test_before_14_the_server_stores_it_its_own_way() -> None:
    assert stored("secret", 13) == "secret"


def test_no_two_are_alike_and_none_tells_the_password() -> None:
    first, second = stored("secret", 14), stored("secret", 18)
    assert first != second
    assert first.startswith("SCRAM-SHA-256$1:")
    assert "secret" not in first + second


def test_a_role_logs_in_with_its_password_and_with_no_other(rds_db: Database) -> None:
    name = rds_db.create_role("app")
    with rds_db.connect(name) as conn:
        assert conn.execute("SELECT current_user").fetchone() == (name,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        rds_db.connect(name, "another")


def test_an_empty_password_is_refused_as_any_other(rds_db: Database) -> None:
    name = rds_db.create_role("app")
    with rds_db.admin() as conn:
        text = sql.Literal(stored("x", rds_db.server.major))
        conn.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), text))
    with pytest.raises(psycopg.OperationalError):
        rds_db.connect(name, "")
    with rds_db.connect(name, "x") as conn:
        assert conn.execute("SELECT 1").fetchone() == (1,)
