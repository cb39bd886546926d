"""rds.restrict_password_commands: only members of rds_password set passwords."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from rdscheck import claim, refused, rests_on, scenario

DOCS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.RestrictPasswordMgmt.html"
)
ROLES = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html"
)
pytestmark = scenario(
    "privileges/passwords",
    title="Restrict who may set passwords",
    docs=DOCS,
    since=13,
    needs=("rdsutils",),
)
TEXT = "must be a member of rds_password to alter passwords"
SECRET = "a-secret-of-this-test"
documented = claim(source=DOCS, certainty="documented", basis="emulated")


@pytest.fixture
def instance(rds_instance: Any) -> Any:
    """Start an instance whose parameter group restricts password commands."""
    return rds_instance(parameters={"rds.restrict_password_commands": "1"})


@pytest.fixture
def master(instance: Any) -> Iterator[Any]:
    """Connect as the master user, a member of rds_password through rds_superuser."""
    with instance.recorded() as connection:
        assert connection.execute("SHOW rds.restrict_password_commands").fetchone() == ("on",)
        connection.execute("CREATE ROLE clerk LOGIN CREATEROLE PASSWORD %s", [SECRET])
        connection.execute("CREATE ROLE keeper LOGIN CREATEROLE PASSWORD %s", [SECRET])
        connection.execute("GRANT rds_password TO keeper")
        connection.execute("CREATE ROLE app LOGIN PASSWORD %s", [SECRET])
        yield connection


@pytest.fixture
def user(instance: Any, master: Any) -> Iterator[Callable[[str], Any]]:
    """Log in as one of the roles of ``master``."""
    with ExitStack() as opened:
        yield lambda name: opened.enter_context(instance.recorded(user=name, password=SECRET))


@documented
@rests_on("restrict-password-errors")
def test_refused_outside_rds_password(user: Any, step: Any) -> None:
    """A role with CREATEROLE outside rds_password sets no password and no VALID UNTIL, its own included."""
    clerk = user("clerk")
    for statement in (
        "CREATE ROLE fresh PASSWORD 'secret'",
        "CREATE ROLE fresh VALID UNTIL '2999-01-01'",
        "CREATE USER fresh WITH ENCRYPTED PASSWORD 'secret'",
        "ALTER ROLE clerk PASSWORD 'secret'",
        "ALTER ROLE clerk VALID UNTIL '2999-01-01'",
        "ALTER ROLE CURRENT_USER PASSWORD 'secret'",
    ):
        with step(statement.split("'")[0].strip()), refused("42501", TEXT):
            clerk.execute(statement)


@documented
@rests_on("restrict-password-errors")
def test_refused_to_ordinary(user: Any) -> None:
    """An ordinary role does not even change its own password."""
    with refused("42501", TEXT):
        user("app").execute("ALTER ROLE app PASSWORD 'another'")


@documented
def test_without_password_allowed(user: Any) -> None:
    """A role with CREATEROLE outside rds_password creates and alters roles without a password."""
    clerk = user("clerk")
    clerk.execute("CREATE ROLE team")
    clerk.execute("ALTER ROLE team LOGIN CONNECTION LIMIT 2")
    assert clerk.execute("SELECT rolconnlimit FROM pg_roles WHERE rolname = 'team'").fetchone() == (2,)


@documented
def test_keeper_sets_passwords(user: Any, instance: Any) -> None:
    """A member of rds_password with CREATEROLE sets passwords, and they work."""
    keeper = user("keeper")
    keeper.execute("CREATE ROLE fresh LOGIN PASSWORD 'first-secret'")
    keeper.execute("ALTER ROLE fresh PASSWORD 'second-secret' VALID UNTIL '2999-01-01'")
    with instance.connect(user="fresh", password="second-secret") as fresh:
        assert fresh.execute("SELECT current_user").fetchone() == ("fresh",)


@documented
def test_member_without_createrole(user: Any, master: Any) -> None:
    """rds_password alone does not let a role change another's password: CREATEROLE is needed as well."""
    master.execute("GRANT rds_password TO app")
    master.execute("CREATE ROLE other LOGIN")
    with refused("42501", "permission denied"):
        user("app").execute("ALTER ROLE other PASSWORD 'secret'")


@documented
def test_master_sets_passwords(master: Any, instance: Any) -> None:
    """The master user sets passwords."""
    master.execute("ALTER ROLE app PASSWORD 'another-secret'")
    with instance.connect(user="app", password="another-secret") as app:
        assert app.execute("SELECT current_user").fetchone() == ("app",)


@claim(source=ROLES, certainty="documented", basis="emulated", since=14)
@rests_on("restrict-password-errors")
def test_not_for_rds_superuser(user: Any, master: Any) -> None:
    """From 14 on a member of rds_password does not change passwords of members of rds_superuser."""
    master.execute("CREATE ROLE boss LOGIN PASSWORD %s", [SECRET])
    master.execute("GRANT rds_superuser TO boss")
    with refused("42501", ""):
        user("keeper").execute("ALTER ROLE boss PASSWORD 'taken-over'")


@documented
@rests_on("restrict-password-errors")
def test_rename_of_md5(user: Any, master: Any, step: Any) -> None:
    """A role with an MD5 password is not renamed outside rds_password: that would clear the password."""
    with step("1. A role with an MD5 password"):
        master.execute("SET password_encryption = 'md5'")
        master.execute("CREATE ROLE legacy LOGIN PASSWORD 'secret'")

    with step("2. Rename it outside rds_password"), refused("42501", TEXT):
        user("clerk").execute("ALTER ROLE legacy RENAME TO modern")


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_off_by_default(rds: Any, login: Any, rds_db: Any) -> None:
    """By default nothing is restricted: a role changes its own password."""
    role = rds_db.create_role("app")
    assert rds.execute("SHOW rds.restrict_password_commands").fetchone() == ("off",)
    app = login(role)
    app.execute("ALTER ROLE CURRENT_USER PASSWORD 'another-secret'")
    with rds_db.connect(role, "another-secret") as again:
        assert again.execute("SELECT current_user").fetchone() == (role,)
