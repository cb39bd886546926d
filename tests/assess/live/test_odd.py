"""Odd databases: names and encodings, other people's traps, and what few have."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from rdscheck.assess.facts import CronJob, Fact, Facts, Flavour, PartitionSet
from rdscheck.assess.live.collecting import collect
from rdscheck.assess.live.connecting import Limits, connect, parameters_of
from rdscheck.assess.live.instance import databases, login_rules
from rdscheck.assess.live.look import Look
from rdscheck.sandbox.server import Server, unique_name
from tests.assess.live.conftest import Made, as_admin, as_master

pytestmark = pytest.mark.xdist_group("live")

#: 63 bytes, and what SQL, formats and programs treat specially.
HOSTILE = ['a"b', "a'b", "a\nb", "%s %(x)s {y} $1", "\\d; --", "Straße 🐘", "é" * 31 + "x", "select", " "]


@contextmanager
def database(server: Server, *options: str, script: str = "") -> Iterator[str]:
    """Give a fresh database in which a script has been run by the superuser."""
    name = unique_name("odd")
    with server.admin() as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 {}").format(
                sql.Identifier(name),
                sql.SQL(" ").join(map(sql.SQL, options)),
            )
        )
    try:
        if script:
            with server.admin(name) as admin:
                admin.execute(script.replace("{new}", name).encode())
        yield name
    finally:
        server.drop_database(name)


def test_hostile_names_come_as_they_are(server: Server) -> None:
    with database(server) as name:
        with server.admin(name) as admin:
            for one in HOSTILE:
                admin.execute(
                    sql.SQL(
                        "CREATE SCHEMA {0}; CREATE TYPE {0}.{0} AS ENUM (); CREATE TABLE {0}.t ({0} {0}.{0});"
                        "CREATE FUNCTION {0}.{0}({0}.{0}) RETURNS int LANGUAGE sql SET work_mem = '1MB'"
                        " AS 'SELECT pg_backend_pid()'; CREATE VIEW {0}.v AS SELECT usename FROM"
                        " pg_stat_activity; CREATE INDEX {0} ON {0}.t USING hash ({0}); CREATE RULE {0} AS"
                        " ON INSERT TO {0}.t DO ALSO SELECT pg_reload_conf();"
                        " COMMENT ON SCHEMA {0} IS 'a''b'"
                    ).format(sql.Identifier(one))
                )
        facts = collect(as_admin(server, name))
    assert facts.not_seen == []
    for one in HOSTILE:
        (column,) = [found for found in facts.columns if found.schema == one]
        assert (column.name, column.type) == (one, f"{one}.{one}")
        (function,) = [found for found in facts.functions if found.schema == one]
        quoted = sql.Identifier(one, one).as_string(None)
        assert function.name == one
        assert function.arguments in {quoted, f"{one}.{one}"}
        assert {found.name for found in facts.relations if found.schema == one} == {"t", "v"}
        assert {found.name for found in facts.indexes if found.schema == one} == {one}
        acts = [found for found in facts.acts if found.by in {f"{one}.v", f"{one}.t"}]
        assert [(found.by_kind, found.kind) for found in acts] == [("view", "reads"), ("rule", "call")]


def test_a_database_with_a_hostile_name_is_entered(server: Server) -> None:
    name = unique_name("a=b 'c' \"d\" postgresql://x")
    server.create_named_database(name)
    try:
        facts = collect(as_admin(server, name))
        assert {one.database for one in facts.extensions} == {name}
        everything = collect(as_admin(server), all_databases=True)
        assert name in {one.database for one in everything.extensions}
    finally:
        server.drop_database(name)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1", "EUC_JP", "MULE_INTERNAL"])
def test_names_in_other_encodings(made: Made, encoding: str) -> None:
    server = (
        made.server
    )  # it has a role that is valid until some day, and to_char knows no day in MULE_INTERNAL
    with database(server, f"ENCODING '{encoding}'", "LC_COLLATE 'C' LC_CTYPE 'C'") as name:
        ascii_only = encoding in {"EUC_JP", "MULE_INTERNAL"}
        with psycopg.connect(as_admin(server, name), client_encoding="SQL_ASCII") as admin:
            if encoding == "SQL_ASCII":
                admin.execute(b'CREATE TABLE "n\xc3\xbc and n\xfc" (o oid)')
            elif encoding == "LATIN1":
                admin.execute(b'CREATE TABLE "n\xfc" (o oid)')
            else:
                admin.execute("CREATE TABLE nu (o oid)")
        facts = collect(as_admin(server, name))
    assert facts.not_seen == []
    wanted = "nu" if ascii_only else {"SQL_ASCII": "nü and n\\xfc", "LATIN1": "nü"}[encoding]
    assert [one.relation for one in facts.columns] == [wanted]
    (own,) = [one for one in facts.databases if one.name == name]
    assert (own.encoding, own.collate, own.ctype) == (encoding, "C", "C")


def test_functions_and_operators_of_users_are_not_called_in_our_name(server: Server) -> None:
    """A search path with a schema of the user's before that of the system would let them be."""
    trap = """
        CREATE SCHEMA trap;
        CREATE TABLE trap.caught (by text);
        CREATE FUNCTION trap.caught(anyelement, anyelement) RETURNS bool LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'caught'; END $$;
        CREATE OPERATOR trap.= (LEFTARG = anyelement, RIGHTARG = anyelement, FUNCTION = trap.caught);
        CREATE FUNCTION trap.pg_get_userbyid(oid) RETURNS name LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'caught'; END $$;
        CREATE VIEW trap.pg_class AS SELECT 1 AS oid;
        ALTER DATABASE "{new}" SET search_path = trap, pg_catalog;
        ALTER DATABASE "{new}" SET statement_timeout = '200ms';
        ALTER DATABASE "{new}" SET DateStyle = 'German';
        ALTER DATABASE "{new}" SET default_transaction_read_only = off"""
    with database(server, script=trap) as name:
        facts = collect(as_admin(server, name))
        with psycopg.connect(as_admin(server, name)) as conn, pytest.raises(psycopg.Error):
            conn.execute("SET statement_timeout = 0; SELECT pg_get_userbyid(10)")
    assert facts.not_seen == []
    assert {one.name for one in facts.functions} == {"caught", "pg_get_userbyid"}
    assert {one.name: one.value for one in facts.settings if one.subject == name} == {
        "search_path": "trap, pg_catalog",
        "statement_timeout": "200ms",
        "DateStyle": "German",
        "default_transaction_read_only": "off",
    }
    # What the database sets is not taken for the server's.
    assert "statement_timeout" not in {one.name for one in facts.settings if one.scope == "server"}


def test_aurora_and_babelfish_are_recognised(server: Server) -> None:
    with database(
        server,
        script="CREATE FUNCTION pg_catalog.aurora_version() RETURNS text LANGUAGE sql AS 'SELECT ''16.4'''",
    ) as name:
        assert collect(as_admin(server, name)).origin.flavour == Flavour.AURORA
    assert collect(as_admin(server)).origin.flavour == Flavour.RDS
    script = """
        SET allow_system_table_mods = on;
        INSERT INTO pg_extension
        SELECT 70000, 'babelfishpg_tsql', 10, oid, false, '4.2' FROM pg_namespace WHERE nspname = 'public'"""
    with database(server, script=script) as name:
        found = {one.name: one.babelfish for one in collect(as_admin(server, name)).databases}
    assert found.pop(name)
    assert not any(found.values())


def test_what_the_service_does_itself_is_seen_on_other_servers_only(made: Made) -> None:
    """Each database alone is seen on a server of the user's own, all of them on the service's."""
    for service in (False, True):
        with connect(parameters_of(as_admin(made.server, made.new)), Limits()) as conn:
            look = Look(conn, made.new, conn.info.server_version, service, service)
            names: list[Fact] = []
            databases.read_into(names, look)
        assert (len(names) == 1) is not service


def test_lines_of_pg_hba_conf_are_read_by_superusers_and_missed_by_nobody_on_the_service(made: Made) -> None:
    for who, superuser in ((as_admin, True), (as_master, False)):
        with connect(parameters_of(who(made.server, made.new)), Limits()) as conn:
            rules: list[Fact] = []
            login_rules.read_into(rules, Look(conn, made.new, conn.info.server_version, True, True))
        assert bool(rules) is superuser
        assert {rule.kind for rule in rules} <= {"local", "host", "hostssl", "hostnossl"}  # type: ignore[attr-defined]


def test_slots_and_prepared_transactions_of_all_databases(server: Server) -> None:
    with database(server) as name, server.admin(name) as admin, server.admin() as other:
        (prepared,) = other.execute("SHOW max_prepared_transactions").fetchone() or ("0",)
        (level,) = other.execute("SHOW wal_level").fetchone() or ("",)
        kind = "logical" if level == "logical" else "physical"
        if kind == "logical":
            admin.execute("SELECT pg_create_logical_replication_slot(%s, 'test_decoding')", [name])
        else:
            admin.execute("SELECT pg_create_physical_replication_slot(%s, true)", [name])
        if int(prepared):
            admin.execute(
                sql.SQL("BEGIN; CREATE TABLE t (); PREPARE TRANSACTION {}").format(sql.Literal(name))
            )
        try:
            facts = collect(as_master(server))
        finally:
            if int(prepared):
                admin.execute(sql.SQL("ROLLBACK PREPARED {}").format(sql.Literal(name)))
            admin.execute("SELECT pg_drop_replication_slot(%s)", [name])
    (slot,) = [one for one in facts.slots if one.name == name]
    assert (slot.kind, slot.active, slot.temporary, slot.invalid) == (kind, False, False, False)
    assert (slot.plugin, slot.database) == (("test_decoding", name) if kind == "logical" else ("", ""))
    assert 0 <= slot.behind < 1 << 40
    found = [(one.owner, one.database) for one in facts.prepared_transactions if one.id == name]
    assert found == ([("rdsadmin", name)] if int(prepared) else [])


def jobs(server: Server, name: str) -> tuple[Facts, Facts]:
    return collect(as_admin(server, name)), collect(as_master(server, name))


def test_jobs_of_pg_cron(server: Server) -> None:
    """Its table is made by hand: the extension lives in one database of a server, and needs loading."""
    script = """
        SET allow_system_table_mods = on;
        CREATE SCHEMA cron;
        CREATE TABLE cron.job (jobid int8, schedule text, command text, nodename text, nodeport int,
                               database text, username text DEFAULT current_user);
        ALTER TABLE cron.job ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON cron.job USING (username = current_user);
        GRANT USAGE ON SCHEMA cron TO PUBLIC;
        GRANT SELECT ON cron.job TO PUBLIC;
        INSERT INTO cron.job VALUES
            (1, '* * * * *', 'ALTER ROLE x PASSWORD ''s3cret''', 'localhost', 5432, 'd', 'postgres'),
            (2, '@daily', 'VACUUM', 'h', 5432, 'd', 'somebody');
        INSERT INTO pg_extension SELECT 70000, 'pg_cron', 10, oid, false, '1.6' FROM pg_namespace
         WHERE nspname = 'cron'"""
    with database(server, script=script) as name:
        facts, less = jobs(server, name)
    first = CronJob(
        id=1,
        schedule="* * * * *",
        command="ALTER ROLE x PASSWORD '***'",
        in_database="d",
        user="postgres",
        node="localhost",
        database=name,
    )
    assert facts.cron_jobs[0] == first
    assert [one.id for one in facts.cron_jobs] == [1, 2]
    assert facts.not_seen == []
    assert less.cron_jobs == [first]
    assert "jobs of other roles in pg_cron" in {one.what for one in less.not_seen}


def test_partition_sets_of_pg_partman(server: Server) -> None:
    if not server.has("pg_partman"):
        pytest.skip(server.why_not("pg_partman"))
    script = """
        CREATE SCHEMA "Part %s man"; CREATE EXTENSION pg_partman SCHEMA "Part %s man";
        INSERT INTO "Part %s man".part_config (parent_table, control, partition_interval, partition_type)
        VALUES ('public.p', 'day', '1 day', '{kind}')"""
    kind = "native" if server.info.extension_versions["pg_partman"].startswith("4.") else "range"
    with database(server, script=script.replace("{kind}", kind)) as name:
        facts, less = jobs(server, name)
    assert facts.partition_sets == [
        PartitionSet(parent="public.p", kind=kind, interval="1 day", database=name)
    ]
    assert facts.relations == []
    assert less.partition_sets == []
    (missing,) = [one for one in less.not_seen if "pg_partman" in one.what]
    assert "permission denied" in missing.reason


#: What an owner plants in the way of a superuser who reads the table; each would leave a mark in a sequence.
_TRAPS = {
    "a view in its place": """
        ALTER EXTENSION pg_partman DROP TABLE p.part_config; ALTER TABLE p.part_config RENAME TO old;
        CREATE VIEW p.part_config AS SELECT p.spring(parent_table) parent_table, partition_type,
            partition_interval, template_table FROM p.old""",
    "a cast to JSON": """
        CREATE TYPE p.bait AS ENUM ('x');
        CREATE FUNCTION p.as_json(p.bait) RETURNS json LANGUAGE sql AS $$ SELECT to_json(p.spring('x')) $$;
        CREATE CAST (p.bait AS json) WITH FUNCTION p.as_json(p.bait);
        ALTER TABLE p.part_config ADD bait p.bait DEFAULT 'x'""",
    "an index with a call": """
        ALTER FUNCTION p.spring(text) IMMUTABLE;
        SELECT set_config('p.quiet', 'yes', false);
        CREATE INDEX ON p.part_config ((parent_table || p.spring('x')))""",
}


@pytest.mark.parametrize("trap", _TRAPS)
def test_what_an_owner_plants_does_not_run_when_a_superuser_looks(server: Server, trap: str) -> None:
    """A transaction that only reads would not hold it back: COPY … TO PROGRAM writes nothing here."""
    if not server.has("pg_partman"):
        pytest.skip(server.why_not("pg_partman"))
    script = """
        CREATE SCHEMA p; CREATE EXTENSION pg_partman SCHEMA p;
        INSERT INTO p.part_config (parent_table, control, partition_interval, partition_type)
        VALUES ('public.p', 'day', '1 day', '{kind}');
        CREATE FUNCTION p.spring(text) RETURNS text LANGUAGE plpgsql AS $$
            BEGIN
                IF coalesce(current_setting('p.quiet', true), '') <> 'yes' THEN
                    PERFORM pg_advisory_lock(4711);
                    RAISE EXCEPTION 'sprung';
                END IF;
                RETURN $1;
            END $$;"""
    kind = "native" if server.info.extension_versions["pg_partman"].startswith("4.") else "range"
    with database(server, script=script.replace("{kind}", kind) + _TRAPS[trap]) as name:
        with server.admin(name) as admin, pytest.raises(psycopg.Error, match="sprung"):
            admin.execute("SELECT to_jsonb(c) FROM p.part_config c")
        facts = collect(as_admin(server, name))
    assert "sprung" not in repr(facts)
    found = [one.parent for one in facts.partition_sets]
    missed = [one for one in facts.not_seen if "pg_partman" in one.what]
    assert (found, len(missed)) == (([], 1) if "view" in trap else (["public.p"], 0))


def test_jobs_in_a_table_of_anybody_are_not_read(server: Server) -> None:
    script = """
        SET allow_system_table_mods = on;
        CREATE SCHEMA cron;
        CREATE VIEW cron.job AS SELECT 1::int8 jobid, ''::text schedule, ''::text command, ''::text nodename,
                                       1 / (random() * 0)::int sprung;
        INSERT INTO pg_extension SELECT 70000, 'pg_cron', 10, oid, false, '1.6' FROM pg_namespace
         WHERE nspname = 'cron'"""
    with database(server, script=script) as name:
        facts = collect(as_admin(server, name))
    (missed,) = facts.not_seen
    assert missed.what == "jobs of pg_cron"
    assert "no table of a superuser" in missed.reason


def test_an_empty_database_has_nothing_but_plpgsql(server: Server) -> None:
    with database(server) as name:
        facts = collect(as_master(server, name))
    of_database = [
        (one.name, getattr(facts, one.name))
        for one in Facts.__dataclass_fields__.values()
        if one.name not in {"origin", "not_seen", "roles", "memberships", "databases", "slots"}
    ]
    found = {kind: [one for one in some if one.database == name] for kind, some in of_database}
    assert {kind: [one.name for one in some] for kind, some in found.items() if some} == {
        "extensions": ["plpgsql"]
    }
