"""Names of objects as people and SQL write them."""

import re

from psycopg import sql

_CONTROL = re.compile("[\x01-\x1f\x7f]")


def quoted(*parts: str) -> str:
    """Return a name for SQL, each part in quotation marks, parts that are empty left out.

    A line break or tab in a name is written as its number: reports indent lines, and what is copied from
    one would be another name.
    """
    return ".".join(_quoted(part) for part in parts if part)


def _quoted(part: str) -> str:
    if not _CONTROL.search(part):
        return sql.Identifier(part).as_string(None)
    text = _CONTROL.sub(lambda match: f"\\{ord(match[0]):04x}", part.replace("\\", "\\\\"))
    return f"U&{sql.Identifier(text).as_string(None)}"


def plain(*parts: str) -> str:
    """Return a name for people: quotation marks only where SQL needs them."""
    return ".".join(_plain(part) for part in parts if part)


def _plain(part: str) -> str:
    simple = (
        part.isascii() and part.replace("_", "a").isalnum() and not part[0].isdigit() and part == part.lower()
    )
    return part if simple else sql.Identifier(part).as_string(None)
