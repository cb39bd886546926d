"""An extension nobody but its owner knows: most likely one's own."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, on, unclaimed
from rdscheck.assess.rules.extensions._pages import READ, TLE
from rdscheck.assess.rules.extensions._replacements import KNOWN
from rdscheck.assess.rules.extensions._tle import made_by_tle
from rdscheck.assess.target import AURORA


@rule(
    id="extension-unknown",
    problem="No list of the service has this extension, and it is none of the well-known ones.",
    why="An extension of your own needs files in the server's directories, which nobody can put on RDS:"
    " CREATE EXTENSION fails, and its members, which a dump leaves out, are missing.",
    fix="Bring an extension written in SQL or a trusted language over with pg_tle.",
    severity=Severity.BLOCKER,
    source=TLE,
    date=READ,
    effort=Effort(2, 4),
    guilty=Example(sql=disguised("acme_billing 1.3"), subject="extension acme_billing"),
    innocent=Example(sql="CREATE EXTENSION hstore", needs=("hstore",)),
)
def extension_unknown(context: Context) -> Iterator[Hit]:
    """Find installed extensions that neither the service nor we know."""
    made = made_by_tle(context.facts)
    for one in unclaimed(context, Standing.NOWHERE):
        # Those of Babelfish are the service's own on Aurora, and on no list.
        babelfish = context.target.engine == AURORA and one.name.startswith("babelfishpg_")
        if babelfish or one.name in KNOWN or (one.database, one.name) in made:
            continue
        tle = "pg_tle" in context.target.extensions
        yield on(
            one,
            f"{context.target.name} knows no extension {plain(one.name)}; if it is your own, "
            + (
                "pgtle.install_extension takes its script, where that has no LANGUAGE c."
                if tle
                else "make its objects ordinary ones."
            ),
            "-- before it, for members that are to stay and be dumped: ALTER EXTENSION … DROP …\n"
            f"DROP EXTENSION {quoted(one.name)};",
        )
