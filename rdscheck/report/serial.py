"""A run as JSON and back: ``results.json``."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from rdscheck.errors import UsageError
from rdscheck.model import Run
from rdscheck.report.order import normalized

SCHEMA = 1
KIND = "run"
_SCHEMAS = Path(__file__).parent / "schema"
# JSON allows these in a string; terminals, editors and strict readers do not take them well.
_UNSEEN = re.compile("[\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_PAIR = tuple[str, str]
_PAIR_NAMES = ("name", "version")


def dump(run: Run) -> dict[str, Any]:
    """Return a run as plain lists and dicts, sorted: equal runs give equal answers."""
    plain = _plain(normalized(run))
    if not isinstance(plain, dict):
        raise TypeError(type(run))
    return {"schema": SCHEMA, "kind": KIND, **plain}


def dumps(run: Run) -> str:
    """Return the text of ``results.json``."""
    return encoded(dump(run))


def encoded(value: object) -> str:
    """Return a value as JSON that people read too: sorted, with what cannot be seen as escapes."""
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
    return _UNSEEN.sub(lambda match: f"\\u{ord(match.group()):04x}", text) + "\n"


def load(data: object) -> Run:
    """Return the run that ``dump`` wrote down; anything else is a ``UsageError``."""
    if not isinstance(data, Mapping):
        raise _unreadable("", f"an object was expected, not {_kind(data)}")
    if data.get("kind") != KIND:
        raise _unreadable("kind", f'"{KIND}" was expected, not {json.dumps(data.get("kind"), default=str)}')
    number = data.get("schema")
    if type(number) is not int or number != SCHEMA:
        raise UsageError(
            f"these results have schema {json.dumps(number, default=str)}, and schema {SCHEMA} can be read",
            hint="read them with the rdscheck that wrote them, or run again",
        )
    rest = {key: value for key, value in data.items() if key not in {"schema", "kind"}}
    run = _read(rest, Run, "")
    if not isinstance(run, Run):
        raise TypeError(type(run))
    return run


def loads(text: str) -> Run:
    """Return the run in the text of a ``results.json``."""
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UsageError(f"these results are not JSON: {error}") from error
    return load(data)


def schema() -> dict[str, Any]:
    """Return the published JSON Schema of ``results.json`` (draft 2020-12)."""
    return published(KIND)


def published(kind: str) -> dict[str, Any]:
    """Return the published JSON Schema (draft 2020-12) of reports of a kind."""
    path = _SCHEMAS / f"{kind}.schema.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise TypeError(path)
    return found


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        plain = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        if "extensions" in plain:
            plain["extensions"] = [
                dict(zip(_PAIR_NAMES, pair, strict=True)) for pair in getattr(value, "extensions", ())
            ]
        return plain
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, StrEnum) else value


def _read(value: object, kind: Any, where: str) -> object:
    """Return ``value`` as the annotated kind; ``where`` names it in an error."""
    if get_origin(kind) is tuple:
        if kind == _PAIR:
            return _read_pair(value, where)
        if not isinstance(value, list):
            raise _unreadable(where, f"a list was expected, not {_kind(value)}")
        inner = get_args(kind)[0]
        return tuple(_read(item, inner, f"{where}[{number}]") for number, item in enumerate(value))
    if is_dataclass(kind):
        return _read_object(value, kind, where)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        if not isinstance(value, str) or value not in list(kind):
            raise _unreadable(where, f"one of {', '.join(kind)} was expected")
        return kind(value)
    if type(value) is not kind:
        raise _unreadable(where, f"{kind.__name__} was expected, not {_kind(value)}")
    return value


def _read_object(value: object, kind: Any, where: str) -> object:
    names = [field.name for field in fields(kind)]
    members = _members(value, names, where)
    hints = get_type_hints(kind)
    prefix = f"{where}." if where else ""
    return kind(**{name: _read(members[name], hints[name], prefix + name) for name in names})


def _read_pair(value: object, where: str) -> tuple[object, ...]:
    members = _members(value, _PAIR_NAMES, where)
    return tuple(_read(members[name], str, f"{where}.{name}") for name in _PAIR_NAMES)


def _members(value: object, names: Collection[str], where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _unreadable(where, f"an object was expected, not {_kind(value)}")
    wrong = [f"{name} is missing" for name in names if name not in value]
    wrong += [f"{json.dumps(name, default=str)} is not known" for name in value if name not in names]
    if wrong:
        raise _unreadable(where, ", ".join(wrong))
    return value


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__


def _unreadable(where: str, what: str) -> UsageError:
    return UsageError(f"these are not the results of a run: {where or 'the whole'}: {what}")
