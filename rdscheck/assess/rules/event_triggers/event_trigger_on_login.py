"""An event trigger on login."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="event-trigger-on-login",
    problem="An event trigger runs at every log-in.",
    why="When its function fails nobody gets in, for example because of what a superuser could do. On one's"
    " own server single-user mode is the way back; on RDS there is none.",
    fix="Restore it disabled, try it, and let the function catch its errors.",
    severity=Severity.WARNING,
    source=pages.postgresql("event-trigger-definition"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    sources=(17, 0),
    targets=(17, 0),
    guilty=Example(
        sql="CREATE FUNCTION greet() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;"
        " CREATE EVENT TRIGGER greeter ON login EXECUTE FUNCTION greet()",
        subject="event trigger greeter",
        since=17,
    ),
    innocent=Example(
        sql="CREATE FUNCTION login() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;"
        " CREATE EVENT TRIGGER login ON ddl_command_start EXECUTE FUNCTION login()",
        since=17,
    ),
)
def event_trigger_on_login(context: Context) -> Iterator[Hit]:
    """Find event triggers on login that are not disabled."""
    for one in context.facts.event_triggers:
        if one.event == "login" and one.enabled != "disabled":
            yield hit(
                one,
                f"event trigger {plain(one.name)}",
                f"The event trigger {plain(one.name)} runs at every log-in; when {one.function} fails"
                f" nobody can log in to this database on {context.target.name}.",
                f"ALTER EVENT TRIGGER {quoted(one.name)} DISABLE; -- until its function is tried on the"
                " target",
            )
