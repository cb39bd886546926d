"""The fixture ``rds_iam``: a database user who logs in with IAM tokens."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from typing import Any, Protocol

import psycopg
import pytest
from psycopg import sql

from rdscheck.aws.tokens import IamLogin, Known, generate, made_at
from rdscheck.plugin.fixtures import recorder_of
from rdscheck.plugin.session import session_of
from rdscheck.recording import RecordedConnection, Recorder
from rdscheck.sandbox.access import Credentials
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.logs import LogReader
from rdscheck.sandbox.server import Server, unique_name
from rdscheck.sandbox.wire import Answer, log_in

#: How the instance is called; the address libpq connects to is given besides.
HOST = "my-instance.c0ffee.us-east-1.rds.amazonaws.com"

#: What a report shows in place of tokens, and of the address a server sees a client at.
SHOWN_TOKEN = "host:5432/?Action=connect&…"  # noqa: S105
_CLIENT = re.compile(r'for host "[^"]*"')
_SHOWN_CLIENT = 'for host "10.0.0.5"'

#: An access key as AWS's own documents print it, and one of an assumed role.
KEY, SESSION_KEY = "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"


class RdsIam:
    """A database user in ``rds_iam``, and an IAM user whose policy lets him connect as that.

    ``login`` says what AWS knows (``IamLogin``): policies, the clock, whether the instance has IAM
    authentication at all; it holds for this one database user. What is tried is shown in the report.
    """

    host = HOST

    def __init__(  # noqa: PLR0917
        self, server: Server, dbname: str, user: str, shown: str, recorder: Recorder, logs: LogReader
    ) -> None:
        self.server, self.dbname, self.user, self.shown = server, dbname, user, shown
        self.recorder, self.logs = recorder, logs
        self.port = server.info.port
        self.credentials = Credentials(KEY, token_hex(20))
        # The rest are names by which programs of this machine, or of the container, may call it.
        names = (self.host, server.info.host, "localhost")
        own = {f"{name}:{port}": None for name in names for port in (self.port, 5432)}
        self.login = IamLogin(server, user, known=Known(endpoints=tuple(own)))
        recorder.mask(f"{self.host}:{self.port}", f"{self.host}:5432")

    @property
    def region(self) -> str:
        """Return the region of the instance."""
        return self.login.known.region

    def token(self, credentials: Credentials | None = None, **changes: Any) -> str:
        """Return a token as boto3 makes it, by default one that opens.

        ``changes`` are ``host``, ``port``, ``user``, ``region``.
        """
        given: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "region": self.region,
        } | changes
        for name, value in changes.items():
            self.recorder.act(f"-- a token with {name} {value}")
        return self.made(generate(credentials or self.credentials, **given))

    def made(self, token: str) -> str:
        """Take note of a token that something else made, so that no report shows it."""
        self.recorder.mask(token, SHOWN_TOKEN)
        return token

    def age(self, token: str, seconds: int) -> None:
        """Let the clock of who decides stand so many seconds after a token was made; negative for before."""
        self.login.stop_clock(made_at(token) + timedelta(seconds=seconds))
        self.recorder.act(f"-- the clock stands {seconds} s after the token was made")

    def session(self, size: int = 356) -> Credentials:
        """Return keys of an assumed role, with a session token of so many characters; nobody has them yet."""
        return Credentials(SESSION_KEY, token_hex(20), token_hex(size // 2))

    def expires(self, credentials: Credentials, token: str, seconds: int) -> None:
        """Let the session of an assumed role end so many seconds after a token was made."""
        holder = self.login.known.holder(credentials)
        self.login.put(replace(holder, expires=made_at(token) + timedelta(seconds=seconds)))
        self.recorder.act(f"-- the role's session ends {seconds} s after the token was made")

    def parameters(self, password: str, **options: Any) -> dict[str, Any]:
        """Return libpq's parameters: by the instance's name, over TLS unless ``options`` say otherwise."""
        address = {"host": self.host, "hostaddr": self.server.info.host, "sslmode": "require"}
        own = {"user": self.user, "password": password, "dbname": self.dbname, "passfile": "/dev/null"}
        return self.server.parameters(self.dbname, self.user, password) | address | own | options

    def connect(self, password: str, **options: Any) -> RecordedConnection:
        """Log in with a token, or a password; ``options`` are libpq's, ``user`` another one among them."""
        self._note(password, options)
        try:
            connection = RecordedConnection.open(self.recorder, self.parameters(password, **options))
        except psycopg.OperationalError as error:
            for line in self.cleaned(error):
                self.recorder.act(f"-- {line}")
            raise
        self.recorder.act("-- connected")
        return connection

    def enters(self, password: str, **options: Any) -> tuple[str, bool]:
        """Log in and return who that is for the server, and whether over TLS.

        Raises ``AssertionError`` when the server refuses it, libpq's error when it says nothing.
        """
        try:
            opened = self.connect(password, **options)
        except psycopg.OperationalError as error:
            if "FATAL:" not in str(error):
                raise
            raise AssertionError(f"it was refused: {self.cleaned(error)[0]}") from error
        with opened as connection:
            row = connection.execute(
                "SELECT current_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            ).fetchone()
        assert row is not None
        return str(row[0]), bool(row[1])

    def refused(self, password: str, **options: Any) -> list[str]:
        """Log in in vain and return what libpq says line by line, without address, names as in the report.

        Raises ``AssertionError`` when the server lets us in.
        """
        try:
            self.connect(password, **options).close()
        except psycopg.OperationalError as error:
            return [line.partition(" failed: ")[2] or line for line in self.cleaned(error)]
        raise AssertionError("it was not refused")

    def why_refused(self, password: str, **options: Any) -> str:
        """Log in in vain, as ``PAM authentication failed``, and return the reason the server's side knows.

        The report shows it: on RDS the log ``iam-db-auth-error`` has it.
        """
        before = len(self.login.errors())
        told = self.refused(password, **options)
        assert told == [f'FATAL:  PAM authentication failed for user "{self.shown}"']
        reasons = self.login.errors()[before:]
        assert len(reasons) == 1, reasons
        self.recorder.act(f"-- iam-db-auth-error: {reasons[0]}")
        return reasons[0]

    def by_hand(self, password: str, *, user: str = "", tls: bool = True) -> Answer:
        """Log in without libpq, which shows no SQLSTATE of a log-in that failed."""
        answer = self.attempt(password, user=user, tls=tls)
        told = f"{_CLIENT.sub(_SHOWN_CLIENT, answer.message)} (SQLSTATE {answer.sqlstate})"
        self.recorder.act(f"-- {told if answer.fields else 'connected' if answer.accepted else 'closed'}")
        return answer

    def attempt(self, password: str, *, user: str = "", tls: bool = True) -> Answer:
        """Do as ``by_hand`` does and note nothing: for many log-ins at once."""
        return log_in(self.server.info, user or self.user, self.dbname, password, tls=tls)

    def cleaned(self, error: psycopg.OperationalError) -> list[str]:
        """Return libpq's lines about a log-in without what differs at each run."""
        text = str(error).replace(f"port {self.port} ", "port 5432 ")
        lines = self.recorder.clean(_CLIENT.sub(_SHOWN_CLIENT, text)).strip().splitlines()
        return [line.removeprefix("connection failed: ").strip() for line in lines if line.strip()]

    def _note(self, password: str, options: dict[str, Any]) -> None:
        """Show a log-in as one would type it."""
        words = {
            "host": self.host,
            "port": 5432,
            "dbname": self.dbname,
            "user": self.user,
            "sslmode": "require",
        }
        words |= {name: value for name, value in options.items() if name in words or name == "replication"}
        line = " ".join(f"{name}={value}" for name, value in words.items())
        kind = "a token" if "X-Amz-" in password else "a password"
        self.recorder.act(f'-- $ psql "{line}"   # PGPASSWORD is {kind}')


class RdsIamUsers(Protocol):
    """Makes database users who log in with tokens."""

    def __call__(self, wish: str = "jane_doe", *, server: Server | None = None, user: str = "") -> RdsIam:
        """Create a role in ``rds_iam`` or take one, of another server by default its master user."""


@pytest.fixture
def rds_iam_users(request: pytest.FixtureRequest, rds_db: Database) -> Iterator[RdsIamUsers]:
    """Give a function that makes database users in ``rds_iam``, as ``rds_iam`` gives one."""
    session, recorder = session_of(request.config), recorder_of(request.node)
    made: list[RdsIam] = []

    def create(wish: str) -> str:
        """Create a role in ``rds_iam``, by rdsadmin: ADMIN OPTION on it is nobody's on a shared server."""
        name = unique_name(wish)
        with rds_db.server.maintenance() as admin:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE rds_iam").format(sql.Identifier(name)))
        rds_db.roles[name] = wish
        recorder.mask(name, wish)
        return name

    def make(wish: str = "jane_doe", *, server: Server | None = None, user: str = "") -> RdsIam:
        where = server or rds_db.server
        if reason := where.why_not("pam"):
            pytest.skip(reason)
        if server is not None:
            user = shown = user or where.master_user
        else:
            user, shown = user or create(wish), wish
        dbname = rds_db.name if server is None else "postgres"
        logs = LogReader(where, lambda last: session.engine.log(where.info, last))
        found = RdsIam(where, dbname, user, shown, recorder, logs)
        found.login.change(enabled=True)
        found.login.allow(found.credentials, found.user)
        made.append(found)
        return found

    yield make
    for one in made:
        if one.server is rds_db.server:
            one.login.forget()


@pytest.fixture
def rds_iam(rds_iam_users: RdsIamUsers) -> RdsIam:
    """Give a database user who logs in with IAM tokens: ``rds_iam.connect(rds_iam.token())``.

    ``login.deny``, ``login.move_clock``, ``login.disable`` … change what AWS knows about him alone.
    """
    return rds_iam_users()


__all__ = ["HOST", "RdsIam", "RdsIamUsers", "rds_iam", "rds_iam_users"]
