"""Cases of rules about languages and text search."""

from rdscheck.assess.facts import Aggregate, Language, Transform, Type
from tests.assess.rules.made import Case, dictionary, ext, func

F = "function public.f(integer)"
CASES = (
    # Languages
    Case("untrusted-language-function", "rds-17", F, (func("plpython3u"),), (func("plperl"),)),
    Case("python2-function", "rds-17", F, (func("plpythonu"),), (func("plpgsql"),)),
    Case("c-function", "rds-17", F, (func("c", library="$libdir/acme"),), (func("sql"),)),
    Case("internal-function", "rds-17", F, (func("internal", symbol="dsqrt"),), (func("sql"),)),
    Case(
        "own-language",
        "rds-17",
        "language plmine",
        (Language(name="plmine", database="app"),),
        (Language(name="plperl", trusted=True, database="app"),),
    ),
    Case("language-not-offered", "rds-17", F, (func("plr"),), (func("pltcl"),)),
    Case("plrust-function", "rds-18", F, (func("plrust"),), (func("plrust"),), "rds-17"),
    Case("plv8-dialect-function", "rds-18", F, (func("plcoffee"),), (func("plv8"),)),
    Case(
        "base-type",
        "rds-17",
        "type public.label",
        (Type(schema="public", name="label", kind="base", database="app"),),
        (Type(schema="public", name="label", kind="domain", database="app"),),
    ),
    Case(
        "transform",
        "rds-17",
        "transform pg_catalog.int4 for sql",
        (Transform(type="pg_catalog.int4", language="sql", database="app"),),
        (ext("jsonb_plperl"),),
    ),
    Case(
        "support-function", "rds-17", F, (func("sql", support="pg_catalog.textlike_support"),), (func("sql"),)
    ),
    Case(
        "leakproof-function",
        "rds-17",
        F,
        (func("sql", leakproof=True),),
        (func("sql", security_definer=True),),
    ),
    Case(
        "aggregate-internal-state",
        "rds-17",
        "aggregate public.total(bigint)",
        (
            Aggregate(
                schema="public",
                name="total",
                arguments="bigint",
                state="pg_catalog.internal",
                functions=("pg_catalog.int8_avg_accum",),
            ),
        ),
        (Aggregate(schema="public", name="total", arguments="bigint", state="pg_catalog.int8"),),
    ),
    Case(
        "text-search-file",
        "rds-17",
        "text search dictionary public.words",
        (dictionary("dictfile=acme", "afffile=ispell_sample"),),
        (dictionary("stopwords=english", "language=acme"),),
    ),
)
