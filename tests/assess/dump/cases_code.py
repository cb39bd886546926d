"""Statements about what runs and what speaks with other servers, and the facts they make."""

# ruff: noqa: E501
# A statement is easier to read on a line of its own, however long.

from rdscheck.assess.facts import (
    AccessMethod,
    Aggregate,
    Cast,
    Conversion,
    EventTrigger,
    Extension,
    Fact,
    ForeignDataWrapper,
    Function,
    Language,
    Operator,
    OperatorClass,
    Publication,
    Server,
    Subscription,
    TextSearch,
    Transform,
    Trigger,
    UserMapping,
)

CASES: list[tuple[str, str, list[Fact]]] = [
    # code
    (
        "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA app; CREATE EXTENSION hstore VERSION '1.4';",
        "extensions",
        [Extension(name="uuid-ossp", schema="app", line=1), Extension(name="hstore", version="1.4", line=1)],
    ),
    (
        (
            "CREATE OR REPLACE PROCEDURAL LANGUAGE plpgsql; CREATE TRUSTED PROCEDURAL LANGUAGE mine HANDLER app.h;"
            " CREATE PROCEDURAL LANGUAGE other; ALTER LANGUAGE mine OWNER TO me;"
        ),
        "languages",
        [
            Language(name="mine", trusted=True, handler="app.h", owner="me", line=1),
            Language(name="other", line=1),
        ],
    ),
    (
        (
            'CREATE FUNCTION app.f(a integer, OUT b text, VARIADIC c app."E"[]) RETURNS text LANGUAGE c SECURITY DEFINER'
            " LEAKPROOF SUPPORT app.s AS '$libdir/x', 'sym'; ALTER FUNCTION app.f(a integer, OUT b text,"
            ' VARIADIC c app."E"[]) OWNER TO me;'
        ),
        "functions",
        [
            Function(
                schema="app",
                name="f",
                arguments='integer, app."E"[]',
                language="c",
                owner="me",
                library="$libdir/x",
                symbol="sym",
                returns="pg_catalog.text",
                security_definer=True,
                leakproof=True,
                support="app.s",
                line=1,
            )
        ],
    ),
    (
        (
            "CREATE FUNCTION app.a(double precision) RETURNS double precision LANGUAGE internal AS 'dsqrt';"
            ' CREATE FUNCTION app.b(x timestamp with time zone, y "char", z character varying) RETURNS SETOF app.t'
            " LANGUAGE sql AS 'x'; CREATE FUNCTION app.c() RETURNS TABLE(a integer) LANGUAGE sql AS 'x';"
            " CREATE FUNCTION app.d() RETURNS TABLE(a integer, b oid) LANGUAGE sql AS 'x';"
            " CREATE FUNCTION app.e(jsonb) RETURNS bigint TRANSFORM FOR TYPE jsonb LANGUAGE plpython3u WINDOW AS 'x';"
            " CREATE FUNCTION app.f(OUT a oid) LANGUAGE c AS 'x'; CREATE PROCEDURE app.g(INOUT a integer) LANGUAGE sql"
            " BEGIN ATOMIC SELECT 1; END; ALTER PROCEDURE app.g(INOUT a integer) OWNER TO me;"
        ),
        "functions",
        [
            Function(schema="app", name=name, line=1, **fields)
            for name, fields in (
                (
                    "a",
                    {
                        "arguments": "double precision",
                        "language": "internal",
                        "symbol": "dsqrt",
                        "returns": "pg_catalog.float8",
                    },
                ),
                (
                    "b",
                    {
                        "arguments": 'timestamp with time zone, "char", character varying',
                        "language": "sql",
                        "returns": "app.t",
                    },
                ),
                ("c", {"arguments": "", "language": "sql", "returns": "pg_catalog.int4"}),
                ("d", {"arguments": "", "language": "sql", "returns": "pg_catalog.record"}),
                (
                    "e",
                    {
                        "arguments": "jsonb",
                        "language": "plpython3u",
                        "kind": "window",
                        "returns": "pg_catalog.int8",
                        "transforms": ("pg_catalog.jsonb",),
                    },
                ),
                (
                    "f",
                    {
                        "arguments": "",
                        "language": "c",
                        "library": "x",
                        "symbol": "f",
                        "returns": "pg_catalog.oid",
                    },
                ),
                ("g", {"arguments": "integer", "language": "sql", "kind": "procedure", "owner": "me"}),
            )
        ],
    ),
    (
        (
            "CREATE AGGREGATE app.a(integer, text) (SFUNC = app.s, STYPE = bigint, FINALFUNC = app.f, COMBINEFUNC = app.c);"
            " CREATE AGGREGATE app.b(*) (SFUNC = int8inc, STYPE = bigint);"
            " CREATE AGGREGATE app.c(float8 ORDER BY oid) (SFUNC = app.s, STYPE = internal);"
            " CREATE AGGREGATE app.d(BASETYPE = app.e, SFUNC = app.s, STYPE = anyarray);"
            " ALTER AGGREGATE app.c(float8 ORDER BY oid) OWNER TO me;"
        ),
        "aggregates",
        [
            Aggregate(
                schema="app",
                name=name,
                arguments=arguments,
                functions=functions,
                state=state,
                owner=owner,
                line=1,
            )
            for name, arguments, functions, state, owner in (
                ("a", "integer, text", ("app.s", "app.f", "app.c"), "pg_catalog.int8", ""),
                ("b", "", ("pg_catalog.int8inc",), "pg_catalog.int8", ""),
                ("c", "double precision, oid", ("app.s",), "pg_catalog.internal", "me"),
                ("d", "app.e", ("app.s",), "pg_catalog.anyarray", ""),
            )
        ],
    ),
    (
        (
            "CREATE OPERATOR app.!! (PROCEDURE = app.f, LEFTARG = bigint); CREATE OPERATOR app.= (FUNCTION = app.e,"
            " LEFTARG = app.t, RIGHTARG = app.t); ALTER OPERATOR app.!! (bigint, NONE) OWNER TO me;"
        ),
        "operators",
        [
            Operator(schema="app", name="!!", left="pg_catalog.int8", function="app.f", owner="me", line=1),
            Operator(schema="app", name="=", left="app.t", right="app.t", function="app.e", line=1),
        ],
    ),
    (
        (
            "CREATE OPERATOR FAMILY app.f USING hash; CREATE OPERATOR CLASS app.c FOR TYPE app.t USING btree FAMILY app.f AS"
            " STORAGE integer; ALTER OPERATOR CLASS app.c USING btree OWNER TO me;"
        ),
        "operator_classes",
        [
            OperatorClass(schema="app", name="f", method="hash", family=True, line=1),
            OperatorClass(schema="app", name="c", method="btree", owner="me", line=1),
        ],
    ),
    (
        (
            "CREATE CAST (text AS app.t) WITH FUNCTION app.f(text) AS IMPLICIT; CREATE CAST (app.t AS xml) WITHOUT FUNCTION"
            " AS ASSIGNMENT; CREATE CAST (app.t AS json) WITH INOUT;"
        ),
        "casts",
        [
            Cast(source="pg_catalog.text", target="app.t", function="app.f", context="implicit", line=1),
            Cast(source="app.t", target="pg_catalog.xml", method="binary", context="assignment", line=1),
            Cast(source="app.t", target="pg_catalog.json", method="inout", line=1),
        ],
    ),
    (
        "CREATE TRANSFORM FOR app.t LANGUAGE plperl (FROM SQL WITH FUNCTION app.f(internal));",
        "transforms",
        [Transform(type="app.t", language="plperl", line=1)],
    ),
    (
        "CREATE CONVERSION app.c FOR 'UTF8' TO 'LATIN1' FROM app.f;",
        "conversions",
        [Conversion(schema="app", name="c", function="app.f", line=1)],
    ),
    (
        (
            'CREATE TEXT SEARCH CONFIGURATION app.c (PARSER = pg_catalog."default"); CREATE TEXT SEARCH DICTIONARY app.d'
            " (TEMPLATE = pg_catalog.ispell, dictfile = 'x', afffile = 'y');"
        ),
        "text_search",
        [
            TextSearch(schema="app", name="c", kind="configuration", based_on="pg_catalog.default", line=1),
            TextSearch(
                schema="app",
                name="d",
                kind="dictionary",
                based_on="pg_catalog.ispell",
                options=("dictfile=x", "afffile=y"),
                line=1,
            ),
        ],
    ),
    (
        "CREATE ACCESS METHOD a TYPE INDEX HANDLER app.h; CREATE ACCESS METHOD b TYPE TABLE HANDLER app.h;",
        "access_methods",
        [
            AccessMethod(name="a", kind="index", handler="app.h", line=1),
            AccessMethod(name="b", kind="table", handler="app.h", line=1),
        ],
    ),
    (
        (
            "CREATE EVENT TRIGGER e ON sql_drop WHEN TAG IN ('X') EXECUTE FUNCTION app.f(); ALTER EVENT TRIGGER e DISABLE;"
            " ALTER EVENT TRIGGER e OWNER TO me;"
        ),
        "event_triggers",
        [EventTrigger(name="e", event="sql_drop", function="app.f", owner="me", enabled="disabled", line=1)],
    ),
    (
        (
            "CREATE TRIGGER a BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION app.f();"
            " CREATE TRIGGER b BEFORE INSERT ON public.t FOR EACH ROW EXECUTE PROCEDURE app.f();"
            " ALTER TABLE public.t ENABLE REPLICA TRIGGER a; ALTER TABLE public.t ENABLE ALWAYS TRIGGER b;"
        ),
        "triggers",
        [
            Trigger(schema="public", relation="t", name="a", function="app.f", enabled="replica", line=1),
            Trigger(schema="public", relation="t", name="b", function="app.f", enabled="always", line=1),
        ],
    ),
    # elsewhere
    (
        (
            "CREATE PUBLICATION a FOR ALL TABLES; CREATE PUBLICATION b WITH (publish = 'insert, truncate');"
            " ALTER PUBLICATION b ADD TABLE ONLY public.t (a) WHERE ((a > 1)); ALTER PUBLICATION b ADD TABLES IN SCHEMA app;"
            " ALTER PUBLICATION b OWNER TO me;"
        ),
        "publications",
        [
            Publication(name="a", all_tables=True, line=1),
            Publication(
                name="b",
                owner="me",
                tables=("public.t",),
                schemas=("app",),
                publishes=("insert", "truncate"),
                line=1,
            ),
        ],
    ),
    (
        (
            "CREATE SUBSCRIPTION s CONNECTION 'host=h dbname=d user=u password=secret' PUBLICATION p, q WITH"
            " (connect = false, slot_name = 'x', streaming = on, binary = true); ALTER SUBSCRIPTION s OWNER TO me;"
        ),
        "subscriptions",
        [
            Subscription(
                name="s",
                owner="me",
                connection="user=u dbname=d host=h",
                has_password=True,
                slot="x",
                publications=("p", "q"),
                options=("binary=true", "streaming=on"),
                line=1,
            )
        ],
    ),
    (
        "CREATE SUBSCRIPTION s CONNECTION 'host=h' PUBLICATION p WITH (connect = false, slot_name = NONE);",
        "subscriptions",
        [Subscription(name="s", connection="host=h", publications=("p",), line=1)],
    ),
    (
        "CREATE FOREIGN DATA WRAPPER w HANDLER app.h VALIDATOR app.v; ALTER FOREIGN DATA WRAPPER w OWNER TO me;",
        "wrappers",
        [ForeignDataWrapper(name="w", handler="app.h", validator="app.v", owner="me", line=1)],
    ),
    (
        "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', password 'secret'); ALTER SERVER s OWNER TO me;",
        "servers",
        [Server(name="s", wrapper="w", owner="me", options=("host=h", "password=***"), line=1)],
    ),
    (
        (
            'CREATE USER MAPPING FOR PUBLIC SERVER s; CREATE USER MAPPING FOR "A b" SERVER s OPTIONS ("user" \'x\','
            " password 'secret');"
        ),
        "user_mappings",
        [
            UserMapping(server="s", role="public", line=1),
            UserMapping(server="s", role="A b", options=("password=***", "user=x"), line=1),
        ],
    ),
]
