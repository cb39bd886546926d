"""An event trigger that belongs to somebody other than who restores it."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import known
from rdscheck.model import Certainty


@rule(
    id="event-trigger-owner",
    problem="An event trigger belongs to a role that cannot own one on RDS.",
    why="Members of rds_superuser create event triggers on RDS. To give one away the new owner must be a"
    " superuser, and there is none: ALTER EVENT TRIGGER … OWNER TO fails, and the trigger stays with the"
    " master user.",
    fix="Restore with --no-owner, or let the master user own it on the source already.",
    severity=Severity.WARNING,
    source=pages.EVENT_TRIGGERS,
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new} SUPERUSER; CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS"
        " $$ BEGIN NULL; END $$; CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION watch();"
        " ALTER EVENT TRIGGER watcher OWNER TO {new}",
        subject="event trigger watcher",
        clean="DROP OWNED BY {new}; DROP ROLE {new}",
    ),
    innocent=Example(
        sql="CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;"
        " CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION watch()",
    ),
)
def event_trigger_owner(context: Context) -> Iterator[Hit]:
    """Find event triggers whose owner is a role of users."""
    for one in context.facts.event_triggers:
        if one.owner and not known(one.owner, context.facts):
            name = plain(one.name)
            yield hit(
                one,
                f"event trigger {name}",
                f"The event trigger {name} belongs to {plain(one.owner)}; on {context.target.name} it can"
                " belong to the master user only.",
                f"ALTER EVENT TRIGGER {quoted(one.name)} OWNER TO postgres; -- on the source; or --no-owner",
            )
