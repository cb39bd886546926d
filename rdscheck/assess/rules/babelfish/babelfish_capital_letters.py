"""Tables that T-SQL cannot reach for the capitals in their names."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import BABELFISH
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.babelfish._schemas import dump, relations
from rdscheck.assess.target import AURORA
from rdscheck.babelfish.naming import fold
from rdscheck.model import Certainty


@rule(
    id="babelfish-capital-letters",
    problem="The name has capitals, so it was made on the PostgreSQL side, and T-SQL cannot reach it.",
    why="Babelfish folds names to small letters, those in brackets and quotation marks too, unless the "
    "server's collation tells case apart.",
    fix="Give the table a name of small letters.",
    severity=Severity.WARNING,
    source=BABELFISH,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.1),
    engines=(AURORA,),
    guilty=Example(
        dump=dump(
            'CREATE SCHEMA shop_dbo;\n\nCREATE TABLE shop_dbo."Orders" (\n    id integer NOT NULL\n);\n'
        ),
        subject='table shop_dbo."Orders"',
        target="aurora-15",
    ),
    innocent=Example(
        dump=dump(
            'CREATE SCHEMA shop_dbo;\n\nCREATE TABLE shop_dbo."größe Ü" (\n    id integer NOT NULL\n);\n'
        ),
        target="aurora-15",
    ),
)
def babelfish_capital_letters(context: Context) -> Iterator[Hit]:
    """Find relations in schemas of T-SQL whose names are not folded."""
    for one in relations(context.facts):
        if one.name != fold(one.name):
            yield hit(
                one,
                f"{one.kind} {plain(one.schema, one.name)}",
                f"T-SQL cannot reach the {one.kind} {plain(one.schema, one.name)}.",
                f"ALTER {'VIEW' if one.kind == 'view' else 'TABLE'} {quoted(one.schema, one.name)} "
                f"RENAME TO {quoted(fold(one.name))};",
            )
