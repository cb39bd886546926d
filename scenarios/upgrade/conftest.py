"""Shared by the scenarios of upgrades: where one goes from each version."""

import pytest

#: Major -> the version its claims upgrade to: the next one that every Debian machine can have.
NEXT = {13: "15", 14: "15", 15: "17", 16: "17", 17: "18"}


@pytest.fixture
def target(rds_version: str) -> str:
    """Name the version that the running one is upgraded to."""
    return NEXT[int(rds_version.partition(".")[0])]
