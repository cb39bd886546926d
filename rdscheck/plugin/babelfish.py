"""The fixture ``rds_babelfish``: a Babelfish of the user's own, reached on both of its ports.

Nothing here imitates Babelfish: without ``--rds-babelfish-dsn`` and ``--rds-babelfish-tds`` whoever asks for
it is skipped with that reason.
"""

import importlib
import os
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
import pytest

from rdscheck.babelfish.naming import Mode
from rdscheck.decorators import MARK_CLAIM
from rdscheck.errors import UsageError
from rdscheck.model import Basis, Environment
from rdscheck.plugin.fixtures import recorder_of
from rdscheck.recording import RecordedConnection, Recorder

_FORM = "the form is tds://user:password@host:1433/master"
_PASSWORD = "RDSCHECK_TDS_PASSWORD"  # noqa: S105  a variable's name
_INSTALL = "python-tds is not installed: pip install 'rdscheck[babelfish]'"
_MISSING = (
    "no Babelfish was given: --babelfish-dsn and --babelfish-tds name a test cluster"
    " (Aurora PostgreSQL 13.4 or later with Babelfish turned on, or Babelfish itself)"
)

KEY = pytest.StashKey["Given | None"]()


class Given:
    """What the options name. Raises ``UsageError`` when that is no Babelfish or cannot be read."""

    def __init__(self, dsn: str, tds: str) -> None:
        self.dsn = dsn
        self.tds = _tds_parameters(tds)
        try:
            with psycopg.connect(dsn, autocommit=True, connect_timeout=10) as conn:
                row = conn.execute(
                    "SELECT current_setting('server_version'),"
                    " current_setting('babelfishpg_tsql.migration_mode', true),"
                    " to_regclass('sys.babelfish_namespace_ext') IS NOT NULL, current_database()"
                ).fetchone()
        except psycopg.ProgrammingError as error:
            raise UsageError(
                f"--babelfish-dsn: {error}", hint="postgresql://user@host/babelfish_db"
            ) from error
        except psycopg.OperationalError as error:
            # libpq names host, port and reason, never the password.
            line = str(error).strip().splitlines()[0]
            raise UsageError(f"--babelfish-dsn: {line}", hint="check host, port and password") from error
        assert row is not None
        self.server_version, mode, catalogs, self.database = row
        if not catalogs or mode not in list(Mode):
            raise UsageError(
                f"--babelfish-dsn: the database {self.database} is none of Babelfish",
                hint="name babelfish_db; outside Aurora the one that initialize_babelfish was called in",
            )
        self.mode = Mode(mode)

    @cached_property
    def major(self) -> str:
        """Return the major version of its PostgreSQL."""
        return str(self.server_version).partition(".")[0]

    def environment(self) -> Environment:
        """Tell reports what ran."""
        return Environment(
            version=self.major,
            server=str(self.server_version).partition(" ")[0],
            engine="dsn",
            base=f"Babelfish in {self.mode} mode, given by --babelfish-dsn",
            s3="",
        )


class TdsSession:
    """A session on the TDS port; its statements are shown in the report as T-SQL."""

    def __init__(self, connection: Any, recorder: Recorder) -> None:
        self._connection, self._recorder = connection, recorder

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement of T-SQL and return its rows, none where it gives none.

        Raises python-tds's ``Error`` for what the server refuses.
        """
        self._recorder.act(f"-- T-SQL: {statement}")
        with self._connection.cursor() as cursor:
            try:
                cursor.execute(statement)
                return [tuple(row) for row in cursor.fetchall()] if cursor.description else []
            except Exception as error:
                self._recorder.act(f"-- {(str(error).splitlines() or [type(error).__name__])[0]}")
                raise


class Babelfish:
    """A real Babelfish, for one test: sessions on both ports, closed at its end."""

    def __init__(self, given: Given, recorder: Recorder, opened: ExitStack) -> None:
        self._given, self.recorder, self._opened = given, recorder, opened
        self.mode = str(given.mode)
        recorder.mask(given.database, "babelfish_db")

    def connect(self) -> RecordedConnection:
        """Log in on the PostgreSQL port, in autocommit."""
        parameters = {"conninfo": self._given.dsn, "connect_timeout": 10}
        return self._opened.enter_context(RecordedConnection.open(self.recorder, parameters))

    def tds(self, database: str = "") -> TdsSession:
        """Log in on the TDS port, to the option's database or another."""
        parameters = dict(self._given.tds) | ({"database": database} if database else {})
        driver = _driver()
        try:
            connection = driver.connect(**parameters, autocommit=True, login_timeout=10, timeout=60)
        except (driver.Error, OSError) as error:
            line = (str(error).splitlines() or [type(error).__name__])[0]
            raise UsageError(
                f"--babelfish-tds: {line}", hint="check host, port, user and password"
            ) from error
        self._opened.callback(connection.close)
        return TdsSession(connection, self.recorder)


def add_options(group: pytest.OptionGroup) -> None:
    """Add the options that name a Babelfish."""
    group.addoption(
        "--rds-babelfish-dsn",
        metavar="DSN",
        help="PostgreSQL port of a Babelfish for tests, database babelfish_db: postgresql://… or service=…",
    )
    group.addoption(
        "--rds-babelfish-tds",
        metavar="URL",
        help=f"its TDS port: tds://user:password@host:1433/master; the password may be in {_PASSWORD}",
    )


def given(config: pytest.Config) -> Given | None:
    """Return the Babelfish that the options name, asked once. Raises ``UsageError``."""
    if KEY not in config.stash:
        config.stash[KEY] = ask(config.getoption("rds_babelfish_dsn"), config.getoption("rds_babelfish_tds"))
    return config.stash[KEY]


def ask(dsn: str | None, tds: str | None) -> Given | None:
    """Return the Babelfish at two ports, None where none is named. Raises ``UsageError``."""
    if bool(dsn) != bool(tds):
        raise UsageError("--babelfish-dsn and --babelfish-tds go together", hint="name both ports")
    return Given(dsn, tds) if dsn and tds else None


def environments(config: pytest.Config) -> list[Environment]:
    """Return what ran besides the sandbox's servers."""
    found = config.stash.get(KEY, None)
    return [found.environment()] if found else []


def mark_real(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let reports say of claims on a real Babelfish that it decided."""
    for item in items:
        if "rds_babelfish" in getattr(item, "fixturenames", ()) and given(config):
            own = item.get_closest_marker(MARK_CLAIM)
            said = dict(own.kwargs) if own else {}
            item.add_marker(getattr(pytest.mark, MARK_CLAIM)(**said | {"basis": Basis.REAL}), append=False)


@pytest.fixture
def rds_babelfish(
    request: pytest.FixtureRequest,
    rds_version: str,  # noqa: ARG001  the report has a page per version
) -> Iterator[Babelfish]:
    """Give the Babelfish that the options name, or skip the test: a cluster for tests, which they change."""
    found = given(request.config)
    if found is None:
        pytest.skip(_MISSING)
    _driver()
    with ExitStack() as opened:
        yield Babelfish(found, recorder_of(request.node), opened)


def _driver() -> Any:
    """Return python-tds, an extra of its own; skip without it."""
    try:
        return importlib.import_module("pytds")
    except ImportError:
        pytest.skip(_INSTALL)


def _tds_parameters(url: str) -> dict[str, Any]:
    """Read ``tds://user:password@host:port/database?cafile=FILE``. Raises ``UsageError``."""
    try:
        parts = urlsplit(url)
        port = parts.port or 1433
    except ValueError as error:
        raise UsageError(f"--babelfish-tds: {error}", hint=_FORM) from error
    if parts.scheme != "tds" or not parts.hostname or not parts.username:
        raise UsageError("--babelfish-tds is no address of a TDS port", hint=_FORM)
    options = parse_qs(parts.query)
    if unknown := options.keys() - {"cafile"}:
        raise UsageError(f"--babelfish-tds: {', '.join(sorted(unknown))} is no option", hint=_FORM)
    password = unquote(parts.password) if parts.password else os.environ.get(_PASSWORD, "")
    return {
        "dsn": parts.hostname,
        "port": port,
        "user": unquote(parts.username),
        "password": password,
        "database": unquote(parts.path.strip("/")) or "master",
    } | ({"cafile": options["cafile"][-1]} if options else {})
