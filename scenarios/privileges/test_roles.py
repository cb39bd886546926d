"""Roles: what CREATEROLE and rds_superuser give, and the names that belong to the service."""

from pathlib import Path
from typing import Any

from rdscheck import claims_of, scenario

pytestmark = scenario(
    "privileges/roles",
    title="Roles, reserved names and who may see passwords",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html",
    since=13,
)


@claims_of(Path(__file__).parent / "claims" / "roles.toml")
def test_claim(attempt: Any, rds_db: Any, rds: Any) -> None:
    """Hold what claims/roles.toml says."""
    attempt.hold(rds_db, rds.recorder)
