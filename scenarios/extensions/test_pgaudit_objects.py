"""pgAudit: auditing chosen objects through the role rds_pgaudit."""

from typing import Any

import pytest

from rdscheck import claim, rests_on, scenario

DOCS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.pgaudit.auditing.html"
)
UPSTREAM = "https://github.com/pgaudit/pgaudit/blob/master/README.md"
pytestmark = scenario(
    "extensions/pgaudit-objects",
    title="Audit chosen objects through rds_pgaudit",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "pgaudit"),
)
documented = claim(source=DOCS, certainty="documented")
upstream = claim(source=UPSTREAM, certainty="documented")


def objects(records: list[Any]) -> list[tuple[str, str, str, str]]:
    """Return class, command, type and name of the objects that were audited; nothing else may be logged."""
    assert {one.kind for one in records} <= {"OBJECT"}
    return [(one.statement_class, one.command, one.object_type, one.object_name) for one in records]


@pytest.fixture
def watched(auditing: Any) -> Any:
    """Make two tables, and begin a session in which no class is audited."""
    auditing.master.execute("CREATE TABLE t1 (id int, secret text)")
    auditing.master.execute("CREATE TABLE t2 (id int)")
    session = auditing.watch()
    assert session.connection.execute("SHOW pgaudit.log").fetchone() == ("none",)
    return session


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_the_documented_procedure(rds_instance: Any, step: Any) -> None:
    """Object auditing: role, parameter, reboot, SHOW, and the document's example logs an OBJECT record."""
    instance = rds_instance(parameters={"shared_preload_libraries": "pgaudit"})
    with step("1. Before: the role is not set, the example logs nothing"), instance.recorded() as master:
        assert master.execute("SHOW pgaudit.role").fetchone() == ("",)
        master.execute("CREATE EXTENSION pgaudit")
        master.execute("CREATE ROLE rds_pgaudit")
        master.execute("CREATE TABLE t0 (id int)")
        master.execute("GRANT SELECT ON t0 TO rds_pgaudit")
        mark = instance.logs.mark()
        master.execute("SELECT * FROM t0")
        assert instance.logs.audits(mark) == []
    with step("2. Set pgaudit.role in the parameter group and reboot"):
        instance.modify({"pgaudit.role": "rds_pgaudit"}, apply_method="pending-reboot")
        instance.reboot()
    with instance.recorded() as master:
        with step("3. Confirm"):
            assert master.execute("SHOW pgaudit.role").fetchone() == ("rds_pgaudit",)
        with step("4. Run the example"):
            mark = instance.logs.mark()
            master.execute("CREATE TABLE t1 (id int)")
            master.execute("GRANT SELECT ON t1 TO rds_pgaudit")
            master.execute("SELECT * FROM t1")
            (record,) = [one for one in instance.logs.since(mark, pid=master.info.backend_pid) if one.audit]
            master.recorder.act(f"-- logged: {record.message}")
    assert record.message == "AUDIT: OBJECT,1,1,READ,SELECT,TABLE,public.t1,SELECT * FROM t1,<not logged>"
    assert (record.severity, record.user, record.database) == ("LOG", "postgres", "postgres")


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_no_other_role_in_group(rds_instance: Any, step: Any) -> None:
    """A parameter group takes rds_pgaudit for pgaudit.role and no other role."""
    instance = rds_instance(parameters={"shared_preload_libraries": "pgaudit"})
    for role in ("postgres", "auditor", "rds_superuser", "rds_pgaudit2", "RDS_PGAUDIT", ""):
        with (
            step(f"pgaudit.role = {role!r}"),
            pytest.raises(Exception, match=r"Invalid parameter value: .* for: pgaudit\.role"),
        ):
            instance.modify({"pgaudit.role": role})
    with step("rds_pgaudit"):
        instance.modify({"pgaudit.role": "rds_pgaudit"})
        with instance.connect() as master:
            assert master.execute("SHOW pgaudit.role").fetchone() == ("rds_pgaudit",)


@claim(source=DOCS, certainty="derived")
@rests_on("pgaudit-settings")
@pytest.mark.parametrize(
    "statement", ["SET pgaudit.role = 'postgres'", "ALTER ROLE {} SET pgaudit.role = 'postgres'"]
)
def test_no_other_role_in_sql(auditing: Any, statement: str) -> None:
    """Nor does SQL set pgaudit.role, not even for the master user."""
    role = auditing.database.create_role("app")
    with pytest.raises(Exception, match=r'permission denied to set parameter "pgaudit\.role"'):
        auditing.master.execute(statement.format(role))
    assert auditing.watch().connection.execute("SHOW pgaudit.role").fetchone() == ("rds_pgaudit",)


@documented
def test_select_on_a_granted_table(auditing: Any, watched: Any) -> None:
    """SELECT on a table is audited once rds_pgaudit may select from it, and not on its neighbour."""
    assert watched.logged("SELECT * FROM t1") == []
    auditing.master.execute("GRANT SELECT ON t1 TO rds_pgaudit")
    assert objects(watched.logged("SELECT * FROM t1")) == [("READ", "SELECT", "TABLE", "public.t1")]
    assert watched.logged("SELECT * FROM t2") == []


@documented
@pytest.mark.parametrize(
    ("privilege", "statement", "other"),
    [
        ("INSERT", "INSERT INTO t1 VALUES (1, 'x')", "DELETE FROM t1"),
        ("UPDATE", "UPDATE t1 SET secret = 'y'", "INSERT INTO t1 VALUES (2, 'x')"),
        ("DELETE", "DELETE FROM t1", "UPDATE t1 SET secret = 'y'"),
    ],
    ids=["insert", "update", "delete"],
)
def test_writes_by_privilege(auditing: Any, watched: Any, privilege: str, statement: str, other: str) -> None:
    """A kind of write is audited when rds_pgaudit has that privilege, another kind is not."""
    auditing.master.execute(f"GRANT {privilege} ON t1 TO rds_pgaudit")
    assert objects(watched.logged(statement)) == [("WRITE", privilege, "TABLE", "public.t1")]
    assert watched.logged(other, "SELECT * FROM t1") == []


@upstream
def test_columns(auditing: Any, watched: Any) -> None:
    """With a grant on one column only statements that touch it are audited."""
    auditing.master.execute("GRANT SELECT (secret), UPDATE (secret) ON t1 TO rds_pgaudit")
    assert watched.logged("SELECT id FROM t1", "UPDATE t1 SET id = 1") == []
    found = objects(watched.logged("SELECT secret FROM t1", "UPDATE t1 SET secret = 'z'"))
    assert found == [("READ", "SELECT", "TABLE", "public.t1"), ("WRITE", "UPDATE", "TABLE", "public.t1")]


@upstream
def test_join_names_granted_tables(auditing: Any, watched: Any) -> None:
    """Of the tables a query joins those granted to rds_pgaudit are audited, each with a record."""
    query = "SELECT 1 FROM t1 JOIN t2 USING (id)"
    auditing.master.execute("GRANT SELECT ON t2 TO rds_pgaudit")
    assert objects(watched.logged(query)) == [("READ", "SELECT", "TABLE", "public.t2")]
    auditing.master.execute("GRANT SELECT ON t1 TO rds_pgaudit")
    found = watched.logged(query)
    assert {one[3] for one in objects(found)} == {"public.t1", "public.t2"}
    assert len({one.statement_id for one in found}) == 1


@documented
def test_other_users_are_audited(auditing: Any, watched: Any) -> None:
    """Whoever uses the object is audited, in their own name; without the grant nobody is."""
    role = auditing.database.create_role("app")
    auditing.master.execute(f"GRANT SELECT ON t1, t2 TO {role}")
    auditing.master.execute("GRANT SELECT ON t1 TO rds_pgaudit")
    app = auditing.watch(user=role)
    mark = app.logs.mark()
    assert objects(app.logged("SELECT id FROM t2", "SELECT id FROM t1")) == [
        ("READ", "SELECT", "TABLE", "public.t1")
    ]
    assert {one.user for one in app.logs.since(mark, pid=app.connection.info.backend_pid) if one.audit} == {
        role
    }


@upstream
def test_inherited_grants_count(auditing: Any, watched: Any) -> None:
    """What rds_pgaudit has through another role counts as its own; what PUBLIC may do does not."""
    auditing.master.execute("GRANT SELECT ON t2 TO PUBLIC")
    assert watched.logged("SELECT * FROM t2") == []
    readers = auditing.database.create_role("readers", login=False)
    auditing.master.execute(f"GRANT {readers} TO rds_pgaudit")
    auditing.master.execute(f"GRANT SELECT ON t2 TO {readers}")
    assert objects(watched.logged("SELECT * FROM t2")) == [("READ", "SELECT", "TABLE", "public.t2")]


@documented
def test_revoke_ends_it(auditing: Any, watched: Any) -> None:
    """Once the privilege is revoked from rds_pgaudit nothing is audited any more."""
    auditing.master.execute("GRANT SELECT ON t1 TO rds_pgaudit")
    assert len(watched.logged("SELECT * FROM t1")) == 1
    auditing.master.execute("REVOKE SELECT ON t1 FROM rds_pgaudit")
    assert watched.logged("SELECT * FROM t1") == []


@upstream
def test_both_kinds_side_by_side(auditing: Any, watched: Any) -> None:
    """With session auditing as well a statement gives one record of each kind, with the same numbers."""
    auditing.master.execute("GRANT SELECT ON t1 TO rds_pgaudit")
    found = auditing.watch(log="read").logged("SELECT * FROM t1", "SELECT * FROM t2")
    assert [(one.kind, one.statement_id, one.object_name) for one in found] == [
        ("SESSION", 1, ""),
        ("OBJECT", 1, "public.t1"),
        ("SESSION", 2, ""),
    ]


@upstream
def test_ddl_is_not_an_object(auditing: Any, watched: Any) -> None:
    """Object auditing knows SELECT, INSERT, UPDATE and DELETE only: DDL on a granted table is not logged."""
    auditing.master.execute("GRANT ALL ON t1 TO rds_pgaudit")
    assert watched.logged("ALTER TABLE t1 ADD COLUMN more int", "TRUNCATE t1") == []
    assert len(watched.logged("DELETE FROM t1")) == 1
