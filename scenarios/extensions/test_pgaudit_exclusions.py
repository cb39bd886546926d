"""pgAudit: excluding users and databases, the catalog queries that show it, and taking it back."""

from typing import Any

import pytest

from rdscheck import claim, documentation_finding, rests_on, scenario

DOCS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.pgaudit.exclude-user-db.html"
)
SETTINGS = "https://www.postgresql.org/docs/current/sql-alterrole.html"
pytestmark = scenario(
    "extensions/pgaudit-exclusions",
    title="Exclude users or databases from audit logging",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "pgaudit"),
)
documented = claim(source=DOCS, certainty="documented")
#: The statements of the document are those of a superuser; RDS, and so our library, lends the right.
lent = claim(source=DOCS, certainty="documented", basis="emulated")

OF_USER = """
SELECT
    usename AS user_name,
    useconfig AS user_specific_settings
FROM
    pg_user
WHERE
    usename = '{user}'
"""
OF_BOTH = """
SELECT
    usename AS "user_name",
    datname AS "database_name",
    pg_catalog.array_to_string(setconfig, E'\\n') AS "settings"
FROM
    pg_catalog.pg_db_role_setting s
    LEFT JOIN pg_catalog.pg_database d ON d.oid = setdatabase
    LEFT JOIN pg_catalog.pg_user r ON r.usesysid = setrole
WHERE
    usename = '{user}'
    AND datname = '{database}'
ORDER BY
    1,
    2
"""
OF_DATABASE = """
SELECT
a.datname AS database_name,
b.setconfig AS database_specific_settings
FROM
pg_database a
FULL JOIN pg_db_role_setting b ON a.oid = b.setdatabase
WHERE
a.datname = '{database}'
"""
READ = [("READ", "SELECT", "SELECT 1")]


class Audited:
    """The database with a user who is to be excluded, and the statements of the document for both."""

    def __init__(self, auditing: Any) -> None:
        self.auditing = auditing
        self.user = auditing.database.create_role("myuser")
        self.other = auditing.database.create_role("other")
        self.names = {"user": self.user, "database": auditing.database.name}

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement as the master user; ``{user}`` and ``{database}`` stand for the names."""
        cursor = self.auditing.master.execute(statement.format(**self.names))
        return list(cursor.fetchall()) if cursor.description else []

    def told(self, user: str) -> Any:
        """Return what is logged of a new session of a user."""
        return self.auditing.watch(user).told("SELECT 1")


@pytest.fixture
def audited(auditing: Any) -> Audited:
    """Audit reading in the database, whoever does it."""
    found = Audited(auditing)
    auditing.set(log="read")
    assert found.told(found.user) == found.told(found.other) == READ
    return found


@lent
def test_user_is_excluded(auditing: Any) -> None:
    """ALTER USER … SET pgaudit.log TO 'NONE' excludes a user; others are audited as before."""
    audited = Audited(auditing)
    audited.run("ALTER USER {user} SET pgaudit.log TO 'read'")
    audited.run(f"ALTER USER {audited.other} SET pgaudit.log TO 'read'")
    assert audited.told(audited.user) == audited.told(audited.other) == READ
    audited.run("ALTER USER {user} SET pgaudit.log TO 'NONE'")
    assert audited.told(audited.user) == []
    assert audited.told(audited.other) == READ


@lent
def test_user_setting_is_shown(auditing: Any) -> None:
    """The document's query on pg_user shows {pgaudit.log=NONE}, and nothing of a user without."""
    audited = Audited(auditing)
    assert audited.run(OF_USER) == [(audited.user, None)]
    audited.run("ALTER USER {user} SET pgaudit.log TO 'NONE'")
    assert audited.run(OF_USER) == [(audited.user, ["pgaudit.log=NONE"])]


@lent
def test_user_in_database_is_excluded(audited: Audited) -> None:
    """ALTER USER … IN DATABASE … SET pgaudit.log TO 'none' excludes a user there; others are audited."""
    audited.run("ALTER USER {user} IN DATABASE {database} SET pgaudit.log TO 'none'")
    assert audited.told(audited.user) == []
    assert audited.told(audited.other) == READ


@lent
def test_user_in_database_only_there(audited: Audited, rds_grouped: Any) -> None:
    """The exclusion of a user in a database does not reach into another database."""
    audited.run("ALTER USER {user} SET pgaudit.log TO 'read'")
    audited.run("ALTER USER {user} IN DATABASE {database} SET pgaudit.log TO 'none'")
    assert audited.told(audited.user) == []
    server = audited.auditing.database.server
    database = audited.auditing.database
    mark = database.logs.mark()
    with server.connect("postgres", audited.user, password_of(database, audited.user)) as elsewhere:
        elsewhere.execute("SELECT 1")
        found = database.logs.audits(mark, pid=elsewhere.info.backend_pid)
    assert [one.told for one in found] == READ


def password_of(database: Any, role: str) -> str:
    """Return the password of a role made for the test."""
    return str(database.dsn(role).split("@")[-2].rpartition(":")[2])


@lent
def test_user_in_database_is_shown(audited: Audited) -> None:
    """The document's query on pg_db_role_setting shows pgaudit.log=none for user and database."""
    assert audited.run(OF_BOTH) == []
    audited.run("ALTER USER {user} IN DATABASE {database} SET pgaudit.log TO 'none'")
    assert audited.run(OF_BOTH) == [(audited.user, audited.names["database"], "pgaudit.log=none")]


@claim(source=SETTINGS, certainty="documented", basis="emulated")
@documentation_finding("pgaudit-midst-of-session")
def test_running_session_is_not_reached(audited: Audited) -> None:
    """ALTER USER … IN DATABASE does not turn off auditing in the midst of a session, only in the next."""
    running = audited.auditing.watch(audited.user)
    audited.run("ALTER USER {user} IN DATABASE {database} SET pgaudit.log TO 'none'")
    assert running.told("SELECT 1") == READ
    assert audited.told(audited.user) == []


@lent
def test_database_is_excluded(auditing: Any) -> None:
    """ALTER DATABASE … SET pgaudit.log TO 'NONE' excludes a database."""
    audited = Audited(auditing)
    audited.run("ALTER DATABASE {database} SET pgaudit.log TO 'read'")
    assert audited.told(audited.user) == READ
    audited.run("ALTER DATABASE {database} SET pgaudit.log to 'NONE'")
    assert audited.told(audited.user) == []


@lent
def test_database_setting_is_shown(auditing: Any) -> None:
    """The document's query on pg_database shows {pgaudit.log=NONE}."""
    audited = Audited(auditing)
    assert audited.run(OF_DATABASE) == [(audited.names["database"], None)]
    audited.run("ALTER DATABASE {database} SET pgaudit.log to 'NONE'")
    assert audited.run(OF_DATABASE) == [(audited.names["database"], ["pgaudit.log=NONE"])]


@lent
@documentation_finding("pgaudit-database-query")
def test_database_query_mixes_users(audited: Audited) -> None:
    """The document's query for a database also shows settings of users in it, without telling whose."""
    audited.run("ALTER USER {user} IN DATABASE {database} SET pgaudit.log TO 'none'")
    name = audited.names["database"]
    assert sorted(audited.run(OF_DATABASE)) == [(name, ["pgaudit.log=none"]), (name, ["pgaudit.log=read"])]
    assert audited.run(f"{OF_DATABASE} AND b.setrole = 0") == [(name, ["pgaudit.log=read"])]


@lent
def test_user_goes_before_database(audited: Audited) -> None:
    """What is set for a user goes before what is set for the database, both before the instance."""
    audited.run("ALTER USER {user} SET pgaudit.log TO 'NONE'")
    assert audited.told(audited.user) == []
    audited.run("ALTER DATABASE {database} SET pgaudit.log TO 'all'")
    assert audited.told(audited.user) == []
    assert audited.told(audited.other) == READ


@lent
def test_reset_of_user(audited: Audited) -> None:
    """ALTER USER … RESET pgaudit.log takes the user's setting back: what else is set counts again."""
    audited.run("ALTER USER {user} SET pgaudit.log TO 'NONE'")
    assert audited.told(audited.user) == []
    audited.run("ALTER USER {user} RESET pgaudit.log")
    assert audited.run(OF_USER) == [(audited.user, None)]
    assert audited.told(audited.user) == READ


@lent
def test_reset_of_database(audited: Audited) -> None:
    """ALTER DATABASE … RESET pgaudit.log takes the database's setting back."""
    assert audited.run(OF_DATABASE) == [(audited.names["database"], ["pgaudit.log=read"])]
    audited.run("ALTER DATABASE {database} RESET pgaudit.log")
    assert audited.run(OF_DATABASE) == [(audited.names["database"], None)]
    assert audited.told(audited.user) == []


@lent
def test_reset_of_user_in_database(audited: Audited) -> None:
    """ALTER USER … IN DATABASE … RESET pgaudit.log takes that setting back, and no other."""
    audited.run("ALTER USER {user} IN DATABASE {database} SET pgaudit.log TO 'none'")
    assert audited.told(audited.user) == []
    audited.run("ALTER USER {user} RESET pgaudit.log")
    assert audited.told(audited.user) == []
    audited.run("ALTER USER {user} IN DATABASE {database} RESET pgaudit.log")
    assert audited.run(OF_BOTH) == []
    assert audited.told(audited.user) == READ


@lent
@pytest.mark.parametrize(
    ("statement", "classes"),
    [
        ("ALTER USER {user} SET pgaudit.log TO 'read'", {"READ"}),
        ("ALTER DATABASE {database} SET pgaudit.log TO 'function'", {"FUNCTION"}),
        ("ALTER USER {user} IN DATABASE {database} SET pgaudit.log TO 'read,function'", {"READ", "FUNCTION"}),
    ],
    ids=["user", "database", "user-in-database"],
)
def test_other_values(auditing: Any, statement: str, classes: set[str]) -> None:
    """Any other value can be set that way, and logs what it names."""
    audited = Audited(auditing)
    before = auditing.watch(audited.user).logged(
        "SELECT 1", "DO $$ BEGIN NULL; END $$", "SET work_mem = '8MB'"
    )
    assert before == []
    audited.run(statement)
    found = auditing.watch(audited.user).logged(
        "SELECT 1", "DO $$ BEGIN NULL; END $$", "SET work_mem = '8MB'"
    )
    assert {one.statement_class for one in found} == classes


@claim(source=DOCS, certainty="derived")
@pytest.mark.parametrize(
    "statement",
    [
        "SET pgaudit.log = 'none'",
        "RESET pgaudit.log",
        "SELECT set_config('pgaudit.log', 'none', false)",
        "ALTER USER CURRENT_USER SET pgaudit.log TO 'none'",
    ],
    ids=["set", "reset", "set-config", "alter-user"],
)
def test_not_for_ordinary_users(audited: Audited, statement: str) -> None:
    """An ordinary user does not turn off its own auditing."""
    session = audited.auditing.watch(audited.user)
    with pytest.raises(Exception, match=r'permission denied to set parameter "pgaudit\.log"'):
        session.connection.execute(statement)
    assert session.told("SELECT 1") == READ
    assert audited.told(audited.user) == READ


@claim(source=DOCS, certainty="derived")
def test_not_for_database_owners(audited: Audited) -> None:
    """Nor does the owner of a database who is no member of rds_superuser turn it off for all."""
    audited.run("GRANT {user} TO CURRENT_USER")
    audited.run("ALTER DATABASE {database} OWNER TO {user}")
    statement = "ALTER DATABASE {database} SET pgaudit.log TO 'none'".format(**audited.names)
    owner = audited.auditing.watch(audited.user)
    with pytest.raises(Exception, match=r'permission denied to set parameter "pgaudit\.log"'):
        owner.connection.execute(statement)
    assert audited.told(audited.other) == READ


@claim(source=DOCS, certainty="derived", basis="emulated")
@rests_on("pgaudit-settings")
def test_session_goes_first(audited: Audited) -> None:
    """What a member of rds_superuser sets in its session goes before everything else."""
    master = audited.auditing.watch()
    assert master.told("SELECT 1") == READ
    master.connection.execute("SET pgaudit.log = 'none'")
    assert master.told("SELECT 1") == []
    master.connection.execute("RESET pgaudit.log")
    assert master.told("SELECT 1") == READ


@claim(source=DOCS, certainty="derived")
def test_refused_value_opens_nothing(audited: Audited) -> None:
    """A value refused to the master user leaves no door open for another role of the session."""
    master = audited.auditing.watch().connection
    audited.run("GRANT {user} TO CURRENT_USER")
    with pytest.raises(Exception, match="invalid value for parameter"):
        master.execute("SET pgaudit.log = 'reads'")
    master.execute("SET pgaudit.log = 'read'")
    master.execute("SET ROLE {user}".format(**audited.names))
    with pytest.raises(Exception, match=r'permission denied to set parameter "pgaudit\.log"'):
        master.execute("SET pgaudit.log = 'none'")
    assert master.execute("SHOW pgaudit.log").fetchone() == ("read",)
