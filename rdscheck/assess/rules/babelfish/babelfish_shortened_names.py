"""Names that Babelfish has shortened by a hash."""

import re
from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.babelfish._schemas import dump, relations
from rdscheck.assess.target import AURORA
from rdscheck.babelfish.naming import identifier

_LONG = "quarterly_results_of_all_subsidiaries_in_the_european_union_by_month"

#: A name of 28 to 31 bytes with an MD5 hash behind it: fewer than 31 where a character did not fit.
_SHORTENED = re.compile(r"(.+)[0-9a-f]{32}", re.ASCII | re.DOTALL)
_SHORTEST, _LONGEST = 28, 31


@rule(
    id="babelfish-shortened-names",
    problem="Babelfish has shortened this name: T-SQL and PostgreSQL know it by different ones.",
    why="Names of 64 bytes and more keep 31 and get a hash. Whatever runs on the PostgreSQL side (aws_s3, "
    "pg_cron, DMS, reports) must use the shortened name.",
    fix="Use the name as it is here outside T-SQL, or give the table a shorter one.",
    severity=Severity.NOTE,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/babelfish-compatibility.html",
    date="2026-10-01",
    effort=Effort(0.25, 0.1),
    engines=(AURORA,),
    guilty=Example(
        dump=dump(
            f"CREATE SCHEMA shop_dbo;\n\nCREATE TABLE shop_dbo.{identifier(_LONG)} (\n    id integer NOT "
            f"NULL\n);\n"
        ),
        subject=f"table shop_dbo.{identifier(_LONG)}",
        target="aurora-15",
    ),
    innocent=Example(
        dump=dump(
            f"CREATE SCHEMA shop_dbo;\n\nCREATE TABLE shop_dbo.{_LONG[:63]} (\n    id integer NOT NULL\n);\n"
        ),
        target="aurora-15",
    ),
)
def babelfish_shortened_names(context: Context) -> Iterator[Hit]:
    """Find relations of T-SQL whose names end in a hash."""
    for one in relations(context.facts):
        match = _SHORTENED.fullmatch(one.name)
        if match and _SHORTEST <= len(match[1].encode()) <= _LONGEST:
            yield hit(
                one,
                f"{one.kind} {plain(one.schema, one.name)}",
                f"The {one.kind} {plain(one.schema, one.name)} has a longer name in T-SQL, which begins with "
                f"{match[1]}.",
            )
