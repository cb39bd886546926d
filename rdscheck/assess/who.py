"""Which roles are people's and applications', and which the system's or the service's."""

import re
from collections.abc import Iterator
from functools import cache

from rdscheck.assess.facts import Facts, Flavour, Role
from rdscheck.assess.rule import Context
from rdscheck.catalog.roles import reserved_roles

#: The role a cluster is usually made with. On RDS the master user takes its place, whatever the name.
BOOTSTRAP = frozenset({"postgres", "rdsadmin"})

#: Names that RDS refuses for the master user: seen; those that start with pg_ are, too.
_REFUSED = frozenset({"admin", "user", "rdsadmin"})
_FORM = re.compile(r"[a-z][a-z0-9_]{0,15}", re.ASCII | re.IGNORECASE)

#: A role of the list of reserved names that the user makes, as the documentation of pgAudit asks.
_MADE_BY_USERS = frozenset({"rds_pgaudit"})


@cache
def _reserved() -> frozenset[str]:
    return frozenset(reserved_roles()) - _MADE_BY_USERS


def of_service(name: str) -> bool:
    """Tell whether a role belongs to RDS: users neither make nor change it."""
    return name in _reserved()


def of_system(name: str) -> bool:
    """Tell whether a role is PostgreSQL's own, or that of the name every role has."""
    return name.startswith("pg_") or name in {"", "public"}


def fits_master(name: str) -> bool:
    """Tell whether the master user can have a name."""
    return name.lower() not in _REFUSED and not name.startswith("pg_") and bool(_FORM.fullmatch(name))


def becomes_master(name: str, facts: Facts) -> bool:
    """Tell whether the source was made with that superuser, and the master user can be named so."""
    return name != "" and name == facts.origin.superuser and fits_master(name)


def known(name: str, facts: Facts) -> bool:
    """Tell whether a role is there on the target, or has its place taken by the master user."""
    return of_service(name) or of_system(name) or name in BOOTSTRAP or becomes_master(name, facts)


def is_service(facts: Facts) -> bool:
    """Tell whether the source is an instance of RDS or Aurora, as far as known."""
    return facts.origin.flavour in {Flavour.RDS, Flavour.AURORA}


def from_service(facts: Facts) -> bool:
    """Tell the same of facts that may be a dump's: it has the service's roles itself."""
    return is_service(facts) or any(one.name == "rdsadmin" for one in facts.roles)


def own_roles(context: Context) -> Iterator[Role]:
    """Return the roles that people made."""
    for role in context.facts.roles:
        if not known(role.name, context.facts):
            yield role


def superusers(facts: Facts) -> frozenset[str]:
    """Return the superusers of the source; where its roles were not seen, those that always are."""
    ordinary = {role.name for role in facts.roles if not role.superuser}
    return (BOOTSTRAP - ordinary) | {role.name for role in facts.roles if role.superuser}
