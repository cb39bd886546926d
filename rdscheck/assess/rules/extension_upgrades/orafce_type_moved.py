"""A column of a type of orafce that has another schema on the target."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extension_upgrades._versions import on_target
from rdscheck.assess.rules.extension_upgrades.orafce_schema_moved import MOVED, ORAFCE
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._pages import READ
from rdscheck.assess.target import Move
from rdscheck.assess.types import element
from rdscheck.model import Certainty

_TYPES = frozenset({"nvarchar2", "varchar2"})
_SQL = (
    disguised("orafce 3.15") + ";\n{before}CREATE DOMAIN {schema}.varchar2 AS text;\n"
    "ALTER EXTENSION orafce ADD DOMAIN {schema}.varchar2;\n"
    "CREATE TABLE public.customer (name {schema}.varchar2)"
)


@rule(
    id="orafce-type-moved",
    problem="The column has a type of orafce by the schema it was in before 3.22.",
    why="The target's orafce has its types in the schema oracle. The dump names the old schema: CREATE TABLE"
    " fails with 'type does not exist', and with it the table and its rows.",
    fix="Replace the schema of the type by oracle in the dump, or update orafce on the source first.",
    severity=Severity.BLOCKER,
    source=ORAFCE,
    date=READ,
    certainty=Certainty.DERIVED,
    moves=(Move.RESTORE,),
    effort=Effort(1, 0.1),
    guilty=Example(sql=_SQL.format(schema="public", before=""), subject="column public.customer.name"),
    innocent=Example(
        sql=_SQL.format(
            schema="oracle", before="CREATE SCHEMA oracle;\nALTER EXTENSION orafce ADD SCHEMA oracle;\n"
        )
    ),
)
def orafce_type_moved(context: Context) -> Iterator[Hit]:
    """Find columns of types that no user made, named as orafce's, outside the schema oracle."""
    if on_target(context, "orafce") < MOVED:
        return
    databases = {one.database for one in context.facts.extensions if one.name == "orafce"}
    own = {(one.database, f"{one.schema}.{one.name}") for one in context.facts.types}
    for one in context.facts.columns:
        type_ = element(one.type)
        schema, _, name = type_.rpartition(".")
        if (
            name in _TYPES
            and schema != "oracle"
            and one.database in databases
            and (one.database, type_) not in own
        ):
            where = plain(one.schema, one.relation, one.name)
            yield hit(
                one,
                f"column {where}",
                f"The column {where} has the type {type_}, which is oracle.{name} on {context.target.name}.",
            )
