"""psql for the pieces of a page: one session that stays, and programs that run and end."""

import re
import shlex
import time
from collections.abc import Sequence
from dataclasses import replace

from psycopg.conninfo import make_conninfo

from rdscheck.model import Basis
from rdscheck.runbook.acting import Done
from rdscheck.runbook.lab import vetting
from rdscheck.runbook.lab.copying import copies, wait_for_copies
from rdscheck.runbook.lab.lexing import Command, Item, Statement, cut, name_of
from rdscheck.runbook.lab.logins import Foreign, Keys, Login, environment, extra_conninfo, read
from rdscheck.runbook.lab.room import Room
from rdscheck.runbook.lab.session import LIMIT, Said, Session, feed
from rdscheck.runbook.lab.world import MASTER, World
from rdscheck.sandbox.server import wait_until_none
from rdscheck.sandbox.talking import Talk

#: What a host in a connection string may be called besides an instance.
_OWN = re.compile(r"\A(?:localhost|127\.0\.0\.1|::1|/.*)\Z")

#: Files that include files.
_DEEPEST = 5

_SESSION_ENDED = "; psql was ended, the next piece begins a new session"

_END_BACKENDS = (
    "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'"
    " AND usename <> 'rdsadmin' AND (state <> 'idle' OR application_name = 'psql')"
    " AND backend_start >= clock_timestamp() - make_interval(secs => %s)"
)
_LEFT = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)"
_ENDING = 10.0  # seconds that backends may take to end


class Psql:
    """The session that SQL pieces use, opened when one comes; ``login`` is where the next one logs in."""

    def __init__(self, world: World, room: Room, database: str) -> None:
        self._world, self._room, self._database = world, room, database
        self.keys = Keys()
        self.login: Login | None = None
        self._session: Session | None = None
        self._arguments: list[str] = []
        self._started_at = ""  # the server's, when the session was opened
        self._opened = 0.0
        self._held: list[str] = []  # pieces of an \if that has not ended
        self._open_ifs = 0

    def usual(self) -> Login:
        """Return where a session begins that nobody said anything about."""
        if self.login is not None:
            return self.login
        return Login(self._world.used(), self._database, MASTER)

    def open(self, login: Login, arguments: Sequence[str] = (), seconds: float = 60.0) -> Done:
        """Begin a new session, as a psql on a command line does."""
        self.close()
        self.login, self._arguments = login, list(arguments)
        until = time.monotonic() + seconds
        said = self._one(Command("\\unset RDSCHECK"), until)
        if said.ended:
            # It could not log in: what it printed says why.
            self.login = None
            return Done(said.output, said.status or 2)
        return Done(said.output + self._banner())

    def _banner(self) -> str:
        """Return what psql says first to somebody who types."""
        login = self.usual()
        server = self._world.instance(login.instance)
        with server.admin() as conn:
            row = conn.execute(
                "SELECT s.version, s.cipher FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)"
                " WHERE s.ssl AND a.application_name = 'psql' ORDER BY a.backend_start DESC LIMIT 1"
            ).fetchone()
        tls = f"SSL connection (protocol: {row[0]}, cipher: {row[1]}, compression: off)\n" if row else ""
        return f'psql ({server.server_version})\n{tls}Type "help" for help.\n'

    def run(self, text: str, seconds: float) -> Done:
        """Run the statements and commands of a piece in the session."""
        if reason := self.why_not(text):
            return Done(not_run=reason)
        joined, at_once = self._whole(text)
        if not joined:
            return Done()
        self._world.need_all(joined)
        until = time.monotonic() + seconds
        output, status, sqlstate = "", 0, ""
        self._room.touch()
        # In a branch that is not taken psql would not even tell that it has read it.
        for item in [Statement(joined)] if at_once else cut(joined):
            said = self._item(item, until)
            output += said.output
            if said.failed and not status:
                status, sqlstate = said.status or 1, said.sqlstate
            if said.ended:
                ended = self._ended(said, seconds)
                return Done(_tidy(output), status or 1, sqlstate, ended, self._basis(joined))
            if len(output) > LIMIT:
                break
        if not status and self.login and copies(joined):
            wait_for_copies(self._world.instance(self.login.instance), self.login.dbname, until)
        return Done(_tidy(output), status, sqlstate, basis=self._basis(joined))

    def why_not(self, text: str, depth: int = 0) -> str:
        """Return why a text is not given to psql at all, empty when it is; files it includes count."""
        if reason := vetting.why_not(text):
            return reason
        for name in vetting.included(text):
            if depth > _DEEPEST:
                return "so many files that include each other are not read here"
            self._room.collect()
            path = self._room.path(name)
            content = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
            if reason := self.why_not(content, depth + 1):
                return reason
        for host in vetting.hosts(text):
            if not _OWN.match(host) and ":" not in host and self._world.at(host) is None and "." in host:
                return f"rdscheck connects to the sandbox's own instances only, and {host} is none of them"
        return ""

    def _basis(self, text: str) -> Basis:
        return self.basis(self.login.instance, text) if self.login else Basis.REAL

    def basis(self, instance: str, text: str) -> Basis:
        """Tell whether what ran on an instance was all real, by the extensions a text names."""
        if instance not in self._world.plane.state.databases:
            return Basis.REAL
        stand_ins = self._world.instance(instance).info.stand_ins
        return Basis.STAND_IN if any(name in text for name in stand_ins) else Basis.REAL

    def _whole(self, text: str) -> tuple[str, bool]:
        r"""Return a piece, nothing as long as an \if has not ended, then all of it, to be given at once."""
        names = [name_of(one.text) for one in cut(text) if isinstance(one, Command)]
        self._open_ifs = max(0, self._open_ifs + names.count("if") - names.count("endif"))
        if self._open_ifs or self._held:
            self._held.append(text)
            if self._open_ifs:
                return "", False
            text, self._held = "\n".join(self._held), []
            return text, True
        return text, False

    def _item(self, item: Item, until: float) -> Said:
        if isinstance(item, Statement):
            if item.open_in:
                return Said(
                    f"rdscheck: the statement never ends: {item.open_in} stays open\n", True, status=1
                )
            if self.login:
                self.keys.hear(self.login.instance, item.text)
            return self._one(item, until)
        if item.name == "q":
            self.close()
            return Said("")
        if item.name in {"c", "connect"} and item.rest:
            return self._connect(item, until)
        if item.name == "set" and item.rest.split()[:1] == ["ON_ERROR_STOP"]:
            # Somebody who types is not thrown out by it.
            return Said("")
        return self._one(item, until)

    def _one(self, item: Item, until: float) -> Said:
        session = self._ready()
        said = session.run(item, until)
        if not session.alive:
            self._session = None
        return said

    def _ready(self) -> Session:
        """Return the session, a new one where it has ended or its server has been started anew."""
        login = self.usual()
        self._world.used(login.instance)
        server = self._world.instance(login.instance)
        if self._session is not None:
            if self._session.alive and self._started_at == self._start(login.instance):
                # Files that were made since, for \i and \copy.
                self._room.mirror(login.instance, server.info)
                return self._session
            self.close()
        self.login = login
        mirror = self._room.mirror(login.instance, server.info)
        conninfo = extra_conninfo(login)
        arguments = [*self._arguments, *(["-d", conninfo] if conninfo else [])]
        env = environment(self._world, self.keys, login)
        self._opened = time.monotonic()
        self._session = Session(server.info, mirror.place, env, arguments)
        self._started_at = self._start(login.instance)
        return self._session

    def _start(self, instance: str) -> str:
        """Return what tells one start of a server from the next."""
        with self._world.instance(instance).admin() as conn:
            row = conn.execute("SELECT pg_postmaster_start_time()::text").fetchone()
        return str(row[0]) if row else ""

    def _connect(self, command: Command, until: float) -> Said:
        r"""Do a \c: first a try, since psql ends at one that fails where nobody types."""
        login = self.usual()
        try:
            words = shlex.split(command.rest)
        except ValueError as error:
            return Said(f"\\connect: {error}\n", True, status=1)
        given: dict[str, str] = {}
        if len(words) == 1 and ("=" in words[0] or "://" in words[0]):
            given["dbname"] = words[0]
        else:
            names = ("dbname", "user", "host", "port")
            given = {name: word for name, word in zip(names, words, strict=False) if word != "-"}
        try:
            wanted = read(self._world, given, replace(login, password=None))
        except Foreign as error:
            return Said(f"\\connect: {error}\n", True, status=1)
        if (wanted.user, wanted.instance) == (login.user, login.instance) and wanted.password is None:
            wanted = replace(wanted, password=login.password)
        tried = self.end_to_end(wanted, ["-q", "-c", ""], b"", until - time.monotonic())
        if tried.status or tried.ended:
            told = re.sub(r"^psql: error: ", "", tried.output)
            return Said(f"{told}Previous connection kept\n", True, status=1)
        if wanted.instance != login.instance:
            self.close()
            self.login = wanted
            self._one(Command("\\unset RDSCHECK"), until)
            where = (
                f'"{wanted.dbname}" as user "{wanted.user}" on host "{words[2] if len(words) > 2 else ""}"'
            )
            return Said(f'You are now connected to database {where} at port "5432".\n')
        self._ready()
        env = environment(self._world, self.keys, wanted)
        self.login = wanted
        conninfo = make_conninfo(
            "",
            dbname=wanted.dbname,
            user=wanted.user,
            password=env.get("PGPASSWORD", ""),
            **wanted.extra,
        )
        quoted = conninfo.replace("\\", "\\\\").replace("'", "\\'")
        return self._one(Command(f"\\c -reuse-previous=on '{quoted}'"), until)

    def end_to_end(
        self, login: Login, arguments: Sequence[str], stdin: bytes, seconds: float, limit: int = LIMIT
    ) -> Done:
        """Run a psql that ends by itself: with -c, -f or an input."""
        env = environment(self._world, self.keys, login)
        server = self._world.instance(login.instance)
        mirror = self._room.mirror(login.instance, server.info)
        conninfo = extra_conninfo(login)
        command = ["psql", "-X", "-w", "-P", "pager=off", *arguments, *(["-d", conninfo] if conninfo else [])]
        begun = time.monotonic()
        talk = Talk(server.info, mirror.place, command, env)
        try:
            said, ended = feed(talk, stdin, time.monotonic() + max(0.1, seconds), limit)
            status = 1 if ended else talk.status()
        finally:
            talk.close()
        text = said.decode(errors="replace")
        if ended:
            self._end_backends(login.instance, begun)
            return Done(_tidy(text), 1, ended=_limit(ended, seconds, limit))
        return Done(_tidy(text), status, basis=self.basis(login.instance, " ".join(arguments)))

    def _ended(self, said: Said, seconds: float) -> str:
        if said.ended.startswith(("time", "output")) and self.login is not None:
            self._end_backends(self.login.instance, self._opened)
            return _limit(said.ended, seconds) + _SESSION_ENDED
        return said.ended

    def _end_backends(self, instance: str, begun: float) -> None:
        """End what a server still does for a psql that began then and is no more.

        Sessions from before it stay. What it had spilt and locked is free when this returns.
        """
        with self._world.instance(instance).admin() as conn:
            pids = [pid for pid, _ in conn.execute(_END_BACKENDS, [time.monotonic() - begun])]
            # A backend that has spilt gigabytes has them to remove first.
            wait_until_none(conn, _LEFT, [pids], _ENDING)

    def close(self) -> None:
        """End the session; the next piece begins one at the same place."""
        if self._session is not None:
            self._session.close()
            self._session = None


def _limit(ended: str, seconds: float, limit: int = LIMIT) -> str:
    if ended.startswith("time"):
        return f"time limit of {seconds:g} s"
    return f"output limit of {limit >> 20} MiB" if ended.startswith("output") else ended


def _tidy(output: str) -> str:
    """Return what was printed without the empty lines around it."""
    return output.strip("\n") + "\n" if output.strip("\n") else ""
