"""pgAudit: how much its records tell, by the parameters of the group."""

from typing import Any

import psycopg
import pytest

from rdscheck import claim, documentation_finding, rests_on, scenario

DOCS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.pgaudit.reference.html"
)
UPSTREAM = "https://github.com/pgaudit/pgaudit/blob/master/README.md"
pytestmark = scenario(
    "extensions/pgaudit-parameters",
    title="Set the detail of audit records",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "pgaudit"),
)
documented = claim(source=DOCS, certainty="documented")
upstream = claim(source=UPSTREAM, certainty="documented")
LEVELS = ("debug5", "debug4", "debug3", "debug2", "debug1", "info", "notice", "warning", "log")


def named(records: list[Any]) -> list[str]:
    """Return the names of the objects the records are about."""
    return [one.object_name for one in records]


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_group_takes_them(rds_instance: Any, step: Any) -> None:
    """A group takes every parameter of the page, and running sessions have it; wrong values are refused."""
    instance = rds_instance(parameters={"shared_preload_libraries": "pgaudit"})
    with instance.recorded() as master:
        for name in ("log_catalog", "log_parameter", "log_relation", "log_statement_once"):
            with step(f"pgaudit.{name}"):
                for value, shown in (("1", "on"), ("0", "off")):
                    instance.modify({f"pgaudit.{name}": value})
                    master.execute("SELECT 1")
                    assert master.execute(f"SHOW pgaudit.{name}").fetchone() == (shown,)
                with pytest.raises(Exception, match="Invalid parameter value"):
                    instance.modify({f"pgaudit.{name}": "2"})
        with step("pgaudit.log_level"):
            for level in LEVELS:
                instance.modify({"pgaudit.log_level": level})
            for level in ("error", "fatal", "panic", "loud"):
                with pytest.raises(Exception, match="Invalid parameter value"):
                    instance.modify({"pgaudit.log_level": level})
            master.execute("SELECT 1")
            assert master.execute("SHOW pgaudit.log_level").fetchone() == ("log",)


@claim(source=UPSTREAM, certainty="documented")
@documentation_finding("pgaudit-log-level")
@pytest.mark.parametrize("level", ["debug1", "notice", "warning"])
def test_log_level_alone(auditing: Any, level: str) -> None:
    """pgaudit.log_level alone changes nothing: records have the level LOG, and clients get none."""
    watched = auditing.watch(log="read", log_level=level)
    watched.connection.execute("SET client_min_messages = debug5")
    watched.connection.notices.clear()
    mark = watched.logs.mark()
    assert watched.told("SELECT 1") == [("READ", "SELECT", "SELECT 1")]
    pid = watched.connection.info.backend_pid
    assert {one.severity for one in watched.logs.since(mark, pid=pid) if one.audit} == {"LOG"}
    assert [one for one in watched.connection.notices if one.startswith("AUDIT")] == []


@upstream
def test_log_level_for_clients(auditing: Any) -> None:
    """With pgaudit.log_client records have that level, in the client and, where it keeps it, in the log."""
    watched = auditing.watch(log="read", log_level="warning", log_client="on")
    mark = watched.logs.mark()
    watched.told("SELECT 1")
    assert watched.connection.notices == ["AUDIT: SESSION,1,1,READ,SELECT,,,SELECT 1,<not logged>"]
    pid = watched.connection.info.backend_pid
    assert {one.severity for one in watched.logs.since(mark, pid=pid) if one.audit} == {"WARNING"}
    quiet = auditing.watch(log_level="notice")
    assert quiet.told("SELECT 1") == []  # log_min_messages is warning
    assert len(quiet.connection.notices) == 1


@documented
def test_log_catalog(auditing: Any) -> None:
    """pgaudit.log_catalog decides about statements whose relations are all in pg_catalog, and no others."""
    auditing.master.execute("CREATE TABLE item (id int)")
    catalog, mixed = "SELECT 1 FROM pg_class LIMIT 0", "SELECT 1 FROM item, pg_class LIMIT 0"
    told = auditing.watch(log="read").told(catalog, mixed)
    assert [one[2] for one in told] == [catalog, mixed]
    told = auditing.watch(log_catalog="off").told(catalog, mixed)
    assert [one[2] for one in told] == [mixed]


@documented
def test_log_parameter(auditing: Any) -> None:
    """pgaudit.log_parameter adds what was passed with the statement; without it <not logged> stands there."""
    values = ["1", 'he,"llo"', "two\nlines", None]

    def act(watched: Any) -> Any:
        cursor = psycopg.Cursor(watched.connection)  # parameters apart from the statement
        query = "SELECT %s::text, %s::text, %s::text, %s::text"
        return watched.during(lambda: cursor.execute(query, values))

    (found,) = act(auditing.watch(log="read"))
    assert (found.parameter, found.parameters) == ("<not logged>", None)
    (found,) = act(auditing.watch(log_parameter="on"))
    assert found.statement == "SELECT $1::text, $2::text, $3::text, $4::text"
    assert found.parameters == ("1", 'he,"llo"', "two\nlines", "")


@documented
def test_log_parameter_of_execute(auditing: Any) -> None:
    """Parameters of EXECUTE stand beside the statement that was prepared; a statement without has <none>."""
    watched = auditing.watch(log="read", log_parameter="on")
    watched.connection.execute("PREPARE p (int, text) AS SELECT $1, $2")
    found = watched.logged("EXECUTE p(1, 'he,llo')", "SELECT 2")
    assert [one.parameters for one in found] == [("1", "he,llo"), ()]
    assert found[0].statement.startswith("PREPARE p")
    assert found[1].parameter == "<none>"


@documented
def test_log_relation(auditing: Any) -> None:
    """pgaudit.log_relation gives each relation of a SELECT or DML statement a record of its own."""
    auditing.master.execute("CREATE TABLE a (id int)")
    auditing.master.execute("CREATE TABLE b (id int)")
    auditing.master.execute("CREATE VIEW both_of AS SELECT a.id FROM a JOIN b USING (id)")
    query, write = "SELECT 1 FROM both_of", "INSERT INTO a SELECT id FROM b"
    assert named(auditing.watch(log="read, write").logged(query, write)) == ["", ""]
    watched = auditing.watch(log_relation="on")
    found = watched.logged(query)
    assert sorted(set(named(found))) == ["public.a", "public.b", "public.both_of"]
    assert {one.object_name: one.object_type for one in found}["public.both_of"] == "VIEW"
    assert len({(one.statement_id, one.substatement_id) for one in found}) == 1
    assert sorted((one.statement_class, one.object_name) for one in watched.logged(write)) == [
        ("READ", "public.b"),
        ("WRITE", "public.a"),
    ]


@documented
def test_log_statement_once(auditing: Any) -> None:
    """pgaudit.log_statement_once leaves text and parameters to the first record of a statement."""
    auditing.master.execute("CREATE TABLE a (id int)")
    auditing.master.execute("CREATE TABLE b (id int)")
    query = "SELECT 1 FROM a, b"
    found = auditing.watch(log="read", log_relation="on").logged(query)
    assert [one.statement for one in found] == [query, query]
    found = auditing.watch(log_statement_once="on").logged(query)
    assert [(one.statement, one.parameter) for one in found] == [
        (query, "<not logged>"),
        ("<previously logged>", "<previously logged>"),
    ]


@claim(source=UPSTREAM, certainty="documented", since=14)
def test_log_rows(auditing: Any) -> None:
    """pgaudit.log_rows adds how many rows a statement read or changed; without it the field is missing."""
    auditing.master.execute("CREATE TABLE a AS SELECT generate_series(1, 5) AS id")
    statements = ("SELECT * FROM a WHERE id > 2", "UPDATE a SET id = 0 WHERE id > 4")
    found = auditing.watch(log="read, write", log_rows="on").logged(*statements)
    assert [one.rows for one in found] == [3, 1]
    found = auditing.watch(log_rows="off").logged(*statements)
    assert [one.rows for one in found] == [None, None]


@claim(source=UPSTREAM, certainty="documented", until=13)
def test_no_log_rows_before(auditing: Any) -> None:
    """pgaudit.log_rows and pgaudit.log_statement are not there up to 13."""
    rows = auditing.master.execute(
        "SELECT name FROM pg_settings WHERE name ~ '^pgaudit.log_(rows|statement)$'"
    )
    assert rows.fetchall() == []


@claim(source=UPSTREAM, certainty="documented", since=14)
def test_log_statement(auditing: Any) -> None:
    """With pgaudit.log_statement off neither text nor parameters of a statement are logged."""
    (found,) = auditing.watch(log="read").logged("SELECT 'a secret'")
    assert found.statement == "SELECT 'a secret'"
    (found,) = auditing.watch(log_statement="off", log_parameter="on").logged("SELECT 'a secret'")
    assert (found.statement, found.parameter) == ("<not logged>", "<not logged>")


@claim(source=UPSTREAM, certainty="documented", since=16)
def test_log_parameter_max_size(auditing: Any) -> None:
    """pgaudit.log_parameter_max_size keeps values longer than so many bytes out of the log, from 16 on."""
    watched = auditing.watch(log="read", log_parameter="on", log_parameter_max_size="10")
    cursor = psycopg.Cursor(watched.connection)  # parameters apart from the statement
    values = ["ten bytes.", "eleven byte"]
    (found,) = watched.during(lambda: cursor.execute("SELECT %s::text, %s::text", values))
    assert found.parameters == ("ten bytes.", "<long param suppressed>")


@claim(source=UPSTREAM, certainty="documented", until=15)
def test_no_log_parameter_max_size_before(auditing: Any) -> None:
    """pgaudit.log_parameter_max_size is not there up to 15."""
    rows = auditing.master.execute("SELECT 1 FROM pg_settings WHERE name = 'pgaudit.log_parameter_max_size'")
    assert rows.fetchall() == []


@claim(source=DOCS, certainty="derived")
@rests_on("pgaudit-settings")
@pytest.mark.parametrize(
    "name", ["log_catalog", "log_level", "log_parameter", "log_relation", "log_statement_once"]
)
def test_not_by_sql(auditing: Any, name: str) -> None:
    """The parameters are the group's: nobody sets them in SQL."""
    app = auditing.database.create_role("app")
    for user in (None, app):
        connection = auditing.watch(user=user).connection
        before = connection.execute(f"SHOW pgaudit.{name}").fetchone()
        with pytest.raises(Exception, match=rf'permission denied to set parameter "pgaudit\.{name}"'):
            connection.execute(f"SET pgaudit.{name} = DEFAULT")
        assert connection.execute(f"SHOW pgaudit.{name}").fetchone() == before
