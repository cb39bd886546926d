"""Shared by the scenarios of DuckDB: its extensions for PostgreSQL and AWS, loaded from their wheels."""

import importlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

#: The extra that installs DuckDB with both extensions, of one version: an extension loads into that alone.
INSTALL = "pip install 'rdscheck[duckdb]'"
EXTENSIONS = {"postgres_scanner": "duckdb_extension_postgres_scanner", "aws": "duckdb_extension_aws"}

#: What would let libpq or the AWS SDK find something of the user's.
_LEADING_OUT = re.compile(r"^(PG[A-Z]+|AWS_\w+|DUCKDB_\w+)$")

#: What no server said: then nothing was found out.
_LOST = re.compile("Connection refused|server closed the connection|could not connect")
_CLIENT = re.compile(r'for host "[^"]*"')


class Duck:
    """A DuckDB of a test's own; what it runs is shown in the report."""

    def __init__(self, connection: Any, database: Any, recorder: Any, home: Path) -> None:
        self._connection, self.database, self.recorder, self.home = connection, database, recorder, home
        info = database.server.info
        self.host, self.port = info.host, info.port
        recorder.mask(str(home), "/home/dba")
        recorder.mask(info.master_password, "********")
        for form in ("port={}", "port {} ", "'{}'", ":{}/", "PGPORT={}"):
            recorder.mask(form.format(self.port), form.format(5432))

    def login(self, user: str | None = None) -> dict[str, str]:
        """Return host, port, dbname, user and password of the master user or a role of ``create_role``."""
        found = self.database.login(user)
        self.recorder.mask(found["password"], "********")
        return {name: str(found[name]) for name in ("host", "port", "dbname", "user", "password")}

    def dsn(self, role: str | None = None, **more: str) -> str:
        """Return a connection string; ``more`` adds to it or takes the place of parts."""
        return " ".join(f"{name}={value}" for name, value in (self.login(role) | more).items() if value)

    def attach(self, name: str = "postgres_db", *options: str, **more: str) -> None:
        """Attach the database by connection string."""
        listed = "".join(f", {one}" for one in options)
        self.run(f"ATTACH '{self.dsn(**more)}' AS {name} (TYPE postgres{listed})")

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows; AssertionError when DuckDB or the server refuses it."""
        try:
            return self.attempt(statement)
        except Exception as error:
            if _LOST.search(str(error)):
                raise
            raise AssertionError(f"it was refused: {self.cleaned(error)}") from error

    def attempt(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows; raises what DuckDB raises."""
        self.recorder.act(statement.strip())
        try:
            rows: list[tuple[Any, ...]] = self._connection.execute(statement).fetchall()
        except Exception as error:
            for line in self.cleaned(error).splitlines():
                self.recorder.act(f"-- {line}")
            raise
        return rows

    def columns(self, statement: str) -> list[str]:
        """Run a statement and return the names of its columns."""
        self.recorder.act(statement)
        return [one[0] for one in self._connection.execute(statement).description]

    def told(self, statement: str) -> str:
        """Run a statement that fails and return what DuckDB says; AssertionError when it does not fail."""
        try:
            self.attempt(statement)
        except Exception as error:  # noqa: BLE001  errors of DuckDB have no common ancestor of their own
            return self.cleaned(error)
        raise AssertionError("it was not refused")

    def cleaned(self, error: BaseException) -> str:
        """Return the text of an error without what differs at each run."""
        text: str = self.recorder.clean(_CLIENT.sub('for host "10.0.0.5"', str(error)))
        return text.strip()


def extension_files() -> dict[str, Path]:
    """Return the files of both extensions for the installed DuckDB; skips where something is missing."""
    found = {}
    for name, package in EXTENSIONS.items():
        try:
            duckdb, wheel = importlib.import_module("duckdb"), importlib.import_module(package)
        except ImportError as error:
            pytest.skip(f"{error.name} is not installed: {INSTALL}")
        here = Path(str(wheel.__file__)).parent / "extensions" / f"v{duckdb.__version__}"
        if not (file := here / f"{name}.duckdb_extension").is_file():
            pytest.skip(f"the extension {name} is not that of DuckDB {duckdb.__version__}: {INSTALL}")
        found[name] = file
    return found


def connect(home: Path) -> Any:
    """Open a DuckDB in memory that keeps its files in a directory and fetches nothing."""
    return importlib.import_module("duckdb").connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "allow_unsigned_extensions": "false",
            "custom_extension_repository": str(home),
            "extension_directory": str(home),
            "secret_directory": str(home / "secrets"),
            "home_directory": str(home),
            "threads": "2",
        }
    )


@pytest.fixture
def bare_duck(rds: Any, rds_db: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Duck]:
    """Give a DuckDB into which nothing is loaded yet."""
    extension_files()
    for name in [name for name in os.environ if _LEADING_OUT.match(name)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    connection = connect(tmp_path)
    yield Duck(connection, rds_db, rds.recorder, tmp_path)
    connection.close()


@pytest.fixture
def duck(bare_duck: Duck) -> Duck:
    """Give a DuckDB with the extensions postgres_scanner and aws."""
    for file in extension_files().values():
        bare_duck._connection.execute(f"LOAD '{file}'")  # noqa: SLF001  not a step of any document
    return bare_duck


@pytest.fixture
def extensions() -> dict[str, Path]:
    """Give the files of the extensions."""
    return extension_files()
