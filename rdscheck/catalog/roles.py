"""Roles that belong to the service: a user may not change them, a dump must not create them."""

from collections.abc import Mapping
from dataclasses import dataclass

from rdscheck.catalog.store import shipped


@dataclass(frozen=True)
class ReservedRole:
    """A role of the service; ``source`` holds addresses separated by blanks."""

    name: str
    purpose: str
    source: str


def reserved_roles() -> Mapping[str, ReservedRole]:
    """Return the roles of the service by name."""
    return {row["name"]: ReservedRole(**row) for row in shipped("reserved_roles")}
