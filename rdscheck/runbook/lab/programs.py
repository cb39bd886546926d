"""PostgreSQL's client programs on a page's command lines: which options they get, and where they run."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from rdscheck.runbook.lab import vetting
from rdscheck.runbook.lab.calls import PASSED_ON, SHOWN, Call, Refused, Result
from rdscheck.runbook.lab.logins import Foreign, Login, environment, parsed, read
from rdscheck.runbook.lab.logins import extra_conninfo as more_of
from rdscheck.runbook.lab.psql import Psql
from rdscheck.runbook.lab.room import TMP, Outside, Room, inside
from rdscheck.runbook.lab.world import MASTER, World

#: One-letter options with a value, by program.
VALUED = {
    "psql": "cdfFhLoPpRTUv",
    "pg_dump": "dEefFhjnNpSTtUZ",
    "pg_dumpall": "dEfhlpSU",
    "pg_restore": "dfFhIjLnNpPStTU",
    "pg_repack": "EICTcdhijopstU",
    "createdb": "DEhlOpTU",
    "dropdb": "hpU",
    "createuser": "cghmpUva",
    "dropuser": "hpU",
    "pgbench": "bcDfFhjLMPpRstTU",
    "pg_isready": "dhptU",
    "vacuumdb": "dhjnNpPtU",
    "reindexdb": "dhijpStU",
    "clusterdb": "dhptU",
}

_LOGIN = {"d": "dbname", "h": "host", "p": "port", "U": "user"}
_LONG = {"dbname": "dbname", "host": "host", "port": "port", "username": "user"}

#: Programs whose first argument may be a connection string.
_CONNINFO = re.compile(r"[^=]*=|postgres(?:ql)?://")

#: Options whose values are SQL or formats, and no files.
_NO_FILES = {"c", "command", "v", "set", "variable", "P", "pset", "F", "R", "order-by", "options"}

#: Variables of libpq that a page may set, and what they are in a connection string.
PG_VARIABLES = {
    "PGHOST": "host",
    "PGPORT": "port",
    "PGDATABASE": "dbname",
    "PGUSER": "user",
    "PGPASSWORD": "password",
    "PGSSLMODE": "sslmode",
    "PGOPTIONS": "options",
    "PGAPPNAME": "application_name",
    "PGHOSTADDR": "hostaddr",
    "PGCONNECT_TIMEOUT": "connect_timeout",
    "PGTARGETSESSIONATTRS": "target_session_attrs",
    "PGCLIENTENCODING": "client_encoding",
}
#: Long options whose values are looked into.
_WATCHED = ("command", "file", "output", "log-file")

#: Programs without an option that keeps them from asking for a password.
_NEVER_ASKS = frozenset({"pg_isready", "pgbench"})
_SHELLS = re.compile(r"^\s*\\(?:set)?shell\b", re.MULTILINE)


@dataclass
class Options:
    """A program's arguments: ``login`` as libpq's parameters, ``others`` in their order without those.

    ``values`` are the options with their values, the long and the short ones without dashes.
    """

    login: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    values: list[tuple[str, str]] = field(default_factory=list)
    positional: list[str] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)

    def of(self, *names: str) -> list[str]:
        """Return the values of options."""
        return [value for name, value in self.values if name in names]


def options_of(program: str, arguments: list[str]) -> Options:
    """Read a program's arguments as it would; raises ``Outside`` for files that are not of the page."""
    found = Options()
    waiting = list(arguments)
    while waiting:
        one = waiting.pop(0)
        if one == "--":
            for more in waiting:
                _positional(found, more)
            break
        if one.startswith("--"):
            _long(found, one, waiting)
        elif one.startswith("-") and len(one) > 1:
            _short(found, one, waiting, program)
        else:
            _positional(found, one)
    return found


def _long(found: Options, one: str, waiting: list[str]) -> None:
    name, equals, value = one[2:].partition("=")
    # A beginning of a name is as good as the name.
    name = next((long for long in _WATCHED if name and long.startswith(name)), name)
    whole = next((long for long in _LONG if len(name) > 2 and long.startswith(name)), "")
    if whole:
        if not equals and waiting:
            value = waiting.pop(0)
        found.login[_LONG[whole]] = value
    elif name in {"password", "passwor", "passwo", "passw", "pass", "no-password"}:
        found.flags.add(name)
    elif equals:
        value = value if name in _NO_FILES else _file(value)
        found.values.append((name, value))
        found.others.append(f"--{name}={value}")
    elif name in {"command", "file", "set", "variable", "output", "log-file", "pset", "use-list", "order-by"}:
        value = waiting.pop(0) if waiting else ""
        value = value if name in _NO_FILES else _file(value)
        found.values.append((name, value))
        found.others += [f"--{name}", value]
    else:
        found.flags.add(name)
        found.others.append(one)


def _short(found: Options, one: str, waiting: list[str], program: str) -> None:
    valued = VALUED[program]
    kept = ""
    for number, letter in enumerate(one[1:], 2):
        if letter not in valued:
            if letter not in "Ww":
                found.flags.add(letter)
                kept += letter
            continue
        value = one[number:] or (waiting.pop(0) if waiting else "")
        if letter in _LOGIN:
            found.login[_LOGIN[letter]] = value
        else:
            ordering = program == "pg_repack" and letter == "o"
            value = value if letter in _NO_FILES or ordering else _file(value)
            found.values.append((letter, value))
            found.others += [*([f"-{kept}"] if kept else []), f"-{letter}", value]
            kept = ""
        break
    if kept:
        found.others.append(f"-{kept}")


def _positional(found: Options, one: str) -> None:
    if _CONNINFO.match(one):
        found.login["dbname"] = one
        return
    one = _file(one)
    found.positional.append(one)
    found.others.append(one)


def _file(value: str) -> str:
    """Return a value that may name a file, /tmp turned into the private directory."""
    if value.startswith("|"):
        raise Refused(f"{value} starts a program")
    if value.startswith(("/", "~", "./")) or ".." in value.split("/"):
        return inside(value)
    return value


class Programs:
    """Runs them beside the instance their options name."""

    def __init__(self, world: World, room: Room, psql: Psql) -> None:
        self._world, self._room, self._psql = world, room, psql

    def check(self, program: str, arguments: list[str]) -> None:
        """Raise ``Refused`` or ``Outside`` for arguments that are not run."""
        found = options_of(program, arguments)
        if program == "psql":
            for text in found.of("c", "command"):
                self._vet(text)
            if {"s", "single-step"} & found.flags:
                raise Refused("psql asks the reader before each statement")
        try:
            self._world_login(found, {}, ask=False)
        except Foreign as error:
            raise Refused(str(error)) from error

    def _vet(self, text: str) -> None:
        if reason := self._psql.why_not(text):
            raise Refused(reason)

    def _world_login(self, found: Options, variables: Mapping[str, str], *, ask: bool) -> Login:
        """Return where a program logs in; ``ask`` starts what that needs."""
        given = {
            name: variables[variable] for variable, name in PG_VARIABLES.items() if variable in variables
        }
        host = given | found.login
        if "=" in host.get("dbname", "") or "://" in host.get("dbname", ""):
            host |= parsed(host.pop("dbname"))
        usual = self._psql.login
        default = Login(usual.instance if usual else "", "", MASTER)
        if not ask and not default.instance:
            default = Login(self._world.main or "?", "", MASTER)
        if ask and not default.instance and not host.get("host"):
            default = Login(self._world.used(), "", MASTER)
        return read(self._world, host, default)

    def run(self, call: Call) -> Result:
        """Run a program and wait for its end."""
        found = options_of(call.name, call.arguments)
        try:
            login = self._world_login(found, call.variables, ask=True)
        except Foreign as error:
            raise Refused(str(error)) from error
        if login.instance:
            self._world.used(login.instance)
        if call.name == "psql":
            return self._run_psql(call, found, login)
        return self._run_other(call, found, login)

    def _run_psql(self, call: Call, found: Options, login: Login) -> Result:
        positional = found.positional
        if positional:
            # Database and user may stand there without an option.
            named = dict(zip(("dbname", "user"), positional, strict=False))
            login = Login(
                login.instance,
                login.dbname or named["dbname"],
                named.get("user", login.user),
                login.password,
                login.extra,
            )
        arguments = [one for one in found.others if one not in positional]
        login = Login(login.instance, login.dbname or login.user, login.user, login.password, login.extra)
        texts = found.of("c", "command")
        files = found.of("f", "file")
        ends = (
            texts
            or files
            or call.stdin is not None
            or found.flags & {"l", "list", "V", "version", "?", "help"}
        )
        for text in texts:
            self._vet(text)
        for name in files:
            path = self._room.path(name)
            if name != "-" and path.is_file():
                self._vet(path.read_text(encoding="utf-8", errors="replace"))
        if call.stdin is not None:
            self._vet(call.stdin.decode(errors="replace"))
        left = max(0.1, call.until - time.monotonic())
        if not ends:
            if not call.shown:
                raise Refused(
                    "a psql that waits for somebody to type begins a session; its output goes nowhere"
                )
            done = self._psql.open(login, arguments, left)
            return Result(done.status, done.output.encode(), ended=done.ended)
        for text in [*texts, *((call.stdin or b"").decode(errors="replace"),)]:
            self._psql.keys.hear(login.instance, text)
            self._world.need_all(text)
        limit = SHOWN if call.shown else PASSED_ON
        done = self._psql.end_to_end(login, arguments, call.stdin or b"", left, limit)
        return Result(
            done.status,
            _back(done.output.encode(), found),
            basis=done.basis,
            ended=done.ended.replace(f"{left:g}", f"{call.seconds:g}"),
        )

    def _run_other(self, call: Call, found: Options, login: Login) -> Result:
        for name in found.of("f", "file") if call.name == "pgbench" else ():
            path = self._room.path(name.partition("@")[0])
            if path.is_file() and _SHELLS.search(path.read_text(encoding="utf-8", errors="replace")):
                raise Refused("a script of pgbench with \\shell starts programs")
        env = environment(self._world, self._psql.keys, login)
        arguments = found.others
        if login.dbname or login.extra:
            conninfo = more_of(login)
            if call.name in {"createdb", "dropdb", "createuser", "dropuser"}:
                env["PGDATABASE"] = "postgres"
            elif call.name == "pgbench" or not _has_option_d(call.name):
                arguments = [*arguments, conninfo or login.dbname]
            else:
                arguments = ["-d", conninfo or login.dbname, *arguments]
        elif call.name in {"createdb", "dropdb", "createuser", "dropuser"}:
            env["PGDATABASE"] = "postgres"
        else:
            env["PGDATABASE"] = login.user
        server = self._world.instance(login.instance)
        mirror = self._room.mirror(login.instance, server.info)
        command = [call.name, *([] if call.name in _NEVER_ASKS else ["-w"]), *arguments]
        if call.shown:
            command = ["sh", "-c", 'exec "$@" 2>&1', "sh", *command]
        done = mirror.client.raw(
            command[0],
            *command[1:],
            stdin=call.stdin or b"",
            seconds=max(0.5, call.until - time.monotonic()),
            limit=PASSED_ON,
            env=env,
        )
        ended = done.ended if not done.ended.startswith("time") else f"time limit of {call.seconds:g} s"
        output = _back(done.output, found) if call.shown else done.output
        if call.shown and len(output) > SHOWN:
            output, ended = output[: SHOWN >> 6], f"output limit of {SHOWN >> 20} MiB"
        return Result(done.status, output, _back(done.errors, found), ended)


def _has_option_d(program: str) -> bool:
    return "d" in VALUED[program] and program != "pgbench"


def _back(output: bytes, found: Options) -> bytes:
    """Return what a program printed with the names of files as the page has them."""
    names = {value for _, value in found.values} | set(found.positional)
    for name in sorted(one for one in names if one.startswith(f"{TMP}/")):
        output = re.sub(rb"(?<![\w/])%s" % re.escape(name.encode()), b"/" + name.encode(), output)
    return output


__all__ = ["VALUED", "Options", "Outside", "Programs", "options_of", "vetting"]
