"""Attacks on objects and settings that belong to somebody else."""

import psycopg
import pytest

from rdscheck.sandbox.database import Database
from rdscheck.sandbox.server import Connection
from tests.sandbox.elevation.attacks import (
    install,
    outcome,
    refused,
    row,
)

# Objects


def test_an_extension_of_rdsadmins_is_not_taken_apart(master: Connection) -> None:
    master.execute("CREATE EXTENSION pageinspect")
    assert refused(master, "ALTER EXTENSION pageinspect DROP FUNCTION get_raw_page(text, int8)") in {
        "42501",
        "42883",
    }
    assert refused(master, "ALTER EXTENSION pageinspect ADD TABLE notes") == "42501"
    assert refused(master, "ALTER FUNCTION page_header(bytea) OWNER TO postgres") == "42501"
    assert refused(master, "DROP FUNCTION page_header(bytea)") in {"42501", "2BP01"}


def test_no_trigger_of_the_masters_waits_on_an_extensions_table(db: Database, master: Connection) -> None:
    """The extension's next version changes its tables as rdsadmin."""
    install(db, master, "pg_partman", "SCHEMA public")
    master.execute("CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    table = "public.part_config"
    assert row(master, f"SELECT has_table_privilege('{table}', 'INSERT, UPDATE, DELETE')") == (True,)
    assert (
        refused(master, f"CREATE TRIGGER t BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION fires()")
        == "42501"
    )
    assert refused(master, f"CREATE TABLE refers (t text REFERENCES {table})") == "42501"
    assert refused(master, f"CREATE RULE r AS ON UPDATE TO {table} DO ALSO SELECT 1") == "42501"


def test_the_directories_of_utl_file_are_not_the_masters(db: Database, master: Connection) -> None:
    """They decide which of the host's files the server writes."""
    install(db, master, "orafce")
    assert refused(master, "INSERT INTO utl_file.utl_file_dir VALUES ('/tmp')") == "42501"
    assert row(master, "SELECT count(*) FROM utl_file.utl_file_dir") == (0,)
    # Their owner would add rows; the owner of the schema would rename it and make a table of that name.
    assert refused(master, "ALTER TABLE utl_file.utl_file_dir OWNER TO rds_superuser") == "42501"
    assert refused(master, "ALTER SCHEMA utl_file OWNER TO rds_superuser") == "42501"
    master.execute("ALTER SCHEMA oracle OWNER TO rds_superuser")


def test_an_extensions_schema_goes_to_roles_one_can_become(db: Database, master: Connection) -> None:
    """Since 16 whoever makes a role may administer it, and not act as it."""
    install(db, master, "orafce")
    app = db.create_role("app", login=False)
    assert refused(master, f"ALTER SCHEMA oracle OWNER TO {app}") == "42501"
    master.execute(f"GRANT {app} TO {db.server.master_user}")
    master.execute(f"ALTER SCHEMA oracle OWNER TO {app}")


def test_schemas_of_postgis_are_handed_over_and_others_of_rdsadmins_are_not(
    db: Database, master: Connection
) -> None:
    """Control files name two of its schemas, a script makes the third; to live in a schema is not enough."""
    with db.admin() as admin:
        for schema in ("theirs", "tiger_data"):
            admin.execute(f"CREATE SCHEMA {schema}")
    # rdsadmin, in whose name the statement runs, may create in any schema.
    master.execute("CREATE EXTENSION hstore SCHEMA theirs")
    for schema in ("theirs", "tiger_data"):
        assert refused(master, f"ALTER SCHEMA {schema} OWNER TO rds_superuser") == "42501"
    if db.server.why_not("postgis_tiger_geocoder"):
        pytest.skip(db.server.why_not("postgis_tiger_geocoder"))
    install(db, master, "postgis_tiger_geocoder", "CASCADE")
    install(db, master, "postgis_topology")
    app = db.create_role("app")
    with db.connect(app) as stranger:
        for schema in ("tiger", "tiger_data", "topology"):
            assert refused(stranger, f"ALTER SCHEMA {schema} OWNER TO {app}") == "42501"
            master.execute(f"ALTER SCHEMA {schema} OWNER TO rds_superuser")
    functions = "pg_proc p WHERE p.pronamespace = 'topology'::regnamespace AND p.prokind = 'f'"
    found = row(master, f"SELECT min(p.oid::regprocedure::text) FROM {functions}")
    assert found is not None
    assert refused(master, f"ALTER FUNCTION {found[0]} OWNER TO rds_superuser") == "42501"
    assert refused(master, "ALTER SCHEMA theirs OWNER TO rds_superuser") == "42501"


def test_names_of_the_masters_do_not_decide_whose_a_schema_is(db: Database, master: Connection) -> None:
    """An operator in his search path would let any schema of rdsadmin's pass for an extension's own."""
    with db.admin() as admin:
        admin.execute("CREATE SCHEMA theirs")
    master.execute("CREATE EXTENSION hstore SCHEMA theirs")
    master.execute("CREATE SCHEMA own")
    master.execute("CREATE FUNCTION own.yes(text, text) RETURNS bool LANGUAGE sql AS 'SELECT true'")
    master.execute("CREATE OPERATOR own.= (LEFTARG = text, RIGHTARG = text, FUNCTION = own.yes)")
    master.execute("CREATE VIEW own.pg_available_extension_versions AS SELECT 'theirs' AS schema")
    master.execute("SET search_path = own, pg_catalog")
    assert refused(master, "ALTER SCHEMA theirs OWNER TO rds_superuser") == "42501"


@pytest.mark.parametrize("secured", [True, False])
def test_a_table_kept_apart_by_row_security_is_not_handed_over(
    db: Database, master: Connection, secured: bool
) -> None:
    """pg_cron runs a job as whom its row names."""
    master.execute("CREATE EXTENSION pageinspect")
    with db.admin() as admin:
        admin.execute("CREATE TABLE public.job (username text)")
        admin.execute("ALTER EXTENSION pageinspect ADD TABLE public.job")
        if secured:
            admin.execute("ALTER TABLE public.job ENABLE ROW LEVEL SECURITY")
    if secured:
        assert refused(master, "ALTER TABLE public.job OWNER TO rds_superuser") == "42501"
    else:
        master.execute("ALTER TABLE public.job OWNER TO rds_superuser")


@pytest.mark.parametrize(
    "location",
    [
        "/..", "/../../etc", "/a/../../b", "/quo''te", '/dou"ble', "/new\nline", "/", "//", "/ü", "relative",
        "../up", "", "/" + "l" * 199, "/" + "l" * 200, "/" + "l" * 5000,
    ],
)  # fmt: skip
def test_a_tablespace_stays_below_its_directory(db: Database, master: Connection, location: str) -> None:
    if told := outcome(master, f"CREATE TABLESPACE attack LOCATION '{location}'"):
        # Refused by the server in its own words, and nothing is left.
        assert told in {"42P17", "42602", "58P01", "22023"}
        assert row(master, "SELECT FROM pg_tablespace WHERE spcname = 'attack'") is None
        return
    try:
        with db.admin() as admin:
            found = row(
                admin, "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'attack'"
            )
            data = row(admin, "SHOW data_directory")
        assert found is not None
        assert data is not None
        parent, _, name = str(found[0]).rpartition("/")
        assert parent == str(data[0]).rpartition("/")[0] + "/tablespaces"
        assert name not in {"", ".", ".."}
        assert refused(master, f"CREATE TABLESPACE attack2 LOCATION '{location}'") == "55006", "not shared"
    finally:
        master.execute("DROP TABLESPACE attack")


def test_a_foreign_table_is_not_published_beside_a_schema(db: Database, master: Connection) -> None:
    with db.admin() as admin:
        admin.execute("CREATE SCHEMA theirs")
        admin.execute("GRANT USAGE ON SCHEMA theirs TO PUBLIC")
        admin.execute("CREATE TABLE theirs.secret (i int)")
    assert refused(master, "CREATE PUBLICATION p FOR TABLE theirs.secret") == "42501"
    assert refused(master, "ALTER TABLE theirs.secret OWNER TO postgres") == "42501"
    if db.server.major < 15:
        return
    master.execute("CREATE SCHEMA own")
    assert refused(master, "CREATE PUBLICATION p FOR TABLES IN SCHEMA own, TABLE theirs.secret") == "42501"
    master.execute("CREATE PUBLICATION p FOR TABLES IN SCHEMA own, TABLE public.notes")
    assert refused(master, "ALTER PUBLICATION p ADD TABLES IN SCHEMA public, TABLE theirs.secret") == "42501"
    assert refused(master, "ALTER PUBLICATION p SET TABLES IN SCHEMA public, TABLE theirs.secret") == "42501"


def test_the_server_does_not_log_in_to_itself_as_rdsadmin(db: Database, master: Connection) -> None:
    """Its own socket is nearer to it than to anybody."""
    directories = row(master, "SHOW unix_socket_directories")
    assert directories is not None
    host = str(directories[0]).split(",", maxsplit=1)[0] or "127.0.0.1"
    target = f"host={host} user=rdsadmin dbname=postgres"
    for extension in ("dblink", "postgres_fdw"):
        master.execute(f"CREATE EXTENSION {extension}")
    assert refused(master, f"SELECT dblink_connect('a', '{target}')") in {"2F003", "08001"}
    assert refused(master, f"SELECT dblink_connect_u('b', '{target}')") in {"2F003", "08001", "42501"}
    assert refused(master, f"CREATE SUBSCRIPTION s CONNECTION '{target}' PUBLICATION p")
    master.execute(
        f"CREATE SERVER own FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{host}', dbname 'postgres')"
    )
    mapping = "CREATE USER MAPPING FOR CURRENT_USER SERVER own OPTIONS (user 'rdsadmin'"
    assert refused(master, f"{mapping}, password_required 'false')") == "42501"
    master.execute(f"{mapping})")
    master.execute(
        "CREATE FOREIGN TABLE hashes (rolname name) SERVER own"
        " OPTIONS (schema_name 'pg_catalog', table_name 'pg_authid')"
    )
    assert refused(master, "SELECT * FROM hashes") in {"2F003", "08001"}


# Settings


@pytest.mark.parametrize(
    "name",
    [
        "rds.extensions",
        "rds.allowed_extensions",
        "rds.allowed_delegated_extensions",
        "rds.superuser_variables",
        "rds.restrict_password_commands",
        "rdscheck.trusted_extensions",
    ],
)
def test_no_session_changes_what_the_profile_goes_by(db: Database, master: Connection, name: str) -> None:
    for statement in (
        f"SET {name} = 'on'",
        f"SET LOCAL {name} = 'on'",
        f"SELECT set_config('{name}', 'on', false)",
        f"ALTER SYSTEM SET {name} = 'on'",
        f"ALTER ROLE ALL SET {name} = 'on'",
    ):
        assert refused(master, statement) in {"42501", "55P02", "42704", "22023"}
    delegate = db.create_role("delegate", options="IN ROLE rds_extension")
    with pytest.raises(psycopg.OperationalError):
        db.connect(delegate, options=f"-c {name}=on")


def test_an_ordinary_role_does_not_become_a_replica_by_its_startup_options(db: Database) -> None:
    ordinary = db.create_role("ordinary")
    with pytest.raises(psycopg.OperationalError, match="session_replication_role"):
        db.connect(ordinary, options="-c session_replication_role=replica")
    with db.connect(options="-c session_replication_role=replica") as conn:
        assert row(conn, "SHOW session_replication_role") == ("replica",)
