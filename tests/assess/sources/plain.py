"""Plain PostgreSQL servers: made by initdb as it comes, on a private socket, with nothing of ours in them."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from rdscheck.assess.rehearsing.dumping import client
from rdscheck.sandbox.owner import Owner, start_time
from rdscheck.sandbox.process import as_account, end_process, give, server_account, spawn
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import wait_until_ready
from rdscheck.sandbox.sweep import end_run
from tests.assess.sources.binaries import program

#: What the cluster is made with, as installations do; nobody logs in from elsewhere.
SUPERUSER = "postgres"


@dataclass(frozen=True)
class Plain:
    """A running server; ``home`` holds its socket, its data and its log.

    ``superuser`` is the role the cluster was made with.
    """

    major: int
    home: Path
    superuser: str = SUPERUSER

    @property
    def data(self) -> Path:
        """Return the data directory."""
        return self.home / "data"

    def dsn(self, database: str = "postgres", user: str = "") -> str:
        """Return a connection string without a password: the server trusts its socket."""
        return make_conninfo("", host=str(self.home), dbname=database, user=user or self.superuser)

    @contextmanager
    def admin(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """Give a connection of the superuser, each statement a transaction of its own."""
        with psycopg.connect(self.dsn(database), autocommit=True) as conn:
            conn.add_notice_handler(lambda _notice: None)
            yield conn

    def has(self, extension: str) -> bool:
        """Tell whether an extension can be made here."""
        return not self.why_not(extension)

    def why_not(self, extension: str) -> str:
        """Return why an extension cannot be made, empty where it can."""
        with self.admin() as admin:
            found = admin.execute(
                "SELECT FROM pg_available_extensions WHERE name = %s", [extension]
            ).fetchone()
        return f"the plain server of PostgreSQL {self.major} has no {extension}" if found is None else ""

    def run(self, script: str, database: str = "postgres") -> None:
        """Run a script of several statements."""
        with self.admin(database) as admin:
            admin.execute(script.encode())

    @contextmanager
    def database(self, script: str = "", options: str = "") -> Iterator[str]:
        """Give a fresh database in which a script has been run."""
        name = f"db_{token_hex(4)}"
        with self.admin() as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 {options}".encode())
        try:
            if script:
                self.run(script, name)
            yield name
        finally:
            with self.admin() as admin:
                admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))

    @contextmanager
    def role(self, options: str = "LOGIN") -> Iterator[str]:
        """Give a role that owns nothing."""
        name = f"role_{token_hex(4)}"
        self.run(f"CREATE ROLE {name} {options}")
        try:
            yield name
        finally:
            self.run(f"DROP ROLE {name}")

    def dump(self, name: str, *arguments: str) -> bytes:
        """Return what ``pg_dump`` or ``pg_dumpall`` writes, the oldest program that is new enough."""
        command = [*client(name, self.major, str(self.home)), "-h", str(self.home), "-U", self.superuser]
        return subprocess.run([*command, *arguments], check=True, stdout=subprocess.PIPE).stdout


@contextmanager
def started(
    major: int,
    settings: Mapping[str, str] | None = None,
    *options: str,
    superuser: str = SUPERUSER,
    files: Mapping[str, str] | None = None,
) -> Iterator[Plain]:
    """Start a server made by initdb with ``options``, and end it; ``files`` get lines at their end."""
    found = program(major)
    assert found is not None
    run = RunDir.create(Owner.me())
    account = server_account()
    home = run.path / f"plain{major}"
    home.mkdir(mode=0o700)
    give(home, account)
    server = Plain(major, home, superuser)
    given = {"fsync": "off", "unix_socket_directories": str(home), "listen_addresses": "", **(settings or {})}
    command = [str(found), "-D", str(server.data)]
    try:
        _init(found.parent / "initdb", server, *options)
        for name, text in (files or {}).items():
            with (server.data / name).open("a", encoding="utf-8") as file:
                file.write(text)
        for name, value in given.items():
            command += ["-c", f"{name}={value}"]
        with (home / "log").open("ab") as out:
            process = spawn(command, stdout=out, stderr=subprocess.STDOUT, cwd=home, **as_account(account))
        begun = start_time(process.pid)

        def alive() -> str | None:
            return None if process.poll() is None else (home / "log").read_text(errors="replace")

        try:
            wait_until_ready(lambda: psycopg.connect(server.dsn()), alive).close()
            yield server
        finally:
            end_process(process.pid, begun)
    finally:
        end_run(run)


def _init(initdb: Path, server: Plain, *options: str) -> None:
    account = as_account(server_account())
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": str(server.home)}
    command = [str(initdb), "-D", str(server.data), "-U", server.superuser]
    command += ["--encoding=UTF8", "--no-sync", *options]
    done = subprocess.run(
        command,
        cwd=server.home,
        capture_output=True,
        text=True,
        check=False,
        **account | {"env": environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
