"""The official schema of SARIF, read once."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema


@cache
def _validator() -> jsonschema.Draft4Validator:
    text = (Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")
    return jsonschema.Draft4Validator(json.loads(text), format_checker=jsonschema.FormatChecker())


def official(log: Any) -> list[str]:
    """Return what the official schema has against a log."""
    return [
        f"{'/'.join(map(str, one.absolute_path))}: {one.message}" for one in _validator().iter_errors(log)
    ]
