"""A DuckDB in a process of its own: takes statements as lines of JSON, answers each with one.

Started by ``duck.py``. Its extensions are loaded from their wheels, then no file can be opened any more.
"""

import importlib
import json
import os
import resource
import sys
import threading
from pathlib import Path
from typing import Any

EXTENSIONS = {"postgres_scanner": "duckdb_extension_postgres_scanner", "aws": "duckdb_extension_aws"}
_MEMORY = 4 << 30
_LOOK = 0.5  # seconds between two looks at whether anybody waits for an answer


def extension_files() -> dict[str, Path]:
    """Return the files of the extensions that fit the installed DuckDB; raises ``ImportError``."""
    duckdb = importlib.import_module("duckdb")
    found = {}
    for name, package in EXTENSIONS.items():
        wheel = importlib.import_module(package)
        here = Path(str(wheel.__file__)).parent / "extensions" / f"v{duckdb.__version__}"
        if not (file := here / f"{name}.duckdb_extension").is_file():
            raise ImportError(f"the extension {name} is not that of DuckDB {duckdb.__version__}")
        found[name] = file
    return found


def connect(home: str) -> Any:
    """Open a DuckDB in memory that fetches nothing and opens no file."""
    connection = importlib.import_module("duckdb").connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "allow_unsigned_extensions": "false",
            "custom_extension_repository": home,
            "extension_directory": home,
            "secret_directory": f"{home}/secrets",
            "home_directory": home,
            "memory_limit": "1GB",
            "threads": "2",
        }
    )
    for file in extension_files().values():
        connection.execute(f"LOAD '{file}'")
    # It looks into its directory once, at the first question about secrets.
    connection.sql("FROM duckdb_secrets()").fetchall()
    connection.execute("SET disabled_filesystems = 'LocalFileSystem'")
    return connection


def answer(connection: Any, statement: str) -> dict[str, Any]:
    """Run a statement; returns what DuckDB's shell prints for it."""
    try:
        found = connection.sql(statement)
        output = "" if found is None else f"{found}"
    except Exception as error:  # noqa: BLE001  errors of DuckDB have no common ancestor of their own
        return {"output": f"{error}\n", "status": 1}
    return {"output": output, "status": 0}


def _end_with(parent: int) -> None:
    """End this process, whatever it computes, once the one that started it is gone."""
    while os.getppid() == parent:
        threading.Event().wait(_LOOK)
    os._exit(1)


def main() -> None:
    """Answer until there is nothing more to read."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection = connect(sys.argv[1])
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(connection, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
