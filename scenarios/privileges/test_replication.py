"""Publications, subscriptions and slots: what rds_superuser and rds_replication give."""

from pathlib import Path
from typing import Any

from rdscheck import claims_of, scenario

pytestmark = scenario(
    "privileges/replication",
    title="Publications, subscriptions and replication slots",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html",
    since=13,
)


@claims_of(Path(__file__).parent / "claims" / "replication.toml")
def test_claim(attempt: Any, rds_db: Any, rds: Any) -> None:
    """Hold what claims/replication.toml says."""
    attempt.hold(rds_db, rds.recorder)
