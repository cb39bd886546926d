"""Roles that belong to PostgreSQL or to the service."""

import re

from rdscheck.catalog.roles import reserved_roles

#: Roles the service has had, and that no page of it names any more.
_FORMER = ("rdsrepladmin", "rdsextension")
_NAMED = sorted({*reserved_roles(), *_FORMER})

#: For the server: the roles PostgreSQL brings, and all that RDS and Aurora have had.
PATTERN = rf"^(pg_|rds_|({'|'.join(one for one in _NAMED if not one.startswith('rds_'))})$)"
_SYSTEM = re.compile(PATTERN)


def is_system_role(name: str) -> bool:
    """Tell whether a role is one of PostgreSQL's or of the service's own."""
    return _SYSTEM.match(name) is not None
