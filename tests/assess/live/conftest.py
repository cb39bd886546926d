"""One server for each major, and on it a database with one of everything."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from rdscheck.assess.facts import Facts
from rdscheck.assess.live.collecting import collect
from rdscheck.model import Version
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import ADMIN, Server, unique_name
from rdscheck.sandbox.sweep import end_run
from tests.assess.live.schema import statements
from tests.conftest import PACKAGED, THOROUGH
from tests.sandbox.places import place

#: The oldest and the newest differ most.
MAJORS = PACKAGED if THOROUGH else (PACKAGED[0], PACKAGED[-1])


@pytest.fixture(scope="session", params=[f"docker-{major}" for major in MAJORS])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    engine, major = place(request.param)
    run = RunDir.create(Owner.me())
    try:
        yield Pool(run, choose(engine)).server(Version(major))
    finally:
        end_run(run)


def as_admin(server: Server, database: str = "postgres") -> str:
    """Return the connection string of the superuser."""
    return dsn(server, database, ADMIN, server.info.admin_password, host=server.info.admin_host)


def as_master(server: Server, database: str = "postgres") -> str:
    """Return the connection string of the master user."""
    return dsn(server, database, server.master_user, server.info.master_password)


def dsn(server: Server, database: str, user: str, password: str, **others: Any) -> str:
    return make_conninfo("", **(server.parameters(database, user, password) | others))


@dataclass(frozen=True)
class Made:
    """A database with one of everything, and its facts as the superuser sees them.

    ``new`` is the name of the database, of its role, and of what else belongs to the instance.
    """

    server: Server
    new: str
    facts: Facts

    def only(self, kind: str, **values: object) -> Any:
        """Return the one fact of a list that has these values."""
        (found,) = self.all(kind, **values)
        return found

    def all(self, kind: str, **values: object) -> list[Any]:
        """Return the facts of a list that have these values."""
        return [
            one
            for one in getattr(self.facts, kind)
            if all(getattr(one, name) == value for name, value in values.items())
        ]


@pytest.fixture(scope="session")
def made(server: Server) -> Iterator[Made]:
    new = unique_name("live")
    server.create_named_database(new)
    with server.admin(new) as admin:
        for statement in statements(new):
            admin.execute(statement.encode())
    try:
        yield Made(server, new, collect(as_admin(server, new)))
    finally:
        with server.admin(new) as admin:
            admin.execute(sql.SQL("ALTER SUBSCRIPTION {} SET (slot_name = NONE)").format(sql.Identifier(new)))
            admin.execute(sql.SQL("DROP SUBSCRIPTION {}").format(sql.Identifier(new)))
            admin.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(new)))
        server.drop_database(new)
        with server.admin() as admin:
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(new)))


@pytest.fixture
def stranger(made: Made) -> Iterator[str]:
    """Give the connection string of a role that may log in, and nothing more."""
    name = unique_name("stranger")
    with made.server.admin() as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'pw-of-nobody'").format(sql.Identifier(name)))
    yield dsn(made.server, made.new, name, "pw-of-nobody")
    with made.server.admin() as admin:
        admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
