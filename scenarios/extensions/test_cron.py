"""pg_cron: library, extension, who may schedule what, and the functions of the reference."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import psycopg
import pytest

from rdscheck import claim, documentation_finding, rests_on, scenario

DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL_pg_cron.html"
UPSTREAM = "https://github.com/citusdata/pg_cron/blob/main/README.md"
pytestmark = scenario(
    "extensions/cron",
    title="Set up pg_cron and schedule jobs",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "pg_cron"),
)
documented = claim(source=DOCS, certainty="documented")
upstream = claim(source=UPSTREAM, certainty="observed")

LOADED = {"shared_preload_libraries": "pg_cron"}
#: Its objects are there, and all scheduling is done there.
HOME = "postgres"
NOT_LOADED = 'can only be loaded via shared_preload|unrecognized configuration parameter "cron.database_name"'
JOB = "(SELECT jobid FROM cron.job WHERE jobname = '{}')"


class Cron:
    """Sessions in the database of pg_cron, which several tests use at the same time."""

    def __init__(self, database: Any, opened: ExitStack) -> None:
        self.database = database
        self._opened = opened
        self.master = self.session()

    def session(self, user: str | None = None) -> Any:
        """Log in to the database of pg_cron, as the master user unless told otherwise."""
        found = self._opened.enter_context(self.database.recorded(user, dbname=HOME))
        if user:
            found.recorder.act(f"-- a session of {user} begins")
        return found

    def user(self, name: str, *, options: str = "", granted: bool = True) -> Any:
        """Create a role, let it use the schema cron as the page does, and log in."""
        role = self.database.create_role(name, options=options)
        if granted:
            self.grant("USAGE", "SCHEMA cron", role)
        return self.session(role)

    def grant(self, privileges: str, what: str, role: str) -> None:
        """Let a role use something of pg_cron's, which all tests of the server share."""
        with alone(self.database):
            self.master.execute(f"GRANT {privileges} ON {what} TO {role}")


@contextmanager
def alone(database: Any) -> Iterator[None]:
    """Keep other tests from granting: of two grants at once on one object the server refuses one."""
    with database.server.connect(HOME) as waiting:
        waiting.execute("SELECT pg_advisory_lock(hashtext('cron'))")
        yield


@pytest.fixture
def cron(rds_grouped: Any) -> Iterator[Cron]:
    """Give the database of pg_cron on a server that tests share; no job of this module ever runs."""
    database = rds_grouped(LOADED)
    with database.server.connect(HOME) as master, suppress(psycopg.errors.UniqueViolation):
        master.execute("CREATE EXTENSION IF NOT EXISTS pg_cron")
    with ExitStack() as opened:
        yield Cron(database, opened)
    with database.server.maintenance() as admin:
        admin.execute("DELETE FROM cron.job WHERE username = ANY(%s)", [list(database.roles)])
    with alone(database), database.server.connect(HOME) as master:
        for role in database.roles:
            # What rds_superuser granted, rdsadmin's DROP OWNED leaves where it is.
            master.execute(f"REVOKE ALL ON SCHEMA cron FROM {role}")
            master.execute(f"REVOKE ALL ON cron.job FROM {role}")


def row(connection: Any, query: str) -> Any:
    """Return the first row of a query."""
    return connection.execute(query).fetchone()


def version(connection: Any) -> tuple[int, int]:
    """Return the version of the installed extension, for example (1, 6)."""
    (text,) = row(connection, "SELECT extversion FROM pg_extension WHERE extname = 'pg_cron'")
    major, minor, *_ = text.replace("-", ".").split(".")
    return int(major), int(minor)


@documented
def test_library_needs_a_reboot(rds_instance: Any, step: Any) -> None:
    """The library is loaded by the reboot after shared_preload_libraries was changed, not before."""
    instance = rds_instance()
    with step("1. Change the parameter group: it waits"):
        instance.modify(LOADED, apply_method="pending-reboot")
        with (
            instance.recorded() as master,
            pytest.raises(Exception, match=NOT_LOADED),
        ):
            master.execute("CREATE EXTENSION pg_cron")
        instance.reboot()
    with instance.recorded() as master, step("2. Create the extension in the default database"):
        master.execute("CREATE EXTENSION pg_cron")
        assert row(master, "SHOW shared_preload_libraries") == ("rdsutils,pg_cron",)
        assert row(master, "SHOW cron.database_name") == (HOME,)
        assert row(master, "SELECT count(*) FROM cron.job") == (0,)


@documented
def test_one_database_only(cron: Cron) -> None:
    """The extension is refused in every database but postgres."""
    with cron.database.recorded() as elsewhere:
        with pytest.raises(Exception, match="can only create extension in database postgres"):
            elsewhere.execute("CREATE EXTENSION pg_cron")
        assert row(elsewhere, "SELECT to_regnamespace('cron')") == (None,)
    assert row(cron.master, "SELECT to_regnamespace('cron')::text") == ("cron",)


@claim(source=DOCS, certainty="documented")
def test_database_name(rds_instance: Any) -> None:
    """cron.database_name moves pg_cron to another database, and postgres is refused then."""
    instance = rds_instance(parameters={**LOADED, "cron.database_name": "jobs"})
    with instance.recorded() as master:
        master.execute("CREATE DATABASE jobs")
        with pytest.raises(Exception, match="can only create extension in database jobs"):
            master.execute("CREATE EXTENSION pg_cron")
    with instance.recorded("jobs") as master:
        master.execute("CREATE EXTENSION pg_cron")
        master.execute("SELECT cron.schedule('moved', '0 22 * * *', 'SELECT 1')")
        assert row(master, "SELECT database FROM cron.job") == ("jobs",)


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_extension_needs_rds_superuser(rds_instance: Any) -> None:
    """CREATE on the database is not enough to create the extension; a member of rds_superuser creates it."""
    instance = rds_instance(parameters=LOADED)
    with instance.recorded() as master:
        master.execute("CREATE ROLE plain LOGIN PASSWORD 'open-sesame'")
        master.execute("CREATE ROLE second LOGIN PASSWORD 'open-sesame' IN ROLE rds_superuser")
        master.execute("GRANT CREATE ON DATABASE postgres TO plain")
    with (
        instance.recorded(user="plain", password="open-sesame") as plain,
        pytest.raises(Exception, match='permission denied to create extension "pg_cron"'),
    ):
        plain.execute("CREATE EXTENSION pg_cron")
    with instance.recorded(user="second", password="open-sesame") as second:
        second.execute("CREATE EXTENSION pg_cron")


@documented
def test_usage_lets_others_schedule(cron: Cron) -> None:
    """USAGE on the schema cron lets a user schedule and unschedule his own jobs; without it he is refused."""
    user = cron.user("scheduler", granted=False)
    with pytest.raises(Exception, match="permission denied for schema cron"):
        user.execute("SELECT cron.schedule('night', '0 22 * * *', 'VACUUM')")
    cron.grant("USAGE", "SCHEMA cron", user.info.user)
    user.execute("SELECT cron.schedule('night', '0 22 * * *', 'VACUUM')")
    assert row(user, "SELECT username, jobname FROM cron.job") == (user.info.user, "night")
    assert row(user, "SELECT cron.unschedule('night')") == (True,)
    assert row(user, "SELECT count(*) FROM cron.job") == (0,)


@documented
def test_schedule_has_two_forms(cron: Cron) -> None:
    """cron.schedule takes a name or none and returns the job's number; the job runs in postgres."""
    user = cron.user("scheduler")
    (named,) = row(
        user, "SELECT cron.schedule('manual vacuum', '0 22 * * *', 'VACUUM FREEZE pgbench_accounts')"
    )
    (nameless,) = row(user, "SELECT cron.schedule('0 15 * * *', 'VACUUM pgbench_accounts')")
    assert nameless > named
    query = "SELECT jobname, schedule, command, nodename, database, active FROM cron.job ORDER BY jobid"
    assert user.execute(query).fetchall() == [
        ("manual vacuum", "0 22 * * *", "VACUUM FREEZE pgbench_accounts", "localhost", HOME, True),
        (None, "0 15 * * *", "VACUUM pgbench_accounts", "localhost", HOME, True),
    ]


@upstream
def test_same_name_replaces(cron: Cron) -> None:
    """A name scheduled again keeps its number and takes the new schedule; another user's job stays."""
    first, second = cron.user("first"), cron.user("second")
    before = row(first, "SELECT cron.schedule('tidy', '0 1 * * *', 'VACUUM')")
    other = row(second, "SELECT cron.schedule('tidy', '0 2 * * *', 'ANALYZE')")
    assert before != other
    assert row(first, "SELECT cron.schedule('tidy', '0 3 * * *', 'VACUUM')") == before
    assert row(first, "SELECT schedule, command FROM cron.job") == ("0 3 * * *", "VACUUM")
    assert row(second, "SELECT schedule, command FROM cron.job") == ("0 2 * * *", "ANALYZE")


@documented
def test_unschedule_has_two_forms(cron: Cron) -> None:
    """cron.unschedule takes a number or a name and returns true; for what is not there it is an error."""
    user = cron.user("scheduler")
    for name in ("by number", "by name"):
        user.execute(f"SELECT cron.schedule('{name}', '0 10 * * *', 'VACUUM')")
    assert row(user, f"SELECT cron.unschedule({JOB.format('by number')})") == (True,)
    assert row(user, "SELECT cron.unschedule('by name')") == (True,)
    assert row(user, "SELECT count(*) FROM cron.job") == (0,)
    with pytest.raises(Exception, match="could not find valid entry for job"):
        user.execute("SELECT cron.unschedule('by name')")


@documented
def test_unschedule_needs_the_owner(cron: Cron) -> None:
    """A policy lets nobody unschedule another user's job, by number or by name."""
    owner, other = cron.user("owner"), cron.user("other")
    (number,) = row(owner, "SELECT cron.schedule('mine', '0 10 * * *', 'VACUUM')")
    cron.master.recorder.mask(f"({number})", "(108)")
    with pytest.raises(Exception, match="permission denied for table job"):
        other.execute(f"SELECT cron.unschedule({number})")
    with pytest.raises(Exception, match="could not find valid entry for job"):
        other.execute("SELECT cron.unschedule('mine')")
    assert row(owner, "SELECT count(*) FROM cron.job") == (1,)


@claim(source=UPSTREAM, certainty="guessed")
@rests_on("cron-row-security")
def test_jobs_of_others_are_not_seen(cron: Cron) -> None:
    """Row security shows each user the jobs and runs of his own, the master user too."""
    user = cron.user("scheduler")
    user.execute("SELECT cron.schedule('mine', '0 10 * * *', 'VACUUM')")
    query = f"SELECT count(*) FROM cron.job WHERE username = '{user.info.user}'"
    assert row(user, query) == (1,)
    assert row(cron.master, query) == (0,)
    rows = cron.master.execute(
        "SELECT relname, relrowsecurity FROM pg_class WHERE relname LIKE 'job%' AND relkind = 'r'"
    )
    assert set(rows.fetchall()) >= {("job", True), ("job_run_details", True)}


@pytest.mark.parametrize(
    "schedule",
    ["60 * * * *", "* 24 * * *", "22:00", "every day", ""],
    ids=["minute", "hour", "time", "words", "empty"],
)
@documented
def test_wrong_schedules_are_refused(cron: Cron, schedule: str) -> None:
    """A schedule that is none of cron's is refused and leaves no job behind."""
    user = cron.user("scheduler")
    with pytest.raises(Exception, match="invalid schedule") as caught:
        user.execute(f"SELECT cron.schedule('wrong', '{schedule}', 'VACUUM')")
    assert caught.value.sqlstate == "22023"  # type: ignore[attr-defined]
    assert row(user, "SELECT count(*) FROM cron.job") == (0,)


@pytest.mark.parametrize(
    ("schedule", "since"),
    [
        ("@hourly", (1, 0)),
        ("0 0 * * sun", (1, 0)),
        ("*/15 8-18 * * 1-5", (1, 0)),
        ("30 seconds", (1, 5)),
        ("0 12 $ * *", (1, 6)),
    ],
    ids=["macro", "name-of-day", "steps", "seconds", "last-day"],
)
@upstream
def test_schedules_are_taken(cron: Cron, schedule: str, since: tuple[int, int]) -> None:
    """Five fields and @hourly are taken; from 1.5 on seconds too, from 1.6 on the last day of a month."""
    user = cron.user("scheduler")
    statement = f"SELECT cron.schedule('right', '{schedule}', 'VACUUM')"
    if version(user) < since:
        with pytest.raises(Exception, match="invalid schedule"):
            user.execute(statement)
    else:
        user.execute(statement)
        assert row(user, "SELECT schedule FROM cron.job") == (schedule,)


@documented
def test_commands_are_not_looked_at(cron: Cron) -> None:
    """Whatever the text of a command is, it is scheduled: mistakes show when it runs."""
    user = cron.user("scheduler")
    user.execute("SELECT cron.schedule('wrong', '0 10 * * *', 'VAKUUM nowhere')")
    assert row(user, "SELECT command FROM cron.job") == ("VAKUUM nowhere",)


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_another_database(cron: Cron, step: Any) -> None:
    """rds_superuser moves a job of his own to another database by an UPDATE of cron.job."""
    name = cron.database.name
    second = cron.user("second", options="IN ROLE rds_superuser")
    with step("1. Schedule the job in the cron database"):
        second.execute(
            "SELECT cron.schedule('database1 manual vacuum', '29 03 * * *', 'vacuum freeze test_table')"
        )
    with step("2. Update the database column"):
        done = second.execute(
            f"UPDATE cron.job SET database = '{name}' WHERE jobid = {JOB.format('database1 manual vacuum')}"
        )
        assert done.rowcount == 1
    with step("3. Verify"):
        query = "SELECT schedule, command, nodename, database, username, active, jobname FROM cron.job"
        assert second.execute(query).fetchall() == [
            (
                "29 03 * * *",
                "vacuum freeze test_table",
                "localhost",
                name,
                second.info.user,
                True,
                "database1 manual vacuum",
            )
        ]


@documented
def test_users_do_not_update_jobs(cron: Cron) -> None:
    """USAGE on the schema alone lets nobody update cron.job or insert into it, his own rows included."""
    user = cron.user("scheduler")
    user.execute("SELECT cron.schedule('mine', '0 10 * * *', 'VACUUM')")
    for statement in (
        f"UPDATE cron.job SET database = '{cron.database.name}'",
        "INSERT INTO cron.job (schedule, command) VALUES ('0 11 * * *', 'VACUUM')",
        "DELETE FROM cron.job",
    ):
        with pytest.raises(Exception, match="permission denied for table job"):
            user.execute(statement)


@claim(source=DOCS, certainty="documented", basis="emulated")
@documentation_finding("cron-username")
def test_update_does_not_change_the_user(cron: Cron) -> None:
    """Row security keeps the user name of a job, also from who was granted UPDATE on cron.job."""
    user = cron.user("scheduler")
    user.execute("SELECT cron.schedule('mine', '0 10 * * *', 'VACUUM')")
    cron.grant("UPDATE, INSERT", "cron.job", user.info.user)
    user.execute("UPDATE cron.job SET schedule = '0 11 * * *'")
    new = "(jobid, schedule, command, username) VALUES (0, '0 11 * * *', 'VACUUM', 'postgres')"
    for statement in ("UPDATE cron.job SET username = 'postgres'", f"INSERT INTO cron.job {new}"):
        with pytest.raises(Exception, match="new row violates row-level security policy"):
            user.execute(statement)
    assert row(user, "SELECT schedule, username FROM cron.job") == ("0 11 * * *", user.info.user)


@claim(source=UPSTREAM, certainty="observed", basis="emulated", since=15)
@rests_on("cron-functions")
def test_schedule_in_database(cron: Cron) -> None:
    """cron.schedule_in_database (1.4+) does it in one step for rds_superuser; others may not call it."""
    second, user = cron.user("second", options="IN ROLE rds_superuser"), cron.user("scheduler")
    call = f"SELECT cron.schedule_in_database('there', '0 3 * * *', 'VACUUM', '{cron.database.name}')"
    second.execute(call)
    assert row(second, "SELECT database FROM cron.job") == (cron.database.name,)
    with pytest.raises(Exception, match="permission denied for function schedule_in_database"):
        user.execute(call)
    call = f"SELECT cron.schedule_in_database('as', '0 3 * * *', 'VACUUM', 'postgres', '{user.info.user}')"
    with pytest.raises(Exception, match="must be superuser to create a job for another role"):
        second.execute(call)


@claim(source=UPSTREAM, certainty="observed", basis="emulated", since=15)
@rests_on("cron-functions")
def test_alter_job(cron: Cron) -> None:
    """cron.alter_job (1.4+) changes a job of rds_superuser's own; others may not call it."""
    second, user = cron.user("second", options="IN ROLE rds_superuser"), cron.user("scheduler")
    for session in (second, user):
        session.execute("SELECT cron.schedule('mine', '0 10 * * *', 'VACUUM')")
    second.execute(f"SELECT cron.alter_job({JOB.format('mine')}, schedule := '0 11 * * *', active := false)")
    assert row(second, "SELECT schedule, active FROM cron.job") == ("0 11 * * *", False)
    with pytest.raises(Exception, match="permission denied for function alter_job"):
        user.execute(f"SELECT cron.alter_job({JOB.format('mine')}, active := false)")


@documented
def test_parameters(cron: Cron) -> None:
    """The page's query shows its parameters: five jobs at once, background workers, everything logged."""
    query = "SELECT name, setting, short_desc FROM pg_settings WHERE name LIKE 'cron.%' ORDER BY name"
    found = {name: setting for name, setting, _ in cron.master.execute(query).fetchall()}
    wanted = {
        "cron.database_name": HOME,
        "cron.host": "localhost",
        "cron.log_run": "on",
        "cron.log_statement": "on",
        "cron.max_running_jobs": "5",
        "cron.use_background_workers": "on",
    }
    assert {name: found.get(name) for name in wanted} == wanted
    (workers,) = row(cron.master, "SHOW max_worker_processes")
    assert int(workers) > int(found["cron.max_running_jobs"])
    with pytest.raises(Exception, match=r'parameter "cron\.log_run" cannot be changed without restarting'):
        cron.master.execute("SET cron.log_run = off")


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_parameters_that_stay(rds_instance: Any) -> None:
    """The parameter group takes no value for cron.host and cron.use_background_workers but for others."""
    instance = rds_instance()
    instance.modify(LOADED)
    for name, value in (("cron.host", "127.0.0.1"), ("cron.use_background_workers", "0")):
        with pytest.raises(Exception, match=f"The parameter {name} cannot be modified") as caught:
            instance.modify({name: value})
        instance.recorder.act(f"-- modify-db-parameter-group {name}={value}: {caught.value}")
    instance.modify({"cron.max_running_jobs": "8"})
    instance.recorder.act("-- modify-db-parameter-group cron.max_running_jobs=8: waits for a reboot")
    assert instance.pending == {**LOADED, "cron.max_running_jobs": "8"}
