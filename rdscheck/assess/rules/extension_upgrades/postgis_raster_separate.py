"""A column of rasters, in a database without the extension that brings them today."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extension_upgrades.postgis_2_to_3 import _NOTES
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._pages import READ
from rdscheck.assess.target import Move
from rdscheck.assess.types import element

_SQL = (
    ";\nCREATE DOMAIN public.raster AS bytea;\nALTER EXTENSION {} ADD DOMAIN public.raster;\n"
    "CREATE TABLE public.tile (image public.raster)"
)


@rule(
    id="postgis-raster-separate",
    problem="The column holds rasters, which are in an extension of their own since PostGIS 3.",
    why="In PostGIS 2 the type came with postgis, so that a dump creates postgis alone. On the target that"
    " does"
    " not bring the type: CREATE TABLE fails with 'type does not exist', and with it the table and its rows.",
    fix="Create postgis_raster in the target before the restore.",
    severity=Severity.BLOCKER,
    source=_NOTES,
    date=READ,
    fix_on="target",
    moves=(Move.RESTORE,),
    effort=Effort(0.5),
    guilty=Example(
        sql=disguised("postgis 2.5.5") + _SQL.format("postgis"), subject="column public.tile.image"
    ),
    innocent=Example(sql=disguised("postgis 3.4.0", "postgis_raster 3.4.0") + _SQL.format("postgis_raster")),
)
def postgis_raster_separate(context: Context) -> Iterator[Hit]:
    """Find columns of a type raster that no user made, beside postgis without postgis_raster."""
    there = {(one.database, one.name) for one in context.facts.extensions}
    own = {(one.database, f"{one.schema}.{one.name}") for one in context.facts.types}
    for one in context.facts.columns:
        type_ = element(one.type)
        if (
            type_.rpartition(".")[2] == "raster"
            and (one.database, type_) not in own
            and (one.database, "postgis") in there
            and (one.database, "postgis_raster") not in there
        ):
            where = plain(one.schema, one.relation, one.name)
            yield hit(
                one,
                f"column {where}",
                f"The column {where} has the type {type_}, which postgis of {context.target.name} does not"
                " bring.",
                "CREATE EXTENSION IF NOT EXISTS postgis_raster CASCADE;",
            )
