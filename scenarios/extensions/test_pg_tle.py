"""Trusted Language Extensions: which versions load pg_tle, who may create it, and a TLE where it is there."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from rdscheck import (
    LibraryMissing,
    claim,
    listed,
    not_delegable,
    offered,
    preload_libraries,
    refused,
    rests_on,
    scenario,
)

GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
DOCS = f"{GUIDE}/PostgreSQL_trusted_language_extension.html"
SETUP = f"{GUIDE}/PostgreSQL_trusted_language_extension-setting-up.html"
CREATING = f"{GUIDE}/PostgreSQL_trusted_language_extension-creating-TLE-extensions.html"
DELEGATED = f"{GUIDE}/RDS_delegated_ext.html"
LISTS = "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html"
UPSTREAM = "https://github.com/aws/pg_tle/blob/main/docs/03_managing_extensions.md"

pytestmark = scenario(
    "extensions/pg_tle",
    title="Set up Trusted Language Extensions",
    docs=DOCS,
    since=13,
    needs=("rdsutils",),
)
GROUP = {"shared_preload_libraries": "pg_tle"}

#: Since when AWS's page says it is there, and since when its tables list it.
SINCE = {13: ("13.12", "13.11-R2"), 14: ("14.5", "14.4"), 15: ("15.2", "15.2-R2")}

DISTANCE = "CREATE FUNCTION manhattan(a int, b int) RETURNS int LANGUAGE sql RETURN abs(a) + abs(b)"
DISTANCE_13 = "CREATE FUNCTION manhattan(a int, b int) RETURNS int LANGUAGE sql AS 'SELECT abs(a) + abs(b)'"
INSTALL = "SELECT pgtle.install_extension('distances', %s, 'Distances', %s)"

Step = Callable[[str], AbstractContextManager[None]]


# What can be told without it


@claim(source=LISTS, certainty="documented", basis="emulated")
def test_versions(rds_version: str, rds: Any) -> None:
    """The lists have pg_tle from 13.11-R2, 14.4, 15.2-R2 and 16.1 on, a little before the page does."""
    major = int(rds_version.partition(".")[0])
    versions = [one for one in listed(major) if "pg_tle" in offered(one)]
    assert versions[0] == (SINCE[major][1] if major in SINCE else f"{major}.1")
    assert versions == list(listed(major)[len(listed(major)) - len(versions) :])
    (names,) = rds.execute("SHOW rds.extensions").fetchone()
    assert "pg_tle" in {name.strip() for name in names.split(",")}


@claim(source=SETUP, certainty="documented", basis="emulated")
def test_preload(rds_instance: Any, rds_version: str) -> None:
    """A parameter group takes pg_tle into shared_preload_libraries; it comes into force with a reboot."""
    instance = rds_instance()
    known = preload_libraries(int(rds_version.partition(".")[0]))["pg_tle"]
    assert known.min_version in {"", *(f"{since}+" for since, _ in SINCE.values())}
    try:
        instance.modify(GROUP)
    except LibraryMissing as error:
        # RDS takes it; what is missing is only here.
        pytest.skip(f"{error.message}; nothing was changed")
    assert instance.parameter_status == "pending-reboot"


@claim(source=SETUP, certainty="derived", basis="emulated")
def test_ordinary_user(rds: Any, rds_db: Any, rds_connect: Any) -> None:
    """A role with CREATE on the database does not create pg_tle: it takes rds_superuser."""
    app = rds_db.create_role("app")
    names = map(sql.Identifier, (rds_db.name, app))
    rds.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(*names))
    session = rds_connect(rds_db.name, app, conninfo_to_dict(rds_db.dsn(app))["password"])
    with refused("42501", 'permission denied to create extension "pg_tle"'):
        session.execute("CREATE EXTENSION pg_tle")


@claim(source=DELEGATED, certainty="documented", basis="emulated")
@rests_on("delegated-extension-texts")
def test_not_delegated(rds_instance: Any) -> None:
    """With all extensions delegated a member of rds_extension creates pageinspect, and pg_tle he does not."""
    assert "pg_tle" in not_delegable()
    instance = rds_instance(parameters={"rds.allowed_delegated_extensions": "*"})
    with instance.recorded() as master:
        master.execute("CREATE ROLE deputy LOGIN PASSWORD 'app-secret' IN ROLE rds_extension")
        master.execute("GRANT CREATE ON DATABASE postgres TO deputy")
    with instance.recorded(user="deputy", password="app-secret") as session:
        session.execute("CREATE EXTENSION pageinspect")
        with refused("42501", 'permission denied to create extension "pg_tle"'):
            session.execute("CREATE EXTENSION pg_tle")


# What takes the extension


@claim(source=SETUP, certainty="documented", needs=("pg_tle",))
def test_procedure(rds_instance: Any, step: Step) -> None:
    """Preloaded and created, pg_tle brings the role pgtle_admin, which the master user gets granted."""
    instance = rds_instance()
    with step("1. Add pg_tle to shared_preload_libraries and reboot"):
        instance.modify(GROUP, apply_method="pending-reboot")
        instance.reboot()
    with instance.recorded() as master:
        assert master.execute("SHOW shared_preload_libraries").fetchone() == ("rdsutils,pg_tle",)
        with step("2. Create the extension"):
            master.execute("CREATE EXTENSION pg_tle")
        with step("3. Grant pgtle_admin"):
            master.execute("GRANT pgtle_admin TO postgres")
            row = master.execute("SELECT pg_has_role('postgres', 'pgtle_admin', 'MEMBER')").fetchone()
            assert row == (True,)


@claim(source=SETUP, certainty="derived", needs=("pg_tle",))
def test_needs_the_library(rds: Any) -> None:
    """Without the library the extension is not created."""
    with refused(psycopg.Error, "must be loaded via shared_preload_libraries"):
        rds.execute("CREATE EXTENSION pg_tle")


@pytest.fixture
def tle(rds_instance: Any) -> Any:
    """Give a server with pg_tle, a master user who is pgtle_admin, and an ordinary role app."""
    instance = rds_instance(parameters=GROUP)
    with instance.connect() as master:
        master.execute("CREATE EXTENSION pg_tle")
        master.execute("GRANT pgtle_admin TO postgres")
        master.execute("CREATE ROLE app LOGIN PASSWORD 'app-secret'")
        master.execute("GRANT CREATE ON DATABASE postgres TO app")
        master.execute("CREATE SCHEMA app AUTHORIZATION app")
    return instance


@claim(source=CREATING, certainty="documented", needs=("pg_tle",))
def test_life_of_an_extension(tle: Any, step: Step) -> None:
    """An administrator installs a TLE and an update path; CREATE EXTENSION and ALTER EXTENSION then work."""
    function = DISTANCE if tle.major >= 14 else DISTANCE_13
    with tle.recorded() as master, tle.recorded(user="app", password="app-secret") as app:
        with step("1. Install it"):
            master.execute(INSTALL, ("1.0", function))
        with step("2. An ordinary role creates it and calls its function"):
            app.execute("CREATE EXTENSION distances SCHEMA app")
            assert app.execute("SELECT app.manhattan(-3, 4)").fetchone() == (7,)
        with step("3. An update path, and the update"):
            master.execute(
                "SELECT pgtle.install_update_path('distances', '1.0', '1.1', %s)",
                (function.replace("manhattan", "taxicab"),),
            )
            app.execute("ALTER EXTENSION distances UPDATE TO '1.1'")
            assert app.execute("SELECT app.taxicab(-3, 4)").fetchone() == (7,)
        with step("4. Drop it and take it away"):
            app.execute("DROP EXTENSION distances")
            master.execute("SELECT pgtle.uninstall_extension('distances')")
            with refused(psycopg.Error):
                app.execute("CREATE EXTENSION distances SCHEMA app")


@claim(source=CREATING, certainty="documented", needs=("pg_tle",))
def test_only_administrators_install(tle: Any) -> None:
    """Without pgtle_admin no TLE is installed."""
    with (
        tle.recorded(user="app", password="app-secret") as app,
        refused("42501"),
    ):
        app.execute(INSTALL, ("1.0", DISTANCE_13))


@claim(source=UPSTREAM, certainty="documented", needs=("pg_tle",))
def test_names_of_real_extensions(tle: Any) -> None:
    """A TLE cannot take the name of an extension that has a control file."""
    with tle.recorded() as master, refused(psycopg.Error, "control file already exists"):
        master.execute(INSTALL.replace("distances", "hstore"), ("1.0", DISTANCE_13))
