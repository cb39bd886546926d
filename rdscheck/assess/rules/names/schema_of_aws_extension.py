"""Schemas of one's own with the names that AWS's extensions make."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

#: Extensions that make a schema of their own name.
_MADE = frozenset({"apg_plan_mgmt", "aws_commons", "aws_lambda", "aws_ml", "aws_s3"})


@rule(
    id="schema-of-aws-extension",
    problem="The schema has the name of one that an extension of AWS makes.",
    why="CREATE EXTENSION fails while a schema of that name is there: stand-ins for aws_s3 on other servers "
    "are often kept in such schemas.",
    fix="Leave the schema out of the restore, or rename it, and create the extension.",
    severity=Severity.WARNING,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.S3Import.Reference.html",
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE SCHEMA aws_s3; CREATE FUNCTION aws_s3.query_export_to_s3(text) RETURNS text LANGUAGE sql "
        "AS 'SELECT $1'",
        subject="schema aws_s3",
    ),
    innocent=Example(
        sql="CREATE SCHEMA my_aws_s3; CREATE FUNCTION my_aws_s3.f(text) RETURNS text LANGUAGE sql AS "
        "'SELECT $1'",
    ),
)
def schema_of_aws_extension(context: Context) -> Iterator[Hit]:
    """Find schemas of users of those names, where the target offers the extension."""
    offered = context.target.extensions
    for one in context.facts.schemas:
        if one.name in _MADE and one.name in offered:
            yield hit(
                one,
                f"schema {plain(one.name)}",
                f"The schema {plain(one.name)} keeps the extension of that name from being created.",
                f"ALTER SCHEMA {quoted(one.name)} RENAME TO {quoted('my_' + one.name)};",
            )
