"""Enable aws_s3 in a Babelfish database, import into tables of T-SQL and export from them."""

from typing import Any

import psycopg.errors as pg
import pytest
from psycopg import sql

from rdscheck import (
    Basis,
    claim,
    documentation_finding,
    flattened,
    physical_name,
    refused,
    rests_on,
    scenario,
)

pytestmark = scenario(
    "babelfish/s3",
    title="Use Amazon S3 with tables of Babelfish",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/babelfish-postgres-aws-extensions.html",
    document="Using Aurora PostgreSQL extensions with Babelfish",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)

ROLES = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html"
SOURCE = "https://github.com/babelfish-for-postgresql/babelfish_extensions"
CREATE = "create extension aws_s3 cascade"
URI = "aws_commons.create_s3_uri(%s, %s, %s)"
IMPORT = f"SELECT aws_s3.table_import_from_s3(%s, 'tsql_name', '(format csv)', {URI})"
EXPORT = f"SELECT * FROM aws_s3.query_export_to_s3(%s, {URI})"

#: Tables that are imported into and exported from: plain, of a schema of their own, with names to be quoted.
TABLES = {
    "dbo": "MyDB.dbo.Orders",
    "schema": "MyDB.Sales.Orders",
    "quoted": "MyDB.[My Schema].[My Table]",
    "reserved": "MyDB.dbo.[Order]",
}


def grant(cluster: Any) -> None:
    """Do step 2 of the document."""
    cluster.master.execute(sql.SQL("GRANT rds_superuser TO {}").format(cluster.role("master_dbo")))


def place(rds_s3: Any, key: str) -> list[str]:
    """Return bucket, key and region as the functions take them."""
    return [rds_s3.bucket, key, rds_s3.region]


def rows(conn: Any, relation: str) -> list[str]:
    """Return what stands in a table."""
    return [name for (name,) in conn.execute(f"SELECT tsql_name FROM {relation} ORDER BY 1").fetchall()]


@claim(certainty="documented", basis=Basis.EMULATED)
def test_procedure(multi: Any, step: Any) -> None:
    """The steps work as printed: GRANT rds_superuser TO master_dbo, then create extension aws_s3 cascade."""
    with step("1. Connect to babelfish_db as the master user"):
        assert multi.master.execute("SELECT current_database()").fetchone() == (multi.database.name,)
    with step("2. Grant privileges to the internal Babelfish user"):
        answer = multi.master.execute(
            sql.SQL("GRANT rds_superuser TO {}").format(multi.role("master_dbo"))
        ).statusmessage
        assert answer == "GRANT ROLE"
    with step("3. Create and load aws_s3"):
        assert multi.master.execute(CREATE).statusmessage == "CREATE EXTENSION"
        assert multi.master.notices == ['installing required extension "aws_commons"']


@claim(source=ROLES, certainty="derived", basis=Basis.EMULATED)
def test_grant_takes_rds_superuser(multi: Any, step: Any) -> None:
    """Neither an ordinary role nor master_dbo itself grants it rds_superuser; the master user does."""
    app = multi.database.create_role("app")
    statement = sql.SQL("GRANT rds_superuser TO {}").format(multi.role("master_dbo"))
    with step("1. As an ordinary role"), multi.login(app) as session, refused("42501"):
        session.execute(statement)
    with step("2. As master_dbo"), refused("42501"):
        multi.in_master().execute(statement)
    with step("3. As the master user"):
        multi.master.execute(statement)


@claim(source=ROLES, certainty="derived", basis=Basis.REAL)
def test_there_is_no_master_dbo_elsewhere(rds: Any) -> None:
    """Where Babelfish is not turned on there is no role master_dbo, and the grant is refused as such."""
    with refused(pg.UndefinedObject, 'role "master_dbo" does not exist'):
        rds.execute("GRANT rds_superuser TO master_dbo")


@claim(certainty="documented", basis=Basis.EMULATED)
@rests_on("babelfish-session-role")
def test_master_dbo_creates_extensions_after_the_grant(multi: Any, step: Any) -> None:
    """The internal user master_dbo is refused CREATE EXTENSION before the grant and allowed after it."""
    session = multi.in_master()
    with step("1. Before the grant"), refused("42501", "permission denied to create extension"):
        session.execute(CREATE)
    with step("2. GRANT rds_superuser TO master_dbo"):
        grant(multi)
    with step("3. After the grant"):
        assert session.execute(CREATE).statusmessage == "CREATE EXTENSION"


@claim(source=ROLES, certainty="derived", basis=Basis.EMULATED)
@documentation_finding("babelfish-grant-first")
def test_extension_loads_without_the_grant(multi: Any, step: Any) -> None:
    """The master user loads aws_s3 before the grant to master_dbo: its own rds_superuser is enough."""
    with step("1. A role that is no member of rds_superuser is refused"):
        app = multi.database.create_role("app")
        with multi.login(app) as session, refused("42501", "permission denied to create extension"):
            session.execute(CREATE)
    with step("2. Step 2 of the document left out: the extension loads"):
        assert multi.master.execute(CREATE).statusmessage == "CREATE EXTENSION"


@claim(source=ROLES, certainty="derived", basis=Basis.EMULATED)
@rests_on("babelfish-session-role")
@documentation_finding("babelfish-grant-first")
def test_execute_is_enough(multi: Any, rds_s3: Any, step: Any) -> None:
    """USAGE and EXECUTE on aws_s3 are enough for master_dbo to export, without rds_superuser."""
    multi.master.execute(CREATE)
    session = multi.in_master()
    query = "SELECT tsql_name FROM master_dbo.t1"
    with step("1. Without any right"), refused("42501", "permission denied for schema aws_s3"):
        session.execute(EXPORT, [query, *place(rds_s3, "t1.txt")])
    with step("2. Grant what the functions ask for"):
        for what in ("USAGE ON SCHEMA aws_s3", "EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3"):
            multi.master.execute(sql.SQL(f"GRANT {what} TO {{}}").format(multi.role("master_dbo")))
    with step("3. Export as master_dbo"):
        session.execute(EXPORT, [query, *place(rds_s3, "t1.txt")])
        assert rds_s3.get("t1.txt") == b"master.dbo.t1\n"
    with step("4. It still is no rds_superuser"), refused("42501"):
        session.execute("CREATE EXTENSION pageinspect")


@claim(source=SOURCE, certainty="derived", basis=Basis.EMULATED)
@rests_on("babelfish-session-role")
@documentation_finding("babelfish-grant-one-database")
def test_grant_does_not_reach_other_databases(cluster: Any, rds_s3: Any, step: Any) -> None:
    """The grant to master_dbo serves sessions in master; after USE MyDB another role is refused."""
    cluster.master.execute(CREATE)
    grant(cluster)
    table = str(physical_name("MyDB.dbo.Orders", cluster.mode))
    session = cluster.in_my_db()
    with step("1. In master"):
        query = "SELECT tsql_name FROM master_dbo.t1"
        cluster.in_master().execute(EXPORT, [query, *place(rds_s3, "master.txt")])
    with step("2. After USE MyDB"), refused("42501", "permission denied for schema aws_s3"):
        session.execute(EXPORT, [f"SELECT tsql_name FROM {table}", *place(rds_s3, "mydb.txt")])
    with step("3. The same grant for its dbo"):
        role = cluster.role(cluster.my_dbo)
        cluster.master.execute(sql.SQL("GRANT rds_superuser TO {}").format(role))
        session.execute(EXPORT, [f"SELECT tsql_name FROM {table}", *place(rds_s3, "mydb.txt")])
    assert rds_s3.keys() == ["master.txt", "mydb.txt"]
    assert rds_s3.get("mydb.txt") == b"MyDB.dbo.Orders\n"


@claim(certainty="documented")
@rests_on("babelfish-shape")
@pytest.mark.parametrize("name", TABLES.values(), ids=TABLES)
def test_import(cluster: Any, rds_s3: Any, step: Any, name: str) -> None:
    """An import finds a table of T-SQL under its PostgreSQL name, and T-SQL finds the rows in its table."""
    cluster.master.execute(CREATE)
    rds_s3.put("in.csv", "one\ntwo\n")
    relation = str(physical_name(name, cluster.mode))
    with step(f"1. Import into {name} as {relation}"):
        (told,) = cluster.master.execute(IMPORT, [relation, *place(rds_s3, "in.csv")]).fetchone()
        assert told.startswith("2 rows imported into relation")
    with step("2. The session after USE MyDB sees them"):
        assert rows(cluster.in_my_db(), relation) == [name, "one", "two"]


@claim(certainty="documented")
@rests_on("babelfish-shape")
@pytest.mark.parametrize("name", TABLES.values(), ids=TABLES)
def test_export(cluster: Any, rds_s3: Any, step: Any, name: str) -> None:
    """An export reads a table of T-SQL under its PostgreSQL name in the query."""
    cluster.master.execute(CREATE)
    query = f"SELECT tsql_name FROM {physical_name(name, cluster.mode)}"
    with step(f"1. Export {name}"):
        done = cluster.master.execute(EXPORT, [query, *place(rds_s3, "out.txt")]).fetchone()
    assert done == (1, 1, len(name) + 1)
    assert rds_s3.get("out.txt") == f"{name}\n".encode()


@claim(certainty="derived")
@rests_on("babelfish-shape")
@documentation_finding("babelfish-flattened-name")
def test_flattened_name_in_an_import(cluster: Any, rds_s3: Any, step: Any) -> None:
    """database_schema_tableA, as the document writes it, is no table to import into, in neither mode."""
    cluster.master.execute(CREATE)
    rds_s3.put("in.csv", "one\n")
    name, right = flattened("MyDB", "Sales", "Orders"), physical_name("MyDB.Sales.Orders", cluster.mode)
    with step(f"1. As the document writes it: {name}"):
        with refused(pg.UndefinedTable, 'relation "mydb_sales_orders" does not exist'):
            cluster.master.execute(IMPORT, [name, *place(rds_s3, "in.csv")])
        session = cluster.in_my_db()
        grant_to_my_dbo(cluster)
        with refused(pg.UndefinedTable, 'relation "mydb_sales_orders" does not exist'):
            session.execute(IMPORT, [name, *place(rds_s3, "in.csv")])
    with step(f"2. With schema and table: {right}"):
        cluster.master.execute(IMPORT, [str(right), *place(rds_s3, "in.csv")])
        assert rows(cluster.master, str(right)) == ["MyDB.Sales.Orders", "one"]


@claim(certainty="derived")
@rests_on("babelfish-shape")
@documentation_finding("babelfish-flattened-name")
def test_flattened_name_in_an_export(cluster: Any, rds_s3: Any, step: Any) -> None:
    """database_schema_table in the query of an export is no relation either; nothing is uploaded."""
    cluster.master.execute(CREATE)
    name, right = flattened("MyDB", "Sales", "Orders"), physical_name("MyDB.Sales.Orders", cluster.mode)
    with (
        step(f"1. As the document writes it: {name}"),
        refused(pg.UndefinedTable, 'relation "mydb_sales_orders" does not exist'),
    ):
        cluster.master.execute(EXPORT, [f"SELECT tsql_name FROM {name}", *place(rds_s3, "out.txt")])
    assert rds_s3.keys() == []
    with step(f"2. With schema and table: {right}"):
        cluster.master.execute(EXPORT, [f"SELECT tsql_name FROM {right}", *place(rds_s3, "out.txt")])
        assert rds_s3.get("out.txt") == b"MyDB.Sales.Orders\n"


@claim(source=SOURCE, certainty="derived")
@rests_on("babelfish-shape")
def test_bare_name_goes_by_the_search_path(cluster: Any, rds_s3: Any, step: Any) -> None:
    """A table without schema is found by the search path of a session in MyDB, not the master user's."""
    cluster.master.execute(CREATE)
    grant_to_my_dbo(cluster)
    rds_s3.put("in.csv", "one\n")
    with step("1. The master user's search path"), refused(pg.UndefinedTable, 'relation "orders" does not'):
        cluster.master.execute(IMPORT, ["orders", *place(rds_s3, "in.csv")])
    with step("2. That of a session after USE MyDB"):
        session = cluster.in_my_db()
        session.execute(IMPORT, ["orders", *place(rds_s3, "in.csv")])
        assert rows(session, str(physical_name("MyDB.dbo.Orders", cluster.mode))) == [
            "MyDB.dbo.Orders",
            "one",
        ]


@claim(certainty="documented", basis=Basis.EMULATED)
def test_role_is_needed(multi: Any, rds_db: Any, rds_s3: Any, step: Any) -> None:
    """Import and export need a role associated for s3Import and s3Export, as without Babelfish."""
    multi.master.execute(CREATE)
    rds_s3.put("in.csv", "one\n")
    relation = str(physical_name("MyDB.dbo.Orders", "multi-db"))
    rds_db.remove_role("s3Import")
    rds_db.remove_role("s3Export")
    with step("1. No role is associated"):
        with pytest.raises(pg.Error):
            multi.master.execute(IMPORT, [relation, *place(rds_s3, "in.csv")])
        with pytest.raises(pg.Error):
            multi.master.execute(EXPORT, [f"SELECT tsql_name FROM {relation}", *place(rds_s3, "out.txt")])
        assert (rows(multi.master, relation), rds_s3.keys()) == (["MyDB.dbo.Orders"], ["in.csv"])
    with step("2. Roles are associated for both features"):
        rds_db.associate_role("s3Import")
        rds_db.associate_role("s3Export")
        multi.master.execute(IMPORT, [relation, *place(rds_s3, "in.csv")])
        multi.master.execute(EXPORT, [f"SELECT tsql_name FROM {relation}", *place(rds_s3, "out.txt")])
    assert sorted(rds_s3.get("out.txt").splitlines()) == [b"MyDB.dbo.Orders", b"one"]


def grant_to_my_dbo(cluster: Any) -> None:
    """Let sessions after USE MyDB call the functions."""
    for what in ("USAGE ON SCHEMA aws_s3", "EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3"):
        role = cluster.role(cluster.my_dbo)
        cluster.master.execute(sql.SQL(f"GRANT {what} TO {{}}").format(role))
