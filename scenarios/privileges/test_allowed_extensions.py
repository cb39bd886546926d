"""rds.allowed_extensions: what a parameter group that lists extensions leaves creatable."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from rdscheck import claim, refused, rests_on, scenario

DOCS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "PostgreSQL.Concepts.General.FeatureSupport.Extensions.html"
)
pytestmark = scenario(
    "privileges/allowed-extensions",
    title="Restrict the extensions of an instance by rds.allowed_extensions",
    docs=DOCS,
    since=13,
    needs=("rdsutils",),
)
HINT = 'This extension is not specified in "rds.allowed_extensions".'
documented = claim(source=DOCS, certainty="documented", basis="emulated")


LISTED = {"rds.allowed_extensions": "hstore,dblink"}


@pytest.fixture
def database(rds_grouped: Any) -> Any:
    """Make a fresh database on an instance whose parameter group allows hstore and dblink."""
    return rds_grouped(LISTED)


@pytest.fixture
def allowed(database: Any) -> Iterator[Any]:
    """Connect to that database as the master user."""
    with database.recorded() as connection:
        yield connection


def until(connection: Any, value: str) -> None:
    """Wait until a session that was there before has heard of a parameter's new value."""
    deadline = time.monotonic() + 10
    # Past the recorder: how often it asks differs from run to run.
    while connection.pgconn.exec_(b"SHOW rds.allowed_extensions").get_value(0, 0) != value.encode():
        assert time.monotonic() < deadline, "the session did not hear of it within 10 s"
        time.sleep(0.02)


def created(connection: Any) -> list[str]:
    """Return the extensions of the database."""
    rows = connection.execute("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1")
    return [name for (name,) in rows.fetchall()]


@documented
def test_listed_can_be_created(allowed: Any) -> None:
    """What rds.allowed_extensions lists can be created."""
    assert allowed.execute("SHOW rds.allowed_extensions").fetchone() == ("hstore,dblink",)
    allowed.execute("CREATE EXTENSION hstore")
    allowed.execute("CREATE EXTENSION dblink")
    assert created(allowed) == ["dblink", "hstore"]


@documented
@rests_on("allowed-extensions-text")
def test_unlisted_is_refused(allowed: Any) -> None:
    """What rds.allowed_extensions does not list is refused to the master user."""
    with refused("42501", 'permission denied to create extension "pg_trgm"', hint=HINT):
        allowed.execute("CREATE EXTENSION pg_trgm")
    assert created(allowed) == []


@claim(source=DOCS, certainty="derived", basis="emulated")
@rests_on("allowed-extensions-text")
def test_names_count_whole(rds_instance: Any) -> None:
    """Names of the list count whole: neither the beginning nor the end of a name allows it."""
    instance = rds_instance(parameters={"rds.allowed_extensions": "dblin,dblinkx,xdblink, hstore "})
    with instance.recorded() as master:
        with refused("42501", 'permission denied to create extension "dblink"', hint=HINT):
            master.execute("CREATE EXTENSION dblink")
        master.execute("CREATE EXTENSION hstore")
        assert created(master) == ["hstore"]


@documented
@rests_on("allowed-extensions-text")
def test_trusted_needs_listing(allowed: Any, database: Any) -> None:
    """A trusted extension that is not listed is refused to a role with CREATE on the database too."""
    role = database.create_role("app")
    allowed.execute(f"GRANT CREATE ON DATABASE {database.name} TO {role}")
    with database.recorded(role) as app:
        with refused("42501", 'permission denied to create extension "citext"', hint=HINT):
            app.execute("CREATE EXTENSION citext")
        app.execute("CREATE EXTENSION hstore")
    assert created(allowed) == ["hstore"]


@documented
@rests_on("allowed-extensions-text")
def test_dependencies_need_listing(rds_instance: Any, step: Any) -> None:
    """With CASCADE every extension that is needed has to be listed, or the whole statement fails."""
    instance = rds_instance(parameters={"rds.allowed_extensions": "earthdistance"})
    with instance.recorded() as master:
        with (
            step("1. Only earthdistance is listed, which needs cube"),
            refused("42501", 'permission denied to create extension "cube"', hint=HINT),
        ):
            master.execute("CREATE EXTENSION earthdistance CASCADE")
        assert created(master) == []
        with step("2. With both listed"):
            instance.modify({"rds.allowed_extensions": "earthdistance,cube"})
            until(master, "earthdistance,cube")
            master.execute("CREATE EXTENSION earthdistance CASCADE")
            assert created(master) == ["cube", "earthdistance"]


@documented
@rests_on("allowed-extensions-text")
def test_empty_list_allows_nothing(rds_instance: Any) -> None:
    """An empty rds.allowed_extensions lets nothing be created."""
    with rds_instance(parameters={"rds.allowed_extensions": ""}).recorded() as master:
        for name in ("hstore", "dblink"):
            with refused("42501", f'permission denied to create extension "{name}"', hint=HINT):
                master.execute(f"CREATE EXTENSION {name}")
        assert created(master) == []


@documented
@rests_on("allowed-extensions-text")
def test_installed_go_on(rds_instance: Any, step: Any) -> None:
    """Extensions that are installed go on working and can be altered and dropped when the list loses them."""
    instance = rds_instance(parameters=LISTED)
    allowed = instance.recorded()
    allowed.execute("CREATE EXTENSION hstore")
    allowed.execute("CREATE EXTENSION dblink")
    allowed.execute("CREATE SCHEMA tools")
    with step("1. The list loses them; the parameter is dynamic"):
        instance.modify({"rds.allowed_extensions": "citext"})
        until(allowed, "citext")
    with step("2. They work"):
        assert allowed.execute("SELECT ('a=>1'::hstore)->'a'").fetchone() == ("1",)
    with step("3. They can be altered and dropped"):
        allowed.execute("ALTER EXTENSION hstore UPDATE")
        allowed.execute("ALTER EXTENSION dblink SET SCHEMA tools")
        allowed.execute("DROP EXTENSION dblink")
        assert created(allowed) == ["hstore"]
    with (
        step("4. And not be created again"),
        refused("42501", 'permission denied to create extension "dblink"', hint=HINT),
    ):
        allowed.execute("CREATE EXTENSION dblink")
    allowed.close()
