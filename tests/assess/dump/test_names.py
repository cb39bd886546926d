"""Names of any kind come out as the catalogs have them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.assess.dump.dumps import MARK, read

NAMES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]) | st.sampled_from("'\"\\;$\n\r-/*(). "),
    min_size=1,
    max_size=30,
).filter(lambda name: len(name.encode()) <= 63)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return ("E'" if "\\" in text else "'") + text.replace("\\", "\\\\").replace("'", "''") + "'"


@given(NAMES, NAMES, NAMES)
@settings(max_examples=150, deadline=None)
def test_names_come_out_as_they_are(schema: str, name: str, owner: str) -> None:
    where = f"{quoted(schema)}.{quoted(name)}"
    facts = read(
        f"{MARK}CREATE SCHEMA {quoted(schema)};\n"
        f"CREATE TABLE {where} (\n    {quoted(name)} oid,\n    b text DEFAULT {literal(name)}::text\n);\n"
        f"ALTER TABLE {where} OWNER TO {quoted(owner)};\n"
        f"COMMENT ON TABLE {where} IS {literal(name)};\n"
        f"CREATE TYPE {where} AS ENUM ({literal(name)});\n"
        f"CREATE FUNCTION {where}({quoted(name)} {where}) RETURNS {where} LANGUAGE plperl"
        f" AS {literal(name)};\n"
        f"ALTER FUNCTION {where}({quoted(name)} {where}) OWNER TO {quoted(owner)};\n"
        f"CREATE ROLE {quoted(owner)};\nALTER ROLE {quoted(owner)} WITH SUPERUSER;\n"
        f"CREATE DATABASE {quoted(name)};\nCOMMENT ON DATABASE {quoted(name)} IS {literal(name)};\n"
        f"COPY {where} ({quoted(name)}) FROM stdin;\n\\.\n"
        f"INSERT INTO {where} VALUES ({literal(name)});\n"
    )
    assert facts.unreadable == []
    relation, column, function, role, database = (
        getattr(facts, one)[0] for one in ("relations", "columns", "functions", "roles", "databases")
    )
    assert (relation.schema, relation.name, relation.owner) == (schema, name, owner)
    assert (column.schema, column.relation, column.name) == (schema, name, name)
    assert (function.schema, function.name, function.owner) == (schema, name, owner)
    assert function.returns == f"{schema}.{name}"
    assert (role.name, role.superuser) == (owner, True)
    assert (database.name, database.comment) == (name, name)
    assert [one.detail for one in facts.statements] == [f"{schema}.{name}", f"{schema}.{name}"]


@given(NAMES)
@settings(max_examples=100, deadline=None)
def test_the_name_of_a_database_may_be_anything(name: str) -> None:
    # As pg_dumpall writes what is more than letters and digits; a line end it refuses.
    name = name.replace("\n", "").replace("\r", "") or "x"
    value = name.replace("\\", "\\\\").replace("'", "\\'")
    word = f"dbname='{value}'".replace('"', '""')
    facts = read(f'\\connect -reuse-previous=on "{word}"\nCREATE TABLE public.t ();\n')
    assert facts.relations[0].database == name
