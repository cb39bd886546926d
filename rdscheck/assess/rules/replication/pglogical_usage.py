"""pglogical, whose library asks for rights of everybody who drops something."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.model import Certainty


@rule(
    id="pglogical-usage",
    problem="With pglogical installed, dropping anything takes USAGE on its schema.",
    why="Its library looks up the node at every DROP, also of columns and indexes: roles without USAGE on"
    " the schema pglogical get permission denied for schema pglogical.",
    fix="Grant USAGE on the schema to PUBLIC, or drop extension and schema when replication is over.",
    severity=Severity.WARNING,
    source="https://github.com/2ndQuadrant/pglogical/issues/483",
    date=pages.READ,
    certainty=Certainty.OBSERVED,
    effort=Effort(0.25),
    # A sandbox has it only where the library is preloaded.
    guilty=Example(
        dump="CREATE EXTENSION IF NOT EXISTS pglogical WITH SCHEMA pglogical;\n",
        subject="extension pglogical",
    ),
    innocent=Example(sql="CREATE SCHEMA pglogical; CREATE TABLE pglogical.node (id integer PRIMARY KEY)"),
)
def pglogical_usage(context: Context) -> Iterator[Hit]:
    """Find the extension, unless everybody was granted USAGE."""
    granted = {
        one.database
        for one in context.facts.grants
        if one.kind == "schema" and one.object == "pglogical" and one.grantee == "public"
    }
    for one in context.facts.extensions:
        if one.name == "pglogical" and one.database not in granted:
            yield hit(
                one,
                "extension pglogical",
                "With pglogical loaded, roles without USAGE on the schema pglogical cannot drop tables,"
                f" columns or indexes on {context.target.name}.",
                "GRANT USAGE ON SCHEMA pglogical TO PUBLIC;",
            )
