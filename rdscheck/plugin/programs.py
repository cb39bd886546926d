"""The fixture ``rds_client``: client programs, with what they did shown in the report."""

import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Protocol, Unpack

import pytest

from rdscheck.errors import EngineUnavailable
from rdscheck.plugin.fixtures import recorder_of
from rdscheck.recording import Recorder
from rdscheck.sandbox.client import Client, Done, Options
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.server import Server

#: What a report shows in place of the directory the programs run in.
SHOWN_DIRECTORY = "/home/dba"

#: Lines of a program's output that a report shows.
_LINES = 40


class RecordedClient(Client):
    """Client programs of a test: each run is noted under the running step, with the errors of failed ones.

    ``run`` and ``shell`` take ``show=True`` to note what the program printed too. Notes must be
    the same at each run of the test: no times, no ids.
    """

    recorder: Recorder

    def run(self, program: str, *arguments: str, show: bool = False, **options: Unpack[Options]) -> Done:
        """Run a program as ``Client.run`` does and note it."""
        done = super().run(program, *arguments, **options)
        if program != "sh":
            self._note(shlex.join([program, *arguments]), done, show=show)
        return done

    def shell(self, line: str, *, show: bool = False, **options: Unpack[Options]) -> Done:
        """Run a line of a shell as ``Client.shell`` does and note it."""
        done = super().shell(line, **options)
        self._note(line, done, show=show)
        return done

    def require(self, program: str) -> None:
        """Skip the test when a program is missing."""
        if reason := self.why_not(program):
            pytest.skip(reason)

    def _note(self, line: str, done: Done, *, show: bool) -> None:
        self.recorder.act(f"-- $ {line}")
        told = [*done.output.splitlines()] if show else []
        if show or done.status != 0:
            told += done.errors.splitlines()
        for one in told[:_LINES]:
            self.recorder.act(f"-- {one}")
        if len(told) > _LINES:
            self.recorder.act("-- …")
        if done.ended:
            self.recorder.act(f"-- ended by: {done.ended}")


class RdsClient(Protocol):
    """Gives client programs that log in to a database."""

    def __call__(
        self,
        target: Database | Server,
        user: str | None = None,
        password: str | None = None,
        *,
        dbname: str | None = None,
    ) -> RecordedClient:
        """Log in to a database, or a server's ``postgres``; by default as the master user."""


@pytest.fixture
def rds_client(request: pytest.FixtureRequest) -> Iterator[RdsClient]:
    """Give a function that gives client programs of a server's version, until the test ends.

    ``rds_client(rds_db).run("pg_dump", "--schema-only")``; also for servers of ``rds_instance`` and
    databases of ``rds_grouped``. The test is skipped where no such programs are.
    """
    recorder = recorder_of(request.node)
    with ExitStack() as opened:

        def client(
            target: Database | Server,
            user: str | None = None,
            password: str | None = None,
            *,
            dbname: str | None = None,
        ) -> RecordedClient:
            if isinstance(target, Database):
                server, login = target.server, target.login(user, password)
            else:
                server, login = target, target.login(user=user, password=password)
            try:
                found = RecordedClient(
                    server.info, dbname or login["dbname"], login["user"], login["password"]
                )
            except EngineUnavailable as error:
                pytest.skip(str(error))
            found.recorder = recorder
            recorder.mask(found.directory, SHOWN_DIRECTORY)
            # The port of a local server differs at each run.
            recorder.mask(f"port {found.port}", "port 5432")
            return opened.enter_context(found)

        yield client
