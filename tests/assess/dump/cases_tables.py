"""Statements about relations, columns, indexes and types, and the facts they make."""

# ruff: noqa: E501
# A statement is easier to read on a line of its own, however long.

from typing import Any

from rdscheck.assess.facts import Collation, Column, Fact, Index, Relation, Type


def table(name: str, **others: Any) -> Relation:
    return Relation(schema="public", name=name, kind=others.pop("kind", "table"), line=1, **others)


T = "CREATE TABLE public.t (a integer); "

CASES: list[tuple[str, str, list[Fact]]] = [
    # relations
    ("CREATE TABLE public.t (a integer);", "relations", [table("t")]),
    ("CREATE UNLOGGED TABLE public.t (a integer);", "relations", [table("t", unlogged=True)]),
    (f"{T}ALTER TABLE public.t OWNER TO app;", "relations", [table("t", owner="app")]),
    (
        f"{T}ALTER TABLE ONLY public.t ADD CONSTRAINT k PRIMARY KEY (a);",
        "relations",
        [table("t", has_key=True)],
    ),
    (f"{T}ALTER TABLE ONLY public.t ADD CONSTRAINT k UNIQUE (a);", "relations", [table("t")]),
    ("CREATE TABLE public.t (a integer PRIMARY KEY);", "relations", [table("t", has_key=True)]),
    ("CREATE TABLE public.t (a integer, PRIMARY KEY (a));", "relations", [table("t", has_key=True)]),
    (f"{T}ALTER TABLE ONLY public.t REPLICA IDENTITY FULL;", "relations", [table("t", identity="full")]),
    (
        f"{T}ALTER TABLE ONLY public.t REPLICA IDENTITY NOTHING;",
        "relations",
        [table("t", identity="nothing")],
    ),
    (
        f"{T}ALTER TABLE ONLY public.t REPLICA IDENTITY USING INDEX i;",
        "relations",
        [table("t", identity="index")],
    ),
    (
        f"{T}ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;",
        "relations",
        [table("t", row_security="enabled")],
    ),
    (
        f"{T}ALTER TABLE ONLY public.t FORCE ROW LEVEL SECURITY; ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;",
        "relations",
        [table("t", row_security="forced")],
    ),
    (
        "CREATE TABLE public.t (a integer) WITH (fillfactor='70', toast.autovacuum_enabled='false');",
        "relations",
        [table("t", options=("fillfactor=70",))],
    ),
    (
        (
            "SET default_tablespace = 'fast'; CREATE TABLE public.t (a integer); SET default_tablespace = '';"
            " CREATE TABLE public.u (a integer); CREATE TABLE public.v (a integer) TABLESPACE fast;"
        ),
        "relations",
        [table("t", tablespace="fast"), table("u"), table("v", tablespace="fast")],
    ),
    (
        (
            "SET default_table_access_method = columns; CREATE TABLE public.t (a integer);"
            " CREATE TABLE public.p (a integer) PARTITION BY LIST (a); SET default_table_access_method = heap;"
            " CREATE TABLE public.u (a integer); CREATE TABLE public.v (a integer) USING columns;"
        ),
        "relations",
        [
            table("t", access_method="columns"),
            table("p", kind="partitioned table"),
            table("u"),
            table("v", access_method="columns"),
        ],
    ),
    (
        (
            "CREATE TABLE public.p (a integer) PARTITION BY LIST (a); CREATE TABLE public.c (a integer);"
            " ALTER TABLE ONLY public.p ATTACH PARTITION public.c FOR VALUES IN (1);"
            " CREATE TABLE public.d PARTITION OF public.p DEFAULT;"
        ),
        "relations",
        [table("p", kind="partitioned table"), table("c", is_partition=True), table("d", is_partition=True)],
    ),
    (
        "CREATE FOREIGN TABLE public.t (a integer) SERVER far OPTIONS (table_name 'x', password 'secret');",
        "relations",
        [table("t", kind="foreign table", server="far", options=("password=***", "table_name=x"))],
    ),
    (
        "CREATE VIEW public.v AS\n SELECT ' AS ' AS a\n   FROM public.t;\nALTER VIEW public.v OWNER TO app;",
        "relations",
        [table("v", kind="view", owner="app", definition="SELECT ' AS ' AS a\n   FROM public.t")],
    ),
    (
        "CREATE VIEW public.v (a) WITH (security_barrier='true') AS SELECT 1 WITH CASCADED CHECK OPTION;",
        "relations",
        [
            table(
                "v",
                kind="view",
                options=("security_barrier=true", "check_option=cascaded"),
                definition="SELECT 1",
            )
        ],
    ),
    (
        (
            "CREATE VIEW public.v AS SELECT NULL::integer AS a; ALTER TABLE public.v OWNER TO app;"
            " CREATE OR REPLACE VIEW public.v AS SELECT f.a FROM public.f() f(a);"
        ),
        "relations",
        [table("v", kind="view", owner="app", definition="SELECT f.a FROM public.f() f(a)")],
    ),
    (
        (
            "CREATE TABLE public.v (a integer); ALTER TABLE ONLY public.v REPLICA IDENTITY NOTHING;"
            ' CREATE RULE "_RETURN" AS ON SELECT TO public.v DO INSTEAD  SELECT 1 AS a;'
        ),
        "relations",
        [table("v", kind="view", definition="SELECT 1 AS a")],
    ),
    (
        "SET default_tablespace = fast; CREATE MATERIALIZED VIEW public.m AS SELECT 1 AS a WITH NO DATA;",
        "relations",
        [table("m", kind="materialized view", tablespace="fast", definition="SELECT 1 AS a")],
    ),
    ("CREATE SEQUENCE public.s AS integer START WITH 2;", "relations", [table("s", kind="sequence")]),
    # columns
    (
        (
            'CREATE TABLE public.t (a regproc, "B" public.mood[], c text COLLATE pg_catalog."C", d text, e public.code,'
            ' f pg_catalog.oid, g "char", h serial, i timestamp(3) with time zone[], j numeric(3,1), k name, l aclitem);'
        ),
        "columns",
        [
            Column(schema="public", relation="t", name=name, type=kind, collation=collation, line=1)
            for name, kind, collation in (
                ("a", "pg_catalog.regproc", ""),
                ("B", "public.mood[]", ""),
                ("c", "pg_catalog.text", "pg_catalog.C"),
                ("e", "public.code", ""),
                ("f", "pg_catalog.oid", ""),
                ("l", "pg_catalog.aclitem", ""),
            )
        ],
    ),
    (
        "CREATE TYPE app.c AS (a integer, b oid); CREATE TABLE public.t OF app.c (PRIMARY KEY (a));",
        "columns",
        [
            Column(
                schema="app",
                relation="c",
                name="b",
                type="pg_catalog.oid",
                relation_kind="composite type",
                line=1,
            ),
            Column(schema="public", relation="t", name="b", type="pg_catalog.oid", line=1),
        ],
    ),
    (
        (
            "CREATE TABLE public.v (a oid); CREATE TABLE public.t (a oid);"
            ' CREATE RULE "_RETURN" AS ON SELECT TO public.v DO INSTEAD SELECT 1::oid AS a;'
        ),
        "columns",
        [Column(schema="public", relation="t", name="a", type="pg_catalog.oid", line=1)],
    ),
    # indexes
    (
        (
            "CREATE INDEX a ON public.t USING btree (x); CREATE INDEX b ON public.t USING hash (x);"
            " CREATE UNIQUE INDEX c ON public.t USING btree (x text_pattern_ops, y public.my_ops);"
            ' CREATE INDEX d ON public.t USING btree (x COLLATE app."d e");'
            " SET default_tablespace = fast; CREATE INDEX e ON public.t USING btree (x);"
            " ALTER TABLE ONLY public.t ADD CONSTRAINT f PRIMARY KEY (x); SET default_tablespace = '';"
            " ALTER TABLE ONLY public.t ADD CONSTRAINT g PRIMARY KEY (x);"
            " ALTER TABLE ONLY public.t ADD CONSTRAINT h EXCLUDE USING gist (x public.gist_ops WITH &&);"
        ),
        "indexes",
        [
            Index(schema="public", name=name, relation="t", line=1, **fields)
            for name, fields in (
                ("b", {"method": "hash"}),
                ("c", {"classes": ("pg_catalog.text_pattern_ops", "public.my_ops")}),
                ("d", {"collations": ("app.d e",)}),
                ("e", {"tablespace": "fast"}),
                ("f", {"tablespace": "fast"}),
                ("h", {"method": "gist", "classes": ("public.gist_ops",)}),
            )
        ],
    ),
    # types
    (
        (
            "CREATE TYPE app.e AS ENUM ('a'); CREATE TYPE app.c AS (a integer, b app.e[]);"
            " CREATE DOMAIN app.d AS regproc; CREATE TYPE app.r AS RANGE (subtype = timestamp with time zone);"
            " CREATE TYPE app.s; CREATE TYPE app.b; CREATE TYPE app.b (INPUT = app.b_in, OUTPUT = app.b_out,"
            " INTERNALLENGTH = 4, ELEMENT = integer); ALTER TYPE app.b OWNER TO me; ALTER DOMAIN app.d OWNER TO me;"
        ),
        "types",
        [
            Type(schema="app", name=name, kind=kind, parts=parts, line=1, **fields)
            for name, kind, parts, fields in (
                ("e", "enum", (), {}),
                ("c", "composite", ("pg_catalog.int4", "app.e[]"), {}),
                ("d", "domain", ("pg_catalog.regproc",), {"owner": "me"}),
                ("r", "range", ("pg_catalog.timestamptz",), {}),
                ("s", "shell", (), {}),
                ("b", "base", ("pg_catalog.int4",), {"owner": "me", "input": "app.b_in"}),
            )
        ],
    ),
    (
        "CREATE TYPE app.c AS (a integer, b oid, c text COLLATE app.x);",
        "columns",
        [
            Column(
                schema="app",
                relation="c",
                name=name,
                type=kind,
                relation_kind="composite type",
                collation=collation,
                line=1,
            )
            for name, kind, collation in (("b", "pg_catalog.oid", ""), ("c", "pg_catalog.text", "app.x"))
        ],
    ),
    (
        (
            "CREATE COLLATION app.a (provider = icu, locale = 'de', deterministic = false, rules = '&a < b');"
            " CREATE COLLATION app.b (locale = 'C'); CREATE COLLATION app.c (lc_collate = 'de_DE', lc_ctype = 'C');"
        ),
        "collations",
        [
            Collation(
                schema="app",
                name="a",
                provider="icu",
                locale="de",
                deterministic=False,
                rules="&a < b",
                line=1,
            ),
            Collation(schema="app", name="b", locale="C", line=1),
            Collation(schema="app", name="c", locale="de_DE", line=1),
        ],
    ),
]
