"""utl_file, which RDS does not support: installed with orafce, and no way to a file of the host."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from psycopg import sql

from rdscheck import claim, refused, rests_on, scenario

DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.orafce.html"
README = "https://github.com/orafce/orafce/blob/master/README.asciidoc"

pytestmark = scenario(
    "extensions/orafce-files",
    title="orafce reaches no file of the host",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "orafce"),
)
#: AWS says that the package is not supported; by which error that shows it does not say.
documented = claim(source=DOCS, certainty="documented")
derived = claim(source=DOCS, certainty="derived", basis="emulated")

#: Directories every server has, ways to write "here", and one that is no path.
DIRECTORIES = ("/", "/etc", "/tmp", "/tmp/../etc", ".", "..", "base", "nowhere")  # noqa: S108 (never reached)

SECRET = "app-secret"

#: What the other functions of the package do with a path.
ACTS = {
    "fremove": "SELECT utl_file.fremove('/tmp', 'x')",
    "frename": "SELECT utl_file.frename('/tmp', 'x', '/tmp', 'y')",
    "fcopy": "SELECT utl_file.fcopy('/etc', 'passwd', '/tmp', 'x')",
    "fgetattr": "SELECT utl_file.fgetattr('/etc', 'passwd')",
}

#: What would let a role add to the table of directories.
TAKING = {
    "insert": "INSERT INTO utl_file.utl_file_dir (dir) VALUES ('/tmp')",
    "update": "UPDATE utl_file.utl_file_dir SET dir = '/tmp'",
    "copy": "COPY utl_file.utl_file_dir (dir) FROM STDIN",
    "own-table": "ALTER TABLE utl_file.utl_file_dir OWNER TO rds_superuser",
    "own-schema": "ALTER SCHEMA utl_file OWNER TO rds_superuser",
    "rename-schema": "ALTER SCHEMA utl_file RENAME TO elsewhere",
    "move-table": "ALTER TABLE utl_file.utl_file_dir SET SCHEMA public",
    "child-table": "CREATE TABLE child () INHERITS (utl_file.utl_file_dir)",
    "rule": "CREATE RULE r AS ON INSERT TO utl_file.utl_file_dir DO INSTEAD NOTHING",
    "take-out": "ALTER EXTENSION orafce DROP TABLE utl_file.utl_file_dir",
    "replace-function": "CREATE OR REPLACE FUNCTION utl_file.tmpdir() RETURNS text LANGUAGE sql AS ''",
}

Step = Callable[[str], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def shared(rds_server: Any, with_orafce: str) -> Iterator[str]:
    """Add an ordinary role to a database with orafce, for what is refused: that leaves nothing behind."""
    if not with_orafce:
        yield ""
        return
    with rds_server.connect(with_orafce) as master:
        master.execute("GRANT ALL ON SCHEMA public TO PUBLIC")
        master.execute(f"CREATE ROLE {ordinary(with_orafce)} LOGIN PASSWORD '{SECRET}'")
    yield with_orafce
    with rds_server.connect(with_orafce) as master:
        master.execute(f"DROP ROLE {ordinary(with_orafce)}")


def ordinary(database: str) -> str:
    """Name the ordinary role that belongs to a database."""
    return f"app_{database}"


@pytest.fixture(params=["master", "ordinary"])
def role(request: pytest.FixtureRequest, rds_connect: Any, shared: str) -> Any:
    """Connect as the master user and as a role that has nothing but its login."""
    if request.param == "master":
        return rds_connect(shared)
    connection = rds_connect(shared, ordinary(shared), SECRET)
    connection.recorder.mask(ordinary(shared), "app")
    return connection


def column(connection: Any, query: str) -> list[Any]:
    """Return the first column of a query's rows."""
    return [row[0] for row in connection.execute(query).fetchall()]


@documented
@pytest.mark.parametrize("mode", ["r", "w", "a"])
def test_fopen(role: Any, mode: str) -> None:
    """utl_file.fopen opens no file, in whatever directory, neither to read nor to write."""
    for directory in DIRECTORIES:
        with refused("P0001", "UTL_FILE_INVALID_PATH"):
            role.execute("SELECT utl_file.fopen(%s, 'passwd', %s)", [directory, mode])


@documented
def test_fopen_data_directory(role: Any, rds_server: Any) -> None:
    """The server's own directory is closed as well, and so is what utl_file calls its directory."""
    with rds_server.admin() as admin:
        (own,) = column(admin, "SHOW data_directory")
    role.recorder.mask(own, "/rdsdbdata/db")
    for directory in (own, *column(role, "SELECT utl_file.tmpdir()")):
        with refused("P0001", "UTL_FILE_INVALID_PATH"):
            role.execute("SELECT utl_file.fopen(%s, 'PG_VERSION', 'r')", [directory])


@documented
@pytest.mark.parametrize("act", ACTS)
def test_other_functions(role: Any, act: str) -> None:
    """Files are not removed, renamed, copied or looked at either."""
    with refused("P0001", "UTL_FILE_INVALID_PATH"):
        role.execute(ACTS[act])


@derived
@pytest.mark.parametrize("way", TAKING)
def test_directories_are_fixed(role: Any, way: str) -> None:
    """The table of directories is rdsadmin's: nobody adds to it, takes it or puts another in its place."""
    with pytest.raises(psycopg.Error) as caught:
        role.execute(TAKING[way])
    assert caught.value.sqlstate == "42501", caught.value
    assert column(role, "SELECT dir FROM utl_file.utl_file_dir") == []


@derived
def test_schema_oracle_is_another_matter(rds: Any) -> None:
    """What the guide hands over is handed over: the schema oracle, and with it nothing of utl_file."""
    rds.execute("CREATE EXTENSION orafce")
    rds.execute("ALTER SCHEMA oracle OWNER TO rds_superuser")
    with refused("42501", "permission denied for table utl_file_dir"):
        rds.execute("INSERT INTO utl_file.utl_file_dir (dir) VALUES ('/tmp')")
    with refused("P0001", "UTL_FILE_INVALID_PATH"):
        rds.execute("SELECT utl_file.fopen('/tmp', 'x', 'w')")


@derived
@rests_on("extension-objects")
def test_rights_are_not_passed_on(rds: Any) -> None:
    """The master user holds no right to add directories, so he grants none."""
    rds.execute("CREATE EXTENSION orafce")
    rds.execute("GRANT INSERT ON utl_file.utl_file_dir TO CURRENT_USER")  # gives a warning and nothing else
    with refused("42501", "permission denied for table utl_file_dir"):
        rds.execute("INSERT INTO utl_file.utl_file_dir (dir) VALUES ('/tmp')")


@claim(source=README, certainty="derived", basis="real")
def test_no_table_of_ones_own(rds: Any) -> None:
    """A schema utl_file made beforehand, with a table of one's own, keeps orafce from being created."""
    rds.execute("CREATE SCHEMA utl_file")
    rds.execute("CREATE TABLE utl_file.utl_file_dir (dir text, dirname text)")
    with refused("42P06", 'schema "utl_file" already exists'):
        rds.execute("CREATE EXTENSION orafce")
    assert column(rds, "SELECT extname FROM pg_extension WHERE extname = 'orafce'") == []
    rds.execute("DROP SCHEMA utl_file CASCADE")
    rds.execute("CREATE EXTENSION orafce")


@claim(source=README, certainty="derived", basis="real")
def test_what_keeps_it_shut(rds: Any, rds_db: Any, rds_admin: Any, step: Step) -> None:
    """It is the empty table that keeps files out of reach: with a row, which takes rdsadmin, files open."""
    rds.execute("CREATE EXTENSION orafce")
    calls = (
        "SELECT utl_file.fopen('/tmp', {name}, 'w') AS f",
        "SELECT utl_file.fremove('/tmp', {name})",
    )
    opening, removing = (sql.SQL(text).format(name=rds_db.name) for text in calls)
    with step("1. As it is"), refused("P0001", "UTL_FILE_INVALID_PATH"):
        rds.execute(opening)
    rds_admin.execute("INSERT INTO utl_file.utl_file_dir (dir) VALUES ('/tmp')")
    with step("2. With a directory, which only rdsadmin can list"):
        rds.execute(opening)
        rds.execute("SELECT utl_file.fclose_all()")
        rds.execute(removing)
        with refused("P0001", "UTL_FILE_INVALID_PATH"):
            rds.execute("SELECT utl_file.fopen('/etc', 'passwd', 'r')")


@claim(source=README, certainty="derived", basis="real")
def test_umask(role: Any) -> None:
    """The mode of files to be written, orafce.umask, is not for those outside the role orafce_set_umask."""
    if not column(role, "SELECT 1 FROM pg_settings WHERE name = 'orafce.umask'"):
        role.execute("SELECT plvstr.rvrs('a')")  # loads the library
    if not column(role, "SELECT 1 FROM pg_settings WHERE name = 'orafce.umask'"):
        pytest.skip("the package of orafce installed here is older than 4.10 and has no orafce.umask")
    with refused("42501", 'permission denied to set "orafce.umask"', detail="orafce_set_umask"):
        role.execute("SET orafce.umask = '0022'")
