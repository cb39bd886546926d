"""A server of one's own, with a parameter group: change parameters, reboot, recover.

As on RDS there are two states: the *group*, what was asked for, and what is *live*. A dynamic
parameter goes live at once unless it was asked to wait; a static one waits for ``reboot``.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

from psycopg import sql
from psycopg.conninfo import make_conninfo

from rdscheck.catalog.versions import emulated, read_version
from rdscheck.errors import StartError
from rdscheck.model import Version
from rdscheck.sandbox import settings
from rdscheck.sandbox.engine import Engine, Progress, quiet
from rdscheck.sandbox.groups import checked, first_group
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.logs import LogReader
from rdscheck.sandbox.parameters import default_text, defaults, effective, render
from rdscheck.sandbox.refusals import COMBINATION, IncompatibleParameters, ParameterRefused
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Server, describe
from rdscheck.sandbox.snapshots import Copy, restore
from rdscheck.sandbox.upgrading import Moved, UpgradeBlocked
from rdscheck.sandbox.validation import IMMEDIATE, PENDING, Rules
from rdscheck.upgrade.precheck import Obstacle, look
from rdscheck.upgrade.targets import check_target

#: Values of ``parameter_status``, in AWS's words.
IN_SYNC = "in-sync"
INCOMPATIBLE = "incompatible-parameters"

_RELOAD_SECONDS = 10

#: What sessions are told that a restart ends or that come too early.
_OF_SESSIONS = re.compile("the database system is|terminating connection due to administrator command")

#: Words of a setting's name in what the server says.
_NAME = re.compile(r"\b[a-z]+(?:[_.][a-z]+)+\b")

#: Parameters that the server's words mean without naming them.
_MEANT = {"could not access file": "shared_preload_libraries", "shared memory": "shared_buffers"}


class Instance(Server):
    """A server with a parameter group that only its maker uses."""

    def __init__(self, info: ServerInfo, engine: Engine, run: RunDir, name: str) -> None:
        super().__init__(info)
        self._engine, self._run, self._name = engine, run, name
        self._engine_version = emulated(read_version(info.version)).version
        self._base = defaults(self._engine_version)
        self._group: dict[str, str] = {}
        self._live: dict[str, str] = {}
        self._down = False
        self._rules = self._ask()

    @classmethod
    def start(
        cls,
        engine: Engine,
        run: RunDir,
        name: str,
        version: Version,
        parameters: Mapping[str, str] | None = None,
    ) -> Self:
        """Start a server, recorded in a run under a name, with values in its parameter group.

        Raises ``StartError``, and for the values what ``modify`` raises; then nothing is left running.
        """
        text, group = first_group(engine, run, version, parameters or {})
        try:
            info = engine.start(version, run, text)
        except StartError:
            if not text:
                raise
            # The way that starts twice tells which parameter it was, or that it was none of them.
            text, group = "", {}
            info = engine.start(version, run)
        try:
            run.write(name, info.to_json())
            instance = cls(info, engine, run, name)
        except BaseException:
            engine.stop(info)
            run.forget(name)
            raise
        try:
            if text:
                instance._group, instance._live = group, dict(group)
                instance._record()
            else:
                instance._begin(parameters or {})
        except BaseException:
            instance.end()
            raise
        return instance

    @classmethod
    def restore(cls, copy: Copy, engine: Engine, run: RunDir, name: str) -> Self:
        """Start a server on a copy of another one's data, with the default group; see ``start``."""
        text = render(effective(defaults(emulated(copy.version).version), {}))
        info = restore(copy, engine, run, text)
        try:
            run.write(name, info.to_json())
            return cls(info, engine, run, name)
        except BaseException:
            engine.stop(info)
            run.forget(name)
            raise

    @classmethod
    def attach(cls, info: ServerInfo, engine: Engine, run: RunDir, name: str) -> Self:
        """Take charge of a running server that a run has recorded under a name."""
        instance = cls(info, engine, run, name)
        instance._group = dict(info.group)
        instance._live = dict(info.group)
        return instance

    def _begin(self, parameters: Mapping[str, str]) -> None:
        """Take the values of a new server's group; it started with the default group of its newest minor."""
        self._group = {self._checked(given, value): value for given, value in parameters.items()}
        if self._group or self._text({}) != default_text(self.major):
            self.reboot()

    def _record(self) -> None:
        self.info = replace(self.info, group=dict(self._group))
        self._run.write(self._name, self.info.to_json())

    @property
    def record(self) -> str:
        """Return the name under which the run knows this server."""
        return self._name

    @property
    def group(self) -> dict[str, str]:
        """Return the values set in the group, without the defaults."""
        return dict(self._group)

    @property
    def pending(self) -> dict[str, str | None]:
        """Return the values that wait for a reboot; None where a default does."""
        names = sorted(self._group.keys() | self._live.keys())
        return {
            name: self._group.get(name) for name in names if self._group.get(name) != self._live.get(name)
        }

    @property
    def parameter_status(self) -> str:
        """Return ``in-sync``, ``pending-reboot`` or ``incompatible-parameters``."""
        if self._down:
            return INCOMPATIBLE
        return PENDING if self.pending else IN_SYNC

    def modify(self, values: Mapping[str, str | None], apply_method: str | None = None) -> None:
        """Change parameters of the group, as ``aws rds modify-db-parameter-group`` does.

        ``values`` are texts as a group has them: numbers in the parameter's own unit, 1 and 0
        for on and off; None takes a parameter back to its default. ``apply_method`` is
        ``immediate`` or ``pending-reboot``, by default as soon as the parameter can. Everything is
        checked before anything changes: raises ``ParameterRefused`` for what RDS refuses,
        ``LibraryMissing`` and ``FormulaValue`` for what this sandbox lacks.
        """
        group, live = dict(self._group), dict(self._live)
        for given, value in values.items():
            name = self._checked(given, value)
            method = self._rules.method(name, apply_method)
            for state in (group, live) if method == IMMEDIATE else (group,):
                state.pop(name, None)
                if value is not None:
                    state[name] = value
        if live != self._live and not self._down:
            self._reload(live)
        self._group = group
        if not self._down:
            self._live = live
        self._record()

    def reset(self, *names: str, apply_method: str | None = None) -> None:
        """Take parameters back to their defaults, all of the group when none is named."""
        self.modify(dict.fromkeys(names or self._group), apply_method)

    def reboot(self) -> None:
        """Start anew with everything the group holds.

        Raises ``IncompatibleParameters`` when the server does not start with it: then it is down
        until another group lets it start.
        """
        kept = self._opened
        self.close()
        self._engine.configure(self.info, self._text(self._group))
        try:
            info = self._engine.restart(self.info)
        except StartError as error:
            self._down = True
            raise _incompatible(error, self._group) from error
        self._down = False
        self._live = dict(self._group)
        self.info = info
        with self.admin() as conn:
            self.info = describe(info, conn)
        self._record()
        self._rules = Rules(self._engine_version, self._rules.here.also(self._ask().here))
        if kept:
            self.open()

    def set_master_password(self, password: str) -> None:
        """Give the master user another password, as ``aws rds modify-db-instance`` does."""
        with self.admin() as conn:
            conn.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(self.master_user), sql.Literal(password)
                )
            )
        self.info = replace(self.info, master_password=password)
        self._record()

    def obstacles(self, version: str) -> tuple[Obstacle, ...]:
        """Return what is in the way of an upgrade to a version such as ``17`` or ``17.5``.

        Raises ``TargetRefused`` where RDS does not offer that upgrade.
        """
        target = emulated(read_version(version)).version
        check_target(self._engine_version, target)
        return look(self.admin, self._engine_version, target)

    def upgrade(
        self,
        version: str,
        parameters: Mapping[str, str] | None = None,
        *,
        prechecks: bool = True,
        progress: Progress = quiet,
    ) -> str:
        """Upgrade to another major, as ``aws rds modify-db-instance --allow-major-version-upgrade`` does.

        ``parameters`` are the values of a new group of that major; the old group is not taken along, and
        has to be replaced explicitly where it is not the default one. Afterwards this object stands for
        the new server, at the same address, with the same passwords. Returns what pg_upgrade wrote.

        Raises ``TargetRefused``, ``UpgradeBlocked`` when the prechecks find something (not asked for with
        ``prechecks=False``), ``UpgradeFailed`` when pg_upgrade gives up, for the values what ``modify``
        raises, and ``EngineUnavailable``; in all these cases the server runs on as it was.
        """
        wanted = read_version(version)
        target = emulated(wanted).version
        check_target(self._engine_version, target)
        if self._group and parameters is None:
            raise _custom_group(self._engine_version)
        if prechecks:
            progress("looking for what is in the way")
            found = look(self.admin, self._engine_version, target)
            if any(one.blocks for one in found):
                raise UpgradeBlocked.by(found)
        self._engine.prepare_upgrade(read_version(self.info.version), wanted, progress)
        group = self._group_for(wanted, target, parameters or {})
        kept = self._opened
        self.close()
        progress(f"upgrading from {self.server_version} to {wanted}")
        text = render(effective(defaults(target), group))
        log = ""

        def moved(new: Moved) -> None:
            nonlocal log
            self.info, log = new
            self._engine_version, self._base = target, defaults(target)
            self._group, self._live, self._down = group, dict(group), False
            self._record()

        self._engine.upgrade(self.info, wanted, text, self._run, moved=moved)
        self._rules = self._ask()
        if kept:
            self.open()
        return log

    def _group_for(self, wanted: Version, target: str, parameters: Mapping[str, str]) -> dict[str, str]:
        """Return values of a group of another major once they may be set there.

        A server of that major is asked for its limits.
        """
        if not parameters:
            return {}
        info = self._engine.start(wanted, self._run)
        try:
            with Server(info).admin() as conn:
                rules = Rules(target, settings.read(conn))
            return {checked(rules, info, given, value): value for given, value in parameters.items()}
        finally:
            self._engine.stop(info)

    def peer_address(self) -> tuple[str, int]:
        """Return host and port under which other servers of the same engine reach this one."""
        return self._engine.peer_address(self.info)

    def dsn_for_peers(
        self, dbname: str = "postgres", user: str | None = None, password: str | None = None, **options: Any
    ) -> str:
        """Return a connection string by which another server logs in here: for a subscription or an FDW.

        As the master user unless told otherwise; ``options`` are libpq's. It holds the password. Raises
        ``RdscheckError`` when the engine has no way between servers.
        """
        login = self.login(dbname, user, password)
        host, port = self.peer_address()
        given = {name: login[name] for name in ("dbname", "user", "password")} | options
        return make_conninfo(host=host, port=port, **given)

    def log(self, last: int | None = None) -> str:
        """Return the server log, or no more than its ``last`` lines."""
        return self._engine.log(self.info, last)

    @property
    def logs(self) -> LogReader:
        """Return a reader of the server log: ``mark()`` before an act, ``since(mark)`` after it."""
        return LogReader(self, self.log)

    def end(self) -> None:
        """End the server and remove everything of it."""
        self.close()
        self._engine.stop(self.info)
        self._run.forget(self._name)

    def _checked(self, given: str, value: str | None) -> str:
        return checked(self._rules, self.info, given, value)

    def release(self) -> None:
        """End the server as ``end`` does; what it ran in may serve the next one of the run."""
        self.close()
        self._run.forget(self._name)
        if self._down:
            self._engine.stop(self.info)
        else:
            self._engine.release(self.info, self._run)

    def _ask(self) -> Rules:
        with self.admin() as conn:
            return Rules(self._engine_version, settings.read(conn))

    def _text(self, values: Mapping[str, str]) -> str:
        return render(effective(self._base, values))

    def _reload(self, live: Mapping[str, str]) -> None:
        """Make a running server read its file again; what it would not take is taken back."""
        self._engine.configure(self.info, self._text(live))
        with self.admin() as conn:
            wrong = conn.execute(
                "SELECT name, setting, error FROM pg_file_settings"
                r" WHERE error IS NOT NULL AND sourcefile LIKE '%rdscheck.parameters.conf'"
            ).fetchone()
            if wrong is not None:
                self._engine.configure(self.info, self._text(self._live))
                raise ParameterRefused(
                    f"Invalid parameter value: {wrong[1]} for: {wrong[0]}",
                    hint=f"the server says: {wrong[2]}",
                )
            row = conn.execute("SELECT pg_conf_load_time(), pg_reload_conf()").fetchone()
        assert row is not None
        deadline = time.monotonic() + _RELOAD_SECONDS
        while True:
            # Only a new session is sure to see what the postmaster has read.
            with self.admin() as conn:
                if conn.execute("SELECT pg_conf_load_time() > %s", [row[0]]).fetchone() == (True,):
                    return
            if time.monotonic() > deadline:
                raise StartError(f"the server did not read its parameters within {_RELOAD_SECONDS} s")
            time.sleep(0.01)


def _custom_group(engine_version: str) -> ParameterRefused:
    """Say that a group has to be named; seen in https://github.com/aws/aws-cli/issues/5939 (Aurora)."""
    major = engine_version.partition(".")[0]
    return ParameterRefused(
        f"The current DB instance parameter group rdscheck-postgres{major} is custom. You must"
        " explicitly specify a new DB instance parameter group, either default or custom, for the engine"
        " version upgrade.",
        hint="name the values of the new group, or the default group: parameters={},"
        " rdscheck upgrade --default-group",
        code=COMBINATION,
        certainty="observed",
    )


def _incompatible(error: StartError, group: Mapping[str, str]) -> IncompatibleParameters:
    """Say what the server said, and which parameter of the group it was about."""
    lines = error.message.split(" | ")
    fatals = [line for line in lines if "FATAL:" in line and not _OF_SESSIONS.search(line)]
    told = (fatals or lines)[-1]
    fatal = told.rpartition("FATAL:")[2].strip()
    # A hint on the next line may name what the line itself does not.
    around = [fatal, *(line for line in lines if "HINT:" in line)]
    named = [name for text in around for name in _NAME.findall(text)]
    meant = [name for words, name in _MEANT.items() if words in fatal]
    about = [name for name in (*named, *meant) if name in group]
    return IncompatibleParameters(
        f"the server does not start with its parameter group: {fatal}",
        hint="modify or reset the parameter, then reboot again",
        fatal=fatal,
        parameter=about[0] if about else "",
    )
