"""Files that are there whole or not at all, also when two programs write them at once."""

import os
from contextlib import suppress
from pathlib import Path

_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def write_whole(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file by way of another beside it; raises ``OSError``, and then leaves what was there.

    A ``private`` one is for its owner alone. What is no file, as a pipe or ``/dev/stdout``, is written to.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with os.fdopen(os.open(temporary, _NEW, 0o600 if private else 0o666), "wb") as file:
            file.write(data)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
