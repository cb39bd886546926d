"""Targets of an import: constraints, defaults, triggers, partitions, security, names."""

from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, refused, scenario

pytestmark = scenario(
    "s3/import-tables",
    title="Import into tables with rules of their own",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.S3Import.Reference.html",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)


@pytest.fixture
def table(aws_s3: Any) -> Any:
    """Create the table t from its column definitions."""
    return lambda columns, tail="": aws_s3.execute(f"CREATE TABLE t ({columns}) {tail}")


def rows(conn: Any, source: str = "t") -> list[Any]:
    """Return a table's rows in order."""
    found: list[Any] = conn.execute(f"SELECT * FROM {source} ORDER BY 1").fetchall()
    return found


def test_bad_row_rolls_back_the_file(aws_s3: Any, rds_s3: Any, table: Any, import_: Any, step: Any) -> None:
    """A row that does not fit is refused with COPY's error, line and column, and no row of the file stays."""
    for columns, data, kind, message, context in (
        ("a int", "1\nx\n", pg.InvalidTextRepresentation, "invalid input syntax", 'line 2, column a: "x"'),
        ("a int, b int", "1\n", pg.BadCopyFileFormat, 'missing data for column "b"', 'line 1: "1"'),
        ("a int", "1,2\n", pg.BadCopyFileFormat, "extra data after last expected column", 'line 1: "1,2"'),
        ("a int NOT NULL, b int", "1,2\n,3\n", pg.NotNullViolation, "null value in column", "line 2"),
        ("a int CHECK (a < 2)", "1\n2\n", pg.CheckViolation, "violates check constraint", "line 2"),
        ("a int PRIMARY KEY", "1\n2\n1\n", pg.UniqueViolation, "duplicate key value", "line 3"),
        ("a varchar(2)", "ab\nabc\n", pg.StringDataRightTruncation, "value too long", "line 2, column a"),
    ):
        with step(f"{message}: {columns}"):
            table(columns)
            rds_s3.put("in.csv", data)
            with refused(kind, message) as caught:
                import_("t", "in.csv")
            assert f"COPY t, {context}" in (caught.value.diag.context or "")
            assert rows(aws_s3) == []
            aws_s3.execute("DROP TABLE t")


def test_missing_table(rds_s3: Any, import_: Any) -> None:
    """A table that does not exist is told as such."""
    rds_s3.put("in.csv", "1\n")
    for name in ("nosuch", "public.nosuch", '"No Such"'):
        with refused(pg.UndefinedTable, f'relation "{name.strip(chr(34))}" does not exist'):
            import_(name, "in.csv")
    with refused(pg.InvalidSchemaName, 'schema "nosuch" does not exist'):
        import_("nosuch.t", "in.csv")


def test_names_are_identifiers(aws_s3: Any, rds_s3: Any, import_: Any, step: Any) -> None:
    """Table names may be qualified and quoted, with blanks, capitals and quotes in them."""
    rds_s3.put("in.csv", "1\n")
    aws_s3.execute('CREATE SCHEMA "My App"')
    for name in ('"My App"."My Table"', '"We""ird"', "public.plain", '"semi;colon"'):
        with step(name):
            aws_s3.execute(f"CREATE TABLE {name} (a int)")
            import_(name, "in.csv")
            assert rows(aws_s3, name) == [(1,)]
    with step("PLAIN is plain"):
        import_("PLAIN", "in.csv")
        assert rows(aws_s3, "plain") == [(1,), (1,)]
    with step("a table of the search path"):
        aws_s3.execute('SET search_path = "My App"')
        import_('"My Table"', "in.csv")
        assert rows(aws_s3, '"My Table"') == [(1,), (1,)]


def test_blank_in_table_and_key(aws_s3: Any, rds_s3: Any, import_: Any) -> None:
    """A quoted table name with blanks together with a key that is a path does no harm to the server."""
    aws_s3.execute('CREATE TABLE "my big table" (a int)')
    rds_s3.put("some folder/my file.csv", "1\n")
    assert import_('"my big table"', "some folder/my file.csv").startswith("1 rows imported")
    assert rows(aws_s3, '"my big table"') == [(1,)]


def test_defaults_identity_and_generated_columns(
    aws_s3: Any, rds_s3: Any, table: Any, import_: Any, step: Any
) -> None:
    """Defaults, identity and generated columns fill themselves when they are not in the column list."""
    table(
        "a int, id int GENERATED ALWAYS AS IDENTITY, twice int GENERATED ALWAYS AS (a * 2) STORED,"
        " d text DEFAULT 'dflt', s serial"
    )
    with step("1. Only a is in the file"):
        rds_s3.put("in.csv", "10\n20\n")
        import_("t", "in.csv", columns="a")
        assert rows(aws_s3) == [(10, 1, 20, "dflt", 1), (20, 2, 40, "dflt", 2)]
    with step("2. An identity column in the file is taken from it"):
        rds_s3.put("in.csv", "30,77\n")
        import_("t", "in.csv", columns="a,id")
        assert rows(aws_s3)[-1][:3] == (30, 77, 60)


def test_generated_column_cannot_be_imported(rds_s3: Any, table: Any, import_: Any) -> None:
    """A generated column in the column list is refused."""
    table("a int, twice int GENERATED ALWAYS AS (a * 2) STORED")
    rds_s3.put("in.csv", "1,2\n")
    with refused(pg.InvalidColumnReference, 'column "twice" is a generated column'):
        import_("t", "in.csv", columns="a,twice")


def test_triggers_fire_as_the_caller(
    aws_s3: Any, rds_s3: Any, table: Any, import_: Any, reporting_role: str, login: Any
) -> None:
    """Row and statement triggers fire, and run with the rights of who imports."""
    table("a int, who text")
    aws_s3.execute("CREATE TABLE log (event text)")
    aws_s3.execute(
        "CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN NEW.who := current_user; RETURN NEW; END'"
    )
    aws_s3.execute(
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN INSERT INTO log VALUES (TG_WHEN || TG_LEVEL); RETURN NULL; END'"
    )
    aws_s3.execute("CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION mark()")
    for when in ("BEFORE", "AFTER"):
        aws_s3.execute(f"CREATE TRIGGER {when} {when} INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION note()")
    aws_s3.execute(f"GRANT INSERT ON t, log TO {reporting_role}")
    rds_s3.put("in.csv", "1\n2\n")
    import_("t", "in.csv", columns="a", conn=login(reporting_role))
    assert rows(aws_s3) == [(1, reporting_role), (2, reporting_role)]
    assert rows(aws_s3, "log") == [("AFTERSTATEMENT",), ("BEFORESTATEMENT",)]


def test_partitioned_table(aws_s3: Any, rds_s3: Any, table: Any, import_: Any, step: Any) -> None:
    """Rows go to their partitions; a row without one is refused and the file with it."""
    table("a int", "PARTITION BY RANGE (a)")
    aws_s3.execute("CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (10)")
    aws_s3.execute("CREATE TABLE t_high PARTITION OF t FOR VALUES FROM (10) TO (20)")
    with step("1. A row for each"):
        rds_s3.put("in.csv", "1\n11\n")
        import_("t", "in.csv")
        assert (rows(aws_s3, "t_low"), rows(aws_s3, "t_high")) == ([(1,)], [(11,)])
    with (
        step("2. A row for none"),
        refused(pg.CheckViolation, 'no partition of relation "t" found for row'),
    ):
        rds_s3.put("in.csv", "2\n99\n")
        import_("t", "in.csv")
    assert rows(aws_s3) == [(1,), (11,)]


def test_row_security_refuses(
    aws_s3: Any,
    rds_s3: Any,
    table: Any,
    import_: Any,
    reporting_role: str,
    login: Any,
    step: Any,
) -> None:
    """A table whose row-level security applies to the caller is refused as COPY FROM refuses it."""
    table("a int")
    aws_s3.execute("ALTER TABLE t ENABLE ROW LEVEL SECURITY")
    aws_s3.execute("CREATE POLICY everything ON t USING (true)")
    aws_s3.execute(f"GRANT INSERT, SELECT ON t TO {reporting_role}")
    rds_s3.put("in.csv", "1\n")
    with (
        step("1. A role under the policy"),
        refused(
            pg.FeatureNotSupported,
            "COPY FROM not supported with row-level security",
            hint="Use INSERT statements instead.",
        ),
    ):
        import_("t", "in.csv", conn=login(reporting_role))
    assert rows(aws_s3) == []
    with step("2. The owner, whom it does not bind"):
        import_("t", "in.csv")
        assert rows(aws_s3) == [(1,)]


def test_what_cannot_be_imported_into(aws_s3: Any, rds_s3: Any, table: Any, import_: Any, step: Any) -> None:
    """A plain view, a materialized view, a sequence and an index are refused in the words of COPY."""
    table("a int PRIMARY KEY")
    aws_s3.execute("CREATE VIEW v AS SELECT * FROM t")
    aws_s3.execute("CREATE MATERIALIZED VIEW m AS SELECT * FROM t")
    aws_s3.execute("CREATE SEQUENCE s")
    rds_s3.put("in.csv", "1\n")
    for name in ("v", "m", "s", "t_pkey"):
        with step(name):
            with (
                pytest.raises(pg.ProgrammingError) as own,
                aws_s3.cursor() as cursor,
                cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv)") as data,
            ):
                data.write("1\n")
            with refused(type(own.value), str(own.value.diag.message_primary)):
                import_(name, "in.csv")


def test_view_with_a_trigger(aws_s3: Any, rds_s3: Any, table: Any, import_: Any) -> None:
    """A view with an INSTEAD OF trigger takes an import as it takes COPY."""
    table("a int")
    aws_s3.execute("CREATE VIEW v AS SELECT * FROM t")
    aws_s3.execute(
        "CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN INSERT INTO t VALUES (NEW.a * 10); RETURN NEW; END'"
    )
    aws_s3.execute("CREATE TRIGGER put INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION put()")
    rds_s3.put("in.csv", "1\n2\n")
    import_("v", "in.csv")
    assert rows(aws_s3) == [(10,), (20,)]


def test_foreign_keys_and_domains(aws_s3: Any, rds_s3: Any, table: Any, import_: Any, step: Any) -> None:
    """Foreign keys and domains are checked for every imported row."""
    aws_s3.execute("CREATE TABLE parent (id int PRIMARY KEY)")
    aws_s3.execute("INSERT INTO parent VALUES (1)")
    aws_s3.execute("CREATE DOMAIN small AS int CHECK (value < 10)")
    table("a int REFERENCES parent, b small")
    for name, data, kind, message in (
        ("foreign key", "1,1\n2,1\n", pg.ForeignKeyViolation, "violates foreign key constraint"),
        ("domain", "1,1\n1,10\n", pg.CheckViolation, "value for domain small violates check constraint"),
    ):
        with step(name), refused(kind, message):
            rds_s3.put("in.csv", data)
            import_("t", "in.csv")
    assert rows(aws_s3) == []
    rds_s3.put("in.csv", "1,9\n")
    import_("t", "in.csv")
    assert rows(aws_s3) == [(1, 9)]
