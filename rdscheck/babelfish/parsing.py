"""Reading a T-SQL name of three parts as it is typed: bare, in [brackets] or in "double quotes"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rdscheck.babelfish.naming import Mode, PhysicalName, physical
from rdscheck.errors import UsageError

#: T-SQL's default when the middle part is left out: ``db..table``.
DEFAULT_SCHEMA = "dbo"

#: Names of SQL Server hold so many characters at most.
_LONGEST = 128

_HINT = 'a name is database.schema.table, each part bare, in [brackets] or in "double quotes"'

#: One part. A bracket ends at the first ]; two of them are no escape to Babelfish. Two " are one.
_PART = re.compile(
    r"""\s*(?:\[(?P<bracketed>[^\]]*)\](?!\])|"(?P<quoted>(?:[^"]|"")*)"|"""
    r"""(?P<bare>[A-Za-z_#\x80-\U0010ffff][A-Za-z0-9_#$\x80-\U0010ffff]*)|(?P<left_out>(?=\.)))\s*"""
)


@dataclass(frozen=True)
class LogicalName:
    """Database, schema and object as T-SQL has them, without quotes and brackets."""

    database: str
    schema: str
    name: str


def parse(text: str) -> LogicalName:
    """Read ``database.schema.table``, or ``database..table`` for the schema dbo.

    Raises ``UsageError`` with one line that says what is wrong.
    """
    parts = tuple(_parts(text))
    if len(parts) != 3:
        few = "one part" if len(parts) == 1 else f"{len(parts)} parts"
        raise UsageError(f"{text!r} has {few}, not three", hint=_HINT)
    database, schema, name = parts
    schema = DEFAULT_SCHEMA if schema is None else schema
    if database is None or name is None:
        raise UsageError(f"{text!r} leaves out more than the schema", hint=_HINT)
    for part in (database, schema, name):
        _check(part, text)
    return LogicalName(database, schema, name)


def physical_name(text: str, mode: str) -> PhysicalName:
    """Return what PostgreSQL calls a table that T-SQL calls ``text``, in ``single-db`` or ``multi-db`` mode.

    ``str()`` of it is what SQL on the PostgreSQL port and ``aws_s3`` take. Raises ``UsageError``.
    """
    if mode not in list(Mode):
        raise UsageError(f"{mode!r} is no migration mode", hint=" or ".join(Mode))
    read = parse(text)
    return physical(read.database, read.schema, read.name, Mode(mode))


def _parts(text: str) -> Iterator[str | None]:
    """Yield the parts of a name, None for one that is left out."""
    at = 0
    while True:
        found = _PART.match(text, at)
        if found is None:
            raise UsageError(f"{text!r} cannot be read from character {at + 1} on", hint=_why(text, at))
        yield _read(found)
        at = found.end()
        if at == len(text):
            return
        if text[at] != ".":
            raise UsageError(f"{text!r} cannot be read from character {at + 1} on", hint=_why(text, at))
        at += 1


def _read(found: re.Match[str]) -> str | None:
    quoted: str | None = found["quoted"]
    if quoted is not None:
        return quoted.replace('""', '"')
    bracketed: str | None = found["bracketed"]
    bare: str | None = found["bare"]
    return bare if bracketed is None else bracketed


def _why(text: str, at: int) -> str:
    rest = text[at:].lstrip()
    if rest.startswith("["):
        return "a bracket is not closed, or holds ]], which Babelfish does not know"
    if rest.startswith('"'):
        return "a double quote is not closed"
    return _HINT


def _check(part: str, text: str) -> None:
    if not part:
        raise UsageError(f"{text!r} has an empty name between its quotes or brackets", hint=_HINT)
    if len(part) > _LONGEST:
        raise UsageError(
            f"{part[:20]!r}… has {len(part)} characters", hint=f"names of T-SQL have at most {_LONGEST}"
        )
    if "\0" in part or any("\ud800" <= character <= "\udfff" for character in part):
        raise UsageError(f"{text!r} holds a character that no name may have", hint=_HINT)
