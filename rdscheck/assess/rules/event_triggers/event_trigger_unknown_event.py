"""An event trigger on an event that the target does not know."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move

#: First major that knows the event; the others are older than every target.
_SINCE = {"login": 17}


@rule(
    id="event-trigger-unknown-event",
    problem="An event trigger is for an event that the target does not know.",
    why="CREATE EVENT TRIGGER fails: the event came with a later major version.",
    fix="Drop it, or move to a later major.",
    severity=Severity.BLOCKER,
    source="https://www.postgresql.org/docs/release/17.0/",
    date=pages.READ,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    sources=(17, 0),
    targets=(0, 16),
    guilty=Example(
        sql="CREATE FUNCTION greet() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;"
        " CREATE EVENT TRIGGER greeter ON login EXECUTE FUNCTION greet()",
        subject="event trigger greeter",
        since=17,
        target="rds-16",
    ),
    innocent=Example(
        sql="CREATE FUNCTION login() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;"
        " CREATE EVENT TRIGGER login ON sql_drop EXECUTE FUNCTION login()",
        since=17,
        target="rds-16",
    ),
)
def event_trigger_unknown_event(context: Context) -> Iterator[Hit]:
    """Find event triggers on events of later majors."""
    for one in context.facts.event_triggers:
        if _SINCE.get(one.event, 0) > context.target.major:
            yield hit(
                one,
                f"event trigger {plain(one.name)}",
                f"The event trigger {plain(one.name)} is for {one.event}, which PostgreSQL"
                f" {context.target.major} does not know.",
                f"DROP EVENT TRIGGER {quoted(one.name)};",
            )
