"""Schemas that may stand for several pairs of T-SQL database and schema."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.pages import BABELFISH
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.babelfish._schemas import databases, dump, is_of_tsql
from rdscheck.assess.target import AURORA
from rdscheck.babelfish.naming import Mode, origins


@rule(
    id="babelfish-ambiguous-schema",
    problem="The schema may stand for several databases of T-SQL.",
    why="In multi-db mode a schema is named database_schema; an underscore in either makes it unclear which "
    "is which. CREATE SCHEMA of the other pair fails.",
    fix="Ask sys.babelfish_namespace_ext which it is; do not take names apart in scripts.",
    severity=Severity.NOTE,
    source=BABELFISH,
    date="2026-10-01",
    effort=Effort(0.1),
    engines=(AURORA,),
    guilty=Example(
        dump=dump("CREATE SCHEMA web_shop_dbo;\n"), subject="schema web_shop_dbo", target="aurora-15"
    ),
    innocent=Example(dump=dump("CREATE SCHEMA webshop_dbo;\n"), target="aurora-15"),
)
def babelfish_ambiguous_schema(context: Context) -> Iterator[Hit]:
    """Find schemas with several origins in databases of Babelfish."""
    there = databases(context.facts)
    for one in context.facts.schemas:
        if one.database in there and is_of_tsql(one.name):
            pairs = origins(one.name, Mode.MULTI)
            if len(pairs) > 1:
                named = " or ".join(f"{database}.{schema}" for database, schema in pairs)
                yield hit(
                    one,
                    f"schema {plain(one.name)}",
                    f"The schema {plain(one.name)} may be {named} of T-SQL.",
                )
