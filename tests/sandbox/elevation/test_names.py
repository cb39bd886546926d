"""Attacks by names: search paths, planted objects, roles that stand for others."""

import pytest

from rdscheck.sandbox.database import Database
from rdscheck.sandbox.server import Connection
from tests.sandbox.elevation.attacks import outcome, refused, row

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
