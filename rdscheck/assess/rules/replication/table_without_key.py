"""A table whose rows logical replication cannot tell apart."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.facts import Publication, Relation
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="table-without-key",
    problem="A table has neither a primary key nor another replica identity.",
    why="Logical replication, blue/green deployments and AWS DMS cannot carry its updates and deletes;"
    " where the table is published, UPDATE and DELETE on it fail.",
    fix="Give it a primary key, or REPLICA IDENTITY FULL for the time of the move.",
    severity=Severity.NOTE,
    source=pages.postgresql("logical-replication-publication"),
    date=pages.READ,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(sql="CREATE TABLE visits (at timestamptz, who text)", subject="table public.visits"),
    innocent=Example(
        sql="CREATE TABLE visits (id integer PRIMARY KEY); CREATE TABLE visitors (who text NOT NULL);"
        " CREATE UNIQUE INDEX visitors_who ON visitors (who); ALTER TABLE visitors REPLICA IDENTITY USING"
        " INDEX visitors_who; CREATE TABLE pages (url text); ALTER TABLE pages REPLICA IDENTITY FULL;"
        " CREATE UNLOGGED TABLE scratch (line text)"
    ),
)
def table_without_key(context: Context) -> Iterator[Hit]:
    """Find logged tables without key; a partition is its parent's matter."""
    for one in context.facts.relations:
        tabular = one.kind in {"table", "partitioned table"} and not one.is_partition and not one.unlogged
        if (
            tabular
            and one.identity in {"default", "nothing"}
            and not (one.has_key and one.identity == "default")
        ):
            name = plain(one.schema, one.name)
            by = [plain(p.name) for p in context.facts.publications if _publishes(p, one)]
            lacks = "no primary key" if not one.has_key else "REPLICA IDENTITY NOTHING"
            yield hit(
                one,
                f"{one.kind} {name}",
                f"{name} has {lacks}{f' and is in the publication {by[0]}' if by else ''}; logical"
                f" replication to {context.target.name} cannot carry its updates and deletes.",
                f"ALTER TABLE {quoted(one.schema, one.name)} REPLICA IDENTITY"
                f" {'DEFAULT' if one.has_key else 'FULL'};"
                + ("" if one.has_key else " -- or, better, a primary key"),
            )


def _publishes(publication: Publication, table: Relation) -> bool:
    return publication.database == table.database and (
        publication.all_tables
        or table.schema in publication.schemas
        or f"{table.schema}.{table.name}" in publication.tables
    )
