"""Extensions: who creates, updates, drops and uses which; what the list of RDS leaves out; delegation."""

from pathlib import Path
from typing import Any

from rdscheck import claims_of, scenario

pytestmark = scenario(
    "privileges/extensions",
    title="Extensions: supported, trusted, unsupported, delegated",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "PostgreSQL.Concepts.General.FeatureSupport.Extensions.html",
    since=13,
)


@claims_of(Path(__file__).parent / "claims" / "extensions.toml")
def test_claim(attempt: Any, rds_db: Any, rds: Any) -> None:
    """Hold what claims/extensions.toml says."""
    attempt.hold(rds_db, rds.recorder)
