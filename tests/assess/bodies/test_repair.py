"""Bodies that the parser refuses for want of a catalog are read all the same; real faults stay faults."""

import pytest

from rdscheck.assess.bodies import repair
from rdscheck.assess.bodies.analysing import acts_of_function
from rdscheck.assess.bodies.declarations import declarations, loop_variables
from rdscheck.assess.bodies.tree import parsed_plpgsql

#: Bodies without anything around them.
BARE = {
    "value returned": "BEGIN {} RETURN 1; END",
    "nothing returned": "BEGIN {} RETURN; END",
    "row returned": "BEGIN {} RETURN (1, 2); END",
    "rows returned": "BEGIN {} RETURN NEXT x; RETURN; END",
    "rows of OUT": "BEGIN {} RETURN NEXT; END",
    "rows of OUT and a query": "BEGIN {} x := 1; RETURN QUERY SELECT 1; RETURN NEXT; RETURN; END",
    "query returned": "BEGIN {} RETURN QUERY SELECT 1; END",
    "trigger": "BEGIN {} NEW.a := TG_OP; OLD.b.c[1] := NEW.a; RETURN NEW; END",
    "parameter": "BEGIN {} p := 1; END",
    "parameter that is a row": "BEGIN {} p.a := 1; p.b := 2; END",
    "parameter by number": "BEGIN {} $3 := 1; $1.a := $2; END",
    "parameter with the function's name": "BEGIN {} my_function.a := 1; END",
    "alias": "DECLARE a ALIAS FOR $2; b ALIAS FOR p; BEGIN {} a.x := b; b := 1; END",
    "cursor by name": "BEGIN {} OPEN c FOR SELECT 1; FETCH c INTO a, b; MOVE c; CLOSE c; END",
    "cursor by number": "BEGIN {} OPEN $1 FOR SELECT 1; END",
    "loop over rows": "BEGIN FOR r IN SELECT 1 LOOP {} r.a := 1; END LOOP; END",
    "loop over scalars": "BEGIN FOR a, b IN SELECT 1, 2 LOOP {} END LOOP; END",
    "loop over an array": "BEGIN FOREACH a SLICE 1 IN ARRAY b LOOP {} END LOOP; END",
    "row type": "DECLARE r app.t%ROWTYPE; s t%ROWTYPE; BEGIN {} r.a := 1; s.b := 2; r := s; END",
    "type of a column": "DECLARE r t.c%TYPE[]; s t.c%TYPE; BEGIN {} r[1] := 1; SELECT 1, 2 INTO s, r; END",
    "enums": "DECLARE a mood; b app.mood DEFAULT 'x'; c \"M\"[]; BEGIN {} SELECT 1, 2, 3 INTO a, b, c; END",
    "composites": "DECLARE a app.t; b app.t := ROW(1); BEGIN {} a.x := 1; SELECT 1 INTO b.x; END",
    "same name twice": "DECLARE a t; BEGIN {} a.x := 1; DECLARE a m; b m; BEGIN SELECT 1 INTO b; END; END",
    "odd types": "DECLARE a numeric(10, 2)[]; b timestamp (3) with time zone; c char varying (3) COLLATE x;"
    " d interval day to second; BEGIN {} a[1] := 1; d.x := 1; END",
}  # fmt: skip


@pytest.mark.parametrize("kind", BARE)
def test_a_bare_body_is_read(kind: str) -> None:
    body = BARE[kind].format("LOAD 'x';")
    acts, unreadable = acts_of_function("", "plpgsql", body, "f()")
    assert unreadable == []
    assert [(one.kind, one.body_line) for one in acts] == [("load", 1)]


@pytest.mark.parametrize("kind", BARE)
def test_a_fault_in_it_stays_a_fault(kind: str) -> None:
    acts, unreadable = acts_of_function("", "plpgsql", BARE[kind].format("LOAD 'x'; IF 1 THEN;"), "f()")
    assert acts == []
    assert len(unreadable) == 1


def test_what_the_definition_says_need_not_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "DECLARE r t%ROWTYPE; BEGIN LOAD 'x'; b := 1; r.a := $1; OPEN $2 FOR SELECT 1; z := c; END"
    create = (
        f"CREATE FUNCTION f(int, b refcursor, OUT c text, VARIADIC z app.t[]) LANGUAGE plpgsql AS $${body}$$"
    )
    tried: list[str] = []

    def parse(text: str) -> object:
        tried.append(text)
        return parsed_plpgsql(text)

    monkeypatch.setattr(repair, "parsed_plpgsql", parse)
    assert acts_of_function(create, "plpgsql", body, "f()")[0]
    with_definition = len(tried)
    assert acts_of_function("", "plpgsql", body, "f()")[0]
    assert with_definition < len(tried) - with_definition
    assert 'f("rdscheck_1" text, "b" ' in tried[with_definition - 1]


def test_declarations_are_found_by_their_tokens() -> None:
    body = """<<l>> DECLARE -- DECLARE no int;
      a int; "B c" app.t%ROWTYPE := f(';', 1); d CONSTANT "T"[] /* ; */ NOT NULL DEFAULT E'\\';' ;
      e ALIAS FOR "B c"; c CURSOR (k mood) FOR SELECT 1; x record; y pg_catalog.refcursor; z EXCEPTION;
    BEGIN a := 'DECLARE q int;'; DECLARE i int4 = 3; BEGIN END; END"""
    found = declarations(body)
    assert [(one.name, body[one.start : one.end], one.default.strip()) for one in found.variables] == [
        ("a", "int", ""),
        ("B c", "app.t%ROWTYPE", "f(';', 1)"),
        ("d", '"T"[]', "E'\\';'"),
        ("x", "record", ""),
        ("y", "pg_catalog.refcursor", ""),
        ("i", "int4", "3"),
    ]
    assert found.aliases == {"e": "B c"}
    rewritten = found.rewritten({"B c"})
    assert '"B c" record := f' in rewritten
    assert "d CONSTANT text /* ; */" in rewritten
    assert "y pg_catalog.refcursor;" in rewritten
    assert declarations("DECLARE a int := 'open").variables == []


def test_types_over_lines_keep_the_lines() -> None:
    body = "DECLARE\n a numeric(\n10,\n2)[];\n b t%ROWTYPE;\nBEGIN\n b.x := 1;\n LOAD 'x'; END"
    acts, unreadable = acts_of_function("", "plpgsql", body, "f()")
    assert ([one.body_line for one in acts], unreadable) == ([8], [])


def test_no_text_of_a_body_ends_its_quotes() -> None:
    for text in ("$rdscheck$", "$rdscheck_$", "$rdscheck"):
        body = f"BEGIN LOAD 'x'; RAISE NOTICE '{text}'; END -- {text}"
        acts, unreadable = acts_of_function("", "plpgsql", body, "f()")
        assert ([one.kind for one in acts], unreadable) == (["load"], [])


def test_loop_variables() -> None:
    assert loop_variables("FOR a IN x LOOP FOREACH b SLICE 2 IN ARRAY c LOOP FOR d, e IN SELECT 1 LOOP") == [
        "a",
        "b",
        "d",
        "e",
    ]
    assert loop_variables("OPEN c FOR SELECT") == []
    assert loop_variables("'") == []
