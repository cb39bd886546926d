"""ALTER TABLE … DISABLE TRIGGER ALL."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="disables-system-triggers",
    problem="All triggers of a table are switched off, those of foreign keys among them.",
    why="Triggers of foreign keys belong to the system: DISABLE TRIGGER ALL takes a superuser where a table"
    " has any, and fails on RDS. Dumps made with --disable-triggers do it for every table.",
    fix="Use DISABLE TRIGGER USER, or session_replication_role = replica as a member of rds_superuser.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-altertable"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE TABLE orders (id integer PRIMARY KEY); CREATE TABLE items (part integer REFERENCES"
        " orders); CREATE FUNCTION load_items() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE"
        " public.items DISABLE TRIGGER ALL; END $$",
        subject="function public.load_items()",
    ),
    innocent=Example(
        sql="CREATE TABLE orders (id integer PRIMARY KEY); CREATE TABLE items (part integer REFERENCES"
        " orders); CREATE FUNCTION load_items() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE"
        " public.items DISABLE TRIGGER USER; END $$",
    ),
)
def disables_system_triggers(context: Context) -> Iterator[Hit]:
    """Find DISABLE TRIGGER ALL."""
    for one in doings(context, "disable system triggers"):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} switches off all triggers of {one.list}, which {context.target.name} refuses where"
            " foreign keys are among them.",
            "SET session_replication_role = replica; -- as a member of rds_superuser; afterwards: origin",
        )
