"""A trigger that fires while changes are applied."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="trigger-fires-on-replica",
    problem="A trigger fires also, or only, while replicated changes are applied.",
    why="A move by logical replication or AWS DMS applies changes with session_replication_role = replica:"
    " this trigger fires for them, and what it does happens a second time on the target.",
    fix="Disable the trigger on the target until the move is over.",
    severity=Severity.NOTE,
    source=pages.postgresql("sql-altertable"),
    date=pages.READ,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE TABLE orders (id integer PRIMARY KEY); CREATE FUNCTION note() RETURNS trigger LANGUAGE"
        " plpgsql AS $$ BEGIN RETURN NEW; END $$; CREATE TRIGGER noting BEFORE INSERT ON orders FOR EACH"
        " ROW EXECUTE FUNCTION note(); ALTER TABLE orders ENABLE ALWAYS TRIGGER noting",
        subject="trigger public.orders.noting",
    ),
    innocent=Example(
        sql="CREATE TABLE orders (id integer PRIMARY KEY); CREATE FUNCTION note() RETURNS trigger LANGUAGE"
        " plpgsql AS $$ BEGIN RETURN NEW; END $$; CREATE TRIGGER noting BEFORE INSERT ON orders FOR EACH"
        " ROW EXECUTE FUNCTION note()",
    ),
)
def trigger_fires_on_replica(context: Context) -> Iterator[Hit]:
    """Find triggers enabled for replicas or always."""
    for one in context.facts.triggers:
        if one.enabled in {"replica", "always"}:
            name = plain(one.schema, one.relation, one.name)
            yield hit(
                one,
                f"trigger {name}",
                f"The trigger {name} is enabled {one.enabled}: it fires for changes that a move applies.",
                f"ALTER TABLE {quoted(one.schema, one.relation)} DISABLE TRIGGER {quoted(one.name)}; -- on"
                " the target, until the move is over",
            )
