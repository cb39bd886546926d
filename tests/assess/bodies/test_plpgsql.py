"""Where in a PL/pgSQL body SQL can stand, and what of it is run."""

import pytest

from rdscheck.assess.bodies.analysing import acts_of_function
from rdscheck.assess.facts import Act

HIT = "pg_read_file('x')"

#: A body for each place, with the lines of its hits.
PLACES = {
    "declared": ("DECLARE\n a text := {hit};\n b text DEFAULT {hit};\nBEGIN END", [2, 3]),
    "declared, unknown type": (
        "DECLARE a app.mood NOT NULL := {hit};\n b app.t%ROWTYPE = {hit};\nBEGIN b.x := 1; END",
        [1, 2],
    ),
    "cursor": ("DECLARE c CURSOR (k int) FOR SELECT {hit};\nBEGIN OPEN c(1);\n FETCH c INTO a; END", [1]),
    "cursor argument": ("DECLARE c CURSOR (k text) FOR SELECT 1;\nBEGIN\n OPEN c({hit}); CLOSE c; END", [3]),
    "cursor loop": (
        "DECLARE c CURSOR (k text) FOR SELECT 1;\nBEGIN\n FOR r IN c({hit}) LOOP NULL; END LOOP; END",
        [3],
    ),
    "open for": ("DECLARE c refcursor; BEGIN OPEN c FOR SELECT {hit}; END", [1]),
    "fetch": ("DECLARE c refcursor; BEGIN FETCH ABSOLUTE length({hit}) FROM c INTO a; END", [1]),
    "statement": ("BEGIN\n INSERT INTO t\n  VALUES ({hit});\nEND", [3]),
    "into": ("BEGIN\n SELECT {hit}\n INTO STRICT a FROM t; SELECT 1 INTO b WHERE {hit} = ''; END", [2, 3]),
    "perform": ("BEGIN\n\n PERFORM\n  a, {hit}\n FROM t; END", [4]),
    "assignment": ("BEGIN a := {hit};\n b = b || {hit}; END", [1, 2]),
    "assignment to element": ("DECLARE a text[];\nBEGIN a[{hit}::int] := 1;\n a[1] := {hit}; END", [2, 3]),
    "assignment to field": ("BEGIN NEW.a.b[1] :=\n {hit}; RETURN NEW; END", [2]),
    "assignment, distinct": ("BEGIN a := DISTINCT {hit} FROM t; END", [1]),
    "if": (
        "BEGIN IF {hit} = '' THEN NULL;\nELSIF {hit} = '' THEN NULL;\nELSE PERFORM {hit}; END IF; END",
        [1, 2, 3],
    ),
    "case": (
        "BEGIN CASE {hit}\nWHEN {hit}, {hit} THEN PERFORM {hit};\nELSE PERFORM {hit}; END CASE; END",
        [1, 2, 3],
    ),
    "searched case": ("BEGIN CASE WHEN {hit} = '' THEN NULL; END CASE; END", [1]),
    "loop": (
        "BEGIN LOOP\n EXIT WHEN {hit} = '';\n CONTINUE WHEN {hit} = '';\n PERFORM {hit}; END LOOP; END",
        [2, 3, 4],
    ),
    "while": ("BEGIN WHILE {hit} = '' LOOP PERFORM {hit}; END LOOP; END", [1]),
    "for numbers": (
        "BEGIN FOR i IN\n length({hit})..length({hit}) BY\n length({hit}) LOOP END LOOP; END",
        [2, 3],
    ),
    "for query": ("BEGIN FOR r IN\n SELECT {hit} LOOP\n PERFORM {hit}; END LOOP; END", [2, 3]),
    "for scalars": ("BEGIN FOR a, b IN SELECT {hit}, 2 LOOP END LOOP; END", [1]),
    "foreach": ("BEGIN FOREACH a SLICE 1 IN ARRAY\n ARRAY[{hit}] LOOP END LOOP; END", [2]),
    "return": ("BEGIN\n RETURN {hit}; END", [2]),
    "return next": ("BEGIN\n RETURN NEXT {hit}; RETURN; END", [2]),
    "return query": ("BEGIN\n RETURN QUERY\n SELECT {hit}; END", [3]),
    "return query execute": ("BEGIN\n RETURN QUERY EXECUTE 'x' USING {hit}; END", [2]),
    "raise": ("BEGIN\n RAISE NOTICE '%',\n {hit} USING\n HINT = {hit}; END", [3, 4]),
    "assert": ("BEGIN ASSERT {hit} = '',\n {hit}; END", [1, 2]),
    "execute": ("BEGIN EXECUTE {hit}\n INTO a USING {hit}; END", [1, 2]),
    "for execute": ("BEGIN FOR r IN EXECUTE {hit} USING {hit} LOOP END LOOP; END", [1]),
    "open execute": ("DECLARE c refcursor; BEGIN OPEN c FOR EXECUTE {hit} USING {hit}; END", [1]),
    "handler": ("BEGIN NULL;\nEXCEPTION WHEN others THEN\n PERFORM {hit}; END", [3]),
    "nested": ("<<o>>\nDECLARE a int; BEGIN DECLARE b text :=\n {hit}; BEGIN PERFORM {hit}; END; END o", [3]),
    "call": ("BEGIN CALL p({hit}); END", [1]),
    "do": ("BEGIN\n DO $$BEGIN\n PERFORM {hit}; END$$; END", [3]),
}


def found(body: str) -> list[Act]:
    acts, unreadable = acts_of_function("", "plpgsql", body, "public.f()")
    assert unreadable == []
    return acts


@pytest.mark.parametrize("place", PLACES)
def test_a_call_is_found_wherever_it_can_stand(place: str) -> None:
    body, lines = PLACES[place]
    acts = found(body.replace("{hit}", HIT))
    assert {(one.kind, one.detail) for one in acts} == {("call", "pg_catalog.pg_read_file")}
    assert [one.body_line for one in acts] == lines
    assert not any(one.dynamic for one in acts)


@pytest.mark.parametrize("place", PLACES)
def test_a_function_of_the_user_is_none(place: str) -> None:
    assert found(PLACES[place][0].replace("{hit}", f"app.{HIT} || ' {HIT.replace(chr(39), '')}'")) == []


DYNAMIC = {
    "EXECUTE 'ALTER SYSTEM SET a = 1'": ["alter system: a"],
    "EXECUTE $q$ALTER SYSTEM SET a = 1$q$": ["alter system: a"],
    "EXECUTE E'ALTER\\tSYSTEM SET \\141 = 1'": ["alter system: a"],
    "EXECUTE 'AL'\n'TER SYS' || 'TEM SET a = 1'": ["alter system: a"],
    "EXECUTE 'LOAD ''x''; SET a.b = 1'": ["load: x", "set: a.b"],
    "EXECUTE ('LOAD ' || quote_literal('x'))::text": ["load: x"],
    "EXECUTE concat('LOAD ', '''x''')": ["load: x"],
    "EXECUTE 'ALTER SYSTEM SET ' || name || ' = 1'": ["alter system: ?"],
    "EXECUTE 'ALTER SYSTEM SET ' || quote_ident(n) || ' = ' || quote_literal(v)": ["alter system: ?"],
    "EXECUTE format('ALTER SYSTEM SET %I = %L', n, v)": ["alter system: ?"],
    "EXECUTE format('COPY %I.%I TO %L', s, t, '/tmp/' || t)": ["copy to file: /tmp/?"],
    "EXECUTE format('COPY %s FROM PROGRAM %L', t, 'gzip -d')": ["copy from program: gzip"],
    "EXECUTE format('COPY %2$I FROM %1$L', '/x', t)": ["copy from file: /x"],
    "EXECUTE format('LOAD %L /* 100%% */', lib)": ["load: ?"],
    "EXECUTE format('ALTER ROLE %I SUPERUSER', 'Ad min')": ["alter role superuser: Ad min"],
    "EXECUTE format(VARIADIC a)": [],
    "EXECUTE format('LOAD %L', VARIADIC a)": ["load: ?"],
    "EXECUTE 'SELECT pg_read_file($1)' INTO a USING b": ["call: pg_catalog.pg_read_file"],
    "EXECUTE 'SELECT * FROM pg_authid WHERE ' || cond": ["reads: pg_catalog.pg_authid"],
    "EXECUTE 'SELECT lo_import(''x'') ' || rest": ["call: pg_catalog.lo_import"],
    "EXECUTE 'COPY t TO ''/x'' ' || options": ["copy to file: /x"],
    "EXECUTE 'DO $x$BEGIN EXECUTE ''LOAD ''''x'''' ''; END$x$'": ["load: x"],
    "FOR r IN EXECUTE 'SELECT * FROM pg_shadow' LOOP END LOOP": ["reads: pg_catalog.pg_shadow"],
    "RETURN QUERY EXECUTE 'SELECT * FROM pg_shadow'": ["reads: pg_catalog.pg_shadow"],
    "OPEN c FOR EXECUTE 'SELECT * FROM pg_shadow'": ["reads: pg_catalog.pg_shadow"],
    # Not constant, or not run.
    "EXECUTE app.make('LOAD ''x''')": [],
    "EXECUTE verb || ' SYSTEM SET a = 1'": [],
    "EXECUTE 'not SQL: LOAD'": [],
    "EXECUTE 'SELECT ''pg_read_file(1)'''": [],
    "EXECUTE 'SELECT app.pg_read_file(1)'": [],
    "EXECUTE 'SELECT $1' USING 'LOAD ''x'''": [],
    "a := 'LOAD ''x'''": [],
    "RAISE NOTICE 'LOAD %', 'LOAD ''x'''": [],
    "PERFORM app.log('ALTER SYSTEM SET a = 1')": [],
}  # fmt: skip


@pytest.mark.parametrize("statement", DYNAMIC)
def test_what_execute_runs_is_looked_at_as_far_as_it_is_constant(statement: str) -> None:
    acts = found(f"DECLARE c refcursor; BEGIN\n\n {statement};\nEND")
    assert [f"{one.kind}: {one.detail}" for one in acts] == DYNAMIC[statement]
    assert {(one.dynamic, one.body_line) for one in acts} <= {(True, 3)}


def test_a_body_that_cannot_be_parsed_is_said() -> None:
    for body, message in (
        ("BEGIN LOAD 'x'; IF THEN", 'missing expression at or near "THEN"'),
        ("LOAD 'x'", 'syntax error at or near "LOAD"'),
        ("BEGIN LOAD 'x' END", "unexpected end of function definition at end of input"),
        ("BEGIN LOAD 'x'; SELECT 1 'b'; END", "syntax error at or near a literal"),
        ("BEGIN LOAD 'x'; \0 END", "the text holds a null character"),
        ("BEGIN LOAD " + "/*" * 30_000 + " END", "the text has too many comments to be parsed"),
        ("BEGIN LOAD '\ud800'; END", "the text holds half a surrogate pair"),
    ):
        acts, unreadable = acts_of_function("", "plpgsql", body, "public.f()")
        assert acts == []
        assert [(one.by, one.message) for one in unreadable] == [("public.f()", message)]


def test_other_languages_are_not_guessed_at() -> None:
    for language in ("plperl", "plperlu", "plpython3u", "pltcl", "plv8", "c", "internal", "plr", "PLSQL", ""):
        assert acts_of_function("", language, "COPY t FROM PROGRAM 'x'; pg_read_file('x')", "f()") == ([], [])


def test_defaults_of_parameters_are_done_by_the_function() -> None:
    for language, body in (("c", "'lib', 'symbol'"), ("sql", "'SELECT 1'"), ("plpgsql", "'BEGIN END'")):
        create = f"CREATE FUNCTION f(a text DEFAULT {HIT}) RETURNS int LANGUAGE {language} AS {body}"
        acts, unreadable = acts_of_function(create, language, body.strip("'"), "f(text)")
        assert unreadable == []
        assert [(one.detail, one.body_line, one.by) for one in acts] == [
            ("pg_catalog.pg_read_file", 0, "f(text)")
        ]


def test_bodies_of_sql_itself() -> None:
    head = "CREATE FUNCTION app.f(a int DEFAULT 1)\n RETURNS text\n LANGUAGE sql\n"
    body = "BEGIN ATOMIC\n SELECT 1;\n SELECT app.pg_read_file('x');\n SELECT * FROM pg_authid;\nEND"
    returning = body.replace("END", " RETURN 1;\nEND")
    for create, text in ((head + body, ""), ("", body), (head + body, body), (head + returning, "")):
        acts, unreadable = acts_of_function(create, "sql", text, "f()")
        assert unreadable == []
        assert [(one.kind, one.body_line) for one in acts] == [("reads", 4)]
    for create, text in ((f"{head}RETURN {HIT}", ""), ("", f"RETURN {HIT}")):
        acts, _ = acts_of_function(create, "sql", text, "f()")
        assert [(one.kind, one.body_line) for one in acts] == [("call", 1)]


def test_a_definition_that_cannot_be_read_leaves_the_body() -> None:
    old = "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN LOAD ''x''; END' WITH (isstrict)"
    acts, unreadable = acts_of_function(old, "plpgsql", "BEGIN LOAD 'x'; END", "f()")
    assert ([one.kind for one in acts], unreadable) == (["load"], [])
    acts, unreadable = acts_of_function(old, "plpgsql", "", "f()")
    assert acts == []
    assert [one.message for one in unreadable] == ['syntax error at or near "WITH"']
    fine = old.removesuffix(" WITH (isstrict)")
    assert [one.kind for one in acts_of_function(fine, "plpgsql", "", "f()")[0]] == ["load"]
    assert [one.kind for one in acts_of_function(fine, "", "", "f()")[0]] == ["load"]


@pytest.mark.parametrize(
    ("declared", "kinds"),
    [
        ("x abstime;", ["abstime"]),
        ("x int;\n  y CONSTANT pg_catalog.RelTime[] := NULL;", ["reltime"]),
        ("x tinterval NOT NULL DEFAULT now()::abstime::text::tinterval;", ["tinterval", "abstime"]),
        ("abstime timestamptz; x public.abstime; y t.reltime%TYPE; z text := 'x abstime';", []),
    ],
)
def test_types_that_are_gone_are_found_where_they_are_declared(declared: str, kinds: list[str]) -> None:
    body = f"\nDECLARE\n  {declared}\nBEGIN\n  RETURN 1;\nEND"
    create = f"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $x${body}$x$"
    acts, unreadable = acts_of_function(create, "plpgsql", body, "public.f()")
    assert unreadable == []
    assert {one.detail for one in acts} == {f"pg_catalog.{one}" for one in kinds}
    assert {one.body_line for one in acts} <= {3, 4}
