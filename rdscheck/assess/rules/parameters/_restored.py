"""Defaults of the target that are not those of PostgreSQL: one note for each."""

from collections.abc import Iterator

from rdscheck.assess.facts import Setting
from rdscheck.assess.majors import from_service
from rdscheck.assess.rule import Context, Hit
from rdscheck.catalog.roles import reserved_roles

_ON = frozenset({"1", "on", "true"})


def default_of(context: Context, name: str) -> str:
    """Return the default of a parameter on the target, empty where it is not known."""
    parameter = context.target.parameters.get(name)
    return parameter.default if parameter else ""


def is_on(value: str) -> bool:
    """Tell whether the value of a switch is on."""
    return value.lower() in _ON


def once(context: Context, name: str, message: str, fix: str = "") -> Iterator[Hit]:
    """Return one hit about a default, unless the source comes from the service or says otherwise itself."""
    if not from_service(context) and not any(one.name.lower() == name for one in set_anywhere(context)):
        yield Hit(f"setting {name}", message, fix)


def set_anywhere(context: Context) -> Iterator[Setting]:
    """Return settings of the databases and roles that move: they win over the server's default."""
    of_service = reserved_roles()
    for one in context.facts.settings:
        if one.scope in {"database", "role", "role in database"} and one.subject not in of_service:
            yield one
