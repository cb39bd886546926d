"""pgAudit: which statements each class of pgaudit.log puts into the server's log."""

from typing import Any

import pytest

from rdscheck import claim, rests_on, scenario

DOCS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.pgaudit.reference.html"
)
UPSTREAM = "https://github.com/pgaudit/pgaudit/blob/master/README.md"
pytestmark = scenario(
    "extensions/pgaudit-classes",
    title="Choose by pgaudit.log which classes of statements are audited",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "pgaudit"),
)
documented = claim(source=DOCS, certainty="documented")
upstream = claim(source=UPSTREAM, certainty="documented")

CLASSES = ("read", "write", "function", "role", "ddl", "misc")

#: What each statement of the master user is logged as: class, command, object type, object name.
STATEMENTS: dict[str, tuple[str, str, str, str]] = {
    "SELECT id FROM item": ("READ", "SELECT", "", ""),
    "INSERT INTO item VALUES (1, 'one')": ("WRITE", "INSERT", "", ""),
    "UPDATE item SET name = 'uno'": ("WRITE", "UPDATE", "", ""),
    "DELETE FROM item": ("WRITE", "DELETE", "", ""),
    "TRUNCATE item": ("WRITE", "TRUNCATE TABLE", "", ""),
    "DO $$ BEGIN NULL; END $$": ("FUNCTION", "DO", "", ""),
    "GRANT SELECT ON item TO PUBLIC": ("ROLE", "GRANT", "TABLE", ""),
    "REVOKE SELECT ON item FROM PUBLIC": ("ROLE", "REVOKE", "TABLE", ""),
    "ALTER ROLE CURRENT_USER RESET work_mem": ("ROLE", "ALTER ROLE", "", ""),
    "CREATE TABLE fresh (a int)": ("DDL", "CREATE TABLE", "TABLE", "public.fresh"),
    "ALTER TABLE item ADD COLUMN more int": ("DDL", "ALTER TABLE", "TABLE", "public.item"),
    "CREATE INDEX by_name ON item (name)": ("DDL", "CREATE INDEX", "INDEX", "public.by_name"),
    "CREATE VIEW seen AS SELECT 1 AS one": ("DDL", "CREATE VIEW", "VIEW", "public.seen"),
    "CREATE SCHEMA apart": ("DDL", "CREATE SCHEMA", "SCHEMA", "apart"),
    "DROP TABLE spare": ("DDL", "DROP TABLE", "TABLE", "public.spare"),
    "DISCARD PLANS": ("MISC", "DISCARD PLANS", "", ""),
    "VACUUM item": ("MISC", "VACUUM", "", ""),
    "SET work_mem = '8MB'": ("MISC", "SET", "", ""),
    "BEGIN": ("MISC", "BEGIN", "", ""),
}


@pytest.fixture
def tables(auditing: Any) -> Any:
    """Make the objects the statements speak of."""
    for statement in (
        "CREATE TABLE item (id int, name text)",
        "CREATE TABLE spare (a int)",
        "CREATE PROCEDURE work() LANGUAGE plpgsql AS 'BEGIN NULL; END'",
        "CREATE FUNCTION twice(n int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 2 * n; END'",
    ):
        auditing.master.execute(statement)
    return auditing


def own(records: list[Any], statement: str) -> list[tuple[str, str, str, str]]:
    """Return class, command and object of the records of one statement."""
    return [
        (one.statement_class, one.command, one.object_type, one.object_name)
        for one in records
        if one.statement == statement and one.kind == "SESSION"
    ]


def claims() -> list[Any]:
    """Give each statement and class as a claim of its own."""
    found = []
    for statement, logged in STATEMENTS.items():
        title = f"pgaudit.log = {logged[0].lower()} logs {logged[1]}; everything but that class does not."
        mark: Any = claim(title=title, source=DOCS, certainty="documented")
        found.append(pytest.param(statement, logged, id=logged[1].lower().replace(" ", "-"), marks=[mark]))
    return found


@pytest.mark.parametrize(("statement", "logged"), claims())
def test_class_logs(tables: Any, statement: str, logged: tuple[str, ...], step: Any) -> None:
    """A statement is logged by its class and by no other."""
    wanted = logged[0].lower()
    with step(f"1. With everything but {wanted}"):
        watched = tables.watch(log=f"all, -{wanted}")
        assert own(watched.during(lambda: twin(watched, statement)), statement) == []
    with step(f"2. With {wanted} alone"):
        watched = tables.watch(log=wanted)
        found = watched.logged(statement)
        assert own(found, statement) == [logged]
        assert {one.statement_class for one in found} == {logged[0]}


def script(watched: Any) -> None:
    """Run all statements, and take each back."""
    for statement in STATEMENTS:
        twin(watched, statement)


def twin(watched: Any, statement: str) -> None:
    """Run a statement and take back what it did, so that it can run once more."""
    connection = watched.connection
    connection.execute(statement)
    for undo in {
        "CREATE TABLE fresh (a int)": ["DROP TABLE fresh"],
        "ALTER TABLE item ADD COLUMN more int": ["ALTER TABLE item DROP COLUMN more"],
        "CREATE INDEX by_name ON item (name)": ["DROP INDEX by_name"],
        "CREATE VIEW seen AS SELECT 1 AS one": ["DROP VIEW seen"],
        "CREATE SCHEMA apart": ["DROP SCHEMA apart"],
        "DROP TABLE spare": ["CREATE TABLE spare (a int)"],
        "BEGIN": ["ROLLBACK"],
    }.get(statement, []):
        connection.execute(undo)


@documented
def test_none_logs_nothing(tables: Any) -> None:
    """With pgaudit.log = none nothing is logged."""
    watched = tables.watch(log="none")
    assert watched.during(lambda: script(watched)) == []


@documented
def test_nothing_by_default(tables: Any) -> None:
    """By default nothing is logged."""
    watched = tables.watch()
    assert watched.connection.execute("SHOW pgaudit.log").fetchone() == ("none",)
    assert watched.during(lambda: script(watched)) == []


@documented
def test_all_logs_every_class(tables: Any) -> None:
    """With pgaudit.log = all every class is logged."""
    watched = tables.watch(log="all")
    found = watched.during(lambda: script(watched))
    for statement, logged in STATEMENTS.items():
        assert logged in own(found, statement), statement
    assert {one.statement_class.lower() for one in found} == set(CLASSES)


@documented
def test_function_calls(tables: Any) -> None:
    """pgaudit.log = function logs a function that a query calls, by its name."""
    (found,) = tables.watch(log="function").logged("SELECT twice(2)")
    assert (found.command, found.object_type, found.object_name) == ("EXECUTE", "FUNCTION", "public.twice")
    assert tables.watch(log="all, -function").told("SELECT twice(2)") == [
        ("READ", "SELECT", "SELECT twice(2)")
    ]


@upstream
def test_procedure_calls(tables: Any) -> None:
    """A CALL is logged twice: the procedure in it by function, the statement itself by misc."""
    (inner,) = tables.watch(log="function").logged("CALL work()")
    assert (inner.command, inner.object_type, inner.object_name) == ("EXECUTE", "FUNCTION", "public.work")
    assert tables.watch(log="misc").told("CALL work()") == [("MISC", "CALL", "CALL work()")]
    assert tables.watch(log="all, -function, -misc").told("CALL work()") == []


@documented
def test_fetch(tables: Any) -> None:
    """pgaudit.log = misc logs FETCH."""
    watched = tables.watch(log="misc")
    found = watched.told("BEGIN", "DECLARE c CURSOR FOR SELECT 1", "FETCH c", "CLOSE c", "COMMIT")
    assert ("MISC", "FETCH", "FETCH c") in found
    others = tables.watch(log="all, -misc").told(
        "BEGIN", "DECLARE c CURSOR FOR SELECT 1", "FETCH c", "COMMIT"
    )
    assert {one[0] for one in others} == {"READ"}
    assert {one[2] for one in others} == {"DECLARE c CURSOR FOR SELECT 1"}


@claim(source=DOCS, certainty="documented", since=15)
@rests_on("rds-superuser-memberships")
def test_checkpoint(tables: Any) -> None:
    """pgaudit.log = misc logs CHECKPOINT."""
    assert tables.watch(log="misc").told("CHECKPOINT") == [("MISC", "CHECKPOINT", "CHECKPOINT")]
    assert tables.watch(log="all, -misc").told("CHECKPOINT") == []


def copied(watched: Any, statement: str, data: bytes = b"") -> list[tuple[str, str, str]]:
    """Run a COPY and return what was logged."""

    def act() -> None:
        watched.connection.recorder.act(statement)
        with watched.connection.cursor().copy(statement) as copy:
            if data:
                copy.write(data)
            else:
                list(copy)

    return [one.told for one in watched.during(act)]


@documented
@pytest.mark.parametrize("source", ["item", "(SELECT id FROM item)"], ids=["table", "query"])
def test_copy_to_is_read(tables: Any, source: str) -> None:
    """pgaudit.log = read logs COPY when the source is a table or a query; write does not."""
    statement = f"COPY {source} TO STDOUT"
    # The query of a COPY is logged by itself before it.
    inner = [("READ", "SELECT", statement)] if source.startswith("(") else []
    assert copied(tables.watch(log="read"), statement) == [*inner, ("READ", "COPY", statement)]
    assert copied(tables.watch(log="write"), statement) == []


@documented
def test_copy_from_is_write(tables: Any) -> None:
    """pgaudit.log = write logs COPY when the destination is a table; read does not."""
    statement = "COPY item FROM STDIN"
    assert copied(tables.watch(log="write"), statement, b"1\tone\n") == [("WRITE", "COPY", statement)]
    assert copied(tables.watch(log="read"), statement, b"1\tone\n") == []


@documented
def test_role_statements(auditing: Any) -> None:
    """pgaudit.log = role logs CREATE, ALTER and DROP ROLE; ddl logs none of them."""
    statements = ["CREATE ROLE {}", "ALTER ROLE {} LOGIN", "DROP ROLE {}"]
    for setting in ("role", "ddl"):
        role = auditing.database.create_role("passing")
        name = f"{role}_2"
        auditing.database.on_new_role(name, "passing_2")
        found = auditing.watch(log=setting).logged(*(one.format(name) for one in statements))
        expected = ["CREATE ROLE", "ALTER ROLE", "DROP ROLE"] if setting == "role" else []
        assert [one.command for one in found] == expected


@documented
def test_list_of_classes(tables: Any) -> None:
    """A comma-separated list logs the classes in it and no other."""
    watched = tables.watch(log="read,ddl")
    found = watched.during(lambda: script(watched))
    assert {one.statement_class for one in found} == {"READ", "DDL"}
    for statement, logged in STATEMENTS.items():
        assert own(found, statement)[:1] == ([logged] if logged[0] in {"READ", "DDL"} else []), statement


@upstream
def test_minus_takes_away(tables: Any) -> None:
    """A minus sign takes a class away from those before it."""
    watched = tables.watch(log="all, -read, -misc")
    found = watched.during(lambda: script(watched))
    assert {one.statement_class.lower() for one in found} == set(CLASSES) - {"read", "misc"}


@upstream
def test_minus_before_adds_nothing(tables: Any) -> None:
    """Order counts: a class that is taken away before all stands is logged all the same."""
    assert tables.watch(log="-read, all").told("SELECT 1") == [("READ", "SELECT", "SELECT 1")]
    assert tables.watch(log="all, -read").told("SELECT 1") == []


@upstream
def test_misc_set_is_its_own(tables: Any) -> None:
    """pgaudit.log = misc_set logs SET alone of what misc logs."""
    watched = tables.watch(log="misc_set")
    assert watched.told("SET work_mem = '8MB'", "DISCARD PLANS") == [("MISC", "SET", "SET work_mem = '8MB'")]
    assert [one[1] for one in tables.watch(log="misc, -misc_set").told("SET work_mem = '8MB'", "BEGIN")] == [
        "BEGIN"
    ]


@upstream
def test_unknown_class_is_refused(auditing: Any, step: Any) -> None:
    """A word that is no class is refused, and what was set before stays."""
    with (
        step("1. Set a word that is no class"),
        pytest.raises(Exception, match="invalid value for parameter"),
    ):
        auditing.set(log="reads")
    with step("2. Nothing changed"):
        assert auditing.watch().connection.execute("SHOW pgaudit.log").fetchone() == ("none",)


@documented
def test_statement_text_is_whole(tables: Any) -> None:
    """The statement is logged word by word, with commas, quotes and line breaks."""
    statement = "SELECT 'a,b',\n\t'say \"no\"' AS \"two words\", 'x''y'"
    assert tables.watch(log="read").told(statement) == [("READ", "SELECT", statement)]


@upstream
def test_numbers_of_statements(tables: Any) -> None:
    """Statements are numbered by session, and what a statement runs inside itself within it."""
    found = tables.watch(log="write, function").logged(
        "DO $$ BEGIN INSERT INTO item VALUES (1, 'a'); INSERT INTO item VALUES (2, 'b'); END $$",
        "SELECT 1",
        "DELETE FROM item",
    )
    assert [(one.statement_id, one.substatement_id, one.command) for one in found] == [
        (1, 1, "DO"),
        (1, 2, "INSERT"),
        (1, 3, "INSERT"),
        (2, 1, "DELETE"),
    ]
