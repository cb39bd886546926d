"""Something that writes into a catalog of the system."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

#: pg_settings takes an UPDATE as SET; the others have findings of their own.
_ELSEWHERE = frozenset(
    f"pg_catalog.{name}" for name in ("pg_settings", "pg_authid", "pg_shadow", "pg_largeobject")
)


@rule(
    id="writes-system-catalog",
    problem="A catalog of the system is written to.",
    why="Only superusers change catalogs: on RDS the statement fails with permission denied.",
    fix="Use the ALTER statement that does the same.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("catalogs"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION close_door() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE"
        " pg_catalog.pg_database SET datallowconn = false WHERE datname = 'old'; END $$",
        subject="function public.close_door()",
    ),
    innocent=Example(
        sql="CREATE SCHEMA app; CREATE TABLE app.pg_database (datname name, datallowconn boolean); CREATE"
        " FUNCTION close_door() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE app.pg_database SET"
        " datallowconn = false WHERE datname = 'old'; END $$",
    ),
)
def writes_system_catalog(context: Context) -> Iterator[Hit]:
    """Find INSERT, UPDATE and DELETE on catalogs."""
    catalogs = {one.detail for one in context.facts.acts if one.kind == "writes"} - _ELSEWHERE
    bare = {name.removeprefix("pg_catalog.") for name in catalogs}
    for one in doings(context, "writes", of=bare):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} writes to {one.list}, which {context.target.name} refuses.",
            "-- for example ALTER DATABASE … ALLOW_CONNECTIONS false, ALTER TABLE … DISABLE TRIGGER USER",
        )
