"""Types in casts, for people and for SQL."""

from rdscheck.assess.facts import Cast
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.types import element

_SYSTEM = "pg_catalog"


def _parts(name: str) -> tuple[str, str, str]:
    """Return schema, name and brackets of a type."""
    schema, _, rest = element(name).partition(".")
    return schema, rest, name[len(element(name)) :]


def shown(name: str) -> str:
    """Return a type as people call it: PostgreSQL's own without their schema."""
    schema, own, brackets = _parts(name)
    return (plain(own) if schema == _SYSTEM else plain(schema, own)) + brackets


def between(cast: Cast) -> bool:
    """Tell whether both types of a cast are PostgreSQL's own."""
    return all(_parts(name)[0] == _SYSTEM for name in (cast.source, cast.target))


def written(cast: Cast) -> str:
    """Return both types as SQL has them between the brackets of CREATE CAST."""
    source, target = (
        (quoted(schema, own) + end) for schema, own, end in map(_parts, (cast.source, cast.target))
    )
    return f"{source} AS {target}"
