"""An extension that calls services of AWS as a role of IAM."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, installed, on, standing
from rdscheck.assess.rules.extensions._pages import READ, USER_GUIDE
from rdscheck.assess.target import AURORA, Move

_FEATURES = {
    "aws_lambda": ("Lambda", f"{USER_GUIDE}/PostgreSQL-Lambda.html"),
    "aws_ml": (
        "SageMaker or Comprehend",
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/postgresql-ml.html",
    ),
    "aws_s3": ("s3Import or s3Export", f"{USER_GUIDE}/USER_PostgreSQL.S3Import.html"),
}


@rule(
    id="extension-needs-iam-role",
    problem="The extension calls AWS as a role of IAM, which each instance has to be given.",
    why="The association is the instance's and does not come along with a restore: calls fail until the new"
    " instance has the role, for every feature that is used.",
    fix="Associate the role with the target instance, for the same feature.",
    severity=Severity.WARNING,
    source=_FEATURES["aws_s3"][1],
    date=READ,
    moves=(Move.RESTORE,),
    effort=Effort(0.5),
    guilty=Example(sql=disguised("aws_s3 1.1"), subject="extension aws_s3"),
    innocent=Example(sql=disguised("aws_commons 1.1")),
)
def extension_needs_iam_role(context: Context) -> Iterator[Hit]:
    """Find extensions of AWS that call other services."""
    target = context.target
    command = "add-role-to-db-cluster" if target.engine == AURORA else "add-role-to-db-instance"
    for one in installed(context, *_FEATURES):
        if standing(one.name, target) is Standing.OFFERED:
            feature, source = _FEATURES[one.name]
            yield on(
                one,
                f"{plain(one.name)} on a new {target.name} has no role of IAM until one is associated for"
                f" {feature}.",
                f"Associate the role with aws rds {command}, for the feature {feature}.",
                source=source,
            )
