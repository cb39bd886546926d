"""The table of hints of pg_hint_plan, which has another column from 17 on."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, installed, on, standing


@rule(
    id="hint-plan-table-changed",
    problem="From 17 on the table of hints of pg_hint_plan goes by the number of a query, not by its text.",
    why="Version 1.7 replaced the normalized text of queries in hint_plan.hints by query_id. Rows of"
    " before do"
    " not fit the table: a restore cannot load them, and hints kept there are not applied. Hints in comments"
    " work as before.",
    fix="Enter the hints of the table again, by the query_id of the target.",
    severity=Severity.WARNING,
    source="https://github.com/ossc-db/pg_hint_plan/releases",
    date="2026-11-21",
    targets=(17, 0),
    sources=(0, 16),
    effort=Effort(1),
    guilty=Example(
        sql=disguised("pg_hint_plan 1.5"), subject="extension pg_hint_plan", until=16, target="rds-17"
    ),
    innocent=Example(sql=disguised("pg_hint_plan 1.5"), until=16, target="rds-16"),
)
def hint_plan_table_changed(context: Context) -> Iterator[Hit]:
    """Find the extension where the source is known to be before 17."""
    if not context.source_major:
        return
    for one in installed(context, "pg_hint_plan"):
        if standing(one.name, context.target) is Standing.OFFERED:
            there = context.target.extensions[one.name].version
            yield on(
                one,
                f"pg_hint_plan of {context.source_major:g} keeps hints by the text of a query, {there} of"
                f" {context.target.name} by query_id.",
                "-- on the source, to know what has to be entered again\nSELECT * FROM hint_plan.hints;",
            )
