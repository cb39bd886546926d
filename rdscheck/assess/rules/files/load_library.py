"""LOAD of a library."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="load-library",
    problem="A library is loaded by LOAD.",
    why="Whoever is no superuser may load only libraries of the directory plugins, and nothing can be put"
    " there on RDS: LOAD fails.",
    fix="Name the library in shared_preload_libraries, in the parameter group.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-load"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION explain_all() RETURNS void LANGUAGE plpgsql AS $$ BEGIN LOAD 'auto_explain';"
        " END $$",
        subject="function public.explain_all()",
    ),
    innocent=Example(
        sql="CREATE FUNCTION explain_all() RETURNS text LANGUAGE plpgsql AS $$ BEGIN /* LOAD 'auto_explain'"
        " */ RETURN 'LOAD ''auto_explain'''; END $$",
    ),
)
def load_library(context: Context) -> Iterator[Hit]:
    """Find LOAD."""
    libraries = context.target.libraries
    for one in doings(context, "load"):
        bare = [name.rpartition("/")[2].removesuffix(".so") for name in one.what]
        known = [name for name in bare if name in libraries]
        yield hit(
            one.first,
            one.subject,
            f"{one.who} loads {one.list}, which {context.target.name} refuses.",
            f"-- in the parameter group: shared_preload_libraries = {','.join(known)}" if known else "",
        )
