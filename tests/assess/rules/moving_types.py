"""Cases of rules about types, encodings and locales."""

from rdscheck.assess.facts import Collation, Flavour, Type, Via
from tests.assess.rules.moving import NOTE, WARNING, Case, col, db, server_setting, table, upgrade


def made(name: str, kind: str, *parts: str, database: str = "app") -> Type:
    return Type(schema="public", name=name, kind=kind, parts=parts, database=database)


def collation(name: str = "german", **others: object) -> Collation:
    return Collation(schema="public", name=name, **others)  # type: ignore[arg-type]


TYPES = (
    upgrade(
        "reg-type-columns",
        (col("pg_catalog.regproc"),),
        "column public.t.c",
        col("pg_catalog.regclass"),
        col("pg_catalog.regtype[]"),
        col("pg_catalog.regproc", relation_kind="view"),
        col("pg_catalog.regproc", relation_kind="composite type"),
        fix='ALTER TABLE "public"."t" ALTER COLUMN "c" TYPE text USING "c"::text;',
    ),
    # Through an array of a domain over a range of a composite type.
    upgrade(
        "reg-type-columns",
        (
            col("public.d[]"),
            made("d", "domain", "public.r"),
            made("r", "range", "public.k"),
            made("k", "composite", "pg_catalog.int4", "pg_catalog.regoper[]"),
        ),
        "column public.t.c",
        col("public.d[]"),
        made("d", "domain", "public.k"),
        made("k", "composite", "pg_catalog.int4", "public.d"),
        made("d", "domain", "pg_catalog.regoper", database="other"),
        says="public.d (regoper inside)",
    ),
    # Through the row type of another table.
    upgrade(
        "reg-type-columns",
        (col("public.u"), col("pg_catalog.regconfig", relation="u", relation_kind="partitioned table")),
        "column public.t.c",
        col("public.u"),
        col("pg_catalog.regrole", relation="u"),
    ),
    upgrade(
        "reg-type-columns",
        (col("pg_catalog.regnamespace", relation_kind="materialized view"),),
        "column public.t.c",
        col("public.regproc"),
        made("regproc", "enum"),
        fix='DROP MATERIALIZED VIEW "public"."t";',
    ),
    upgrade(
        "reg-type-columns",
        (col("pg_catalog.regproc"),),
        "column public.t.c",
        col("pg_catalog.regproc"),
        major=16,
        innocent_major=17,
    ),
    Case("reg-values-looked-up", (col("pg_catalog.regrole"),), "column public.t.c", (col("public.x"),), NOTE),
    Case(
        "removed-time-types",
        (col("abstime[]"),),
        "column public.t.c",
        (col("pg_catalog.oid", name="abstime"),),
        major=11,
        via=Via.DUMP,
        fix="TYPE timestamptz[]",
    ),
    Case(
        "unknown-type-columns",
        (col("pg_catalog.unknown"),),
        "column public.t.c",
        (col("public.unknown"), col("pg_catalog.unknown", relation_kind="view")),
        major=9.6,
    ),
    upgrade(
        "aclitem-columns",
        (col("pg_catalog.aclitem[]"),),
        "column public.t.c",
        col("pg_catalog.aclitem"),
        innocent_major=16,
        fix='TYPE text[] USING "c"::text[]',
    ),
    upgrade(
        "sql-identifier-columns",
        (col("information_schema.sql_identifier"),),
        "column public.t.c",
        col("information_schema.yes_or_no"),
        major=11,
    ),
    upgrade(
        "system-row-types",
        (col("information_schema.tables"),),
        "column public.t.c",
        col("pg_catalog.pg_lsn"),
        col("information_schema.cardinal_number"),
        col("pg_catalog.oid"),
        col("public.pg_class"),
    ),
    Case(
        "system-row-types",
        (col("pg_catalog.pg_class[]"),),
        "column public.t.c",
        (col("pg_catalog.pg_class"),),
        WARNING,
        innocent_major=17,
    ),
    Case(
        "cluster-position-columns",
        (col("pg_catalog.xid8"),),
        "column public.t.c",
        (col("pg_catalog.oid"), col("pg_catalog.xid", relation_kind="view")),
        WARNING,
    ),
    Case("oid-columns", (col("pg_catalog.oid[]"),), "column public.t.c", (col("pg_catalog.xid"),), NOTE),
)

LOCALE = (
    Case(
        "database-encoding-sql-ascii",
        (db("shop", encoding="SQL_ASCII", collate="C", ctype="C"),),
        "database shop",
        (
            db("shop"),
            db("template1", encoding="SQL_ASCII"),
            db("half", encoding="SQL_ASCII", connection_limit=-2),
        ),
        WARNING,
    ),
    Case(
        "database-encoding-sql-ascii",
        (db("shop", encoding="SQL_ASCII", ctype="de_DE"),),
        "database shop",
        says="only a superuser may create that",
    ),
    Case(
        "database-encoding-not-utf8",
        (db("Shop", encoding="EUC_JP"),),
        'database "Shop"',
        (db("shop"), db("ascii", encoding="SQL_ASCII"), db("unknown", encoding="")),
        WARNING,
    ),
    Case(
        "database-locale-name",
        (db("shop", collate="English_United States.1252"),),
        "database shop",
        (db("shop", collate="de_DE.ISO-8859-15@euro", ctype="nds_DE"), db("c", collate="C", ctype="POSIX")),
    ),
    Case(
        "collation-locale-name",
        (collation(locale="German_Germany.1252"),),
        "collation public.german",
        (collation(locale="de_DE.utf8"), collation(locale="de-u-co-phonebk", provider="icu")),
    ),
    Case(
        "sort-order-of-glibc",
        (db("shop"),),
        "database shop",
        (db("shop", collate="C.UTF-8"), db("icu", provider="icu"), db("rdsadmin")),
        NOTE,
    ),
    Case(
        "sort-order-of-glibc",
        (db("shop"),),
        "database shop",
        (db("shop"),),
        NOTE,
        innocent_flavour=Flavour.RDS,
    ),
    Case(
        "collation-version-mismatch",
        (collation(version="153.14", actual_version="153.120"),),
        "collation public.german",
        (collation(version="153.14", actual_version="153.14"), collation(version="1")),
        WARNING,
    ),
    Case(
        "database-provider-icu",
        (db("shop", provider="icu", locale="de"),),
        "database shop",
        (db("shop", locale="de"),),
        WARNING,
    ),
    Case(
        "database-provider-icu",
        (db("shop", provider="icu", icu_rules="&a < b"),),
        "database shop",
        says="15",
        target="rds-15",
    ),
    Case(
        "database-provider-builtin",
        (db("shop", provider="builtin", locale="PG_UNICODE_FAST"),),
        "database shop",
        (db("shop", collate="C.UTF-8"),),
        major=18,
    ),
    Case(
        "database-provider-builtin",
        (db("shop", provider="builtin", locale="C.UTF-8"),),
        "database shop",
        severity=WARNING,
        major=17,
    ),
    Case("icu-collations", (collation(provider="icu"),), "collation public.german", (collation(),), NOTE),
    Case(
        "icu-collations",
        (collation(provider="icu", rules="&a < b"),),
        "collation public.german",
        (collation(provider="icu"),),
        major=16,
        target="rds-15",
        flavour=Flavour.RDS,
    ),
    Case(
        "timezone-not-utc",
        (server_setting("TimeZone", "Europe/Berlin"),),
        "setting timezone",
        (server_setting("TimeZone", "Etc/UTC"), server_setting("log_timezone", "Europe/Berlin"), table()),
        WARNING,
    ),
)

CASES = (*TYPES, *LOCALE)
