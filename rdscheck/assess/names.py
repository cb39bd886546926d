"""Names of objects as people and SQL write them."""

from psycopg import sql


def quoted(*parts: str) -> str:
    """Return a name for SQL, each part in quotation marks, parts that are empty left out."""
    return sql.Identifier(*(part for part in parts if part)).as_string(None)


def plain(*parts: str) -> str:
    """Return a name for people: quotation marks only where SQL needs them."""
    return ".".join(_plain(part) for part in parts if part)


def _plain(part: str) -> str:
    simple = (
        part.isascii() and part.replace("_", "a").isalnum() and not part[0].isdigit() and part == part.lower()
    )
    return part if simple else quoted(part)
