"""Jobs of pg_cron that really ran, and what is left of them: history, log, effects."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from rdscheck import claim, documentation_finding, scenario

DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL_pg_cron.html"
UPSTREAM = "https://github.com/citusdata/pg_cron/blob/main/README.md"
pytestmark = scenario(
    "extensions/cron-jobs",
    title="Run jobs with pg_cron and read their history",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "pg_cron"),
)
documented = claim(source=DOCS, certainty="documented")

LOADED = {"shared_preload_libraries": "pg_cron"}
#: What the page has for a minus sign in the job that purges the history.
DASH = "\N{EN DASH}"
SECRET = "open-sesame"
HISTORY = (
    "SELECT database, username, command, status, return_message FROM cron.job_run_details ORDER BY command"
)


class Scheduler:
    """An instance of a test's own, whose jobs wait for the next start: @reboot is a schedule as well."""

    def __init__(self, instance: Any) -> None:
        self.instance = instance
        with instance.recorded() as master:
            master.execute("CREATE EXTENSION pg_cron")

    def master(self, *statements: str) -> None:
        """Run statements as the master user."""
        with self.instance.recorded() as master:
            for statement in statements:
                master.execute(statement)

    def user(self, name: str) -> Any:
        """Create a role, let it use the schema cron, and log in."""
        self.master(f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}'", f"GRANT USAGE ON SCHEMA cron TO {name}")
        self.instance.recorder.act(f"-- a session of {name} begins")
        return self.instance.recorded(user=name, password=SECRET)

    def reboot(self) -> None:
        """Start the server anew, and the jobs that wait for it."""
        self.instance.recorder.act("-- the instance is rebooted")
        self.instance.reboot()

    def begin(self, jobs: int) -> None:
        """Start the server anew and wait until so many jobs have ended."""
        self.reboot()
        ended = "SELECT count(*) FROM cron.job_run_details WHERE status IN ('succeeded', 'failed')"
        self.wait(lambda admin: admin.execute(ended).fetchone()[0] >= jobs)

    def wait(self, done: Callable[[Any], bool], seconds: float = 60) -> None:
        """Wait until something is so; the session asked is rdsadmin's, who sees the jobs of all."""
        deadline = time.monotonic() + seconds
        with self.instance.admin() as admin:
            while not done(admin):
                assert time.monotonic() < deadline, f"it did not happen within {seconds:.0f} s"
                time.sleep(0.02)

    def read(self, query: str, dbname: str = "postgres") -> list[tuple[Any, ...]]:
        """Return the rows of a query of the master user."""
        with self.instance.recorded(dbname) as master:
            found: list[tuple[Any, ...]] = master.execute(query).fetchall()
        for one in found:
            self.instance.recorder.act(f"-- {' | '.join(str(value).strip() for value in one)}")
        return found


@pytest.fixture
def scheduler(rds_instance: Any) -> Scheduler:
    """Give an instance with pg_cron, and no job yet."""
    return Scheduler(rds_instance(parameters=LOADED))


@documented
def test_history(scheduler: Scheduler, step: Any) -> None:
    """The history has user, command, status, message and times of each run, the log its statement."""
    with step("1. Schedule a job that works and one whose table is not there"):
        scheduler.master(
            "CREATE TABLE pgbench_accounts (aid int)",
            "SELECT cron.schedule('manual vacuum', '@reboot', 'vacuum freeze pgbench_accounts')",
            "SELECT cron.schedule('mistake', '@reboot', 'vacuum freeze pgbench_account')",
        )
        scheduler.begin(2)
    with step("2. Check the history"):
        mistake = 'ERROR: relation "pgbench_account" does not exist'
        assert [tuple(map(str.strip, one)) for one in scheduler.read(HISTORY)] == [
            ("postgres", "postgres", "vacuum freeze pgbench_account", "failed", mistake),
            ("postgres", "postgres", "vacuum freeze pgbench_accounts", "succeeded", "VACUUM"),
        ]
        times = scheduler.read("SELECT start_time <= end_time, job_pid > 0 FROM cron.job_run_details")
        assert times == [(True, True)] * 2
    with step("3. The log has each statement before it runs"):
        scheduler.wait(lambda _: "starting: vacuum freeze pgbench_accounts" in scheduler.instance.log())


@documented
def test_user_needs_rights(scheduler: Scheduler) -> None:
    """A job runs as the user who scheduled it: without rights on the table it fails, and the log says so."""
    scheduler.master("CREATE TABLE pgbench_accounts (abalance int)", "CREATE TABLE open (who text)")
    with scheduler.user("unprivuser") as user:
        scheduler.master("GRANT INSERT ON open TO unprivuser")
        user.execute("SELECT cron.schedule('@reboot', 'update pgbench_accounts set abalance = abalance + 1')")
        user.execute("SELECT cron.schedule('@reboot', 'INSERT INTO open VALUES (session_user)')")
    scheduler.begin(2)
    assert scheduler.read("SELECT who FROM open") == [("unprivuser",)]
    with scheduler.instance.recorded(user="unprivuser", password=SECRET) as user:
        told = user.execute(
            "SELECT return_message FROM cron.job_run_details WHERE status = 'failed'"
        ).fetchall()
    assert [one.strip() for (one,) in told] == ["ERROR: permission denied for table pgbench_accounts"]
    log = scheduler.instance.log()
    for line in (
        "ERROR:  permission denied for table pgbench_accounts",
        "STATEMENT:  update pgbench_accounts set abalance = abalance + 1",
        'LOG:  background worker "pg_cron" (PID ',
    ):
        assert line in log
        scheduler.instance.recorder.act(f"-- log: {line}")


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_another_database(scheduler: Scheduler, step: Any) -> None:
    """A job whose database column was updated runs there; one that was not runs in postgres."""
    with step("1. Schedule the job"):
        scheduler.master(
            "CREATE DATABASE database1",
            "SELECT cron.schedule('moved', '@reboot', 'CREATE TABLE made_by_moved ()')",
            "SELECT cron.schedule('kept', '@reboot', 'CREATE TABLE made_by_kept ()')",
        )
    with step("2. Update the database column"):
        scheduler.master("UPDATE cron.job SET database = 'database1' WHERE jobname = 'moved'")
    with step("3. What ran where"):
        scheduler.begin(2)
        made = "SELECT relname::text FROM pg_class WHERE relname LIKE 'made%'"
        assert scheduler.read(made, "database1") == [("made_by_moved",)]
        assert scheduler.read(made) == [("made_by_kept",)]


@documented
@documentation_finding("cron-purge-dash")
def test_purge(scheduler: Scheduler, step: Any) -> None:
    """A job purges the history older than seven days; the page's own text of it fails at each run."""
    text = "DELETE\n    FROM cron.job_run_details\n    WHERE end_time < now() {} interval '7 days'"
    with step("1. Two runs in the history, one of them of last month"):
        scheduler.master("SELECT cron.schedule('old', '@reboot', 'SELECT 1')")
        scheduler.master("SELECT cron.schedule('new', '@reboot', 'SELECT 2')")
        scheduler.begin(2)
        scheduler.master(
            "UPDATE cron.job_run_details SET end_time = end_time - interval '1 month'"
            " WHERE command = 'SELECT 1'",
            "SELECT cron.unschedule('old'), cron.unschedule('new')",
        )
    with step("2. Schedule the purge, with the dash of the page and with a minus sign"):
        scheduler.master(
            f"SELECT cron.schedule('page', '@reboot', $${text.format(DASH)}$$)",
            f"SELECT cron.schedule('minus', '@reboot', $${text.format('-')}$$)",
        )
        scheduler.reboot()
        ended = (
            "SELECT count(*) FROM cron.job_run_details WHERE command LIKE 'DELETE%' AND end_time IS NOT NULL"
        )
        scheduler.wait(lambda admin: admin.execute(ended).fetchone() == (2,))
    with step("3. What is left"):
        query = f"SELECT status, return_message FROM cron.job_run_details WHERE command LIKE '%{DASH}%'"
        ((status, message),) = scheduler.read(query)
        assert status == "failed"
        assert message.startswith("ERROR: ")
        assert scheduler.read("SELECT command FROM cron.job_run_details WHERE command LIKE 'SELECT%'") == [
            ("SELECT 2",)
        ]


@documented
def test_nothing_is_written(rds_instance: Any) -> None:
    """cron.log_run off: no history is written; cron.log_statement off: no statement. Errors still are."""
    scheduler = Scheduler(rds_instance(parameters={**LOADED, "cron.log_run": "0", "cron.log_statement": "0"}))
    scheduler.master(
        "SELECT cron.schedule('@reboot', 'CREATE TABLE done ()')",
        "SELECT cron.schedule('@reboot', 'SELECT * FROM nowhere')",
    )
    assert scheduler.read("SHOW cron.log_run") == [("off",)]
    scheduler.reboot()
    scheduler.wait(lambda admin: admin.execute("SELECT to_regclass('done')").fetchone() != (None,))
    scheduler.wait(lambda _: 'relation "nowhere" does not exist' in scheduler.instance.log())
    assert scheduler.read("SELECT count(*) FROM cron.job_run_details") == [(0,)]
    assert "starting: CREATE TABLE done" not in scheduler.instance.log()


@documented
def test_one_at_a_time(rds_instance: Any) -> None:
    """cron.max_running_jobs is how many jobs run at the same time: with 1 each waits for the one before."""
    scheduler = Scheduler(rds_instance(parameters={**LOADED, "cron.max_running_jobs": "1"}))
    for name in ("first", "second", "third"):
        scheduler.master(f"SELECT cron.schedule('{name}', '@reboot', 'SELECT pg_sleep(0.1)')")
    scheduler.begin(3)
    overlapping = (
        "SELECT count(*) FROM cron.job_run_details a JOIN cron.job_run_details b"
        " ON a.runid < b.runid AND a.start_time < b.end_time AND b.start_time < a.end_time"
    )
    assert scheduler.read(overlapping) == [(0,)]
    assert scheduler.read("SELECT count(*) FROM cron.job_run_details WHERE status = 'succeeded'") == [(3,)]


@claim(source=UPSTREAM, certainty="documented", basis="emulated")
def test_inactive_jobs_do_not_run(scheduler: Scheduler) -> None:
    """A job that is not active, or was unscheduled, does not run."""
    for name in ("active", "inactive", "unscheduled"):
        scheduler.master(f"SELECT cron.schedule('{name}', '@reboot', 'CREATE TABLE made_by_{name} ()')")
    scheduler.master(
        "UPDATE cron.job SET active = false WHERE jobname = 'inactive'",
        "SELECT cron.unschedule('unscheduled')",
    )
    scheduler.begin(1)
    assert scheduler.read("SELECT command FROM cron.job_run_details") == [("CREATE TABLE made_by_active ()",)]


@claim(source=UPSTREAM, certainty="documented")
def test_time_comes(scheduler: Scheduler) -> None:
    """A job runs when its time comes: at the next full minute, from pg_cron 1.5 on also every second."""
    ((text,),) = scheduler.read("SELECT extversion FROM pg_extension WHERE extname = 'pg_cron'")
    by_seconds = tuple(map(int, text.split("-")[0].split("."))) >= (1, 5)
    schedule = "1 second" if by_seconds else "* * * * *"
    scheduler.master(f"SELECT cron.schedule('due', '{schedule}', 'SELECT 1')")
    ran = "SELECT count(*) FROM cron.job_run_details WHERE status = 'succeeded'"
    scheduler.wait(lambda admin: admin.execute(ran).fetchone() >= (1,), seconds=90)
    if not by_seconds:
        scheduler.master("SELECT cron.unschedule('due')")
        second = "SELECT extract(second FROM start_time) < 30 FROM cron.job_run_details"
        assert scheduler.read(second) == [(True,)]
