"""Directed attacks: the ways users have tried to keep the rights a statement of theirs runs with."""

from collections.abc import Iterator

import psycopg
import pytest

from rdscheck.model import Version
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Connection, Server
from rdscheck.sandbox.sweep import end_run
from tests.conftest import PACKAGED
from tests.sandbox.places import place

#: What code of the master's tries when it suspects that it runs as somebody better.
CLIMBS = {
    "superuser": "ALTER ROLE postgres SUPERUSER",
    "files": "GRANT pg_execute_server_program TO postgres",
    "set role": "SET ROLE rdsadmin",
    "session": "SET SESSION AUTHORIZATION rdsadmin",
    "hashes": "SELECT FROM pg_authid",
    "program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "nested": "CREATE EXTENSION cube",
}


@pytest.fixture(scope="module", params=[*(f"docker-{major}" for major in PACKAGED), "local"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    engine, major = place(request.param)
    run = RunDir.create(Owner.me())
    try:
        found = Pool(run, choose(engine)).server(Version(major))
        with found.admin() as admin:
            row = admin.execute("SHOW shared_preload_libraries").fetchone()
        if row is None or "rdsutils" not in row[0]:
            pytest.skip("this server has no rdsutils")
        yield found
    finally:
        end_run(run)


@pytest.fixture
def db(server: Server) -> Iterator[Database]:
    """Give a database with a table that attacks report to; whatever they did, nobody may have risen."""
    database = Database.create(server)
    with database.connect() as master:
        master.execute("CREATE TABLE notes (what text, who text, outcome text)")
        master.execute("GRANT SELECT, INSERT ON notes TO PUBLIC")
    yield database
    with database.admin() as admin:
        risen = admin.execute(
            "SELECT rolname FROM pg_roles WHERE rolsuper AND rolname <> 'rdsadmin' UNION ALL"
            " SELECT member::regrole::name FROM pg_auth_members WHERE roleid = 10 OR roleid::regrole::text IN"
            " ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')"
        ).fetchall()
        admin.execute("ALTER ROLE postgres NOSUPERUSER")
        admin.execute("REVOKE pg_execute_server_program FROM postgres")
    database.drop()
    assert risen == []


@pytest.fixture
def master(db: Database) -> Iterator[Connection]:
    with db.connect() as conn:
        yield conn
        assert row(conn, "SELECT session_user, current_user, current_setting('is_superuser')") == (
            "postgres",
            "postgres",
            "off",
        )


def install(db: Database, conn: Connection, extension: str, clause: str = "") -> None:
    """Create an extension that not every machine has; skips where it is missing."""
    if reason := db.server.why_not(extension):
        pytest.skip(reason)
    conn.execute(f"CREATE EXTENSION {extension} {clause}")


def row(conn: Connection, query: str) -> tuple[object, ...] | None:
    return conn.execute(query).fetchone()


def outcome(conn: Connection, statement: str) -> str:
    """Return the SQLSTATE of a statement that may be refused, empty when it was not."""
    try:
        conn.execute(statement)
    except psycopg.Error as error:
        return str(error.sqlstate)
    return ""


def refused(conn: Connection, statement: str) -> str:
    """Return the SQLSTATE of a statement that must not succeed."""
    with pytest.raises(psycopg.Error) as caught:
        conn.execute(statement)
    return str(caught.value.sqlstate)


def event_trigger(conn: Connection, body: str, event: str = "ddl_command_end", kind: str = "") -> None:
    """Create an event trigger of the session's user, ``kind`` being SECURITY DEFINER or nothing."""
    conn.execute(
        f"CREATE FUNCTION fires() RETURNS event_trigger LANGUAGE plpgsql {kind} AS $f$BEGIN {body} END$f$"
    )
    conn.execute(f"CREATE EVENT TRIGGER fires ON {event} EXECUTE FUNCTION fires()")


def climbing() -> str:
    """Return plpgsql that tries all climbs and notes what each gave, once."""
    note = "INSERT INTO public.notes VALUES"
    tries = "".join(
        f"BEGIN EXECUTE $s${statement}$s$; {note} ('{name}', current_user, 'done');"
        f" EXCEPTION WHEN OTHERS THEN {note} ('{name}', current_user, sqlstate); END; "
        for name, statement in CLIMBS.items()
    )
    return f"IF NOT EXISTS (SELECT FROM public.notes) THEN {tries} END IF;"


def leave_for_later(conn: Connection) -> None:
    """Create a table whose deferred trigger climbs at the end of the transaction."""
    conn.execute("CREATE TABLE later (i int)")
    body = f"BEGIN {climbing()} RETURN NULL; END"
    conn.execute(f"CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $f${body}$f$")
    conn.execute(
        "CREATE CONSTRAINT TRIGGER later AFTER INSERT ON later DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION later()"
    )


#: One that the server runs as its owner because RDS trusts it, one that only rdsadmin could create.
SCRIPTS = pytest.mark.parametrize("extension", ["citext", "pageinspect"])


# The middle of a statement


@SCRIPTS
@pytest.mark.parametrize("ending", ["error", "cancel"])
@pytest.mark.parametrize("around", ["plain", "savepoint", "block"])
def test_a_statement_that_ends_in_its_middle_leaves_no_rights(
    master: Connection, ending: str, around: str, extension: str
) -> None:
    event_trigger(master, "RAISE 'in the middle';" if ending == "error" else "PERFORM pg_sleep(20);")
    if ending == "cancel":
        master.execute("SET statement_timeout = '300ms'")
    expected = "P0001" if ending == "error" else "57014"
    if around == "plain":
        assert refused(master, f"CREATE EXTENSION {extension}") == expected
    elif around == "savepoint":
        master.execute("BEGIN")
        master.execute("SAVEPOINT a")
        assert refused(master, f"CREATE EXTENSION {extension}") == expected
        master.execute("ROLLBACK TO a")
        assert row(master, "SELECT current_user::text, current_setting('is_superuser')") == (
            "postgres",
            "off",
        )
        assert refused(master, "ALTER ROLE postgres SUPERUSER") == "42501"
        master.execute("ROLLBACK")
    else:
        name = "raise_exception" if ending == "error" else "query_canceled"
        master.execute(
            f"DO $$BEGIN CREATE EXTENSION {extension}; EXCEPTION WHEN {name} THEN"
            " INSERT INTO notes VALUES ('caught', current_user); END$$"
        )
        assert row(master, "SELECT what, who FROM notes") == ("caught", "postgres")
    assert refused(master, "ALTER ROLE postgres SUPERUSER") == "42501"
    assert row(master, f"SELECT FROM pg_extension WHERE extname = '{extension}'") is None


# Code of the master's that runs meanwhile


@SCRIPTS
@pytest.mark.parametrize("kind", ["", "SECURITY DEFINER"])
@pytest.mark.parametrize("event", ["ddl_command_start", "ddl_command_end"])
def test_an_event_trigger_that_fires_inside_an_extensions_script_gains_nothing(
    master: Connection, event: str, kind: str, extension: str
) -> None:
    event_trigger(master, climbing(), event, kind)
    master.execute(f"CREATE EXTENSION {extension}")
    told = master.execute("SELECT what, who, outcome FROM notes").fetchall()
    assert {what for what, _, _ in told} == set(CLIMBS)
    assert {who for _, who, _ in told} == {"postgres"}
    # The one that is no climb: at the start of CREATE EXTENSION no script runs yet.
    assert [what for what, _, outcome in told if outcome == "done" and what != "nested"] == []


@SCRIPTS
@pytest.mark.parametrize("kind", ["", "SECURITY DEFINER", "SET work_mem = '1MB'"])
def test_what_an_event_trigger_sets_is_undone_before_the_script_goes_on(
    master: Connection, kind: str, extension: str
) -> None:
    """Otherwise the script's next names are looked up in a schema of the attacker's, by rdsadmin."""
    master.execute("CREATE SCHEMA evil")
    event_trigger(
        master,
        "PERFORM set_config('search_path', 'evil, pg_catalog', false);"
        " INSERT INTO public.notes VALUES (tg_tag, current_user, current_setting('search_path'));",
        kind=kind,
    )
    master.execute(f"CREATE EXTENSION {extension} SCHEMA public")
    assert row(master, "SELECT who, outcome FROM public.notes LIMIT 1") == ("postgres", "evil, pg_catalog")
    assert row(master, "SELECT count(*) FROM pg_proc WHERE pronamespace = 'evil'::regnamespace") == (0,)
    if extension == "pageinspect":  # where the user runs the statement himself, its end is his own
        assert row(master, "SHOW search_path") == ('"$user", public',)


def test_what_an_event_trigger_of_an_ordinary_statement_sets_stays(master: Connection) -> None:
    event_trigger(master, "PERFORM set_config('application_name', 'kept', false);")
    master.execute("CREATE TABLE ordinary ()")
    assert row(master, "SHOW application_name") == ("kept",)


@pytest.mark.parametrize("kind", ["", "SECURITY DEFINER"])
def test_event_triggers_of_users_do_not_run_for_rdsadmin_in_person(
    db: Database, master: Connection, kind: str
) -> None:
    """A deferred trigger left behind would run as rdsadmin when the transaction ends."""
    leave_for_later(master)
    event_trigger(master, "INSERT INTO public.later VALUES (1);", kind=kind)
    with db.admin() as admin:
        admin.execute("CREATE TABLE of_rdsadmin ()")
    assert row(master, "SELECT count(*) FROM later") == (0,)
    assert row(master, "SELECT count(*) FROM notes") == (0,)
    master.execute("CREATE TABLE of_master ()")
    assert row(master, "SELECT count(DISTINCT who), min(who) FROM notes") == (1, "postgres")


def test_a_deferred_trigger_left_by_an_elevated_statement_runs_as_the_user(master: Connection) -> None:
    leave_for_later(master)
    event_trigger(master, "INSERT INTO public.later VALUES (1); SET CONSTRAINTS ALL IMMEDIATE;")
    master.execute("CREATE EXTENSION pageinspect")
    told = master.execute("SELECT what, who, outcome FROM notes").fetchall()
    assert {what for what, _, _ in told} == set(CLIMBS)
    assert {(who, outcome) for _, who, outcome in told if outcome == "done" or who != "postgres"} == set()


def test_login_event_triggers_do_not_run_for_rdsadmin(db: Database, master: Connection) -> None:
    if db.server.major < 17:
        assert refused(master, "CREATE EVENT TRIGGER e ON login EXECUTE FUNCTION pg_notify()") in {
            "42601",
            "42883",
        }
        return
    event_trigger(
        master, "INSERT INTO public.notes VALUES (tg_event, session_user);", "login", "SECURITY DEFINER"
    )
    master.execute("ALTER EVENT TRIGGER fires ENABLE ALWAYS")
    db.admin().close()
    assert row(master, "SELECT count(*) FROM notes") == (0,)
    db.connect().close()
    assert master.execute("SELECT who FROM notes").fetchall() == [("postgres",)]


# Names


def test_our_own_queries_find_no_operator_of_the_masters(master: Connection) -> None:
    master.execute(
        "CREATE FUNCTION noting(text) RETURNS bool LANGUAGE plpgsql AS"
        " $$BEGIN INSERT INTO public.notes VALUES ($1, current_user); RETURN true; END$$"
    )
    for kind in ("oid", "name", "text", '"char"'):
        name = f"same_{kind}".replace('"', "")
        for made in (
            f"FUNCTION {name}({kind}, {kind}) RETURNS bool LANGUAGE sql AS 'SELECT noting($${name}$$)'",
            f"OPERATOR public.= (LEFTARG = {kind}, RIGHTARG = {kind}, FUNCTION = {name})",
        ):
            master.execute(f"CREATE {made}")
    master.execute("SET search_path = public, pg_catalog")
    master.execute("CREATE EXTENSION pageinspect")
    master.execute("ALTER EXTENSION pageinspect UPDATE")
    master.execute("DROP EXTENSION pageinspect")
    assert row(master, "SELECT count(*) FROM notes") == (0,)
    assert row(master, "SELECT 1::oid = 2::oid") == (True,), "the trap works"
    assert row(master, "SELECT who FROM notes LIMIT 1") == ("postgres",)


def test_a_schema_named_rdsadmin_is_not_where_extensions_go(master: Connection) -> None:
    master.execute("CREATE SCHEMA rdsadmin")
    master.execute('SET search_path = "$user", public')
    master.execute("CREATE EXTENSION hstore")
    assert row(
        master, "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'hstore'"
    ) == ("public",)


def test_extensions_do_not_go_into_pg_catalog(master: Connection) -> None:
    """Names are looked up there first, by everybody."""
    assert refused(master, "CREATE EXTENSION pageinspect SCHEMA pg_catalog") == "42501"
    master.execute("SET search_path = pg_catalog")
    assert refused(master, "CREATE EXTENSION pageinspect") == "42501"
    assert refused(master, "CREATE EXTENSION earthdistance CASCADE") == "42501"
    master.execute("CREATE EXTENSION pageinspect SCHEMA public")
    assert refused(master, "ALTER EXTENSION pageinspect SET SCHEMA pg_catalog") == "42501"


def test_a_planted_function_is_not_taken_into_an_extension(master: Connection) -> None:
    master.execute("CREATE FUNCTION public.unaccent(text) RETURNS text LANGUAGE sql AS $$SELECT $1$$")
    assert refused(master, "CREATE EXTENSION unaccent SCHEMA public") in {"42723", "55000"}
    assert refused(master, "CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public") in {"42723", "55000"}
    assert row(master, "SELECT proowner::regrole::text FROM pg_proc WHERE proname = 'unaccent'") == (
        "postgres",
    )


# Roles


def test_current_user_in_a_grant_is_the_caller(db: Database) -> None:
    second = db.create_role("second", options="IN ROLE rds_superuser")
    with db.connect(second) as conn:
        conn.execute("GRANT rds_password TO CURRENT_USER")
        conn.execute("GRANT rds_iam TO SESSION_USER")
        members = conn.execute(
            "SELECT roleid::regrole::text, member::regrole::text = quote_ident(session_user)"
            " FROM pg_auth_members WHERE roleid IN ('rds_password'::regrole, 'rds_iam'::regrole)"
            " AND member <> 'rds_superuser'::regrole ORDER BY 1"
        ).fetchall()
    assert members == [("rds_iam", True), ("rds_password", True)]


def test_nobody_grants_in_the_name_of_rdsadmin(db: Database, master: Connection) -> None:
    ordinary = db.create_role("ordinary")
    assert refused(master, f'GRANT rds_superuser TO "{ordinary}" GRANTED BY rdsadmin')
    assert refused(master, "GRANT rdsadmin TO CURRENT_USER") == "42501"
    assert (
        refused(master, "ALTER DEFAULT PRIVILEGES FOR ROLE rdsadmin GRANT ALL ON TABLES TO postgres")
        == "42501"
    )
    assert row(master, f"SELECT pg_has_role('{ordinary}', 'rds_superuser', 'MEMBER')") == (False,)


@pytest.mark.parametrize("clause", ["ROLE rdsadmin", "ADMIN rdsadmin", "IN ROLE rdsadmin"])
def test_a_role_that_names_rdsadmin_is_not_rdsadmin(db: Database, master: Connection, clause: str) -> None:
    if told := outcome(master, f"CREATE ROLE beside_rdsadmin {clause}"):
        assert told in {"42501", "0LP01"}
        return
    rights = row(
        master,
        "SELECT rolsuper, pg_has_role(oid, 10, 'MEMBER') FROM pg_roles WHERE rolname = 'beside_rdsadmin'",
    )
    with db.admin() as admin:
        admin.execute("DROP ROLE beside_rdsadmin")
    assert clause != "IN ROLE rdsadmin"
    assert rights == (False, False)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER FUNCTION mine() OWNER TO rdsadmin",
        "REASSIGN OWNED BY postgres TO rdsadmin",
        "ALTER SCHEMA own OWNER TO rdsadmin",
        "ALTER TABLE notes OWNER TO rdsadmin",
        "CREATE SCHEMA AUTHORIZATION rdsadmin",
    ],
)
def test_nothing_is_given_to_rdsadmin(master: Connection, statement: str) -> None:
    """A function that defines its rights by its owner would be his."""
    master.execute("CREATE FUNCTION mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
    master.execute("CREATE SCHEMA own")
    assert refused(master, statement) == "42501"


def test_password_hashes_are_hidden_by_whatever_name(db: Database, master: Connection) -> None:
    if db.server.major >= 14:
        reader = db.create_role("reader")
        with db.admin() as admin:
            admin.execute(f'GRANT pg_read_all_data TO "{reader}"')
    else:
        reader = db.create_role("reader", options="IN ROLE rds_superuser")
    for conn in (master, db.connect(reader)):
        conn.execute("CREATE TEMP VIEW window_to_it AS SELECT * FROM pg_shadow")
        for query in (
            "SELECT rolpassword FROM pg_authid", "SELECT passwd FROM pg_shadow", "SELECT * FROM window_to_it",
            "COPY pg_authid TO STDOUT", "SELECT table_to_xml('pg_authid', true, true, '')",
            "SELECT passwd FROM pg_user, pg_shadow s",
        ):  # fmt: skip
            assert refused(conn, query) in {"42501", "42702"}
        assert row(conn, "SELECT passwd FROM pg_user LIMIT 1") == ("********",)
    conn.close()


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
