"""What is told without the parser is what the parser's tree says."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdscheck.assess.dump.naming import Path
from rdscheck.assess.dump.scene import Scene
from rdscheck.assess.dump.understanding import understood
from rdscheck.assess.dump.usual import usual
from rdscheck.assess.facts import Unreadable


def scene(**fields: object) -> Scene:
    return Scene(database="d", line=7, **fields)  # type: ignore[arg-type]


def both(statement: str, make: Callable[[], Scene] = scene) -> tuple[list[object] | None, list[object]]:
    quick = usual(make(), statement.encode())
    full = understood(make(), [(7, statement)]).said[0]
    return (None if quick is None else list(quick)), list(full)


FORMS = [
    "ALTER TABLE public.t OWNER TO app",
    'ALTER TABLE ONLY "Odd ""t" OWNER TO "A b"',
    "ALTER SEQUENCE public.s OWNER TO app",
    "ALTER VIEW public.v OWNER TO app",
    "ALTER MATERIALIZED VIEW public.v OWNER TO app",
    "ALTER FOREIGN TABLE public.v OWNER TO app",
    "ALTER FUNCTION public.f() OWNER TO app",
    "ALTER SEQUENCE public.s OWNED BY public.t.id",
    "ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('public.s'::regclass)",
    'ALTER TABLE ONLY public.t\n    ADD CONSTRAINT k PRIMARY KEY (a, "B")',
    "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT k UNIQUE (a)",
    (
        "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES public.u(b)"
        " ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED NOT VALID"
    ),
    "ALTER INDEX public.i ATTACH PARTITION public.j",
    "CREATE INDEX i ON public.t USING btree (a, b DESC, c NULLS FIRST)",
    "CREATE UNIQUE INDEX i ON ONLY public.t USING btree (a)",
    (
        "CREATE SEQUENCE public.s\n    AS integer\n    START WITH 1\n    INCREMENT BY -1\n    NO MINVALUE\n"
        "    MAXVALUE 9\n    CACHE 1\n    CYCLE"
    ),
    "COMMENT ON TABLE public.t IS 'it''s; pg_read_file(x)'",
    "COMMENT ON COLUMN public.t.c IS ''",
    "GRANT SELECT,INSERT ON TABLE public.t TO app",
    "GRANT ALL ON SEQUENCE public.s TO app",
    "CREATE TABLE public.t (\n    a integer\n)",
    "CREATE UNLOGGED TABLE public.t (\n    a bigint DEFAULT nextval('public.s'::regclass) NOT NULL\n)",
    (
        "CREATE TABLE public.t (\n    a integer DEFAULT 1 NOT NULL,\n    b text DEFAULT 'x, y'::text,\n"
        '    "C d" jsonb,\n    e timestamp(3) without time zone[],\n    f numeric(12,2) DEFAULT (-1)::numeric'
        ",\n"
        "    g timestamp with time zone DEFAULT now() NOT NULL,\n"
        "    CONSTRAINT c CHECK (((a > 0) AND (b ~ '[(]'::text)))\n)\n"
        "WITH (fillfactor='70', autovacuum_enabled='false')"
    ),
]

#: One word away from a usual form, and not to be told as one.
OTHERS = [
    "ALTER TABLE public.t OWNER TO CURRENT_USER",
    "ALTER TABLE public.t OWNER TO current_user",
    "ALTER TABLE public.t ENABLE ROW LEVEL SECURITY",
    f"ALTER TABLE public.{'t' * 64} OWNER TO app",
    "ALTER TABLE Public.T OWNER TO app",
    "ALTER TABLE public.t OWNER TO app -- x",
    "ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT pg_read_file('x')",
    "ALTER TABLE ONLY public.t ADD CONSTRAINT k EXCLUDE USING gist (a WITH =)",
    "CREATE INDEX i ON public.t USING hash (a)",
    "CREATE INDEX i ON public.t USING btree (a text_pattern_ops)",
    'CREATE INDEX i ON public.t USING btree (a COLLATE "C")',
    "CREATE INDEX i ON public.t USING btree (lower(a))",
    "CREATE INDEX i ON public.t USING btree (a) TABLESPACE fast",
    "COMMENT ON DATABASE d IS 'x'",
    "COMMENT ON ROLE d IS 'x'",
    "GRANT SELECT ON TABLE pg_catalog.pg_authid TO app",
    "GRANT SELECT ON TABLE public.t TO PUBLIC",
    "GRANT SELECT ON TABLE public.t TO pg_monitor",
    "GRANT SELECT ON TABLE public.t TO rdsadmin",
    "CREATE TABLE public.t (\n    a oid\n)",
    "CREATE TABLE public.t (\n    a public.mood\n)",
    'CREATE TABLE public.t (\n    a text COLLATE pg_catalog."C"\n)',
    "CREATE TABLE public.t (\n    a integer PRIMARY KEY\n)",
    "CREATE TABLE public.t (\n    a text DEFAULT pg_read_file('x'::text)\n)",
    "CREATE TABLE public.t (\n    CONSTRAINT c CHECK ((pg_read_file('x'::text) = a))\n)",
    "CREATE TABLE public.t (\n    CONSTRAINT c CHECK ((a > 0)), b oid\n)",
    "CREATE TABLE public.t (\n    CONSTRAINT c CHECK ((a > 0)), b character varying(3)\n)",
    "CREATE TABLE public.t (\n    a integer\n)\nPARTITION BY LIST (a)",
    "CREATE TABLE public.t (\n    a integer\n)\nINHERITS (public.u)",
    "CREATE TABLE public.t (\n    a integer\n)\nWITH (oids='true')",
]


@pytest.mark.parametrize("statement", FORMS)
def test_usual_forms_say_the_same(statement: str) -> None:
    quick, full = both(statement)
    assert quick == full


@pytest.mark.parametrize("statement", OTHERS)
def test_other_forms_go_to_the_parser(statement: str) -> None:
    assert usual(scene(), statement.encode()) is None


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX i ON public.t USING btree (a)",
        "ALTER TABLE ONLY public.t ADD CONSTRAINT k PRIMARY KEY (a)",
        "CREATE TABLE public.t (\n    a integer\n)",
        "ALTER TABLE t OWNER TO app",
        "CREATE SEQUENCE s START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1",
        "GRANT SELECT ON TABLE public.t TO app",
    ],
)
def test_the_session_counts_in_usual_forms_too(statement: str) -> None:
    quick, full = both(
        statement,
        lambda: scene(
            tablespace="fast", access_method="columns", oids=True, user="rdsadmin", path=Path(["app"])
        ),
    )
    assert quick in (None, full)


PIECES = r"""
a | public.t | "A b" | public | oid | integer | text | CHECK | CONSTRAINT | NOT NULL | DEFAULT | 1
'x' | 'x'::text
now() | ( | ) | ((a > 0)) | , | ,\n    | \n | COLLATE | PRIMARY KEY | -- | /* | ONLY | TO app | OWNER TO
ADD CONSTRAINT | ON | USING btree | WITH (a='1') | pg_catalog.x
"""
WORDS = st.lists(
    st.sampled_from([one.strip(" \n").replace("\\n", "\n") for one in re.split(r" \| |\n", PIECES.strip())]),
    max_size=9,
).map(" ".join)
HEADS = st.sampled_from(
    [
        "CREATE TABLE public.t (\n    a integer",
        "CREATE TABLE public.t (\n   ",
        "ALTER TABLE public.t",
        "ALTER TABLE ONLY public.t ADD CONSTRAINT k",
        "CREATE INDEX i ON public.t USING btree (a",
        "GRANT SELECT ON TABLE",
        "COMMENT ON TABLE public.t IS",
    ]
)


@given(HEADS, WORDS, st.sampled_from(["", ")", "\n)", ",\n    b text\n)"]))
@settings(max_examples=500, deadline=None)
def test_whatever_is_told_quickly_the_parser_says_too(head: str, words: str, tail: str) -> None:
    quick, full = both(f"{head} {words}{tail}")
    if quick is not None:
        assert not any(isinstance(one, Unreadable) for one in full)
        assert quick == full
