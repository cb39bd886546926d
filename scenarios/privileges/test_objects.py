"""Languages, event triggers, tablespaces, and session_replication_role by every route."""

from pathlib import Path
from typing import Any

from rdscheck import claims_of, scenario

pytestmark = scenario(
    "privileges/objects",
    title="Languages, event triggers, tablespaces, session_replication_role",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html",
    since=13,
)


@claims_of(Path(__file__).parent / "claims" / "objects.toml")
def test_claim(attempt: Any, rds_db: Any, rds: Any) -> None:
    """Hold what claims/objects.toml says."""
    attempt.hold(rds_db, rds.recorder)
