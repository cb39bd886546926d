"""PostGIS set up as the user guide says: gis_admin, six extensions, schemas and tables handed over, tests."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from rdscheck import Database, claim, documentation_finding, listed, offered, refused, rests_on, scenario

DOCS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.PostGIS.html"
)
LISTS = "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html"
MANUAL = "https://postgis.net/docs/manual-3.5/using_postgis_query.html"
GDAL = "https://postgis.net/docs/manual-3.5/postgis_gdal_enabled_drivers.html"

NEEDED = (
    "postgis",
    "postgis_raster",
    "fuzzystrmatch",
    "postgis_tiger_geocoder",
    "postgis_topology",
    "address_standardizer_data_us",
)
pytestmark = scenario(
    "extensions/postgis",
    title="Set up PostGIS with an administrator of its own",
    docs=DOCS,
    since=13,
    needs=("rdsutils", *NEEDED),
)
documented = claim(source=DOCS, certainty="documented", basis="emulated")
real = claim(source=MANUAL, certainty="documented", basis="real")

EXEC = (
    "CREATE FUNCTION exec(text) returns text language plpgsql volatile AS"
    " $f$ BEGIN EXECUTE $1; RETURN $1; END; $f$"
)
OWNERS = (
    "SELECT n.nspname, pg_catalog.pg_get_userbyid(n.nspowner) FROM pg_catalog.pg_namespace n"
    " WHERE n.nspname ~ '^(tiger|tiger_data|topology)$' ORDER BY 1"
)
TRANSFER = """
SELECT exec('ALTER TABLE ' || quote_ident(s.nspname) || '.' || quote_ident(s.relname) || ' OWNER TO {};')
  FROM (
    SELECT nspname, relname
    FROM pg_class c JOIN pg_namespace n ON (c.relnamespace = n.oid)
    WHERE nspname in ('tiger','topology') AND
    relkind IN ('r','S','v') ORDER BY relkind = 'S')
s"""
TABLES = (
    "SELECT DISTINCT pg_get_userbyid(c.relowner) FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname IN ('tiger', 'topology') AND c.relkind IN ('r', 'S', 'v')"
)

HAND_OVER_DATA = sql.SQL("ALTER SCHEMA tiger_data OWNER TO {}")

Step = Callable[[str], AbstractContextManager[None]]


class Gis:
    """A database of the procedure: its administrator, and the sessions of a claim."""

    def __init__(self, database: Database, admin: str) -> None:
        self.database, self.admin = database, admin

    def dsn(self, user: str | None = None) -> dict[str, Any]:
        """Return what ``rds_connect`` takes to log in as the administrator or another role."""
        name = user or self.admin
        return {"user": name, "password": conninfo_to_dict(self.database.dsn(name))["password"]}


def prepare(server: Any) -> Gis:
    """Do step 1: the role gis_admin, a member of rds_superuser with all privileges on a database."""
    database = Database.create(server, "lab_gis")
    admin = database.create_role("gis_admin")
    with database.connect() as master:
        role = sql.Identifier(admin)
        master.execute(sql.SQL("GRANT rds_superuser TO {}").format(role))
        master.execute(
            sql.SQL("GRANT ALL PRIVILEGES ON DATABASE {} TO {}").format(sql.Identifier(database.name), role)
        )
    return Gis(database, admin)


@pytest.fixture(scope="module")
def shared(rds_server: Any) -> Iterator[Gis | None]:
    """Make a database with everything of step 2; claims that use it leave no trace in it."""
    if any(rds_server.why_not(name) for name in ("rdsutils", *NEEDED)):
        yield None  # rds_connect tells the reason
        return
    gis = prepare(rds_server)
    with gis.database.connect(gis.admin) as session:
        for name in NEEDED:
            session.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
    yield gis
    gis.database.drop()


@pytest.fixture
def session(rds_connect: Any, shared: Gis) -> Iterator[Any]:
    """Log in to the shared database as gis_admin; what a claim does is rolled back after it."""
    connection = rds_connect(shared.database.name, **shared.dsn())
    connection.recorder.mask(shared.admin, "gis_admin")
    connection.execute("BEGIN")
    yield connection
    connection.rollback()  # closing it would commit


@contextmanager
def refused_in(session: Any, sqlstate: str, message: str) -> Iterator[None]:
    """Expect a refusal; the session's transaction goes on as if nothing had been tried."""
    with refused(sqlstate, message), session.transaction():
        yield


def hand_over(session: Any, admin: str) -> None:
    """Do step 3: the schemas. From PostGIS 3.6 on there is no tiger_data."""
    for schema in [name for name, _ in session.execute(OWNERS).fetchall()]:
        session.execute(
            sql.SQL("ALTER SCHEMA {} OWNER TO {}").format(sql.Identifier(schema), sql.Identifier(admin))
        )


def version(session: Any) -> tuple[int, int]:
    """Return the version of PostGIS, for example (3, 5)."""
    (text,) = session.execute("SELECT extversion FROM pg_extension WHERE extname = 'postgis'").fetchone()
    major, minor, *_ = (int(part) for part in re.findall(r"\d+", text))
    return major, minor


# The procedure


@documented
@rests_on("extension-objects")
def test_procedure(rds_db: Any, rds_connect: Any, rds: Any, step: Step) -> None:
    """A member of rds_superuser creates the extensions, takes over schemas and tables, and uses them."""
    with step("1. Create a role to manage PostGIS"):
        admin = rds_db.create_role("gis_admin")
        role, name = sql.Identifier(admin), sql.Identifier(rds_db.name)
        rds.execute(sql.SQL("GRANT rds_superuser TO {}").format(role))
        rds.execute(sql.SQL("GRANT ALL PRIVILEGES ON DATABASE {} TO {}").format(name, role))
        # Since 15 that does not let it create in the schema public; see the claim about step 4.
        rds.execute(sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(role))
    session = rds_connect(rds_db.name, **Gis(rds_db, admin).dsn())
    with step("2. Load the PostGIS extensions"):
        for extension in NEEDED:
            session.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension)))
        owners = session.execute(OWNERS).fetchall()
        assert {"tiger", "topology"} <= {schema for schema, _ in owners}
        assert {owner for _, owner in owners} == {"rdsadmin"}
    with step("3. Transfer ownership of the extension schemas"):
        hand_over(session, admin)
        assert {owner for _, owner in session.execute(OWNERS).fetchall()} == {admin}
    with step("4. Transfer ownership of the PostGIS tables"):
        session.execute(EXEC)
        done = session.execute(TRANSFER.format(admin)).fetchall()
        assert len(done) > 20
        assert session.execute(TABLES).fetchall() == [(admin,)]
    with step("5. Test the extensions"):
        session.execute("SET search_path=public,tiger")
        row = session.execute(
            "SELECT address, streetname, streettypeabbrev, zip"
            " FROM normalize_address('1 Devonshire Place, Boston, MA 02109') AS na"
        ).fetchone()
        assert row == (1, "Devonshire", "Pl", "02109")
        query = "SELECT topology.createtopology('my_new_topo',26986,0.5)"
        assert session.execute(query).fetchone() == (1,)
    with step("6. Upgrade: nothing newer is here"):
        (told,) = session.execute("SELECT postgis_extensions_upgrade()").fetchone()
        assert "postgis_full_version()" in told


@documentation_finding("postgis-exec-in-public")
@claim(source=DOCS, certainty="documented", basis="real", since=15)
def test_exec_function(session: Any, shared: Gis, rds_connect: Any) -> None:
    """Since 15 step 4 as written fails: gis_admin may not create a function in the schema public."""
    with refused_in(session, "42501", "permission denied for schema public"):
        session.execute(EXEC)
    session.execute("CREATE SCHEMA gis")  # GRANT ALL ON DATABASE lets it
    session.execute("SET LOCAL search_path = gis")
    session.execute(EXEC)


@documented
def test_tiger_data(session: Any, shared: Gis) -> None:
    """Up to PostGIS 3.5 the schema tiger_data, which the extension's script makes, is handed over too."""
    if version(session) >= (3, 6):
        pytest.skip("PostGIS makes tiger_data up to 3.5, and a later one is installed here")
    session.execute(HAND_OVER_DATA.format(sql.Identifier(shared.admin)))
    owner = "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'tiger_data'"
    assert session.execute(owner).fetchone() == (shared.admin,)


@documentation_finding("postgis-tiger-data")
@claim(source=DOCS, certainty="documented", basis="real")
def test_no_tiger_data(session: Any, shared: Gis) -> None:
    """From PostGIS 3.6 on there is no schema tiger_data to be handed over, and step 3 fails."""
    if version(session) < (3, 6):
        pytest.skip("PostGIS makes tiger_data up to 3.5, and such a one is installed here")
    with refused_in(session, "3F000", 'schema "tiger_data" does not exist'):
        session.execute(HAND_OVER_DATA.format(sql.Identifier(shared.admin)))


@documented
def test_before_the_transfer(session: Any) -> None:
    """Without steps 3 and 4 schemas and tables are rdsadmin's: gis_admin reads them and drops none."""
    assert {owner for _, owner in session.execute(OWNERS).fetchall()} == {"rdsadmin"}
    assert session.execute(TABLES).fetchall() == [("rdsadmin",)]
    assert session.execute("SELECT count(*) > 0 FROM tiger.state_lookup").fetchone() == (True,)
    for statement, what in (
        ("DROP TABLE tiger.state_lookup", "table state_lookup"),
        ("ALTER TABLE tiger.state_lookup ADD COLUMN note text", "table state_lookup"),
        ("DROP SCHEMA tiger", "schema tiger"),
    ):
        with refused_in(session, "42501", f"must be owner of {what}"):
            session.execute(statement)


@documented
def test_ordinary_role(rds_connect: Any, shared: Gis, rds_db: Any, rds: Any) -> None:
    """A role with CREATE on the database creates only fuzzystrmatch of them, and takes over none."""
    app = rds_db.create_role("app")
    rds.execute(
        sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(sql.Identifier(rds_db.name), sql.Identifier(app))
    )
    secret = conninfo_to_dict(rds_db.dsn(app))["password"]
    session = rds_connect(rds_db.name, app, secret)
    for name in ("postgis", "postgis_raster", "postgis_topology", "postgis_tiger_geocoder"):
        with refused_in(session, "42501", f'permission denied to create extension "{name}"'):
            session.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
    session.execute("CREATE EXTENSION fuzzystrmatch")  # RDS trusts it
    with rds_connect(shared.database.name, app, secret) as other:
        for schema in ("tiger", "topology"):
            with refused_in(other, "42501", f"must be owner of schema {schema}"):
                other.execute(f"ALTER SCHEMA {schema} OWNER TO {app}")


@documented
def test_order_of_creation(rds: Any) -> None:
    """An extension whose requirement is missing is refused; CASCADE brings it along."""
    with refused_in(rds, "42704", 'required extension "postgis" is not installed'):
        rds.execute("CREATE EXTENSION postgis_topology")
    rds.execute("CREATE EXTENSION postgis_topology CASCADE")
    names = "SELECT extname::text FROM pg_extension WHERE extname LIKE 'postgis%' ORDER BY 1"
    assert rds.execute(names).fetchall() == [("postgis",), ("postgis_topology",)]


@documented
def test_versions(session: Any) -> None:
    """Available versions are listed; one that is not there is refused, to create and to update to."""
    query = "SELECT version, installed FROM pg_available_extension_versions WHERE name = 'postgis'"
    assert True in dict(session.execute(query).fetchall()).values()
    with refused_in(session, "22023", "has no update path"):
        session.execute('ALTER EXTENSION postgis UPDATE TO "2.5.5"')
    session.execute("DROP EXTENSION postgis CASCADE")
    with refused_in(session, "22023", 'for version "2.5.5"'):
        session.execute('CREATE EXTENSION postgis VERSION "2.5.5"')


@claim(source=LISTS, certainty="documented", basis="emulated")
def test_lists(rds_version: str, rds: Any) -> None:
    """AWS lists postgis for every engine version, postgis_topology for all but 18.1, 18.2 and 18.3."""
    versions = listed(int(rds_version.partition(".")[0]))
    without = [one for one in versions if "postgis_topology" not in offered(one)]
    assert [one for one in versions if "postgis" not in offered(one)] == []
    assert without == ([] if rds_version.partition(".")[0] != "18" else ["18.1", "18.2", "18.3"])
    (names,) = rds.execute("SHOW rds.extensions").fetchone()
    assert {"postgis", "address_standardizer"} <= {name.strip() for name in names.split(",")}


@documented
@rests_on("extension-objects")
def test_own_schema(rds: Any) -> None:
    """PostGIS can be created in a schema of its own, as the page suggests; then names need that schema."""
    rds.execute("CREATE SCHEMA gis")
    rds.execute("CREATE EXTENSION postgis SCHEMA gis")
    with refused("42883", "function st_makepoint(integer, integer) does not exist"):
        rds.execute("SELECT ST_MakePoint(1, 2)")
    assert rds.execute("SELECT gis.ST_AsText(gis.ST_MakePoint(1, 2))").fetchone() == ("POINT(1 2)",)


@documented
@rests_on("extension-objects")
def test_reference_systems(session: Any, shared: Gis, rds_db: Any, rds_connect: Any) -> None:
    """An ordinary role reads the reference systems and calls functions; only gis_admin adds a system."""
    add = "INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid) VALUES (990001, 'own', 1)"
    app = rds_db.create_role("app")
    with rds_connect(shared.database.name, app, conninfo_to_dict(rds_db.dsn(app))["password"]) as other:
        assert other.execute("SELECT count(*) > 3000 FROM spatial_ref_sys").fetchone() == (True,)
        assert other.execute("SELECT ST_AsText(ST_MakePoint(1, 2))").fetchone() == ("POINT(1 2)",)
        with refused_in(other, "42501", "permission denied for table spatial_ref_sys"):
            other.execute(add)
    session.execute(add)
    assert session.execute("SELECT count(*) FROM spatial_ref_sys WHERE srid = 990001").fetchone() == (1,)


# Using it


@pytest.fixture
def places(session: Any) -> Any:
    """Give a session with a table of 20,000 points, a hundred by two hundred of them, and a GiST index."""
    session.execute("CREATE TEMPORARY TABLE place (id integer PRIMARY KEY, at geometry(Point, 4326))")
    session.execute(
        "INSERT INTO place SELECT x * 1000 + y, ST_SetSRID(ST_MakePoint(x, y / 4.0), 4326)"
        " FROM generate_series(0, 99) x, generate_series(0, 199) y"
    )
    session.execute("CREATE INDEX ON place USING gist (at)")
    session.execute("ANALYZE place")
    return session


@real
def test_spatial_query(places: Any) -> None:
    """A query by distance gives the right rows, and the planner answers it from the GiST index."""
    query = (
        "SELECT id FROM place WHERE ST_DWithin(at, ST_SetSRID(ST_MakePoint(10, 10), 4326), 0.3) ORDER BY id"
    )
    assert places.execute(query).fetchall() == [(10039,), (10040,), (10041,)]
    plan = " ".join(line for (line,) in places.execute(f"EXPLAIN (COSTS OFF) {query}").fetchall())
    assert re.search(r"Index Scan (using|on) place_at_idx", plan), plan


@real
def test_nearest_neighbours(places: Any) -> None:
    """ORDER BY <-> with LIMIT walks the index and gives the nearest first."""
    query = "SELECT id FROM place ORDER BY at <-> ST_SetSRID(ST_MakePoint(50.1, 25.06), 4326) LIMIT 2"
    assert places.execute(query).fetchall() == [(50100,), (50101,)]
    plan = " ".join(line for (line,) in places.execute(f"EXPLAIN (COSTS OFF) {query}").fetchall())
    assert "Index Scan using place_at_idx" in plan


@real
def test_geography(session: Any) -> None:
    """Distances of the type geography are metres on the spheroid; a transformation knows EPSG:26986."""
    row = session.execute(
        "SELECT round(ST_Distance(boston::geography, 'POINT(-74.0060 40.7128)')::numeric, -3),"
        " ST_SRID(ST_Transform(boston, 26986))"
        " FROM (SELECT 'SRID=4326;POINT(-71.0589 42.3601)'::geometry AS boston) place"
    ).fetchone()
    assert row == (306000, 26986)


@real
def test_types_are_checked(places: Any) -> None:
    """A column of points in one reference system takes neither a line nor another system."""
    with refused_in(places, "22023", "Geometry type (LineString) does not match column type (Point)"):
        places.execute("INSERT INTO place VALUES (1, 'SRID=4326;LINESTRING(0 0, 1 1)')")
    with refused_in(places, "22023", "Geometry SRID (3857) does not match column SRID (4326)"):
        places.execute("INSERT INTO place VALUES (1, 'SRID=3857;POINT(0 0)')")
    with refused_in(places, "XX000", "parse error"):
        places.execute("SELECT 'POINT(0'::geometry")


@real
def test_raster(session: Any) -> None:
    """postgis_raster makes a raster and reads a value out of it."""
    row = session.execute(
        "SELECT ST_Value(r, 2, 2), ST_Width(r) FROM"
        " (SELECT ST_AddBand(ST_MakeEmptyRaster(4, 4, 0, 0, 1), '8BUI'::text, 7, 0) AS r) AS made"
    ).fetchone()
    assert row == (7, 4)


@claim(source=GDAL, certainty="observed", basis="emulated")
def test_drivers(session: Any) -> None:
    """RDS's groups enable all GDAL drivers, which PostGIS by itself does not, and none by network."""
    assert session.execute("SELECT count(*) > 10 FROM ST_GDALDrivers()").fetchone() == (True,)
    assert session.execute("SHOW postgis.gdal_enabled_drivers").fetchone() == ("ENABLE_ALL",)
    assert session.execute("SHOW postgis.enable_outdb_rasters").fetchone() == ("off",)


@real
def test_standardizer(session: Any) -> None:
    """The data of address_standardizer_data_us parse an address, once address_standardizer is there too."""
    session.execute("CREATE EXTENSION IF NOT EXISTS address_standardizer")
    row = session.execute(
        "SELECT house_num, name, city, state FROM standardize_address('us_lex', 'us_gaz', 'us_rules',"
        " '1 Devonshire Place', 'Boston, MA 02109')"
    ).fetchone()
    assert row == ("1", "DEVONSHIRE", "BOSTON", "MASSACHUSETTS")
