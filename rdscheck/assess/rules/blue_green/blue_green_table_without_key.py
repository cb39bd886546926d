"""Tables without a key, which a blue/green deployment cannot keep equal."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import BLUE_GREEN
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.blue_green._subjects import UPGRADES, concerned
from rdscheck.assess.target import Move


@rule(
    id="blue-green-table-without-key",
    problem="The table has neither a primary key nor another replica identity.",
    why="A blue/green deployment replicates rows to the new version. Changes of rows without an identity "
    "cannot be replicated.",
    fix="Give the table a primary key, or REPLICA IDENTITY FULL.",
    severity=Severity.NOTE,
    source=BLUE_GREEN,
    date="2026-10-01",
    effort=Effort(0.5, 0.25),
    moves=UPGRADES,
    guilty=Example(
        sql="CREATE TABLE public.log (at timestamptz, said text)",
        subject="table public.log",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE TABLE public.log (at timestamptz, said text);"
        " ALTER TABLE public.log REPLICA IDENTITY FULL; CREATE VIEW public.v AS SELECT 1 AS a",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def blue_green_table_without_key(context: Context) -> Iterator[Hit]:
    """Find tables that hold rows and have no identity."""
    if not concerned(context):
        return
    for one in context.facts.relations:
        known = one.identity in {"full", "index"} or (one.identity == "default" and one.has_key)
        if one.kind == "table" and not one.unlogged and not known:
            yield hit(
                one,
                f"table {plain(one.schema, one.name)}",
                f"The table {plain(one.schema, one.name)} has no key: its changes cannot be replicated.",
                f"ALTER TABLE {quoted(one.schema, one.name)} REPLICA IDENTITY FULL;",
            )
