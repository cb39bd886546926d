"""pgAudit: library, reboot, extension, and the first audit record."""

from typing import Any

import pytest

from rdscheck import claim, documentation_finding, scenario

DOCS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.pgaudit.basic-setup.html"
)
ABOUT = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.pgaudit.html"
)
OBJECTS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.pgaudit.auditing.html"
)
UPSTREAM = "https://github.com/pgaudit/pgaudit/blob/master/README.md"
pytestmark = scenario(
    "extensions/pgaudit",
    title="Set up pgAudit and audit sessions",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "pgaudit"),
)
documented = claim(source=DOCS, certainty="documented")


@documented
def test_library_needs_a_reboot(rds_instance: Any, step: Any) -> None:
    """The library is loaded by the reboot after shared_preload_libraries was changed, behind rdsutils."""
    instance = rds_instance()
    with step("1. Change the parameter group: it waits"):
        instance.modify({"shared_preload_libraries": "pgaudit"}, apply_method="pending-reboot")
        assert instance.parameter_status == "pending-reboot"
        with instance.recorded() as master:
            assert "pgaudit" not in master.execute("SHOW shared_preload_libraries").fetchone()[0]
            with pytest.raises(Exception, match="pgaudit must be loaded via shared_preload_libraries"):
                master.execute("CREATE EXTENSION pgaudit")
    with step("2. Reboot"):
        instance.reboot()
        assert instance.parameter_status == "in-sync"
    with instance.recorded() as master:
        with step("3. Verify"):
            assert master.execute("SHOW shared_preload_libraries").fetchone() == ("rdsutils,pgaudit",)
        with step("4. Create the extension"):
            master.execute("CREATE EXTENSION pgaudit")
            row = master.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pgaudit'").fetchone()
            assert row == (1,)


@claim(source=DOCS, certainty="documented")
@documentation_finding("pgaudit-reboot")
def test_log_needs_no_reboot(rds_instance: Any, step: Any) -> None:
    """pgaudit.log of the group comes into force at once, or after a reboot when it is asked to wait."""
    instance = rds_instance(parameters={"shared_preload_libraries": "pgaudit"})
    with instance.recorded() as master:
        with step("1. Nothing is set: no write is audited"):
            master.execute("CREATE TABLE item (id int)")
            mark = instance.logs.mark()
            master.execute("INSERT INTO item VALUES (1)")
            assert instance.logs.audits(mark) == []
        with step("2. ApplyMethod=pending-reboot: not yet"):
            instance.modify({"pgaudit.log": "write"}, apply_method="pending-reboot")
            assert instance.pending == {"pgaudit.log": "write"}
            mark = instance.logs.mark()
            master.execute("INSERT INTO item VALUES (2)")
            assert instance.logs.audits(mark) == []
        with step("3. ApplyMethod=immediate: at once, in the session that runs"):
            instance.modify({"pgaudit.log": "write"}, apply_method="immediate")
            mark = instance.logs.mark()
            master.execute("SELECT 1")  # a running session reads the change before its next statement
            master.execute("INSERT INTO item VALUES (3)")
            assert [one.command for one in instance.logs.audits(mark)] == ["INSERT"]
    with step("4. After a reboot as well"):
        instance.reboot()
        with instance.recorded() as master:
            assert master.execute("SHOW pgaudit.log").fetchone() == ("write",)
            mark = instance.logs.mark()
            master.execute("DELETE FROM item")
            assert [one.command for one in instance.logs.audits(mark)] == ["DELETE"]
    with (
        step("5. A word that is no class is refused"),
        pytest.raises(Exception, match="Invalid parameter value"),
    ):
        instance.modify({"pgaudit.log": "writes"})


@documented
def test_extension_needs_the_library(rds: Any) -> None:
    """CREATE EXTENSION is refused while the library is not loaded, and leaves nothing behind."""
    with pytest.raises(Exception, match="pgaudit must be loaded via shared_preload_libraries") as caught:
        rds.execute("CREATE EXTENSION pgaudit")
    assert caught.value.sqlstate == "55000"  # type: ignore[attr-defined]
    row = rds.execute("SELECT count(*) FROM pg_event_trigger WHERE evtname LIKE 'pgaudit%'").fetchone()
    assert row == (0,)


@documented
def test_extension_needs_rds_superuser(auditing: Any) -> None:
    """An ordinary user with CREATE on the database does not create the extension; the master user does."""
    role = auditing.database.create_role("app")
    auditing.master.execute("DROP EXTENSION pgaudit")
    auditing.master.execute(f'GRANT CREATE ON DATABASE "{auditing.database.name}" TO {role}')
    with pytest.raises(Exception, match='permission denied to create extension "pgaudit"'):
        auditing.watch(user=role).connection.execute("CREATE EXTENSION pgaudit")
    auditing.master.execute("CREATE EXTENSION pgaudit")


@documented
def test_event_triggers(auditing: Any) -> None:
    """The extension installs event triggers for DDL; they are gone with it."""
    triggers = "SELECT evtname, evtevent FROM pg_event_trigger WHERE evtname LIKE 'pgaudit%' ORDER BY 1"
    assert auditing.master.execute(triggers).fetchall() == [
        ("pgaudit_ddl_command_end", "ddl_command_end"),
        ("pgaudit_sql_drop", "sql_drop"),
    ]
    auditing.master.execute("DROP EXTENSION pgaudit")
    assert auditing.master.execute(triggers).fetchall() == []


@claim(source=UPSTREAM, certainty="observed")
def test_ddl_without_extension(auditing: Any) -> None:
    """Without the extension DDL is audited too, but its object is not named."""
    watched = auditing.watch(log="ddl")
    (found,) = watched.logged("CREATE TABLE named (a int)")
    assert (found.command, found.object_type, found.object_name) == ("CREATE TABLE", "TABLE", "public.named")
    auditing.master.execute("DROP EXTENSION pgaudit")
    (found,) = auditing.watch().logged("CREATE TABLE nameless (a int)")
    assert (found.command, found.object_type, found.object_name) == ("CREATE TABLE", "", "")


@claim(source=OBJECTS, certainty="documented")
def test_record_names_its_session(auditing: Any) -> None:
    """The line of an audit record tells time, address, user, database and process, in RDS's prefix."""
    role = auditing.database.create_role("app")
    watched = auditing.watch(user=role, log="read")
    mark = watched.logs.mark()
    watched.connection.execute("SELECT 1")
    (record,) = [one for one in watched.logs.since(mark, database=auditing.database.name) if one.audit]
    assert record.message == "AUDIT: SESSION,1,1,READ,SELECT,,,SELECT 1,<not logged>"
    assert (record.user, record.pid) == (role, watched.connection.info.backend_pid)
    assert record.severity == "LOG"
    assert record.host
    assert record.port
    # The statement is told once, by pgAudit alone.
    assert (record.statement, record.context, record.detail, record.hint) == ("", "", "", "")


@claim(source=OBJECTS, certainty="documented")
@documentation_finding("pgaudit-example-line")
def test_fields_of_a_record(auditing: Any) -> None:
    """A record has nine fields, the parameters after the statement; the document's example shows eight."""
    watched = auditing.watch(log="read")
    mark = watched.logs.mark()
    watched.connection.execute("SELECT 1")
    (record,) = [one for one in watched.logs.since(mark, database=auditing.database.name) if one.audit]
    assert record.message.removeprefix("AUDIT: ").split(",") == [
        "SESSION", "1", "1", "READ", "SELECT", "", "", "SELECT 1", "<not logged>"
    ]  # fmt: skip


@claim(source=ABOUT, certainty="documented")
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE ROLE {} LOGIN PASSWORD 'open-sesame'",
        "CREATE USER {} WITH ENCRYPTED PASSWORD 'open-sesame' NOLOGIN",
        "ALTER ROLE {} PASSWORD 'open-sesame'",
        "alter user {} password 'open-sesame'",
    ],
    ids=["create-role", "create-user", "alter-role", "lower-case"],
)
def test_passwords_are_redacted(auditing: Any, statement: str) -> None:
    """Cleartext passwords in role statements do not reach the log: <REDACTED> stands there."""
    role = auditing.database.create_role("app")
    if statement.startswith("CREATE"):
        auditing.master.execute(f"DROP ROLE {role}")
    watched = auditing.watch(log="role")
    mark = watched.logs.mark()
    (found,) = watched.logged(statement.format(role))
    head = statement.format(role).partition("'")[0].strip()
    assert found.statement == f"{head} <REDACTED>"
    # Other sessions of this server may log what they like.
    assert "open-sesame" not in str(watched.logs.since(mark, pid=watched.connection.info.backend_pid))


@claim(source=ABOUT, certainty="documented")
@documentation_finding("pgaudit-redaction")
def test_failed_statements_show_passwords(auditing: Any) -> None:
    """A role statement that fails is logged by the server itself, with its password."""
    watched = auditing.watch(log="role")
    mark = watched.logs.mark()
    with pytest.raises(Exception, match="already exists"):
        watched.connection.execute("CREATE ROLE rds_pgaudit PASSWORD 'open-sesame'")
    (error,) = [
        one
        for one in watched.logs.since(mark, pid=watched.connection.info.backend_pid)
        if one.severity == "ERROR"
    ]
    assert error.statement == "CREATE ROLE rds_pgaudit PASSWORD 'open-sesame'"


def mapped(auditing: Any) -> tuple[str, str, str]:
    """Map a role to a user of a foreign server, and return statement, class and text of what was logged."""
    role = auditing.database.create_role("app")
    auditing.master.execute("CREATE EXTENSION postgres_fdw")
    auditing.master.execute("CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw")
    head = f"CREATE USER MAPPING FOR {role} SERVER elsewhere OPTIONS (user 'x', password"
    (found,) = auditing.watch(log="ddl, role").logged(f"{head} 'open-sesame')")
    return head, found.statement_class, found.statement


@claim(source=UPSTREAM, certainty="documented", since=16, needs=("postgres_fdw",))
def test_passwords_of_user_mappings(auditing: Any) -> None:
    """From 16 on user mappings are of the class role, and their passwords are redacted as well."""
    head, of_class, logged = mapped(auditing)
    assert (of_class, logged) == ("ROLE", f"{head} <REDACTED>")


@claim(source=UPSTREAM, certainty="observed", until=15, needs=("postgres_fdw",))
@documentation_finding("pgaudit-redaction")
def test_passwords_of_user_mappings_are_logged(auditing: Any) -> None:
    """Up to 15 user mappings are of the class ddl, and their passwords are in the audit log in clear."""
    head, of_class, logged = mapped(auditing)
    assert (of_class, logged) == ("DDL", f"{head} 'open-sesame')")


@claim(source=UPSTREAM, certainty="derived")
def test_failed_statements(auditing: Any) -> None:
    """A statement the server refuses before it runs, for want of a table or a right, is not audited."""
    watched = auditing.watch(log="all")
    role = auditing.database.create_role("app")
    auditing.master.execute("CREATE TABLE closed (id int)")
    assert watched.told("SELECT * FROM closed") == [("READ", "SELECT", "SELECT * FROM closed")]
    app = auditing.watch(user=role)

    def refused() -> None:
        for table in ("closed", "missing"):
            with pytest.raises(Exception, match=r"permission denied|does not exist"):
                app.connection.execute(f"SELECT * FROM {table}")

    assert app.during(refused) == []
