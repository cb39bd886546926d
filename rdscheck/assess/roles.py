"""Roles that belong to PostgreSQL or to the service."""

import re

from rdscheck.catalog.roles import reserved_roles

#: For the server: the roles PostgreSQL brings, and all that RDS and Aurora have had.
PATTERN = r"^(pg_|rds_|rds(admin|topmgr|repladmin|writeforwarduser|extension)$)"
_SYSTEM = re.compile(PATTERN)


def is_system_role(name: str) -> bool:
    """Tell whether a role is one of PostgreSQL's or of the service's own."""
    return bool(_SYSTEM.match(name)) or name in reserved_roles()
