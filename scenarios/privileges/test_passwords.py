"""rds.restrict_password_commands: only members of rds_password set passwords."""

from collections.abc import Iterator
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
documented = claim(source=DOCS, certainty="documented", basis="emulated")


class Roles:
    """Roles of one test, on an instance that other tests use at the same time."""

    def __init__(self, database: Any, master: Any) -> None:
        self.database, self.master = database, master
        self.clerk: str = database.create_role("clerk", options="CREATEROLE")
        self.keeper: str = database.create_role("keeper", options="CREATEROLE")
        self.app: str = database.create_role("app")
        master.execute(f"GRANT rds_password TO {self.keeper}")
        self._opened = ExitStack()

    def user(self, role: str) -> Any:
        """Log in as one of them."""
        return self._opened.enter_context(self.database.recorded(role))

    def close(self) -> None:
        """Log out."""
        self._opened.close()


@pytest.fixture
def roles(rds_grouped: Any) -> Iterator[Roles]:
    """Give roles on an instance whose group restricts passwords; the master is in rds_password."""
    database = rds_grouped({"rds.restrict_password_commands": "1"})
    with database.recorded() as master:
        assert master.execute("SHOW rds.restrict_password_commands").fetchone() == ("on",)
        made = Roles(database, master)
        yield made
        made.close()


@documented
@rests_on("restrict-password-errors")
def test_refused_outside_rds_password(roles: Roles, step: Any) -> None:
    """A role with CREATEROLE outside rds_password sets no password and no VALID UNTIL, its own included."""
    clerk = roles.user(roles.clerk)
    for statement in (
        "CREATE ROLE fresh PASSWORD 'secret'",
        "CREATE ROLE fresh VALID UNTIL '2999-01-01'",
        "CREATE USER fresh WITH ENCRYPTED PASSWORD 'secret'",
        f"ALTER ROLE {roles.clerk} PASSWORD 'secret'",
        f"ALTER ROLE {roles.clerk} VALID UNTIL '2999-01-01'",
        "ALTER ROLE CURRENT_USER PASSWORD 'secret'",
    ):
        with step(statement.split("'")[0].strip()), refused("42501", TEXT):
            clerk.execute(statement)


@documented
@rests_on("restrict-password-errors")
def test_refused_to_ordinary(roles: Roles) -> None:
    """An ordinary role does not even change its own password."""
    with refused("42501", TEXT):
        roles.user(roles.app).execute(f"ALTER ROLE {roles.app} PASSWORD 'another'")


@documented
def test_without_password_allowed(roles: Roles) -> None:
    """A role with CREATEROLE outside rds_password creates and alters roles without a password."""
    clerk, team = roles.user(roles.clerk), roles.database.role_name("team")
    clerk.execute(f"CREATE ROLE {team}")
    clerk.execute(f"ALTER ROLE {team} LOGIN CONNECTION LIMIT 2")
    limit = clerk.execute("SELECT rolconnlimit FROM pg_roles WHERE rolname = %s", [team])
    assert limit.fetchone() == (2,)


@documented
def test_keeper_sets_passwords(roles: Roles) -> None:
    """A member of rds_password with CREATEROLE sets passwords, and they work."""
    keeper, fresh = roles.user(roles.keeper), roles.database.role_name("fresh")
    keeper.execute(f"CREATE ROLE {fresh} LOGIN PASSWORD 'first-secret'")
    keeper.execute(f"ALTER ROLE {fresh} PASSWORD 'second-secret' VALID UNTIL '2999-01-01'")
    with roles.database.connect(fresh, "second-secret") as session:
        assert session.execute("SELECT current_user").fetchone() == (fresh,)


@documented
def test_member_without_createrole(roles: Roles) -> None:
    """rds_password alone does not let a role change another's password: CREATEROLE is needed as well."""
    other = roles.database.create_role("other")
    roles.master.execute(f"GRANT rds_password TO {roles.app}")
    with refused("42501", "permission denied"):
        roles.user(roles.app).execute(f"ALTER ROLE {other} PASSWORD 'secret'")


@documented
def test_master_sets_passwords(roles: Roles) -> None:
    """The master user sets passwords."""
    roles.master.execute(f"ALTER ROLE {roles.app} PASSWORD 'another-secret'")
    with roles.database.connect(roles.app, "another-secret") as app:
        assert app.execute("SELECT current_user").fetchone() == (roles.app,)


@claim(source=ROLES, certainty="documented", basis="emulated", since=14)
@rests_on("restrict-password-errors")
def test_not_for_rds_superuser(roles: Roles) -> None:
    """From 14 on a member of rds_password does not change passwords of members of rds_superuser."""
    boss = roles.database.create_role("boss")
    roles.master.execute(f"GRANT rds_superuser TO {boss}")
    with refused("42501", ""):
        roles.user(roles.keeper).execute(f"ALTER ROLE {boss} PASSWORD 'taken-over'")


@documented
@rests_on("restrict-password-errors")
def test_rename_of_md5(roles: Roles, step: Any) -> None:
    """A role with an MD5 password is not renamed outside rds_password: that would clear the password."""
    legacy = roles.database.role_name("legacy")
    with step("1. A role with an MD5 password"):
        roles.master.execute("SET password_encryption = 'md5'")
        roles.master.execute(f"CREATE ROLE {legacy} LOGIN PASSWORD 'secret'")

    with step("2. Rename it outside rds_password"), refused("42501", TEXT):
        roles.user(roles.clerk).execute(f"ALTER ROLE {legacy} RENAME TO modern")


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_off_by_default(rds: Any, login: Any, rds_db: Any) -> None:
    """By default nothing is restricted: a role changes its own password."""
    role = rds_db.create_role("app")
    assert rds.execute("SHOW rds.restrict_password_commands").fetchone() == ("off",)
    app = login(role)
    app.execute("ALTER ROLE CURRENT_USER PASSWORD 'another-secret'")
    with rds_db.connect(role, "another-secret") as again:
        assert again.execute("SELECT current_user").fetchone() == (role,)
