"""Roles of the service and of PostgreSQL are recognised, and those of people are not."""

import pytest

from rdscheck.assess.roles import PATTERN, is_system_role
from rdscheck.catalog.roles import reserved_roles


@pytest.mark.parametrize("name", [*reserved_roles(), "pg_monitor", "rdsrepladmin", "rds_anything"])
def test_roles_of_the_service_are_recognised(name: str) -> None:
    assert is_system_role(name)


@pytest.mark.parametrize(
    "name", ["rds", "rdsadmin2", "my_rdsadmin", "pgadmin", "postgres", "rdsproxyadmins", ""]
)
def test_roles_of_people_are_not(name: str) -> None:
    assert not is_system_role(name)


def test_a_server_reads_the_pattern_as_we_do() -> None:
    """No group of Python's own, no look-around: a server's regular expressions have other words for them."""
    assert "(?" not in PATTERN
    assert PATTERN.startswith("^")
