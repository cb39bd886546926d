"""A server on which everything in ``pitfalls`` stands, and its facts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rdscheck.assess.facts import Facts
from rdscheck.assess.finding import Finding, Severity
from rdscheck.assess.judge import judge
from rdscheck.assess.live.collecting import collect
from rdscheck.assess.target import read_target
from rdscheck.sandbox.process import give, server_account
from tests.assess.making import statements
from tests.assess.sources.pitfalls import LINES, PIECES, SETTINGS, Piece
from tests.assess.sources.plain import Plain, started

NAME = "rich"
_SLOTS = "pg_create_"

Found = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Rich:
    """The server, what was made on it, and what its superuser sees."""

    server: Plain
    pieces: tuple[Piece, ...]
    facts: Facts

    @property
    def major(self) -> int:
        """Return the major of the server."""
        return self.server.major

    def findings(self, facts: Facts) -> list[Finding]:
        """Return what is found of facts on the usual way."""
        return list(judge(facts, read_target(f"rds-{max(17, self.major)}")).findings)

    def alarms(self, facts: Facts) -> Found:
        """Return the findings at warning or above."""
        return frozenset(
            (one.id, one.subject) for one in self.findings(facts) if one.severity is not Severity.NOTE
        )


@contextmanager
def rich_server(major: int) -> Iterator[Rich]:
    """Start a server and make everything on it."""
    with started(major, SETTINGS) as server:
        space = server.home / "space"
        space.mkdir()
        give(space, server_account())
        with (server.data / "pg_hba.conf").open("a", encoding="utf-8") as file:
            file.write(LINES)
        with server.admin() as admin:
            admin.execute(f"CREATE TABLESPACE elsewhere LOCATION '{space}'".encode())
            admin.execute(f"CREATE DATABASE {NAME} TEMPLATE template0".encode())
            admin.execute("CREATE DATABASE empty TEMPLATE template0")
        pieces = tuple(one for one in PIECES if one.of(major))
        with server.admin(NAME) as admin:
            admin.execute("SET check_function_bodies = off")
            for piece in sorted(pieces, key=lambda one: _SLOTS in one.sql):
                for statement in statements(piece.sql):
                    admin.execute(statement.encode())
            admin.execute("SELECT pg_reload_conf()")
        yield Rich(server, pieces, collect(server.dsn(NAME)))
