"""Files of the user's in TOML, read with errors that say what is wrong with which."""

import tomllib
from pathlib import Path
from typing import Any

from rdscheck.errors import UsageError


def read_toml(path: Path, option: str = "", hint: str = "") -> dict[str, Any]:
    """Return what a file says; raises ``UsageError``, which names the option it was given by."""
    name = f"{option} {path}".strip()
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}", hint=hint) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{name} is no TOML: {error}", hint=hint) from error
