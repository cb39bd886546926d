"""The lab: a sandbox for one page on one version, with state that stays from block to block."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import psycopg

from rdscheck.catalog.versions import read_version
from rdscheck.errors import EngineUnavailable, RdscheckError
from rdscheck.runbook.acting import Configuration, Done
from rdscheck.runbook.binding.placeholders import find
from rdscheck.runbook.lab import aws, filters
from rdscheck.runbook.lab.answers import Answers
from rdscheck.runbook.lab.aws import Aws
from rdscheck.runbook.lab.calls import Check, Program
from rdscheck.runbook.lab.console import Console
from rdscheck.runbook.lab.duck import Duck
from rdscheck.runbook.lab.filters import Filters
from rdscheck.runbook.lab.programs import VALUED, Programs
from rdscheck.runbook.lab.psql import Psql
from rdscheck.runbook.lab.room import Room
from rdscheck.runbook.lab.shell import Shell
from rdscheck.runbook.lab.world import Wanted, World
from rdscheck.runbook.model import Kind, Page, Placeholder
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.logs import AUDIT, LogRecord, from_stderr
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import ADMIN
from rdscheck.sandbox.sweep import end_run

_NO_BABELFISH = "this sandbox has no TDS port; a Babelfish has one"
_NOTHING = "nothing here runs a block of this kind"


class Sandbox:
    """Everything a page's pieces run in; see ``Lab``."""

    def __init__(self, world: World, room: Room, database: str) -> None:
        self._world, self._room = world, room
        self.version = str(world.version)
        self._answers = Answers(world, database)
        self._psql = Psql(world, room, database)
        self._aws = Aws(world, room)
        self._duck = Duck(world, self._psql, self._aws)
        programs = self._programs(Programs(world, room, self._psql))
        self._shell = Shell(room, programs)
        programs |= {"export": (_anything, self._shell.export), "unset": (_anything, self._shell.unset)}
        self._kinds: dict[Kind, Callable[[str, float], Done]] = {
            Kind.SQL: self._psql.run,
            Kind.PSQL: self._psql.run,
            Kind.SHELL: self._shell.run,
            Kind.CONSOLE: Console(world, self._psql).run,
            Kind.DUCKDB: self._duck.run,
        }

    def _programs(self, clients: Programs) -> dict[str, tuple[Check, Program]]:
        """Return every program that may be started, with what checks its arguments."""
        small = Filters(self._world, self._room, self._psql)
        found: dict[str, tuple[Check, Program]] = {"aws": (aws.check, self._aws.run)}
        found |= {name: (partial(clients.check, name), clients.run) for name in VALUED}
        found |= {name: (partial(filters.check, name), small.run) for name in filters.NAMES}
        return found

    @property
    def server(self) -> str:
        """Return PostgreSQL's own version and the engine: ``17.6 (docker)``."""
        started = [one.server for one in self._world.plane.state.databases.values() if one.server]
        version = started[0].server_version if started else "not started"
        return f"{version} ({self._world.engine.name})"

    def run(self, kind: Kind, text: str, seconds: float) -> Done:
        """Run one piece, names bound: a statement or psql command, a command line, a console act."""
        if kind is Kind.TDS:
            return Done(not_run=_NO_BABELFISH)
        if kind not in self._kinds:
            return Done(not_run=_NOTHING)
        self._world.settle()
        return self._kinds[kind](text, seconds)

    def value(self, placeholder: Placeholder) -> str | None:
        """Return what a placeholder of that role is here; None when the lab cannot know."""
        return self._answers.value(placeholder)

    def shown(self) -> Mapping[str, str]:
        """Return what differs at each run and what a report shows for it."""
        return self._answers.shown(self._room)

    def notes(self) -> tuple[str, ...]:
        """Return what was supplied because the page takes it for granted."""
        return tuple(self._world.notes)

    def audits(self) -> Sequence[str] | None:
        """Return what pgAudit has written to the servers' logs, behind ``AUDIT:``; None when none runs."""
        servers = [one.server for one in self._world.plane.state.databases.values() if one.server]
        records = [record for server in servers for record in _logged(server) if record.user != ADMIN]
        found = [one.message for one in records if one.message.startswith(AUDIT)]
        return [one.removeprefix(AUDIT) for one in found] if servers else None

    def close(self) -> None:
        """End what runs; the servers end with the run."""
        self._psql.close()
        self._duck.close()
        self._aws.close()


def _anything(_arguments: list[str]) -> None:
    """Take any arguments: they are looked at when they are known."""


@contextmanager
def open_lab(
    version: str,
    engine: Engine | str,
    configuration: Configuration | None = None,
    *,
    page: Page | None = None,
    databases: Sequence[str] = (),
    s3: str = "moto",
) -> Iterator[Sandbox]:
    """Give a lab whose servers, directories and processes end with the block, or with this process.

    ``databases`` are those a page takes for granted: each instance that the lab creates gets them. Raises
    ``EngineUnavailable`` when the version cannot run here; servers start when a piece needs them.
    """
    configuration = configuration or Configuration()
    engine = choose(engine) if isinstance(engine, str) else engine
    wanted = read_version(version)
    offer = engine.offer(wanted)
    if not offer.available:
        raise EngineUnavailable(offer.reason, hint=offer.mend)
    database = configuration.database or next(iter(databases), "labdb")
    named = dict.fromkeys((*databases, database))
    account = Wanted(
        page=page.text if page else "",
        databases=tuple(one for one in named if one != "postgres"),
        parameters=configuration.parameters,
        functions=configuration.functions,
    )
    run = RunDir.create(Owner.me())
    with ExitStack() as stack:
        stack.callback(end_run, run)
        room = Room(run.path)
        stack.callback(room.close)
        world = World(wanted, engine, run, account, s3)
        stack.callback(world.close)
        for identifier in configuration.instances:
            world.promise("instance", identifier)
        world.main = next((one.lower() for one in configuration.instances), "")
        world.on_start = partial(_started, world, configuration, database)
        sandbox = Sandbox(world, room, database)
        stack.callback(sandbox.close)
        # Whoever starts first, a set-up file for example, shall find the page's instance and group.
        for one in find(page) if page else ():
            if one.text not in configuration.bind:
                sandbox.value(one)
        yield sandbox


def _logged(server: Instance) -> list[LogRecord]:
    """Return what a server has logged; one that is down has written all there is."""
    try:
        return server.logs.records()
    except psycopg.OperationalError:
        return from_stderr(server.log())


def _started(world: World, configuration: Configuration, database: str, identifier: str) -> None:
    """Run what the configuration has for an instance that was made, as the master user."""
    for path in map(Path, configuration.started.get(identifier, ())):
        try:
            with world.instance(identifier).connect(database) as conn:
                conn.execute(path.read_bytes())
        except (OSError, psycopg.Error) as error:
            raise RdscheckError(f"{path.name}, for the instance {identifier}, fails: {error}") from error
        world.note(f"the file {path.name} was run on {identifier}")
