"""Files and programs of the host: no way to them; large objects work without."""

from pathlib import Path
from typing import Any

from rdscheck import claims_of, scenario

pytestmark = scenario(
    "privileges/files",
    title="Files and programs of the server, large objects",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html",
    since=13,
)


@claims_of(Path(__file__).parent / "claims" / "files.toml")
def test_claim(attempt: Any, rds_db: Any, rds: Any) -> None:
    """Hold what claims/files.toml says."""
    attempt.hold(rds_db, rds.recorder)
