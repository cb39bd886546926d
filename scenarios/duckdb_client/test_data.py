"""DuckDB: read tables of RDS and write to them."""

from typing import Any

import psycopg
import pytest

from rdscheck import claim, documentation_finding, scenario

README = "https://github.com/duckdb/duckdb-postgres/blob/main/README.md"
DOCS = "https://duckdb.org/docs/stable/core_extensions/postgres"

pytestmark = scenario(
    "duckdb/data",
    title="Read and write tables through DuckDB",
    docs=DOCS,
    document=README,
    since=13,
    needs=("tls",),
)
documented = claim(source=DOCS, certainty="documented")
UUIDS = """INSERT INTO uuids VALUES ('6d3d2541-710b-4bde-b3af-4711738636bf'), (NULL),
('00000000-0000-0000-0000-000000000001'), ('ffffffff-ffff-ffff-ffff-ffffffffffff')"""


@pytest.fixture
def uuids(duck: Any, rds: Any) -> Any:
    """Attach the README's table of UUIDs."""
    rds.execute("CREATE TABLE uuids (u uuid)")
    rds.execute(UUIDS)
    duck.attach()
    return duck


@pytest.fixture
def items(duck: Any, rds: Any) -> Any:
    """Attach a table with two rows."""
    rds.execute("CREATE TABLE item (id integer PRIMARY KEY, name text, price numeric(10,2))")
    rds.execute("INSERT INTO item VALUES (1, 'pen', 1.50), (2, NULL, NULL)")
    duck.attach()
    return duck


@claim(source=README, certainty="documented")
@documentation_finding("duckdb-show-all-tables")
def test_show_all_tables(uuids: Any) -> None:
    """SHOW ALL TABLES lists the attached tables, in six columns and not in one as the README prints."""
    columns = ["database", "schema", "name", "column_names", "column_types", "temporary"]
    assert uuids.columns("SHOW ALL TABLES") == columns
    assert uuids.run("SHOW ALL TABLES") == [("postgres_db", "public", "uuids", ["u"], ["UUID"], False)]


@claim(source=README, certainty="documented")
def test_read(uuids: Any) -> None:
    """The README's query gives its four rows, the NULL among them."""
    assert [one and str(one) for (one,) in uuids.run("SELECT * FROM postgres_db.uuids")] == [
        "6d3d2541-710b-4bde-b3af-4711738636bf",
        None,
        "00000000-0000-0000-0000-000000000001",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ]


@claim(source=README, certainty="documented")
def test_read_at_query_time(items: Any, rds: Any) -> None:
    """What is read is read at query time: a row that was added after ATTACH is there."""
    assert items.run("SELECT max(id) FROM postgres_db.item") == [(2,)]
    rds.execute("INSERT INTO item VALUES (3, 'ink', 4)")
    assert items.run("SELECT max(id) FROM postgres_db.item") == [(3,)]


@documented
def test_types(duck: Any, rds: Any) -> None:
    """Values of many types survive the way into DuckDB and back into another table."""
    columns = (
        "i integer, b bigint, n numeric(20,5), f double precision, t text, o boolean, u uuid, d date,"
        " s timestamp, z timestamptz, y bytea, a integer[], x text[]"
    )
    rds.execute(f"CREATE TABLE source ({columns})")
    rds.execute(f"CREATE TABLE target ({columns})")
    rds.execute(
        "INSERT INTO source VALUES (-2147483648, 9223372036854775807, 123456789012345.67891, 'infinity',"
        " E'a\\tb\\n\\u65e5''\"', true, '6d3d2541-710b-4bde-b3af-4711738636bf', '0001-01-01',"
        " '2026-02-28 23:59:59.999999', '2026-06-01 12:00+02', '\\x00ff', '{1,NULL,3}', ARRAY['x', '']),"
        " (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
    )
    duck.attach()
    duck.run("CREATE TABLE local AS FROM postgres_db.source")
    duck.run("INSERT INTO postgres_db.target FROM local")
    difference = "SELECT count(*) FROM (TABLE source EXCEPT ALL TABLE target) AS lost"
    assert rds.execute(difference).fetchone() == (0,)
    assert rds.execute("SELECT count(*) FROM target").fetchone() == (2,)


@documented
def test_create_table(items: Any, rds: Any) -> None:
    """CREATE TABLE and CREATE TABLE AS make real tables of the server; a name that is taken is refused."""
    items.run("CREATE TABLE postgres_db.made (id integer, name varchar)")
    items.run("CREATE TABLE postgres_db.copied AS SELECT range AS id FROM range(1000)")
    assert rds.execute("SELECT count(*), sum(id) FROM copied").fetchone() == (1000, 499500)
    owned = "SELECT tableowner FROM pg_tables WHERE tablename IN ('made', 'copied')"
    assert rds.execute(owned).fetchall() == [("postgres",), ("postgres",)]
    assert 'relation "made" already exists' in items.told("CREATE TABLE postgres_db.made (id integer)")


@documented
def test_insert_update_delete(items: Any, rds: Any) -> None:
    """INSERT, UPDATE and DELETE change the server's table; its constraints hold."""
    items.run("INSERT INTO postgres_db.item VALUES (3, 'ink', 4.25)")
    items.run("UPDATE postgres_db.item SET name = 'cap' WHERE id = 2")
    items.run("DELETE FROM postgres_db.item WHERE id = 1")
    rows = rds.execute("SELECT id, name, price::text FROM item ORDER BY id").fetchall()
    assert rows == [(2, "cap", None), (3, "ink", "4.25")]
    told = items.told("INSERT INTO postgres_db.item VALUES (3, 'again', 0)")
    assert 'duplicate key value violates unique constraint "item_pkey"' in told


@documented
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_copy(items: Any, rds: Any, kind: str) -> None:
    """COPY writes a table into a file and a file into a table; a file that is not there is an error."""
    file = items.home / f"item.{kind}"
    rds.execute("CREATE TABLE again (LIKE item)")
    items.run(f"COPY postgres_db.item TO '{file}'")
    items.run(f"COPY postgres_db.again FROM '{file}'")
    assert rds.execute("SELECT count(*) FROM (TABLE item EXCEPT TABLE again) AS lost").fetchone() == (0,)
    assert rds.execute("SELECT count(*) FROM again").fetchone() == (2,)
    assert "No files found" in items.told(f"COPY postgres_db.again FROM '{items.home}/none.{kind}'")


@claim(source=DOCS, certainty="observed")
def test_copy_from_database(items: Any) -> None:
    """COPY FROM DATABASE brings all tables into a DuckDB database, as long as none has a primary key."""
    items.run("ATTACH ':memory:' AS mine")
    assert "Cannot bind index 'item'" in items.told("COPY FROM DATABASE postgres_db TO mine")
    items.run("ROLLBACK")
    items.run("CALL postgres_execute('postgres_db', 'ALTER TABLE item DROP CONSTRAINT item_pkey')")
    items.attach("keyless")
    items.run("ATTACH ':memory:' AS yours")
    items.run("COPY FROM DATABASE keyless TO yours")
    assert items.run("SELECT id, name FROM yours.public.item ORDER BY id") == [(1, "pen"), (2, None)]


@documented
def test_query(items: Any) -> None:
    """With postgres_query a query runs in the words of the server; what is no query is refused."""
    inner = "SELECT version() LIKE ''PostgreSQL%'', name FROM item WHERE id = 1"
    assert items.run(f"SELECT * FROM postgres_query('postgres_db', '{inner}')") == [(True, "pen")]
    told = items.told("SELECT * FROM postgres_query('postgres_db', 'DELETE FROM item RETURNING id')")
    assert "syntax error" in told
    assert items.run("SELECT count(*) FROM postgres_db.item") == [(2,)]


@documented
def test_execute(items: Any, rds: Any) -> None:
    """With postgres_execute any statement runs on the server; its errors are handed on."""
    items.run("CALL postgres_execute('postgres_db', 'CREATE UNLOGGED TABLE quick (id integer)')")
    row = rds.execute("SELECT relpersistence FROM pg_class WHERE relname = 'quick'").fetchone()
    assert row in {("u",), (b"u",)}
    assert "division by zero" in items.told("CALL postgres_execute('postgres_db', 'SELECT 1/0')")


@documented
def test_read_only(items: Any, rds: Any) -> None:
    """With READ_ONLY DuckDB refuses to write, and the server refuses what postgres_execute sends."""
    items.attach("ro", "READ_ONLY")
    assert items.run("SELECT count(*) FROM ro.item") == [(2,)]
    for statement in (
        "INSERT INTO ro.item (id) VALUES (3)",
        "DELETE FROM ro.item",
        "CREATE TABLE ro.made (id integer)",
    ):
        assert 'database "ro" which is attached in read-only mode' in items.told(statement)
    told = items.told("CALL postgres_execute('ro', 'DELETE FROM item')")
    assert "cannot execute DELETE in a read-only transaction" in told
    assert rds.execute("SELECT count(*) FROM item").fetchone() == (2,)


@documented
def test_schema(items: Any, rds: Any) -> None:
    """Tables of other schemas are named with theirs; with SCHEMA only those of that one are attached."""
    rds.execute("CREATE SCHEMA store")
    rds.execute("CREATE TABLE store.stock AS SELECT 7 AS amount")
    items.attach("all_of_it")
    assert items.run("SELECT * FROM all_of_it.store.stock") == [(7,)]
    items.attach("one", "SCHEMA 'store'")
    assert items.run("SELECT * FROM one.stock") == [(7,)]
    assert 'schema "public" does not exist' in items.told("SELECT * FROM one.public.item")


@documented
def test_transaction(items: Any, rds: Any) -> None:
    """ROLLBACK takes back what was done on the server, COMMIT lets others see it."""
    count = "SELECT count(*) FROM item"
    items.run("BEGIN")
    items.run("DELETE FROM postgres_db.item")
    assert rds.execute(count).fetchone() == (2,)
    items.run("ROLLBACK")
    assert rds.execute(count).fetchone() == (2,)
    items.run("BEGIN")
    items.run("DELETE FROM postgres_db.item")
    items.run("COMMIT")
    assert rds.execute(count).fetchone() == (0,)


@documented
def test_schema_changes(items: Any, rds: Any) -> None:
    """Schemas, columns, indexes and views can be made and dropped from DuckDB."""
    items.run("CREATE SCHEMA postgres_db.store")
    items.run("ALTER TABLE postgres_db.item ADD COLUMN note varchar")
    items.run("CREATE INDEX item_name ON postgres_db.item (name)")
    items.run("CREATE VIEW postgres_db.cheap AS SELECT id FROM item WHERE price < 2")
    assert rds.execute("SELECT id FROM cheap").fetchall() == [(1,)]
    assert rds.execute("SELECT to_regclass('item_name') IS NOT NULL").fetchone() == (True,)
    items.run("DROP SCHEMA postgres_db.store")
    items.run("DROP VIEW postgres_db.cheap")
    with pytest.raises(psycopg.errors.UndefinedTable):
        rds.execute("SELECT id FROM cheap")


@claim(source="https://www.postgresql.org/docs/current/ddl-priv.html", certainty="documented")
def test_rights(items: Any, rds: Any, rds_db: Any) -> None:
    """DuckDB may do what its role may: with SELECT it reads and does not write, without it does not read."""
    for wish, granted in (("reader", True), ("stranger", False)):
        name = rds_db.create_role(wish)
        if granted:
            rds.execute(f"GRANT SELECT ON item TO {name}")
        items.run(f"ATTACH '{items.dsn(name)}' AS {wish} (TYPE postgres)")
    assert items.run("SELECT count(*) FROM reader.item") == [(2,)]
    assert "permission denied for table item" in items.told("INSERT INTO reader.item (id) VALUES (3)")
    assert "permission denied for table item" in items.told("SELECT name FROM stranger.item")


@documented
def test_join(items: Any) -> None:
    """A query joins tables of the server with those of DuckDB."""
    items.run("CREATE TABLE stock AS SELECT 1 AS id, 40 AS amount")
    query = "SELECT name, amount FROM postgres_db.item JOIN stock USING (id)"
    assert items.run(query) == [("pen", 40)]
