"""orafce over the border of 3.22, where its functions moved to one schema."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extension_upgrades._versions import crosses
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import installed, on
from rdscheck.assess.rules.extensions._pages import READ
from rdscheck.model import Certainty

ORAFCE = "https://github.com/orafce/orafce/blob/master/NEWS"

#: Since when its functions and types are in the schema oracle.
MOVED = (3, 22)


@rule(
    id="orafce-schema-moved",
    problem="From 3.22 on, orafce has its functions in the schema oracle.",
    why="Until then they were in public and pg_catalog, and found without a schema. Calls such as"
    " add_months(…)"
    " or nvl(…) fail with 'function does not exist' unless search_path has oracle; those that PostgreSQL has"
    " too, as to_date and substr, become PostgreSQL's, silently, unless oracle stands before pg_catalog.",
    fix="Put oracle into search_path, before pg_catalog where Oracle's way of such functions is wanted.",
    severity=Severity.WARNING,
    source=ORAFCE,
    date=READ,
    certainty=Certainty.DERIVED,
    effort=Effort(4),
    guilty=Example(
        sql=disguised("orafce 3.15"),
        subject="extension orafce",
        not_dumped="a dump does not tell the version of an extension",
    ),
    innocent=Example(sql=disguised("orafce 3.24")),
)
def orafce_schema_moved(context: Context) -> Iterator[Hit]:
    """Find the extension before the border where the target has a later version."""
    for one in installed(context, "orafce"):
        if crosses(context, one, MOVED):
            there = context.target.extensions[one.name].version
            yield on(
                one,
                f"orafce is at {one.version}; in {there} of {context.target.name} its functions are in the"
                " schema oracle.",
                _path(one.database) if one.database else "",
            )


def _path(database: str) -> str:
    return (
        f"On the target: ALTER DATABASE {quoted(database)} SET search_path = oracle, pg_catalog,"
        ' "$user", public'
    )
