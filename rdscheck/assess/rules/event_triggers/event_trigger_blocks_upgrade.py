"""An event trigger before a major upgrade."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="event-trigger-blocks-upgrade",
    problem="An event trigger has to be dropped before a major upgrade.",
    why="The precheck of the upgrade stops at event triggers.",
    fix="Drop it before the upgrade, and create it again afterwards.",
    severity=Severity.BLOCKER,
    source=pages.EVENT_TRIGGERS,
    date=pages.READ,
    effort=Effort(0.25, 0.1),
    moves=(Move.UPGRADE,),
    guilty=Example(
        sql="CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;"
        " CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION watch()",
        subject="event trigger watcher",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def event_trigger_blocks_upgrade(context: Context) -> Iterator[Hit]:
    """Find event triggers that no extension brings, where the major changes."""
    if context.source_major >= context.target.major:
        return
    for one in context.facts.event_triggers:
        yield hit(
            one,
            f"event trigger {plain(one.name)}",
            f"The event trigger {plain(one.name)} stops the upgrade to {context.target.name}.",
            f"DROP EVENT TRIGGER {quoted(one.name)}; -- keep its statement: pg_dump shows it",
        )
