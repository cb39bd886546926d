"""A publication of all tables, or of all in a schema."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import known
from rdscheck.model import Certainty


@rule(
    id="publication-all-tables",
    problem="A publication takes all tables, or all of a schema, by itself.",
    why="PostgreSQL lets only superusers own such a publication; on RDS members of rds_superuser create it,"
    " and it cannot be given to anybody else.",
    fix="Restore it as the master user with --no-owner, or publish tables by name.",
    severity=Severity.NOTE,
    source="https://github.com/shayonj/pg_easy_replicate/pull/23",
    date=pages.READ,
    certainty=Certainty.OBSERVED,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(sql="CREATE PUBLICATION news FOR ALL TABLES", subject="publication news"),
    innocent=Example(
        sql="CREATE TABLE news (id integer PRIMARY KEY); CREATE PUBLICATION news FOR TABLE news"
    ),
)
def publication_all_tables(context: Context) -> Iterator[Hit]:
    """Find such publications; a warning where the owner is neither the master user nor the like."""
    for one in context.facts.publications:
        if one.all_tables or one.schemas:
            name = plain(one.name)
            what = "all tables" if one.all_tables else f"all tables in {', '.join(map(plain, one.schemas))}"
            other = bool(one.owner) and not known(one.owner, context.facts)
            yield hit(
                one,
                f"publication {name}",
                f"The publication {name} takes"
                f" {what}{f' and belongs to {plain(one.owner)}' if other else ''}; on {context.target.name}"
                " only a member of rds_superuser can create it.",
                f"ALTER PUBLICATION {quoted(one.name)} OWNER TO postgres; -- on the source; or --no-owner"
                if other
                else "",
                severity=Severity.WARNING if other else None,
            )
