"""Event triggers, which may stop or disturb a blue/green deployment."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import BLUE_GREEN
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.blue_green._subjects import UPGRADES, concerned
from rdscheck.assess.target import Move

_OF_DMS = "dts_capture_catalog_start"
_EVENTS = frozenset({"ddl_command_start", "ddl_command_end", "sql_drop"})


@rule(
    id="blue-green-event-trigger",
    problem="An event trigger may disturb a blue/green deployment.",
    why="It fires for the definitions that the deployment itself makes on both sides. That of DMS, "
    "dts_capture_catalog_start, keeps the deployment from being made.",
    fix="Disable the event trigger until the switchover; drop that of DMS.",
    severity=Severity.NOTE,
    source=BLUE_GREEN,
    date="2026-10-01",
    effort=Effort(0.25, 0.25),
    moves=UPGRADES,
    guilty=Example(
        sql="CREATE FUNCTION public.f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
        " CREATE EVENT TRIGGER dts_capture_catalog_start ON ddl_command_start EXECUTE FUNCTION public.f()",
        subject="event trigger dts_capture_catalog_start",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE FUNCTION public.f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
        " CREATE EVENT TRIGGER quiet ON ddl_command_start EXECUTE FUNCTION public.f();"
        " ALTER EVENT TRIGGER quiet DISABLE",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def blue_green_event_trigger(context: Context) -> Iterator[Hit]:
    """Find enabled event triggers of definitions."""
    if not concerned(context):
        return
    for one in context.facts.event_triggers:
        dms = one.name == _OF_DMS
        if dms or (one.event in _EVENTS and one.enabled != "disabled"):
            yield hit(
                one,
                f"event trigger {plain(one.name)}",
                f"The event trigger {plain(one.name)} "
                + ("of DMS keeps a deployment from being made." if dms else f"fires for {one.event}."),
                f"DROP EVENT TRIGGER {quoted(one.name)};"
                if dms
                else f"ALTER EVENT TRIGGER {quoted(one.name)} DISABLE;",
                severity=Severity.WARNING if dms else Severity.NOTE,
            )
