"""A base type: made of functions in C."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extensions._pages import MANUAL, READ
from rdscheck.assess.target import Move

_TYPE = """
CREATE TYPE public.label;
CREATE FUNCTION public.label_in(cstring) RETURNS public.label AS 'textin' LANGUAGE internal IMMUTABLE STRICT;
CREATE FUNCTION public.label_out(public.label) RETURNS cstring AS 'textout' LANGUAGE internal STABLE STRICT;
CREATE TYPE public.label (INPUT = public.label_in, OUTPUT = public.label_out, LIKE = pg_catalog.text)"""


@rule(
    id="base-type",
    problem="The type is a base type of your own.",
    why="Only a superuser creates base types, and their input and output functions are in C or aliases of the"
    " server's: CREATE TYPE fails, and with it every table that has a column of the type.",
    fix="Use a domain, an enum or a composite type in its place.",
    severity=Severity.BLOCKER,
    source=f"{MANUAL}/sql-createtype.html",
    date=READ,
    moves=(Move.RESTORE,),
    effort=Effort(4, 4),
    guilty=Example(sql=_TYPE.strip(), subject="type public.label"),
    innocent=Example(sql="CREATE DOMAIN public.label AS text CHECK (value <> '')"),
)
def base_type(context: Context) -> Iterator[Hit]:
    """Find base types outside extensions."""
    offers_tle = "pg_tle" in context.target.extensions
    for one in context.facts.types:
        if one.kind == "base":
            columns = sum(
                column.type.removesuffix("[]") == f"{one.schema}.{one.name}"
                and column.database == one.database
                for column in context.facts.columns
            )
            yield hit(
                one,
                f"type {plain(one.schema, one.name)}",
                f"The base type {plain(one.schema, one.name)} cannot be created on {context.target.name};"
                f" columns of it: {columns}."
                + (" pgtle.create_base_type makes one whose functions are not in C." if offers_tle else ""),
                f"-- after the columns of it have another type\n"
                f"DROP TYPE {quoted(one.schema, one.name)} CASCADE;",
            )
