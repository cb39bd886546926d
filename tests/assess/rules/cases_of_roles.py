"""Cases of the rules for roles, and for what only superusers make."""

from rdscheck.assess.facts import (
    AccessMethod,
    Cast,
    Conversion,
    DefaultPrivilege,
    Flavour,
    ForeignDataWrapper,
    Grant,
    Index,
    Membership,
    OperatorClass,
    Publication,
    Role,
    Schema,
    SecurityLabel,
    Server,
    TextSearch,
    Via,
)
from tests.assess.rules.hand_made import NOTE, WARNING, Case, function, innocent, table

_RLS = table("notes", row_security="enabled")
_OWN_CLASS = OperatorClass(schema="public", name="own", method="btree")
_PARTIAL = Index(schema="public", name="t_n", relation="t", classes=("public.own",))

ROLES = (
    Case("superuser-role", (Role(name="Boss", superuser=True),), 'role "Boss"', fix="GRANT rds_superuser"),
    innocent("superuser-role", Role(name="postgres", superuser=True), Role(name="app", create_role=True)),
    Case(
        "replication-role", (Role(name="s", replication=True),), "role s", fix='GRANT rds_replication TO "s"'
    ),
    innocent("replication-role", Role(name="s"), Role(name="boss", replication=True, superuser=True)),
    Case(
        "bypassrls-role",
        (Role(name="r", bypass_rls=True), _RLS),
        "role r",
        says="1 tables with row security",
        fix='ON "public"."notes" TO "r" USING (true)',
    ),
    Case("bypassrls-role", (Role(name="r", bypass_rls=True),), "role r", says="0 tables"),
    innocent("bypassrls-role", Role(name="r"), Role(name="postgres", bypass_rls=True), _RLS),
    Case("reserved-role-name", (Role(name="rds_iam"),), "role rds_iam", fix='RENAME TO "own_rds_iam"'),
    innocent("reserved-role-name", Role(name="rds_pgaudit"), Role(name="rds_reports"), Role(name="app")),
    # A dump of an instance of RDS has them all.
    innocent("reserved-role-name", Role(name="rds_iam"), Role(name="rdsadmin"), flavour=Flavour.UNKNOWN),
    innocent("reserved-role-name", Role(name="rds_iam"), flavour=Flavour.RDS),
    Case("role-name-pg-prefix", (Role(name="pg_x"),), "role pg_x", fix='RENAME TO "x"'),
    innocent("role-name-pg-prefix", Role(name="pgx"), Role(name="x_pg_")),
    Case(
        "role-without-password",
        (Role(name="a", login=True, password="none"),),
        "role a",
        WARNING,
        "no password",
    ),
    innocent(
        "role-without-password",
        Role(name="a", login=True, password="scram"),
        Role(name="b", login=True, password="hidden"),
        Role(name="c", login=False, password="none"),
        Role(name="d", login=True, password="none"),
        Role(name="postgres", login=True, password="none"),
        Membership(role="rds_iam", member="d"),
    ),
    Case("role-password-in-clear", (Role(name="a", password="plain"),), "role a", WARNING),
    innocent("role-password-in-clear", Role(name="a", password="md5"), Role(name="b", password="none")),
    Case(
        "server-file-membership",
        (
            Membership(role="pg_read_server_files", member="a"),
            Membership(role="pg_execute_server_program", member="a"),
        ),
        "role a",
        says="pg_execute_server_program, pg_read_server_files",
    ),
    innocent("server-file-membership", Membership(role="pg_monitor", member="a")),
    Case("predefined-role-membership", (Membership(role="pg_read_all_data", member="a"),), "role a", WARNING),
    Case(
        "predefined-role-membership",
        (Membership(role="pg_maintain", member="a"), Membership(role="pg_read_all_stats", member="a")),
        "role a",
        says="pg_maintain, which PostgreSQL 16 does not have",
        fix="GRANT pg_monitor",
        target="rds-16",
    ),
    innocent(
        "predefined-role-membership",
        Membership(role="pg_monitor", member="a"),
        Membership(role="pg_maintain", member="a"),
        Membership(role="pg_read_all_stats", member="rds_superuser"),
    ),
    innocent("predefined-role-membership", Membership(role="pg_read_all_data", member="a"), target="rds-15"),
    Case("iam-role-membership", (Membership(role="rds_iam", member="a"),), "role a", NOTE, "IAM"),
    innocent("iam-role-membership", Membership(role="rds_superuser", member="a")),
    Case(
        "owner-needs-membership",
        (Schema(name="s", owner="app"), table("t", schema="s", owner="app"), table("u", owner="app")),
        "role app",
        WARNING,
        "1 schema, 2 tables belong to app",
        'once the role is there\nGRANT CREATE ON SCHEMA "public" TO "app";',
    ),
    innocent(
        "owner-needs-membership",
        table("t", owner="postgres"),
        table("u"),
        Schema(name="s", owner="pg_database_owner"),
        Publication(name="p", owner="rdsadmin"),
    ),
    Case(
        "default-privileges-for-role",
        (DefaultPrivilege(role="app", kind="tables"), DefaultPrivilege(role="app", kind="functions")),
        "role app",
        WARNING,
        "(functions, tables)",
    ),
    innocent("default-privileges-for-role", DefaultPrivilege(role="postgres", kind="tables")),
    Case("createrole-narrowed", (Role(name="a", create_role=True),), "role a", WARNING),
    innocent("createrole-narrowed", Role(name="a", create_role=True), source=16),
    innocent("createrole-narrowed", Role(name="a", create_role=True), source=0),
    innocent("createrole-narrowed", Role(name="a", create_role=True), target="rds-15", source=13),
    innocent("createrole-narrowed", Role(name="a"), Role(name="postgres", create_role=True)),
    Case(
        "membership-grantor",
        (Membership(role="a", member="b", grantor="c", admin=True),),
        "role b",
        WARNING,
        fix='GRANT "a" TO "b" WITH ADMIN OPTION;',
    ),
    innocent("membership-grantor", Membership(role="a", member="b", grantor="postgres")),
    Case(
        "role-attributes-spelled-out",
        (Role(name="a", login=True, connection_limit=3, inherit=False), Role(name="b")),
        "dump roles",
        NOTE,
        fix='ALTER ROLE "a" LOGIN NOINHERIT CONNECTION LIMIT 3;\nALTER ROLE "b" NOLOGIN;',
        via=Via.DUMP,
    ),
    innocent("role-attributes-spelled-out", Role(name="a")),
    innocent("role-attributes-spelled-out", Role(name="postgres", superuser=True), via=Via.DUMP),
)

SUPERUSER = (
    Case(
        "parameter-grant",
        (Grant(kind="parameter", object="log_statement", privilege="SET", grantee="a"),),
        "setting log_statement",
        says="a may set log_statement",
    ),
    innocent(
        "parameter-grant",
        Grant(kind="parameter", object="session_replication_role", privilege="SET", grantee="rds_superuser"),
    ),
    Case(
        "system-object-grant",
        (Grant(kind="function", object="pg_catalog.pg_ls_waldir()", privilege="EXECUTE", grantee="watcher"),),
        "function pg_catalog.pg_ls_waldir()",
        fix='GRANT pg_monitor TO "watcher"',
    ),
    Case(
        "system-object-grant",
        (Grant(kind="table", object="pg_catalog.pg_class", privilege="SELECT", grantee="a"),),
        "table pg_catalog.pg_class",
        NOTE,
    ),
    innocent(
        "system-object-grant",
        Grant(kind="function", object="public.pg_read_file(text)", privilege="EXECUTE", grantee="a"),
        Grant(kind="table", object="public.t", privilege="SELECT", grantee="pg_monitor"),
        Grant(kind="table", object="pg_catalog.pg_authid", privilege="SELECT", grantee="rds_superuser"),
    ),
    Case("operator-class", (_OWN_CLASS,), "operator class public.own", says="for btree"),
    innocent("operator-class", OperatorClass(schema="public", name="own", method="btree", family=True)),
    Case(
        "operator-family",
        (OperatorClass(schema="public", name="own", method="hash", family=True), _OWN_CLASS),
        "operator family public.own",
    ),
    innocent(
        "operator-family", OperatorClass(schema="public", name="own", method="btree", family=True), _OWN_CLASS
    ),
    Case("access-method", (AccessMethod(name="columnar", kind="table"),), "access method columnar"),
    innocent("access-method", table("columnar")),
    Case("table-access-method", (table("t", access_method="columnar"),), "table public.t"),
    innocent("table-access-method", table("t", access_method="heap"), table("u")),
    Case(
        "index-access-method",
        (Index(schema="s", name="i", relation="t", method="rum"),),
        "index s.i",
        says="rum",
    ),
    innocent(
        "index-access-method",
        *(Index(schema="s", name=m, relation="t", method=m) for m in ("gin", "bloom", "hnsw", "brin", "")),
    ),
    Case("index-operator-class", (_PARTIAL, _OWN_CLASS), "index public.t_n", says="public.own"),
    innocent("index-operator-class", _PARTIAL),
    Case("text-search-parser", (TextSearch(schema="s", name="p", kind="parser"),), "text search parser s.p"),
    innocent("text-search-parser", TextSearch(schema="s", name="p", kind="configuration")),
    Case(
        "text-search-template",
        (TextSearch(schema="s", name="t", kind="template"),),
        "text search template s.t",
    ),
    innocent("text-search-template", TextSearch(schema="s", name="t", kind="dictionary")),
    Case(
        "conversion-own-function",
        (Conversion(schema="s", name="c", function="s.f"),),
        "conversion s.c",
        says="s.f",
    ),
    innocent("conversion-own-function", Conversion(schema="s", name="c", function="pg_catalog.utf8_to_win")),
    Case(
        "security-label",
        tuple(SecurityLabel(provider="anon", kind="column", object=f"public.t.{c}") for c in "ab"),
        "security labels anon",
        says="2 security labels of anon, the first on the column public.t.a",
    ),
    innocent("security-label", table("anon")),
    Case(
        "own-foreign-data-wrapper",
        (
            ForeignDataWrapper(name="w"),
            Server(name="s", wrapper="w"),
            Server(name="o", wrapper="postgres_fdw"),
        ),
        "foreign data wrapper w",
        says="nor can its servers s.",
    ),
    innocent("own-foreign-data-wrapper", Server(name="s", wrapper="postgres_fdw")),
)

CASTS = (
    Case(
        "cast-binary",
        (Cast(source="pg_catalog.json", target="pg_catalog.bytea", method="binary"),),
        "cast json AS bytea",
        fix='DROP CAST ("pg_catalog"."json" AS "pg_catalog"."bytea");',
    ),
    Case(
        "cast-binary",
        (Cast(source="app.Odd", target="pg_catalog.text[]", method="binary"),),
        'cast app."Odd" AS text[]',
        fix='CREATE CAST ("app"."Odd" AS "pg_catalog"."text"[]) WITH INOUT',
    ),
    innocent("cast-binary", Cast(source="app.odd", target="pg_catalog.text", method="inout")),
    Case(
        "cast-between-system-types",
        (Cast(source="pg_catalog.date", target="pg_catalog.int4", function="public.f"),),
        "cast date AS int4",
        fix="CREATE EXTENSION rds_casts",
    ),
    Case(
        "cast-between-system-types",
        (Cast(source="pg_catalog.date", target="pg_catalog.int4", method="inout"),),
        "cast date AS int4",
        says="does not offer rds_casts",
        target="rds-17.4",
    ),
    innocent(
        "cast-between-system-types",
        Cast(source="pg_catalog.varchar", target="app.mood", method="inout"),
        Cast(source="pg_catalog.json", target="pg_catalog.bytea", method="binary"),
        function("date"),
    ),
)
