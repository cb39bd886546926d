"""Which extensions may be created: the list of RDS, rds.allowed_extensions, and those that are trusted."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from rdscheck import Basis, claim, documentation_finding, rests_on, scenario

DOCS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "PostgreSQL.Concepts.General.FeatureSupport.Extensions.html"
)
GROUPS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithDBInstanceParamGroups.html"
CREATING = "https://www.postgresql.org/docs/current/sql-createextension.html"

pytestmark = scenario(
    "extensions/allowed",
    title="Allowed, trusted and supported extensions",
    docs=DOCS,
    since=13,
    needs=("rdsutils",),
    basis=Basis.EMULATED,
)
documented = claim(source=DOCS, certainty="documented")

#: AWS's table of trusted extensions: 22, the same from 13 on.
TRUSTED = (
    "bool_plperl", "btree_gin", "btree_gist", "citext", "cube", "dict_int", "fuzzystrmatch", "hstore",
    "intarray", "isn", "jsonb_plperl", "ltree", "pg_trgm", "pgcrypto", "plperl", "plpgsql", "pltcl",
    "tablefunc", "tsm_system_rows", "tsm_system_time", "unaccent", "uuid-ossp",
)  # fmt: skip

#: What a trusted extension needs to be there before.
NEEDED = {"bool_plperl": "plperl", "jsonb_plperl": "plperl"}

#: Extensions that only a server with their library loaded can create.
PRELOADED = ("pg_cron", "pgaudit", "pglogical", "pg_stat_statements", "pg_tle", "plrust", "pgactive")

#: Hints of the three refusals; their message is the same.
NOT_ALLOWED = 'This extension is not specified in "rds.allowed_extensions".'
UNTRUSTED = "Must be superuser to create this extension."
NO_CREATE = "Must have CREATE privilege on current database to create this extension."

Step = Callable[[str], AbstractContextManager[None]]


@contextmanager
def refused(name: str, hint: str) -> Iterator[None]:
    """Expect that an extension of this name may not be created, with this hint."""
    with pytest.raises(psycopg.Error) as caught:
        yield
    assert caught.value.sqlstate == "42501", caught.value
    assert caught.value.diag.message_primary == f'permission denied to create extension "{name}"'
    assert caught.value.diag.message_hint == hint


def create(connection: Any, name: str, more: str = "") -> None:
    """Send CREATE EXTENSION."""
    connection.execute(sql.SQL("CREATE EXTENSION {}" + more).format(sql.Identifier(name)))


def column(connection: Any, query: str) -> list[Any]:
    """Return the first column of a query's rows."""
    return [row[0] for row in connection.execute(query).fetchall()]


def owner(connection: Any, name: str) -> str | None:
    """Return the owner of an installed extension, None when it is not there."""
    found = connection.execute(
        "SELECT extowner::regrole::text FROM pg_extension WHERE extname = %s", [name]
    ).fetchone()
    return found[0] if found else None


def supported(connection: Any) -> list[str]:
    """Return what the server says RDS supports."""
    return str(column(connection, "SHOW rds.extensions")[0]).split(",")


# The list of RDS


@documented
def test_list(rds: Any, rds_server: Any) -> None:
    """SHOW rds.extensions gives the list of the version of RDS that is emulated, all of it and no more."""
    assert sorted(supported(rds)) == sorted(rds_server.supported_extensions)
    assert len(set(supported(rds))) == len(supported(rds)) > 80


@documented
@rests_on("extension-objects")
def test_all_of_the_list(rds_instance: Any, step: Step) -> None:
    """The master user creates and drops every extension of the list that this server has."""
    instance = rds_instance()
    loaded = [name for name in PRELOADED if instance.has(name)]
    instance.modify({"shared_preload_libraries": ",".join(loaded)}, apply_method="pending-reboot")
    instance.reboot()
    with instance.recorded() as master:
        here = set(column(master, "SELECT name::text FROM pg_available_extensions"))
        names = [name for name in supported(master) if name in here and name != "plpgsql"]
        assert len(names) > 40
        for name in names:
            with step(name):
                if owner(master, name) is None:  # CASCADE may have brought it
                    create(master, name, " CASCADE")
                assert owner(master, name) is not None
        # Those that others need go last, whatever the order of the list.
        with step("All of them are dropped"):
            dropped = sql.SQL(", ").join(map(sql.Identifier, names))
            master.execute(sql.SQL("DROP EXTENSION {} CASCADE").format(dropped))
        assert column(master, "SELECT extname::text FROM pg_extension") == ["plpgsql"]


@claim(source=DOCS, certainty="derived")
def test_not_installed_here(rds: Any) -> None:
    """What is on the list and not installed here is not refused, it is not available."""
    here = set(column(rds, "SELECT name::text FROM pg_available_extensions"))
    missing = [name for name in supported(rds) if name not in here]
    for name in missing:
        with pytest.raises(psycopg.Error) as caught:
            create(rds, name)
        assert caught.value.sqlstate in {"0A000", "58P01"}, (name, caught.value)
    if missing:
        pytest.skip(
            f"not installed here, so nothing is known of their creation: {', '.join(sorted(missing))}"
        )


# rds.allowed_extensions


@documented
@documentation_finding("extensions-guide-allowed-default")
@rests_on("allowed-extensions-text")
def test_default_is_all(rds_instance: Any, step: Step) -> None:
    """By default rds.allowed_extensions is an asterisk, not unset: everything supported can be created."""
    instance = rds_instance()
    with instance.recorded() as master:
        with step("1. The default"):
            assert column(master, "SHOW rds.allowed_extensions") == ["*"]
            create(master, "dblink")
            create(master, "hstore")
        with step("2. Not set is something else"):
            instance.modify({"rds.allowed_extensions": ""})
        with instance.recorded() as later:
            assert column(later, "SHOW rds.allowed_extensions") == [""]
            with refused("pageinspect", NOT_ALLOWED):
                create(later, "pageinspect")


@documented
@rests_on("allowed-extensions-text")
def test_procedure(rds_instance: Any, step: Step) -> None:
    """The list is changed through the parameter group, goes into force at once and away with a reset."""
    instance = rds_instance()
    with step("1. A list, without a reboot"):
        instance.modify({"rds.allowed_extensions": "hstore,pageinspect"}, apply_method="immediate")
        assert instance.parameter_status == "in-sync"
    with instance.recorded() as master:
        assert column(master, "SHOW rds.allowed_extensions") == ["hstore,pageinspect"]
        with step("2. What is listed"):
            create(master, "hstore")
            create(master, "pageinspect")
        with step("3. What is not"), refused("dblink", NOT_ALLOWED):
            create(master, "dblink")
    with step("4. The list is taken back"):
        instance.reset("rds.allowed_extensions")
    with instance.recorded() as master:
        assert column(master, "SHOW rds.allowed_extensions") == ["*"]
        create(master, "dblink")


@claim(source=GROUPS, certainty="documented")
@rests_on("allowed-extensions-text")
def test_pending(rds_instance: Any, step: Step) -> None:
    """With the apply method pending-reboot the list waits for the reboot, dynamic or not."""
    instance = rds_instance()
    instance.modify({"rds.allowed_extensions": "hstore"}, apply_method="pending-reboot")
    assert instance.parameter_status == "pending-reboot"
    with step("1. Before the reboot"), instance.recorded() as master:
        assert column(master, "SHOW rds.allowed_extensions") == ["*"]
        create(master, "dblink")
    instance.reboot()
    with step("2. After it"), instance.recorded() as master:
        with refused("pageinspect", NOT_ALLOWED):
            create(master, "pageinspect")
        create(master, "hstore")


@documented
@rests_on("allowed-extensions-text")
def test_every_database(rds_instance: Any) -> None:
    """The list holds in every database of the instance, also in one created after it."""
    instance = rds_instance(parameters={"rds.allowed_extensions": "hstore"})
    with instance.recorded() as master:
        master.execute("CREATE DATABASE second")
    with instance.recorded("second") as master:
        with refused("dblink", NOT_ALLOWED):
            create(master, "dblink")
        create(master, "hstore")


@claim(source=DOCS, certainty="derived")
@rests_on("unsupported-extension-text")
def test_listing_supports_nothing(rds_instance: Any) -> None:
    """Listing an extension that RDS does not support makes nobody able to create it."""
    with rds_instance(parameters={"rds.allowed_extensions": "xml2,hstore"}).recorded() as master:
        with pytest.raises(psycopg.Error) as caught:
            create(master, "xml2")
        assert caught.value.diag.message_primary == 'Extension "xml2" is not supported by Amazon RDS'
        create(master, "hstore")


@documented
@rests_on("allowed-extensions-text")
def test_update_of_unlisted(rds_instance: Any, step: Step) -> None:
    """An extension that the list loses is still brought to its newest version, and dropped."""
    instance = rds_instance()
    with instance.recorded() as master:
        create(master, "hstore", " VERSION '1.4'")
    instance.modify({"rds.allowed_extensions": "dblink"})
    with instance.recorded() as master:
        with step("1. Update"):
            master.execute("ALTER EXTENSION hstore UPDATE")
            newest = column(
                master, "SELECT default_version FROM pg_available_extensions WHERE name = 'hstore'"
            )
            assert column(master, "SELECT extversion FROM pg_extension WHERE extname = 'hstore'") == newest
            assert newest != ["1.4"]
        with step("2. Drop, and not again"):
            master.execute("DROP EXTENSION hstore")
            with refused("hstore", NOT_ALLOWED):
                create(master, "hstore")


# Trusted extensions


def trusted(name: str) -> Any:
    """Return one claim of ``test_trusted``, which takes the extension and what it needs."""
    needed = (name, NEEDED[name]) if name in NEEDED else (name,)
    marks: Any = claim(source=DOCS, certainty="documented", needs=needed)
    return pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", [trusted(name) for name in TRUSTED])
def test_trusted(rds: Any, rds_db: Any, login: Any, step: Step, name: str) -> None:
    """An ordinary role owns the trusted extension it creates, once it has CREATE on the database."""
    app = rds_db.create_role("app")
    session = login(app)
    if name in NEEDED:
        create(rds, NEEDED[name])
    if name == "plpgsql":  # every database has it
        rds.execute("DROP EXTENSION plpgsql")
    with step("1. Without CREATE on the database"), refused(name, NO_CREATE):
        create(session, name)
    rds.execute(
        sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(sql.Identifier(rds_db.name), sql.Identifier(app))
    )
    with step("2. With it"):
        create(session, name)
        assert owner(session, name) == app


@documented
@documentation_finding("extensions-guide-create-on-instance")
def test_another_database(rds: Any, rds_db: Any, rds_server: Any, rds_connect: Any, login: Any) -> None:
    """CREATE is of a database, not of the instance: in another database the same role is refused."""
    app = rds_db.create_role("app")
    rds.execute(
        sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(sql.Identifier(rds_db.name), sql.Identifier(app))
    )
    create(login(app), "hstore")
    second = rds_server.create_database("second")
    try:
        secret = conninfo_to_dict(rds_db.dsn(app))["password"]
        with rds_connect(second, app, secret) as session, refused("hstore", NO_CREATE):
            create(session, "hstore")
    finally:
        rds_server.drop_database(second)


@claim(source=DOCS, certainty="derived")
def test_untrusted(rds: Any, rds_db: Any, login: Any) -> None:
    """What is supported, installed here and not trusted is refused to a role with CREATE on the database."""
    app = rds_db.create_role("app")
    rds.execute(
        sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(sql.Identifier(rds_db.name), sql.Identifier(app))
    )
    session = login(app)
    here = set(column(rds, "SELECT name::text FROM pg_available_extensions"))
    names = [name for name in supported(rds) if name in here and name not in TRUSTED]
    assert len(names) > 20
    for name in names:
        with refused(name, UNTRUSTED):
            create(session, name)
    assert column(rds, "SELECT extname::text FROM pg_extension") == ["plpgsql"]


@claim(source=CREATING, certainty="derived")
def test_trusted_is_not_enough(rds: Any, rds_db: Any, login: Any) -> None:
    """CASCADE takes the right to every extension it brings: what needs an untrusted one is refused whole."""
    app = rds_db.create_role("app")
    rds.execute(
        sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(sql.Identifier(rds_db.name), sql.Identifier(app))
    )
    session = login(app)
    with refused("earthdistance", UNTRUSTED):
        create(session, "earthdistance", " CASCADE")
    assert owner(rds, "cube") is None
    create(rds, "earthdistance", " CASCADE")
    assert owner(rds, "cube") is not None
