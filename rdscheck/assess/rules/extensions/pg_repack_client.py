"""pg_repack, whose client has to be called otherwise on RDS."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, installed, on, standing
from rdscheck.assess.rules.extensions._pages import READ, TASKS
from rdscheck.assess.target import Move


@rule(
    id="pg-repack-client",
    problem="Scripts that call pg_repack have to be changed for RDS.",
    why="The client asks for a superuser unless it is told not to, wants an extension of exactly its own"
    " version, and cannot do all databases at once on RDS. Others write to a table meanwhile only with"
    " default privileges in its schema, which have to be granted again.",
    fix="Call pg_repack with -k, one database at a time, in the version of the target's extension.",
    severity=Severity.NOTE,
    source=f"{TASKS}.pg_repack.html",
    date=READ,
    fix_on="target",
    moves=(Move.RESTORE,),
    effort=Effort(0.5),
    guilty=Example(sql=disguised("pg_repack 1.4.7"), subject="extension pg_repack"),
    innocent=Example(sql="CREATE EXTENSION pgstattuple", needs=("pgstattuple",)),
)
def pg_repack_client(context: Context) -> Iterator[Hit]:
    """Find the extension."""
    for one in installed(context, "pg_repack"):
        if standing(one.name, context.target) is Standing.OFFERED:
            version = context.target.extensions[one.name].version
            yield on(
                one,
                f"{context.target.name} has pg_repack {version}: take the client of that version, with -k and"
                " without --all.",
                "CREATE EXTENSION IF NOT EXISTS pg_repack;\n"
                "ALTER DEFAULT PRIVILEGES IN SCHEMA repack GRANT INSERT ON TABLES TO PUBLIC;\n"
                "ALTER DEFAULT PRIVILEGES IN SCHEMA repack GRANT USAGE, SELECT ON SEQUENCES TO PUBLIC;",
            )
