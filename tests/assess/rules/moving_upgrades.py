"""Cases of rules about what stands between two majors."""

from rdscheck.assess.facts import (
    Act,
    Aggregate,
    Conversion,
    Index,
    LargeObjects,
    NullableChild,
    Operator,
    PreparedTransaction,
    Relation,
    Subscription,
)
from tests.assess.rules.moving import NOTE, WARNING, Case, db, role, slot, table, upgrade, view


def operator(left: str, right: str, function: str = "public.f") -> Operator:
    return Operator(schema="public", name="!>", left=left, right=right, function=function)


def aggregate(state: str, *functions: str) -> Aggregate:
    return Aggregate(
        schema="public", name="collect", arguments="anyelement", functions=functions, state=state
    )


def index(**others: object) -> Index:
    return Index(**({"schema": "public", "name": "t_a", "relation": "t"} | others))  # type: ignore[arg-type]


NULLABLE = NullableChild(schema="public", relation="child", column="a", parent="public.parent")

CASES = (
    Case(
        "view-on-pg-stat-statements",
        (view("SELECT s.total_time, s.blk_read_time FROM public.pg_stat_statements s"),),
        "view public.v",
        (
            view("SELECT s.total_time, s.calls FROM public.pg_stat_statements s"),
            view("SELECT blk_read_time FROM t"),
        ),
        says="blk_read_time of pg_stat_statements, which is shared_blk_read_time since 17",
    ),
    upgrade(
        "view-on-removed-column",
        (view(" SELECT b.checkpoints_timed\n   FROM pg_stat_bgwriter b;"),),
        "view public.v",
        view("SELECT pg_stat_bgwriter.buffers_clean, 'checkpoints_timed' AS a FROM pg_stat_bgwriter"),
        view("SELECT t.checkpoints_timed FROM public.t"),
        says="pg_stat_bgwriter.checkpoints_timed, gone since 17",
    ),
    Case(
        "view-on-removed-column",
        (view("SELECT relhasoids FROM pg_class"),),
        "view public.v",
        (view("SELECT relhasoids FROM pg_class"),),
        major=11,
        innocent_major=12,
    ),
    Case(
        "removed-function",
        (view("SELECT pg_is_in_backup() AS a"),),
        "view public.v",
        (
            view("SELECT public.pg_is_in_backup() AS a, 'pg_is_in_backup()' AS b"),
            view("SELECT pg_is_in_recovery()"),
        ),
        major=14,
    ),
    Case(
        "removed-function",
        (Act(kind="call", detail="pg_catalog.pg_start_backup", by="public.f()"),),
        "function public.f()",
        (
            Act(kind="call", detail="pg_catalog.pg_start_backup"),
            Act(kind="reads", detail="pg_authid", by="f()"),
        ),
        major=13,
        says="pg_backup_start",
    ),
    upgrade(
        "view-on-system-catalog",
        (view("SELECT a.pid FROM (pg_stat_activity a JOIN pg_class c ON true)"),),
        "view public.v",
        view("SELECT 1 FROM public.pg_stat_activity"),
        view("SELECT 'FROM pg_stat_activity' AS a FROM t, pg_size_pretty(1)"),
        severity=WARNING,
        says="pg_stat_activity",
    ),
    upgrade(
        "view-on-system-catalog",
        (view("SELECT 1 FROM information_schema.tables"),),
        "view public.v",
        severity=NOTE,
    ),
    upgrade(
        "prepared-transactions",
        (PreparedTransaction(id="it's"),),
        "prepared transaction it's",
        table(),
        fix="ROLLBACK PREPARED 'it''s';",
    ),
    Case("prepared-transactions", (PreparedTransaction(id="x"),), "prepared transaction x", severity=WARNING),
    upgrade(
        "invalid-database",
        (db("x", connection_limit=-2, allows_connections=False),),
        "database x",
        db("x", connection_limit=0),
    ),
    upgrade(
        "database-refuses-connections",
        (db("x", allows_connections=False),),
        "database x",
        db("template0", allows_connections=False),
        db("half", allows_connections=False, connection_limit=-2),
    ),
    upgrade(
        "template-databases",
        (db("template1", is_template=False), db("template0", is_template=True)),
        "database template1",
        db("template1", is_template=True),
        db("template0", is_template=True),
        db("x"),
    ),
    upgrade(
        "template-databases",
        (db("template1", is_template=True),),
        "database template0",
        db("x"),
        says="does not exist",
    ),
    upgrade(
        "logical-slots-before-17",
        (slot(),),
        "replication slot cdc",
        slot(kind="physical"),
        slot(temporary=True),
        fix="SELECT pg_drop_replication_slot('cdc');",
    ),
    upgrade(
        "invalid-logical-slot",
        (slot(invalid=True, behind=7),),
        "replication slot cdc",
        slot(behind=7),
        slot(kind="physical", invalid=True),
        major=17,
        target="rds-18",
    ),
    upgrade(
        "unread-logical-slot",
        (slot(behind=3 * 1024 * 1024),),
        "replication slot cdc",
        slot(),
        slot(kind="physical", behind=7),
        slot(invalid=True, behind=7),
        major=17,
        target="rds-18",
        severity=WARNING,
        says="3.0 MiB behind, and nobody reads it",
    ),
    upgrade(
        "unread-logical-slot",
        (slot(behind=100, active=True),),
        "replication slot cdc",
        major=17,
        target="rds-18",
        severity=NOTE,
    ),
    upgrade(
        "subscription-not-ready",
        (Subscription(name="in", pending=2),),
        "subscription in",
        Subscription(name="in"),
        major=17,
        target="rds-18",
    ),
    upgrade(
        "subscription-not-ready", (Subscription(name="in", pending=2),), "subscription in", severity=WARNING
    ),
    upgrade(
        "not-null-inheritance",
        (NULLABLE,),
        "column public.child.a",
        NULLABLE,
        target="rds-18",
        innocent_target="rds-17",
    ),
    Case("not-null-inheritance", (NULLABLE,), "column public.child.a", (table(),), WARNING),
    Case(
        "postfix-operators",
        (operator("pg_catalog.int8[]", ""),),
        "operator public.!>(bigint[], NONE)",
        (operator("", "pg_catalog.int8"), operator("", ""), operator("pg_catalog.int8", "pg_catalog.int8")),
        major=13,
        fix='DROP OPERATOR "public".!> (bigint[], NONE);',
    ),
    upgrade(
        "encoding-conversions",
        (Conversion(schema="public", name="own"),),
        "conversion public.own",
        Conversion(schema="public", name="own"),
        major=13,
        innocent_major=14,
    ),
    Case(
        "array-polymorphics",
        (aggregate("pg_catalog.anyarray", "pg_catalog.array_append"),),
        "aggregate public.collect(anyelement)",
        (
            aggregate("pg_catalog.int4[]", "pg_catalog.array_append"),
            aggregate("pg_catalog.anyarray", "public.array_append"),
        ),
        major=13,
    ),
    Case(
        "array-polymorphics",
        (operator("pg_catalog.anyarray", "pg_catalog.anyelement", "pg_catalog.array_remove"),),
        "operator public.!>(anyarray, anyelement)",
        (operator("pg_catalog.text[]", "pg_catalog.text", "pg_catalog.array_remove"),),
        major=13,
        fix='DROP OPERATOR "public".!> (anyarray, anyelement);',
    ),
    upgrade(
        "many-large-objects",
        (LargeObjects(number=100_001),),
        "large objects",
        LargeObjects(number=100_000),
        severity=NOTE,
    ),
    upgrade("many-large-objects", (LargeObjects(number=25_000_000),), "large objects", severity=WARNING),
    upgrade(
        "hash-indexes-before-10",
        (index(method="hash"),),
        "index public.t_a",
        index(method="gin", name="hash"),
        major=9.6,
        severity=WARNING,
    ),
    Case("invalid-index", (index(valid=False),), "index public.t_a", (index(),), WARNING),
    Case(
        "tables-with-oids",
        (table(with_oids=True),),
        "table public.t",
        (table("oids", options=("oids=0",)),),
        major=11,
    ),
    Case(
        "public-schema-create",
        (table(owner="app"), table("u", owner="Web"), table("v", owner="boss"), role("boss", superuser=True)),
        "schema public",
        (
            table(owner="postgres"),
            table("u", owner="app", database="shop"),
            db("shop", owner="app"),
            Relation(schema="app", name="t", kind="table", owner="app"),
        ),
        major=14,
        fix='GRANT CREATE ON SCHEMA public TO "Web", "app";',
    ),
    upgrade(
        "statistics-stay-behind", (table(),), "statistics", table(), severity=NOTE, innocent_target="rds-18"
    ),
    Case("target-is-older", (table(),), "version", (table(),), WARNING, major=18, innocent_major=17),
)
