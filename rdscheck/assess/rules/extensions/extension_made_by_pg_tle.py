"""An extension of your own that pg_tle keeps in the database."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, on, unclaimed
from rdscheck.assess.rules.extensions._pages import READ, TLE
from rdscheck.assess.rules.extensions._tle import made_by_tle
from rdscheck.assess.target import Move

_CONTROL = """
CREATE FUNCTION pgtle."{name}.control"() RETURNS text LANGUAGE sql AS $$ SELECT 'default_version=1.0' $$"""


@rule(
    id="extension-made-by-pg-tle",
    problem="The extension is kept in the database by pg_tle, which has to be there first.",
    why="A dump holds the functions pg_tle keeps the extension in. They are restored only where pg_tle is"
    " loaded and created, by a member of pgtle_admin, and only the default version of the extension.",
    fix="Load pg_tle, create it, and restore as a member of pgtle_admin.",
    severity=Severity.WARNING,
    source=TLE,
    date=READ,
    moves=(Move.RESTORE,),
    effort=Effort(1, 0.25),
    guilty=Example(
        sql=disguised("pg_tle 1.5.2", "distances") + ";" + _CONTROL.format(name="distances"),
        subject="extension distances",
        target="rds-17",
    ),
    innocent=Example(sql="CREATE SCHEMA pgtle;" + _CONTROL.format(name="distances"), target="rds-17"),
)
def extension_made_by_pg_tle(context: Context) -> Iterator[Hit]:
    """Find installed extensions whose control file is a function of pg_tle."""
    made = made_by_tle(context.facts)
    ready = "pg_tle" in context.target.extensions
    for one in unclaimed(context, Standing.NOWHERE):
        if (one.database, one.name) in made:
            yield on(
                one,
                f"The extension {plain(one.name)} is kept by pg_tle, which {context.target.name} "
                + ("offers: create that first." if ready else "does not offer."),
                "CREATE EXTENSION IF NOT EXISTS pg_tle;\nGRANT pgtle_admin TO CURRENT_USER;"
                if ready
                else f"Choose a target that offers pg_tle, or make {plain(one.name)} ordinary objects.",
                severity=Severity.WARNING if ready else Severity.BLOCKER,
                fix_on="target" if ready else "source",
            )
