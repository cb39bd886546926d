"""pg_partman: partitions made, kept up and retired as the page does it, alone and by a job of pg_cron."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from rdscheck import claim, documentation_finding, scenario

DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL_Partitions.html"
UPSTREAM = "https://github.com/pgpartman/pg_partman/blob/master/doc/pg_partman.md"
pytestmark = scenario(
    "extensions/partman",
    title="Manage partitions with pg_partman",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "pg_partman"),
)
documented = claim(source=DOCS, certainty="documented")

CREATE = "CREATE SCHEMA partman; CREATE EXTENSION pg_partman WITH SCHEMA partman"

#: The page's tables: a parent with keys, a check, foreign keys and indexes.
TABLES = """
CREATE SCHEMA data_mart;
CREATE TABLE data_mart.organization (
    org_id bigserial, org_name text, CONSTRAINT pk_organization PRIMARY KEY (org_id));
CREATE TABLE data_mart.events (
    event_id bigserial, operation char(1), value float(24), parent_event_id bigint,
    event_type varchar(25), org_id bigserial, created_at timestamp,
    CONSTRAINT pk_data_mart_event PRIMARY KEY (event_id, created_at),
    CONSTRAINT ck_valid_operation CHECK (operation = 'C' OR operation = 'D'),
    CONSTRAINT fk_orga_membership FOREIGN KEY (org_id) REFERENCES data_mart.organization (org_id),
    CONSTRAINT fk_parent_event_id FOREIGN KEY (parent_event_id, created_at)
        REFERENCES data_mart.events (event_id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX idx_org_id ON data_mart.events (org_id);
CREATE INDEX idx_event_type ON data_mart.events (event_type)
"""

#: The page's call in the words of either generation.
OF_4 = (
    "SELECT partman.create_parent(p_parent_table => 'data_mart.events', p_control => 'created_at',"
    " p_type => 'native', p_interval => 'daily', p_premake => 30)"
)
OF_5 = OF_4.replace("'native'", "'range'").replace("'daily'", "'1 day'")

SETTINGS = (
    "UPDATE partman.part_config SET infinite_time_partitions = true, retention = '3 months',"
    " retention_keep_table = true WHERE parent_table = 'data_mart.events'"
)
MAINTENANCE = "CALL partman.run_maintenance_proc()"
PARTITIONS = "SELECT count(*) FROM pg_inherits WHERE inhparent = '{}'::regclass"

#: Thirty days before and after today, today, and the default partition.
ALL_DAYS = 62
#: With three more days wanted. pg_partman rounds the time that is left: from noon on it makes one more.
THREE_MORE = (ALL_DAYS + 3, ALL_DAYS + 4)


def row(connection: Any, query: str) -> Any:
    """Return the first row of a query."""
    return connection.execute(query).fetchone()


def days(connection: Any) -> int:
    """Return how many partitions the page's table has."""
    found: int = row(connection, PARTITIONS.format("data_mart.events"))[0]
    return found


def generation(connection: Any) -> int:
    """Return 4 or 5: which words the installed pg_partman understands."""
    (text,) = row(connection, "SELECT extversion FROM pg_extension WHERE extname = 'pg_partman'")
    return int(text.partition(".")[0])


def only(connection: Any, wanted: int) -> None:
    """Skip a claim about the other generation."""
    if (found := generation(connection)) != wanted:
        pytest.skip(f"the pg_partman here is of generation {found}, the claim is about {wanted}")


def create_parent(connection: Any, table: str, month: str, more: str = "") -> None:
    """Partition a table by months; ``month`` is an expression for the first of them."""
    words = (
        "'native', p_interval => 'monthly'"
        if generation(connection) == 4
        else "'range', p_interval => '1 month'"
    )
    connection.execute(
        f"SELECT partman.create_parent(p_parent_table => '{table}', p_control => 'at', p_type => {words},"
        f" p_premake => 1, p_start_partition => ({month})::text{more})"
    )


@pytest.fixture
def partman(rds: Any) -> Any:
    """Give a connection of the master user to a database with pg_partman."""
    rds.execute(CREATE)
    return rds


@pytest.fixture
def events(partman: Any) -> Any:
    """Give the same with the page's tables, partitioned by days."""
    partman.execute(TABLES)
    partman.execute(OF_4 if generation(partman) == 4 else OF_5)
    return partman


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_extension_needs_rds_superuser(rds: Any, rds_db: Any, login: Any, step: Any) -> None:
    """An ordinary user is refused with the page's error; granted rds_superuser he creates the extension."""
    role = rds_db.create_role("owner")
    rds.execute(f'GRANT CREATE ON DATABASE "{rds_db.name}" TO {role}')
    with step("1. Without rds_superuser"):
        session = login(role)
        session.execute("CREATE SCHEMA partman")
        with pytest.raises(Exception, match='permission denied to create extension "pg_partman"') as caught:
            session.execute("CREATE EXTENSION pg_partman WITH SCHEMA partman")
        hint = caught.value.diag.message_hint  # type: ignore[attr-defined]
        assert hint == "Must be superuser to create this extension."
    with step("2. Grant it"):
        rds.execute(f"GRANT rds_superuser TO {role}")
        session.execute("CREATE EXTENSION pg_partman WITH SCHEMA partman")


@documented
def test_each_database_needs_it(partman: Any, rds_db: Any, rds_connect: Any) -> None:
    """The extension is there in the database it was created in, and in no other."""
    query = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_partman'"
    assert row(partman, query) == (1,)
    assert row(rds_connect("postgres"), query) == (0,)


@documented
def test_create_parent_of_4(partman: Any) -> None:
    """In pg_partman 4 the page's call, native and daily, makes partitions for 61 days and a default."""
    only(partman, 4)
    partman.execute(TABLES)
    partman.execute(OF_4)
    assert days(partman) == ALL_DAYS


@documented
@documentation_finding("partman-native")
def test_create_parent_of_4_in_5(partman: Any) -> None:
    """pg_partman 5 refuses the interval daily and the type native, and makes nothing."""
    only(partman, 5)
    partman.execute(TABLES)
    with pytest.raises(Exception, match=r"interval values from old pg_partman versions \(daily\)"):
        partman.execute(OF_4)
    with pytest.raises(Exception, match="native is not a valid partitioning type"):
        partman.execute(OF_4.replace("'daily'", "'1 day'"))
    assert days(partman) == 0


@claim(source=UPSTREAM, certainty="documented")
def test_create_parent_of_5(partman: Any) -> None:
    """In pg_partman 5 the call with range and an interval of 1 day makes the same partitions."""
    only(partman, 5)
    partman.execute(TABLES)
    partman.execute(OF_5)
    assert days(partman) == ALL_DAYS


@claim(source=UPSTREAM, certainty="observed")
def test_create_parent_of_5_in_4(partman: Any) -> None:
    """pg_partman 4 refuses the type range, and makes nothing."""
    only(partman, 4)
    partman.execute(TABLES)
    with pytest.raises(Exception, match="range is not a valid partitioning type"):
        partman.execute(OF_5)
    assert days(partman) == 0


@documented
def test_partitions_inherit(events: Any) -> None:
    """Each partition has the primary key, the check, the foreign keys and the indexes of its parent."""
    having = (
        "SELECT count(*) FROM pg_inherits i WHERE inhparent = 'data_mart.events'::regclass AND {} = "
        "(SELECT count(*) FROM {} WHERE {} = i.inhrelid {})"
    )
    for number, catalog, column, which in (
        (1, "pg_constraint", "conrelid", "AND contype = 'p'"),
        (1, "pg_constraint", "conrelid", "AND contype = 'c' AND conname = 'ck_valid_operation'"),
        (3, "pg_index", "indrelid", ""),
    ):
        assert row(events, having.format(number, catalog, column, which)) == (ALL_DAYS,)
    keys = having.replace("{} =", "{} <=", 1).format(2, "pg_constraint", "conrelid", "AND contype = 'f'")
    assert row(events, keys) == (ALL_DAYS,)


@documented
def test_rows_are_routed(events: Any) -> None:
    """A row goes into the partition of its day, one outside of all into the default partition."""
    events.execute("INSERT INTO data_mart.organization (org_name) VALUES ('a')")
    for at in ("now()", "now() + interval '29 days'", "now() + interval '2 years'"):
        events.execute(f"INSERT INTO data_mart.events (operation, org_id, created_at) VALUES ('C', 1, {at})")
    where = (
        "SELECT (tableoid = 'data_mart.events_default'::regclass)::text, count(DISTINCT tableoid)"
        " FROM data_mart.events GROUP BY 1 ORDER BY 1"
    )
    assert events.execute(where).fetchall() == [("false", 2), ("true", 1)]
    told = events.execute("SELECT default_table, count FROM partman.check_default()").fetchall()
    assert told == [("data_mart.events_default", 1)]


@documented
def test_checks_hold_in_partitions(events: Any) -> None:
    """Constraints of the parent refuse rows in the default partition too."""
    with pytest.raises(Exception, match="ck_valid_operation"):
        events.execute(
            "INSERT INTO data_mart.events (operation, org_id, created_at) VALUES ('X', 1, '2000-01-01')"
        )
    with pytest.raises(Exception, match="fk_orga_membership"):
        events.execute(
            "INSERT INTO data_mart.events (operation, org_id, created_at) VALUES ('C', 4711, '2000-01-01')"
        )


@documented
def test_infinite_time_partitions(events: Any) -> None:
    """With infinite_time_partitions maintenance makes partitions although no data comes; without it none."""
    events.execute("UPDATE partman.part_config SET premake = 33")
    events.execute(MAINTENANCE)
    assert days(events) == ALL_DAYS
    events.execute(SETTINGS)
    events.execute(MAINTENANCE)
    assert days(events) in THREE_MORE


@documented
@pytest.mark.parametrize("keep", [True, False], ids=["kept", "dropped"])
def test_retention(partman: Any, keep: bool) -> None:
    """Partitions older than the retention are detached; without retention_keep_table they are dropped."""
    partman.execute("CREATE TABLE public.log (at timestamp NOT NULL) PARTITION BY RANGE (at)")
    create_parent(partman, "public.log", "now() - interval '6 months'")
    partman.execute(
        "CREATE TEMP TABLE before AS"
        " SELECT inhrelid FROM pg_inherits WHERE inhparent = 'public.log'::regclass"
    )
    partman.execute(
        f"UPDATE partman.part_config SET retention = '3 months', retention_keep_table = {keep},"
        " infinite_time_partitions = true"
    )
    partman.execute(MAINTENANCE)
    # Of the months that began 6, 5 and 4 months ago all days are older than three months.
    gone = "SELECT count(*) FROM before WHERE inhrelid NOT IN (SELECT {} FROM {})"
    assert row(partman, gone.format("inhrelid", "pg_inherits")) == (3,)
    assert row(partman, gone.format("oid", "pg_class")) == (0 if keep else 3,)


@documented
def test_young_partitions_stay(partman: Any) -> None:
    """Without a retention, and with a longer one, maintenance detaches nothing."""
    partman.execute("CREATE TABLE public.log (at timestamp NOT NULL) PARTITION BY RANGE (at)")
    create_parent(partman, "public.log", "now() - interval '6 months'")
    before = row(partman, PARTITIONS.format("public.log"))
    for retention in ("NULL", "'8 months'"):
        partman.execute(f"UPDATE partman.part_config SET retention = {retention}")
        partman.execute(MAINTENANCE)
        assert row(partman, PARTITIONS.format("public.log")) == before


@documented
def test_control_column(partman: Any) -> None:
    """The column that guides the partitions is a time or a number; a text is refused."""
    partman.execute("CREATE TABLE public.log (at text NOT NULL) PARTITION BY RANGE (at)")
    with pytest.raises(Exception, match=r"(?i)only date/time|integer"):
        create_parent(partman, "public.log", "now()")
    assert row(partman, "SELECT count(*) FROM partman.part_config") == (0,)


@documented
def test_parent_must_exist(partman: Any) -> None:
    """The parent must be there already, partitioned, and be named with its schema."""
    with pytest.raises(Exception, match=r"(?i)unable to find given parent table"):
        create_parent(partman, "public.nowhere", "now()")
    partman.execute("CREATE TABLE public.plain (at timestamp NOT NULL)")
    with pytest.raises(Exception, match=r"(?i)partition"):
        create_parent(partman, "public.plain", "now()")
    with pytest.raises(Exception, match=r"(?i)schema qualified"):
        create_parent(partman, "plain", "now()")


@claim(source=UPSTREAM, certainty="documented")
def test_ordinary_user(partman: Any, rds_db: Any, login: Any) -> None:
    """With rights on the schema an ordinary user partitions a table of his own, without them not."""
    role = rds_db.create_role("owner")
    partman.execute(f'GRANT CREATE ON DATABASE "{rds_db.name}" TO {role}')
    session = login(role)
    session.execute("CREATE SCHEMA own")
    session.execute("CREATE TABLE own.log (at timestamp NOT NULL) PARTITION BY RANGE (at)")
    with pytest.raises(Exception, match="permission denied for schema partman"):
        create_parent(session, "own.log", "now()")
    for what in (
        "ALL ON SCHEMA partman",
        "ALL ON ALL TABLES IN SCHEMA partman",
        "EXECUTE ON ALL FUNCTIONS IN SCHEMA partman",
        "EXECUTE ON ALL PROCEDURES IN SCHEMA partman",
    ):
        partman.execute(f"GRANT {what} TO {role}")
    create_parent(session, "own.log", "now()")
    session.execute(MAINTENANCE)
    (made,) = row(session, PARTITIONS.format("own.log"))
    assert made >= 3


@contextmanager
def rebooted(instance: Any) -> Iterator[Any]:
    """Start an instance anew and give a session once all jobs for its start have ended."""
    instance.reboot()
    with instance.admin() as admin:
        query = (
            "SELECT (SELECT count(*) FROM cron.job WHERE schedule = '@reboot') ="
            " (SELECT count(*) FROM cron.job_run_details WHERE status IN ('succeeded', 'failed'))"
        )
        deadline = time.monotonic() + 60
        while row(admin, query) != (True,):
            assert time.monotonic() < deadline, "the jobs did not end within 60 s"
            time.sleep(0.02)
    with instance.recorded() as master:
        yield master


@claim(source=DOCS, certainty="documented", needs=("pg_cron",))
def test_scheduled_maintenance(rds_instance: Any, step: Any) -> None:
    """The page's job of pg_cron runs the maintenance procedure: partitions are there that were not before."""
    instance = rds_instance(parameters={"shared_preload_libraries": "pg_cron"})
    with instance.recorded() as master:
        with step("1. Enable pg_partman, make the partitions"):
            master.execute(CREATE)
            master.execute(TABLES)
            master.execute(OF_4 if generation(master) == 4 else OF_5)
        with step("2. Create pg_cron, set up the maintenance, schedule it"):
            master.execute("CREATE EXTENSION pg_cron")
            master.execute(SETTINGS)
            master.execute(f"SELECT cron.schedule('@hourly', $${MAINTENANCE}$$)")
        with step("3. Make it due: more partitions wanted, and a start instead of an hour"):
            master.execute("UPDATE partman.part_config SET premake = 33")
            master.execute("UPDATE cron.job SET schedule = '@reboot'")
            assert days(master) == ALL_DAYS
    with rebooted(instance) as master, step("4. The job ran"):
        told = master.execute("SELECT command, status FROM cron.job_run_details").fetchall()
        assert told == [(MAINTENANCE, "succeeded")]
        assert days(master) in THREE_MORE


@claim(source=DOCS, certainty="documented", needs=("pg_cron",))
@documentation_finding("partman-cron-database")
def test_maintenance_of_another_database(rds_instance: Any) -> None:
    """In another database the page's script ends at pg_cron; its job runs in postgres and finds nothing."""
    instance = rds_instance(parameters={"shared_preload_libraries": "pg_cron"})
    with instance.recorded() as master:
        master.execute("CREATE EXTENSION pg_cron")
        master.execute("CREATE DATABASE app")
        for name in ("as on the page", "moved"):
            master.execute(f"SELECT cron.schedule('{name}', '@reboot', $${MAINTENANCE}$$)")
        master.execute("UPDATE cron.job SET database = 'app' WHERE jobname = 'moved'")
    with instance.recorded("app") as app:
        app.execute(CREATE)
        with pytest.raises(Exception, match="can only create extension in database postgres"):
            app.execute("CREATE EXTENSION pg_cron")
    with rebooted(instance) as master:
        query = "SELECT database, status, trim(return_message) FROM cron.job_run_details ORDER BY 1"
        assert master.execute(query).fetchall() == [
            ("app", "succeeded", "CALL"),
            ("postgres", "failed", 'ERROR: schema "partman" does not exist'),
        ]
