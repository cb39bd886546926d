"""What takes a superuser: commands and settings that RDS gives to nobody, with the twins it allows."""

from pathlib import Path
from typing import Any

from rdscheck import claims_of, scenario

pytestmark = scenario(
    "privileges/server",
    title="Commands and settings of a superuser",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html",
    since=13,
)


@claims_of(Path(__file__).parent / "claims" / "server.toml")
def test_claim(attempt: Any, rds_db: Any, rds: Any) -> None:
    """Hold what claims/server.toml says."""
    attempt.hold(rds_db, rds.recorder)
