"""The guide's upgrade of PLV8: functions dumped, extension dropped and created anew, functions restored."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from rdscheck import claim, documentation_finding, listed, offered, refused, rests_on, scenario

DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.UpgradingPLv8.html"
LISTS = "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html"
PG_RESTORE = "https://www.postgresql.org/docs/current/app-pgrestore.html"
GRANT = "https://www.postgresql.org/docs/current/sql-grant.html"

pytestmark = scenario(
    "extensions/plv8",
    title="Synchronize the catalog with a new version of PLV8",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "plv8"),
)
documented = claim(source=DOCS, certainty="documented", basis="stand-in")
derived = claim(source=DOCS, certainty="derived", basis="stand-in")

CHECK = "SELECT * FROM pg_available_extensions WHERE name IN ('plv8','plls','plcoffee')"
INVENTORY = """
SELECT proname, nspname, lanname
FROM pg_proc p, pg_language l, pg_namespace n
WHERE p.prolang = l.oid
AND n.oid = p.pronamespace
AND lanname IN ('plv8','plcoffee','plls')"""
DUMP = "pg_dump -Fc --schema-only >test.dmp"
LIST = "pg_restore -l test.dmp | grep FUNCTION > function_list"
RESTORE = 'pg_restore -d "$PGDATABASE" -Fc -L function_list test.dmp'

#: Bodies in JavaScript, where something here runs it, and in the PL/pgSQL of the stand-in elsewhere.
JAVASCRIPT = {
    "add": "return a + b;",
    "stamp": "NEW.twice = NEW.id * 2; return NEW;",
    "rest": "return;",
}
PLPGSQL = {
    "add": "BEGIN RETURN a + b; END",
    "stamp": "BEGIN NEW.twice = NEW.id * 2; RETURN NEW; END",
    "rest": "BEGIN END",
}

Step = Callable[[str], AbstractContextManager[None]]


class Lab:
    """A database with functions of an older PLV8, and the client programs of its master user."""

    def __init__(self, database: Any, master: Any, clients: Callable[[Any], Any]) -> None:
        self.database, self.master, self._clients = database, master, clients
        self._client: Any = None
        scripted = database.server.has("pljs") or "plv8" not in database.server.info.stand_ins
        self.bodies = JAVASCRIPT if scripted else PLPGSQL
        #: The version before the default one: 18 takes over from 3.1, the others from 2.3.
        self.old = "3.1.10" if database.server.major >= 18 else "2.3.15"

    @property
    def client(self) -> Any:
        """Return the client programs; they are looked for once they are wanted."""
        self._client = self._client or self._clients(self.database)
        return self._client

    def shell(self, line: str) -> Any:
        """Run a line of a shell; the claim is skipped where its program is missing."""
        done = self.client.shell(line)
        if done.status == 127:
            self.client.require(line.split(maxsplit=1)[0])
        for entry in re.findall(r"TOC entry \d+; \d+ \d+", done.errors):
            self.client.recorder.mask(entry, "TOC entry 1; 1255 16400")  # oids differ at each run
        return done

    def create(self) -> None:
        """Create the extension in its older version, and a function add."""
        self.master.execute(sql.SQL("CREATE EXTENSION plv8 VERSION {}").format(sql.Literal(self.old)))
        self.function("add", "(a int, b int) RETURNS int IMMUTABLE")

    def function(self, name: str, head: str, kind: str = "FUNCTION", by: Any = None) -> None:
        """Create a function or procedure in PLV8; ``head`` is what follows its name."""
        statement = f"CREATE {kind} {name}{head} LANGUAGE plv8 AS {{}}"
        query = sql.SQL(statement).format(sql.Literal(self.bodies[name]))
        (by or self.master).execute(query)

    def inventory(self) -> list[tuple[str, str, str]]:
        """Return what the guide's query returns, sorted."""
        return sorted(self.master.execute(INVENTORY).fetchall())

    def value(self, query: str) -> Any:
        """Return the only value of a query."""
        (found,) = self.master.execute(query).fetchone()
        return found

    def synchronize(self, make_list: str = LIST) -> Any:
        """Do steps 4 to 8 of the guide, the slash of step 5 left out; return how the restore ended."""
        assert self.shell(f"{DUMP} && {make_list}").status == 0
        self.master.execute("DROP EXTENSION plv8 CASCADE")
        self.master.execute("CREATE EXTENSION plv8")
        return self.shell(RESTORE)


@pytest.fixture
def lab(rds_db: Any, rds: Any, rds_client: Any) -> Lab:
    """Give a database with the older extension and the function add."""
    found = Lab(rds_db, rds, rds_client)
    found.create()
    return found


def available(connection: Any) -> dict[str, tuple[str, str | None]]:
    """Return default and installed version of what the guide's first query lists."""
    return {row[0]: (row[1], row[2]) for row in connection.execute(CHECK).fetchall()}


# The procedure


@documented
@rests_on("plv8-stand-in")
def test_procedure(lab: Lab, step: Step) -> None:
    """Dropped, created anew and restored from the list, the functions are the same and answer the same."""
    with step("1. Verify that you need to update"):
        default, installed = available(lab.master)["plv8"]
        assert installed == lab.old
        assert [int(part) for part in installed.split(".")] < [int(part) for part in default.split(".")]
    with step("3. Get the functions that there are"):
        before, value = lab.inventory(), lab.value("SELECT add(19, 23)")
        assert ("add", "public", "plv8") in before
    with step("4. Dump the schema"):
        assert lab.shell(DUMP).status == 0
    with step("5. Extract the functions"):
        assert lab.shell(LIST).status == 0
    with step("6. Drop the extension and what depends on it"):
        lab.master.execute("DROP EXTENSION plv8 CASCADE")
        assert lab.inventory() == []
    with step("7. Create the extension"):
        lab.master.execute("CREATE EXTENSION plv8")
    with step("8. Create the functions"):
        done = lab.shell(RESTORE)
        assert (done.status, done.errors) == (0, "")
    with step("9. Verify"):
        assert lab.inventory() == before
        assert lab.value("SELECT add(19, 23)") == value == 42
        default, installed = available(lab.master)["plv8"]
        assert installed == default == lab.value("SELECT plv8_version()")


@derived
@rests_on("plv8-stand-in")
def test_no_update_path(lab: Lab) -> None:
    """Between these versions there is no path for ALTER EXTENSION, hence the procedure."""
    with refused("22023", "has no update path from version"):
        lab.master.execute("ALTER EXTENSION plv8 UPDATE")
    assert lab.value("SELECT plv8_version()") == lab.old


@documented
def test_cascade_is_needed(lab: Lab) -> None:
    """Without CASCADE the drop is refused and names what depends on the extension; CASCADE takes it all."""
    with pytest.raises(psycopg.errors.DependentObjectsStillExist) as caught:
        lab.master.execute("DROP EXTENSION plv8")
    assert "function add(integer,integer) depends on language plv8" in (
        caught.value.diag.message_detail or ""
    )
    lab.master.execute("DROP EXTENSION plv8 CASCADE")
    assert lab.value("SELECT to_regprocedure('add(integer, integer)')") is None


# Lines of the document, as written


@documented
@documentation_finding("plv8-count")
def test_count(lab: Lab) -> None:
    """The query said to count functions returns a row each, that of the extension's own version included."""
    rows = lab.inventory()
    assert rows == [("add", "public", "plv8"), ("plv8_version", "pg_catalog", "plv8")]
    assert lab.value(f"SELECT count(*) FROM ({INVENTORY}) AS functions") == 2


@documented
@documentation_finding("plv8-function-list-directory")
def test_function_list(lab: Lab) -> None:
    """The list written to function_list/ fails, whether a directory of that name exists or not."""
    assert lab.shell(f"{DUMP} && {LIST}").status == 0
    assert lab.shell(f"rm function_list; {LIST}/").status != 0
    assert lab.shell(f"mkdir function_list; {LIST}/").status != 0


@documented
@documentation_finding("plv8-verify-query")
def test_verify_query(lab: Lab) -> None:
    """The query said to verify the functions shows only the extension, also when all functions are gone."""
    lab.master.execute("DROP EXTENSION plv8 CASCADE")
    lab.master.execute("CREATE EXTENSION plv8")
    assert list(available(lab.master)) == ["plv8"]
    assert [column.name for column in lab.master.execute(CHECK).description][:2] == [
        "name", "default_version"
    ]  # fmt: skip
    assert lab.inventory() == [("plv8_version", "pg_catalog", "plv8")]


@documentation_finding("plv8-dialects")
@claim(source=DOCS, certainty="documented", basis="emulated", since=18)
@rests_on("unsupported-extension-text")
def test_dialects_are_gone(rds: Any) -> None:
    """RDS 18 has neither plcoffee nor plls: their lines of step 7 are refused."""
    for name in ("plcoffee", "plls"):
        with refused("22023", f'Extension "{name}" is not supported by Amazon RDS'):
            rds.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))


@claim(source=DOCS, certainty="documented", basis="stand-in", until=17, needs=("plcoffee", "plls"))
def test_dialects(rds: Any) -> None:
    """Up to 17 plcoffee and plls are created beside plv8."""
    for name in ("plv8", "plcoffee", "plls"):
        rds.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
    assert set(available(rds)) == {"plv8", "plcoffee", "plls"}


# What is kept and what is lost


@derived
@documentation_finding("plv8-lost-objects")
@rests_on("plv8-stand-in")
def test_what_is_lost(lab: Lab, step: Step) -> None:
    """CASCADE takes procedures, triggers, views, indexes and checks too, and the list has functions only."""
    master = lab.master
    master.execute("CREATE TABLE item (id int PRIMARY KEY, twice int CHECK (add(twice, 1) > 0))")
    lab.function("stamp", "() RETURNS trigger")
    lab.function("rest", "()", "PROCEDURE")
    master.execute("CREATE TRIGGER stamp BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION stamp()")
    master.execute("CREATE VIEW sums AS SELECT add(id, twice) FROM item")
    master.execute("CREATE INDEX item_sum ON item (add(id, twice))")
    with step("Before"):
        master.execute("INSERT INTO item VALUES (1)")
        assert lab.value("SELECT twice FROM item WHERE id = 1") == 2
    lab.synchronize()
    with step("After: the trigger does not fire, and nothing says so"):
        master.execute("INSERT INTO item VALUES (2)")
        assert lab.value("SELECT twice FROM item WHERE id = 2") is None
        for name in ("sums", "item_sum"):
            assert lab.value(f"SELECT to_regclass('{name}')") is None
        assert ("rest", "public", "plv8") not in lab.inventory()
        master.execute("INSERT INTO item VALUES (3, -5)")
    with step("A second list, of the other kinds, brings them back; the check is in no list of its own"):
        line = "pg_restore -l test.dmp | grep -E ' (PROCEDURE|VIEW|INDEX|TRIGGER) ' > function_list"
        assert lab.shell(f"{line} && {RESTORE}").status == 0
        master.execute("INSERT INTO item VALUES (4)")
        assert lab.value("SELECT twice FROM item WHERE id = 4") == 8
        master.execute("CALL rest()")
        assert lab.value("SELECT count(*) FROM sums") == 4
        assert lab.value("SELECT to_regclass('item_sum')::text") == "item_sum"


@derived
@documentation_finding("plv8-owners")
def test_owners(lab: Lab, step: Step) -> None:
    """Functions of others come back as the master user's, with errors, unless he may act as their owners."""
    app = lab.database.create_role("app")
    role = sql.Identifier(app)
    lab.master.execute(
        sql.SQL("CREATE SCHEMA app AUTHORIZATION {}").format(sql.Identifier(lab.master.info.user))
    )
    lab.master.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA app TO {}").format(role))
    with lab.database.connect(app) as session:
        session.execute("SET search_path = app")
        lab.function("add", "(a int, b int) RETURNS int", by=session)
    owner = "SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE oid = 'app.add'::regproc"
    with step("As written"):
        done = lab.synchronize()
        assert done.status == 1
        assert "ALTER FUNCTION app.add(a integer, b integer) OWNER TO" in done.errors
        assert lab.value(owner) == lab.master.info.user
    with step("As a member of the owner"):
        lab.master.execute("DROP EXTENSION plv8 CASCADE")
        lab.master.execute("CREATE EXTENSION plv8")
        lab.master.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
        assert lab.shell(RESTORE).status == 0
        assert lab.value(owner) == app


@derived
def test_grants_and_comments(lab: Lab) -> None:
    """Comments and grants of functions are kept: their lines, too, hold the word FUNCTION."""
    app = lab.database.create_role("app")
    lab.master.execute("COMMENT ON FUNCTION add(int, int) IS 'the sum'")
    lab.master.execute("REVOKE EXECUTE ON FUNCTION add(int, int) FROM PUBLIC")
    lab.master.execute(sql.SQL("GRANT EXECUTE ON FUNCTION add(int, int) TO {}").format(sql.Identifier(app)))
    assert lab.synchronize().status == 0
    assert lab.value("SELECT obj_description('add(int, int)'::regprocedure)") == "the sum"
    may = "SELECT has_function_privilege('{}', 'add(int, int)', 'EXECUTE')"
    assert lab.value(may.format(app)) is True
    assert lab.value(may.format("public")) is False


@claim(source=GRANT, certainty="derived", basis="emulated")
@documentation_finding("plv8-language-privileges")
@rests_on("extension-objects")
def test_language_privileges(lab: Lab, step: Step) -> None:
    """Members of rds_superuser grant USAGE on the language; after the procedure their grants are gone."""
    app = lab.database.create_role("app")
    grant = sql.SQL("GRANT USAGE ON LANGUAGE plv8 TO {}").format(sql.Identifier(app))
    granted = (
        "SELECT EXISTS (SELECT FROM pg_language, aclexplode(lanacl) WHERE lanname = 'plv8'"
        f" AND grantee = '{app}'::regrole)"
    )
    with step("An ordinary role grants nothing"):
        with lab.database.connect(app) as session:
            session.execute(grant)  # a warning only
        assert lab.value(granted) is False
    with step("The master user does"):
        lab.master.execute(grant)
        assert lab.value(granted) is True
    with step("After the procedure"):
        assert lab.synchronize().status == 0
        assert lab.value(granted) is False
        lab.master.execute(grant)
        assert lab.value(granted) is True


@derived
@documentation_finding("plv8-other-functions")
def test_functions_of_other_languages(lab: Lab, step: Step) -> None:
    """The list has the functions of every language; those that are still there make the restore fail."""
    lab.master.execute("CREATE FUNCTION seven() RETURNS int LANGUAGE sql AS 'SELECT 7'")
    query = "SELECT oid FROM pg_proc WHERE prolang = (SELECT oid FROM pg_language WHERE lanname = 'plv8')"
    oids = [str(oid) for (oid,) in lab.master.execute(query).fetchall()]
    with step("As written"):
        done = lab.synchronize()
        assert done.status == 1
        assert 'function "seven" already exists' in done.errors
        assert lab.value("SELECT add(1, 2) + seven()") == 10
    with step("With the functions of PLV8 alone, by the third column of the list"):
        lab.master.execute("DROP EXTENSION plv8 CASCADE")
        lab.master.execute("CREATE EXTENSION plv8")
        listing = lab.client.run("pg_restore", "-l", "test.dmp").output.splitlines()
        wanted = [line for line in listing if line.split()[2:3] and line.split()[2] in oids]
        lab.client.put("function_list", "\n".join(wanted).encode())
        assert lab.shell(RESTORE).status == 0
        assert lab.value("SELECT add(1, 2)") == 3


# Who may


@claim(source=LISTS, certainty="derived", basis="emulated")
def test_ordinary_user(lab: Lab, rds_connect: Any) -> None:
    """An ordinary role neither creates nor drops the extension; it writes functions in it."""
    app = lab.database.create_role("app")
    names = map(sql.Identifier, (lab.database.name, app))
    lab.master.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(*names))
    session = rds_connect(lab.database.name, app, conninfo_to_dict(lab.database.dsn(app))["password"])
    with refused("42501", "must be owner of extension plv8"):
        session.execute("DROP EXTENSION plv8 CASCADE")
    session.execute("CREATE SCHEMA mine")
    session.execute("SET search_path = mine")
    lab.function("add", "(a int, b int) RETURNS int", by=session)
    assert session.execute("SELECT add(2, 3)").fetchone() == (5,)
    lab.master.execute("DROP EXTENSION plv8 CASCADE")
    with refused("42501", 'permission denied to create extension "plv8"'):
        session.execute("CREATE EXTENSION plv8")


@claim(source=LISTS, certainty="documented", basis="emulated")
def test_lists(rds_version: str, rds: Any) -> None:
    """AWS lists plv8 for every engine version, plcoffee and plls up to 17 in the same version as plv8."""
    major = int(rds_version.partition(".")[0])
    for version in listed(major):
        offer = offered(version)
        assert "plv8" in offer
        found = {offer[name].version for name in ("plcoffee", "plls") if name in offer}
        assert len(found) == (1 if major <= 17 else 0), version
    (names,) = rds.execute("SHOW rds.extensions").fetchone()
    assert "plv8" in {name.strip() for name in names.split(",")}


@claim(source="https://plv8.github.io/", certainty="documented", basis="stand-in", needs=("pljs",))
@rests_on("plv8-stand-in")
def test_javascript(lab: Lab) -> None:
    """Functions are JavaScript: JSON, text and arrays go in and out, an exception becomes an error."""
    lab.master.execute(
        "CREATE FUNCTION pick(doc json, key text) RETURNS text LANGUAGE plv8 AS"
        " 'if (!(key in doc)) throw new Error(`no ${key}`); return String(doc[key]);'"
    )
    assert lab.value("""SELECT pick('{"a": [1, 2]}', 'a')""") == "1,2"
    with refused(psycopg.Error) as refusal:
        lab.master.execute("""SELECT pick('{"a": 1}', 'b')""")
    assert "no b" in str(refusal.value)  # V8 has it in the message, QuickJS in the detail
