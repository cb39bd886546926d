"""A restore rehearsed on a real server: what is refused, why, and that the way through is one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql

from rdscheck.assess.facts import Flavour
from rdscheck.assess.rehearsing.dumping import dump_schema
from rdscheck.assess.rehearsing.explaining import Cause
from rdscheck.assess.rehearsing.rehearsing import Rehearsal, rehearse
from rdscheck.assess.rule import rules
from rdscheck.assess.source import Stage, Wish, examine, read_source
from rdscheck.assess.target import Move, read_target
from rdscheck.errors import EngineUnavailable, RdscheckError, UsageError
from rdscheck.model import Version
from rdscheck.sandbox.client import Client
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import ADMIN, unique_name
from rdscheck.sandbox.sweep import end_run
from tests.sandbox.places import place

pytestmark = pytest.mark.xdist_group("rehearsing")

GUILTY = (
    "CREATE EXTENSION hstore",
    "CREATE EXTENSION file_fdw",
    "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
    "CREATE SCHEMA app",
    "CREATE TABLE app.item (id int PRIMARY KEY, tags hstore, name text DEFAULT 'x;y')",
    "CREATE FUNCTION app.quick(int) RETURNS int LANGUAGE internal AS 'int4up'",
    "CREATE VIEW app.slow AS SELECT app.quick(id) FROM app.item",
    "CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TRIGGER touch BEFORE INSERT ON app.item FOR EACH ROW EXECUTE FUNCTION app.touch()",
    "CREATE INDEX item_name ON app.item (name)",
    # What belonged to rdsadmin would be refused for that alone.
    "ALTER SERVER files OWNER TO postgres",
    "ALTER SCHEMA app OWNER TO postgres",
    "ALTER FUNCTION app.quick OWNER TO postgres",
    "ALTER VIEW app.slow OWNER TO postgres",
    "ALTER FUNCTION app.touch OWNER TO postgres",
)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    engine, _ = place("docker")
    run = RunDir.create(Owner.me())
    yield Pool(run, choose(engine))
    end_run(run)


@pytest.fixture(scope="module")
def archive(pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the schema of a database as a live check takes it."""
    _, major = place("docker")
    server, name = pool.server(Version(major)), unique_name("source")
    server.create_named_database(name)
    with server.admin(name) as admin:
        for statement in GUILTY:
            admin.execute(statement.encode())
        admin.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(f"{name}_role")))
        admin.execute(sql.SQL("ALTER TABLE app.item OWNER TO {}").format(sql.Identifier(f"{name}_role")))
    info = server.info
    path = tmp_path_factory.mktemp("rehearsal") / "schema.dump"
    dump_schema(
        f"host={info.admin_host} port={info.port} dbname={name} user={ADMIN} password={info.admin_password}",
        path,
    )
    return path


@pytest.fixture(scope="module")
def rehearsed(archive: Path, pool: Pool) -> Rehearsal:
    _, major = place("docker")
    return rehearse(archive, "schema.dump", read_target(f"rds-{major}"), pool.engine)


def test_each_refusal_is_explained_by_its_rule(rehearsed: Rehearsal) -> None:
    found = {
        (finding.id, finding.subject)
        for one in rehearsed.explained
        if one.cause is Cause.FINDING
        for finding in one.findings
    }
    assert {
        ("extension-not-offered", "extension file_fdw"),
        ("internal-function", "function app.quick(integer)"),
    } <= found
    assert not [one.refusal.message for one in rehearsed.unexplained]


def test_what_was_foretold_came(rehearsed: Rehearsal) -> None:
    assert rehearsed.unconfirmed == ()


def test_the_way_through_is_one(rehearsed: Rehearsal) -> None:
    assert rehearsed.passes
    assert 'CREATE ROLE "source' in rehearsed.mend.fixes
    assert "-- extension-not-offered: extension file_fdw: " in rehearsed.mend.fixes


def test_pg_restore_itself_goes_through(archive: Path, pool: Pool, rehearsed: Rehearsal) -> None:
    """The program that the user will take, with the list and the options, as the master user."""
    _, major = place("docker")
    instance = pool.dedicated(Instance, Version(major))
    try:
        name = instance.create_database("target")
        with instance.connect(name) as conn:
            for fix in rehearsed.mend.statements:
                conn.execute(fix.encode())
        login = instance.login(name)
        with Client(instance.info, name, login["user"], login["password"]) as client:
            client.put("schema.dump", archive.read_bytes())
            client.put("list", rehearsed.mend.contents.encode())
            refused = client.run("pg_restore", "--dbname", name, "schema.dump")
            assert refused.status != 0
            assert "file_fdw" in refused.errors
        with instance.connect() as conn:
            conn.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
            conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with Client(instance.info, name, login["user"], login["password"]) as client:
            client.put("schema.dump", archive.read_bytes())
            client.put("list", rehearsed.mend.contents.encode())
            options = (*rehearsed.mend.options, "--exit-on-error", "--use-list", "list")
            done = client.run("pg_restore", *options, "--dbname", name, "schema.dump")
            assert (done.status, done.errors) == (0, "")
        with instance.connect(name) as conn:
            row = conn.execute("SELECT to_regclass('app.item'), to_regclass('app.slow')").fetchone()
            assert row == ("app.item", None)
    finally:
        instance.end()


def test_an_innocent_dump_goes_through_at_once(pool: Pool, tmp_path: Path) -> None:
    _, major = place("docker")
    file = tmp_path / "dump.sql"
    file.write_text(
        "CREATE TABLE public.t (a integer);\nCOPY public.t (a) FROM stdin;\n1\n\\.\n"
        "CREATE VIEW public.v AS SELECT a FROM public.t;\n"
    )
    found = rehearse(file, "dump.sql", read_target(f"rds-{major}"), pool.engine)
    assert (found.explained, found.unconfirmed, found.passes, found.statements) == ((), (), True, 2)


def test_roles_and_comments_of_a_dump_of_one_database_are_expected(pool: Pool, tmp_path: Path) -> None:
    _, major = place("docker")
    file = tmp_path / "dump.sql"
    file.write_text(
        'CREATE TABLE public.t (a integer PRIMARY KEY);\nALTER TABLE public.t OWNER TO "the ""A"" team";\n'
        "CREATE EXTENSION dblink;\nCOMMENT ON EXTENSION dblink IS 'x';\n"
    )
    found = rehearse(file, "dump.sql", read_target(f"rds-{major}"), pool.engine)
    assert found.assumed_roles == ('the "A" team',)
    assert found.unexplained == ()
    assert not [told for told in found.not_run if "a fix was refused" in told]


def test_what_no_rule_knows_is_told(pool: Pool, tmp_path: Path) -> None:
    _, major = place("docker")
    file = tmp_path / "dump.sql"
    file.write_text("CREATE TABLE public.t (a nothing);\nSELECT 1/0;\n")
    found = rehearse(file, "dump.sql", read_target(f"rds-{major}"), pool.engine)
    assert [one.refusal.sqlstate for one in found.unexplained] == ["42704", "22012"]
    assert found.passes


def test_what_a_restore_only_makes_is_neither_met_nor_unmet(pool: Pool, tmp_path: Path) -> None:
    _, major = place("docker")
    file = tmp_path / "dump.sql"
    file.write_text(
        "CREATE EXTENSION postgres_fdw;\n"
        "CREATE SERVER here FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/var/run/postgresql');\n"
        "CREATE TABLE public.t (a integer PRIMARY KEY, b text DEFAULT pg_read_file('/etc/hostname'));\n"
        "CREATE FUNCTION public.f() RETURNS void LANGUAGE plpgsql AS $$BEGIN\n"
        "COPY t TO PROGRAM 'cat'; END$$;\n"
        "CREATE FUNCTION public.g() RETURNS int LANGUAGE c AS 'nowhere', 'g';\n"
    )
    found = rehearse(file, "dump.sql", read_target(f"rds-{major}"), pool.engine)
    assert [one.id for one in found.unconfirmed] == []
    assert {reason for _, reason in found.hidden} == {"it is made and not used"}
    assert {(one.id, one.subject) for one, _ in found.hidden} == {
        ("foreign-server-socket", "foreign server here"),
        ("server-file-read", "table public.t"),
        ("copy-program", "function public.f()"),
    }
    assert [one.refusal.step.line for one in found.explained] == [6]


def test_a_right_that_an_owner_lacks_is_given_before_the_restore(pool: Pool, tmp_path: Path) -> None:
    _, major = place("docker")
    file = tmp_path / "dump.sql"
    file.write_text(
        "-- Dumped from database version 13.11\n"
        "CREATE TABLE public.t (a integer);\nALTER TABLE public.t OWNER TO shop;\n"
    )
    found = rehearse(file, "dump.sql", read_target(f"rds-{major}"), pool.engine)
    assert (found.passes, found.unexplained, found.unconfirmed) == (True, (), ())
    assert 'GRANT CREATE ON SCHEMA public TO "shop";' in found.mend.statements
    assert [step.text for step in found.mend.steps][1:] == [b"ALTER TABLE public.t OWNER TO shop"]


def test_what_nobody_foretold_counts_also_of_a_dump_of_the_service(tmp_path: Path) -> None:
    """Such a source would be upgraded in place; what is rehearsed is a restore all the same."""
    engine, major = place("docker")
    file = tmp_path / "dump.sql"
    file.write_text("CREATE SCHEMA app;\nGRANT USAGE ON SCHEMA app TO rds_superuser;\nSELECT 1/0;\n")
    wish = Wish(rehearse=Stage(engine, tmp_path / "out"))
    source = read_source(str(file))
    found = examine(source, read_target(f"rds-{major}"), rules(), wish).assessment
    assert (found.origin.flavour, found.move) == (Flavour.RDS, Move.RESTORE)
    assert [one.line for one in found.findings if one.id == "rehearsal-refused"] == [3]


def test_a_database_that_is_not_there_is_not_seen(tmp_path: Path) -> None:
    engine, major = place("docker")
    file = tmp_path / "dump.sql"
    file.write_text(
        "CREATE TABLE public.t (a integer PRIMARY KEY);\n\\connect elsewhere\nCREATE EXTENSION file_fdw;\n"
    )
    wish = Wish(rehearse=Stage(engine, tmp_path / "out"))
    examined = examine(read_source(str(file)), read_target(f"rds-{major}"), rules(), wish)
    found = examined.assessment
    assert {one.what for one in found.not_checked} == {"the restore of the schema"}
    assert any("elsewhere" in one.reason for one in found.not_checked)
    assert examined.rehearsal is not None
    assert [(one.subject, one.reason) for one in examined.rehearsal.unconfirmed] == [
        ("extension file_fdw", "its database could not be restored")
    ]


def test_a_rehearsal_for_aurora_is_one_of_rds(tmp_path: Path) -> None:
    engine, major = place("docker")
    file = tmp_path / "dump.sql"
    file.write_text("CREATE EXTENSION pageinspect;\nCOMMENT ON EXTENSION pageinspect IS 'x';\n")
    wish = Wish(rehearse=Stage(engine, tmp_path / "out"))
    examined = examine(read_source(str(file)), read_target(f"aurora-{min(major, 17)}"), rules(), wish)
    assert any("Aurora" in one.reason for one in examined.assessment.not_checked)
    assert examined.rehearsal is not None
    assert [one.cause for one in examined.rehearsal.met] == ["harmless"]
    assert [(one.subject, one.reason) for one in examined.rehearsal.unconfirmed] == [
        ("extension pageinspect", "the sandbox is one of RDS")
    ]


def test_a_library_that_the_sandbox_was_started_with_is_not_missed(pool: Pool, tmp_path: Path) -> None:
    _, major = place("docker")
    file = tmp_path / "dump.sql"
    file.write_text("CREATE EXTENSION pgaudit;\n")
    found = rehearse(file, "dump.sql", read_target(f"rds-{major}"), pool.engine)
    assert found.unconfirmed == ()
    told = [(one.id, reason) for one, reason in found.hidden]
    assert told == [("extension-needs-preload", "the sandbox was started with its library")]


def test_a_service_is_enough_to_rehearse_a_live_database(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file is named by the environment, which pg_dump, maybe in a container, does not get."""
    _, major = place("docker")
    server = pool.server(Version(major))
    name = server.create_database("served")
    told = server.parameters(name, server.master_user, server.info.master_password)
    (tmp_path / "services").write_text(
        "[shop]\n" + "".join(f"{key}={value}\n" for key, value in told.items())
    )
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    dump_schema("service=shop", tmp_path / "x")
    assert (tmp_path / "x").read_bytes().startswith(b"PGDMP")
    with pytest.raises(UsageError, match="sslpassword cannot be given to pg_dump") as caught:
        dump_schema("service=shop sslpassword=sesame", tmp_path / "x")
    assert "sesame" not in str(caught.value)


def test_what_was_seen_is_told_also_where_nothing_could_be_rehearsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_engine(_name: str) -> None:
        raise EngineUnavailable("no engine is here")

    monkeypatch.setattr("rdscheck.assess.source.choose", no_engine)
    file = tmp_path / "dump.sql"
    file.write_text("CREATE EXTENSION file_fdw;\n")
    wish = Wish(rehearse=Stage("auto", tmp_path / "out"))
    found = examine(read_source(str(file)), read_target("rds-17"), rules(), wish)
    assert found.rehearsal is None
    assert "extension file_fdw" in {one.subject for one in found.assessment.findings}
    (missed,) = found.assessment.not_checked
    assert (missed.groups, "no engine is here" in missed.reason) == ((), True)


def test_a_role_that_may_not_read_everything_is_told_so(pool: Pool, tmp_path: Path) -> None:
    _, major = place("docker")
    server = pool.server(Version(major))
    name = server.create_database("closed")
    with server.connect(name) as conn:
        conn.execute("CREATE TABLE t (a int)")
        role = sql.Identifier(unique_name("stranger"))
        conn.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'sesame'").format(role))
    user = role.as_string(None).strip('"')
    where = f"host={server.info.host} port={server.info.port} dbname={name} user={user} password=sesame"
    with pytest.raises(RdscheckError, match="pg_dump cannot write the schema") as caught:
        dump_schema(where, tmp_path / "x")
    assert "sesame" not in str(caught.value)
