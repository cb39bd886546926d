"""A running server: connections, databases, roles. The same for every engine."""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from secrets import token_hex
from typing import Any

import psycopg
from psycopg import sql

from rdscheck.catalog.extensions import creatable, output_plugins
from rdscheck.catalog.versions import emulated, read_version
from rdscheck.errors import RdscheckError, StartError
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.refusals import SharedServer

Connection = psycopg.Connection[tuple[Any, ...]]

ADMIN = "rdsadmin"

#: What the comment of a control file says when the extension is ours, under the name of a real one.
STAND_IN = "stand-in of rdscheck"
_LOOK_SECONDS = 0.2  # between two looks at whether a server that does not answer still runs
_LEAVING_SECONDS = 1.0  # that a session may take to end before its database is dropped
_SESSIONS = "SELECT pg_stat_get_db_numbackends(oid) FROM pg_database WHERE datname = %s"
_END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
_LONGEST_NAME = 63  # bytes of an identifier; longer ones are cut by the server


class Server:
    """One server of the sandbox.

    ``connect`` logs in as the master user, ``admin`` as rdsadmin (set-up only:
    on RDS nobody but AWS has it).
    """

    def __init__(self, info: ServerInfo) -> None:
        self.info = info
        self._kept: Connection | None = None
        self._opened = False
        self._master: Connection | None = None

    @property
    def version(self) -> str:
        """Return the version asked for, for example ``15``."""
        return self.info.version

    @property
    def major(self) -> int:
        """Return the major version of the server that answers."""
        return major_of(self.info)

    @property
    def server_version(self) -> str:
        """Return the version the server answers, for example ``15.18``."""
        return self.info.server_version

    @property
    def emulates(self) -> str:
        """Return whose lists the server shows, for example ``RDS for PostgreSQL 15.4``.

        Empty for a server of the user's own. Raises ``UsageError`` when the version asked for has no list.
        """
        if not self.info.admin_host:
            return ""
        return f"RDS for PostgreSQL {emulated(read_version(self.info.version)).version}"

    @property
    def supported_extensions(self) -> tuple[str, ...]:
        """Return what RDS's list of the emulated version names, of the server's own one where it is a user's.

        Raises ``UsageError`` when that version has no list.
        """
        version = self.info.version if self.info.admin_host else self.server_version
        return creatable(emulated(read_version(version)).version)

    @property
    def master_user(self) -> str:
        """Return the name of the master user."""
        return self.info.master_user

    def has(self, ability: str) -> bool:
        """Tell whether the server offers an extension or other ability."""
        return self.info.abilities.get(ability) == ""

    def why_not(self, ability: str) -> str:
        """Return the reason an ability is missing, empty when it is there."""
        missing = f"{ability} is not installed on this PostgreSQL {self.server_version} ({self.info.base})"
        return self.info.abilities.get(ability, missing)

    def parameters(self, dbname: str, user: str, password: str) -> dict[str, Any]:
        """Return libpq parameters to log in over TCP."""
        return {
            "host": self.info.host,
            "port": self.info.port,
            "dbname": dbname,
            "user": user,
            "password": password,
            "connect_timeout": 10,
        }

    def login(
        self, dbname: str = "postgres", user: str | None = None, password: str | None = None
    ) -> dict[str, Any]:
        """Return libpq parameters to log in, as the master user with its password unless told otherwise."""
        name = user or self.master_user
        if password is None and name == self.master_user:
            password = self.info.master_password
        return self.parameters(dbname, name, password or "")

    def connect(
        self,
        dbname: str = "postgres",
        user: str | None = None,
        password: str | None = None,
        *,
        autocommit: bool = True,
        **options: Any,
    ) -> Connection:
        """Log in, as the master user unless told otherwise."""
        return psycopg.connect(**self.login(dbname, user, password) | options, autocommit=autocommit)

    def admin(self, dbname: str = "postgres", **options: Any) -> Connection:
        """Log in as rdsadmin, with libpq's options; raises ``RdscheckError`` where the server is not ours."""
        if not self.info.admin_host:
            raise RdscheckError(
                "rdsadmin cannot be used on a server given by --rds-dsn",
                hint="only sandboxes of the engines docker and local have one",
            )
        parameters = self.parameters(dbname, ADMIN, self.info.admin_password)
        # rdsadmin alone may do without TLS; that halves what a log-in costs.
        parameters |= {"host": self.info.admin_host, "sslmode": "disable"}
        return psycopg.connect(**parameters | options, autocommit=True)

    def modify(
        self,
        values: Mapping[str, str | None],
        apply_method: str | None = None,  # noqa: ARG002  what one's own server takes
    ) -> None:
        """Change parameters: only of a server of one's own. Raises ``SharedServer``."""
        what = ", ".join(values) or "parameters"
        raise SharedServer(
            f"{what} cannot be changed: other tests use this PostgreSQL {self.version}",
            hint="ask for a server of your own: rds_instance(parameters={...})",
        )

    def reset(self, *names: str, apply_method: str | None = None) -> None:
        """Take parameters back to their defaults: only of a server of one's own. Raises ``SharedServer``."""
        self.modify(dict.fromkeys(names), apply_method)

    def reboot(self) -> None:
        """Start anew with the pending parameters: only a server of one's own. Raises ``SharedServer``."""
        raise SharedServer(
            f"PostgreSQL {self.version} cannot be rebooted: other tests use this server",
            hint="ask for a server of your own: rds_instance()",
        )

    def create_database(self, prefix: str = "rdscheck") -> str:
        """Create a fresh database owned by the master user and return its name."""
        name = unique_name(prefix)
        self.create_named_database(name)
        return name

    def create_named_database(self, name: str) -> None:
        """Create a database of that very name, owned by the master user."""
        # Copying files is the quickest way from 15 on; before, it was the only one.
        strategy = sql.SQL(" STRATEGY file_copy") if self.major >= 15 else sql.SQL("")
        with self.maintenance() as conn:
            conn.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}{}").format(
                    sql.Identifier(name), sql.Identifier(self.master_user), strategy
                )
            )

    def drop_database(self, name: str) -> None:
        """Drop a database and whoever is still connected to it."""
        with self.maintenance() as conn:
            if self.info.admin_host:
                _empty(conn, name)
            conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def maintenance(self) -> Iterator[Connection]:
        """Connect as rdsadmin where there is one, else as the master user.

        Between ``open`` and ``close`` one connection serves all calls: setting up a
        test takes several, and each log-in costs as much as the work.
        """
        if self._kept is not None and not self._kept.closed:
            yield self._kept
            return
        with self._log_in() as conn:
            yield conn

    @contextmanager
    def as_master(self) -> Iterator[Connection]:
        """Connect as the master user, for what holds for the whole server: roles and their memberships.

        Kept as the connection of ``maintenance`` is; no session state may be left in it.
        """
        if not self._opened:
            with self.connect() as conn:
                yield conn
            return
        if self._master is None or self._master.closed:
            self._master = self.connect()
        yield self._master

    def open(self) -> None:
        """Keep connections for maintenance until ``close``; for one thread at a time."""
        self._kept = self._log_in()
        self._opened = True

    def close(self) -> None:
        """Close the connections of ``open``; the server goes on running."""
        for one in (self._kept, self._master):
            if one is not None:
                one.close()
        self._kept = self._master = None
        self._opened = False

    def _log_in(self) -> Connection:
        return self.admin() if self.info.admin_host else self.connect()


def _empty(conn: Connection, name: str) -> None:
    """End the sessions of a database and wait until they are gone, for a while.

    DROP DATABASE would do so too, but it looks ten times a second only, and sessions just leave.
    """
    if _count(conn, _SESSIONS, [name]):
        conn.execute(_END_SESSIONS, [name])
        wait_until_none(conn, _SESSIONS, [name], _LEAVING_SECONDS)


def wait_until_none(conn: Connection, question: str, parameters: Sequence[object], seconds: float) -> None:
    """Wait until what a query counts is no more, for so many seconds at most."""
    until = time.monotonic() + seconds
    while _count(conn, question, parameters) and time.monotonic() < until:
        time.sleep(0.002)


def _count(conn: Connection, question: str, parameters: Sequence[object]) -> int:
    row = conn.execute(question, parameters).fetchone()
    return int(row[0]) if row else 0


def major_of(info: ServerInfo) -> int:
    """Return the major version a server answered with; 19 for ``19beta1``."""
    return int(re.split(r"\D", info.server_version, maxsplit=1)[0])


def unique_name(wish: str) -> str:
    """Return a name nobody else uses: the wish, cut where needed, and eight random digits."""
    suffix = f"_{token_hex(4)}"
    room = _LONGEST_NAME - len(suffix)
    return wish.encode()[:room].decode(errors="ignore") + suffix


def wait_until_ready(
    connect: Callable[[], Connection], alive: Callable[[], str | None], seconds: float = 60
) -> Connection:
    """Connect as soon as the server lets us.

    ``alive`` returns None while the server's process runs, else what it said when
    it ended. Raises ``StartError`` with that, or when the time is over.
    """
    begun = looked = time.monotonic()
    while True:
        try:
            return connect()
        except psycopg.OperationalError as error:
            now = time.monotonic()
            # Asking an engine costs more than asking the server once more.
            if now - looked > _LOOK_SECONDS:
                looked = now
                said = alive()
                if said is not None:
                    raise StartError(f"the server ended while starting: {said}") from error
            if now - begun > seconds:
                raise StartError(f"the server did not answer within {seconds:.0f} s: {error}") from error
            # A refused connection costs nothing; a short pause leaves the processor to the server.
            time.sleep(0.01)


def describe(info: ServerInfo, conn: Connection) -> ServerInfo:
    """Return the information of a started server completed with what it says of itself."""
    row = conn.execute(
        "SELECT split_part(current_setting('server_version'), ' ', 1),"
        " (SELECT datcollate::text FROM pg_database WHERE datname = 'template1'),"
        " (SELECT json_object_agg(name, default_version ORDER BY name) FROM pg_available_extensions),"
        " (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM pg_available_extensions"
        " WHERE starts_with(name, 'aws_') OR position(%s IN comment) > 0),"
        " EXISTS (SELECT FROM pg_settings WHERE name = 'rds.extensions'), current_setting('ssl') = 'on'",
        (STAND_IN,),
    ).fetchone()
    assert row is not None
    version, locale, extensions, stand_ins, loaded, tls = row
    unloaded = "the library rdsutils is not loaded, so the server decides as PostgreSQL does, not as RDS"
    own = {
        "rdsutils": "" if loaded else info.abilities.get("rdsutils") or unloaded,
        "pam": _pam(info, conn),
        "tls": "" if tls else "the server has no certificate (openssl was not there to make one)",
    }
    here = dict.fromkeys(extensions, "") | _output_plugins(info, conn)
    return replace(
        info,
        server_version=version,
        locale=locale,
        abilities={**here, **info.abilities, **own},
        extension_versions=extensions,
        stand_ins=stand_ins,
    )


def _pam(info: ServerInfo, conn: Connection) -> str:
    """Tell why members of rds_iam cannot log in with tokens, empty when they can: asked of the server."""
    if not info.admin_host:
        return "only a superuser could see whether this server asks PAM about log-ins"
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM pg_hba_file_rules WHERE auth_method = 'pam' AND error IS NULL)"
    ).fetchone()
    if row == (True,):
        return ""
    return (
        info.abilities.get("pam") or "this server cannot ask PAM about log-ins, or there is no service for it"
    )


def _output_plugins(info: ServerInfo, conn: Connection) -> dict[str, str]:
    """Tell which output plugins of RDS's lists are there: libraries, so no view names them."""
    if not info.admin_host:
        untold = "only a superuser could see whether this server has the output plugin {}"
        return {name: untold.format(name) for name in output_plugins()}
    found = conn.execute(
        r"SELECT regexp_replace(name, '\.(so|dylib)$', '') FROM pg_ls_dir("
        r"(SELECT setting FROM pg_config WHERE name = 'PKGLIBDIR')) name WHERE name ~ '\.(so|dylib)$'"
    ).fetchall()
    return dict.fromkeys(sorted(output_plugins() & {str(name) for (name,) in found}), "")
