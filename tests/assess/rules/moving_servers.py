"""Cases of rules about jobs, foreign servers, the services and Babelfish."""

from rdscheck.assess.facts import (
    EventTrigger,
    Flavour,
    ForeignDataWrapper,
    Function,
    LargeObjects,
    PartitionSet,
    Publication,
    Schema,
    Setting,
    Subscription,
)
from rdscheck.babelfish.naming import identifier
from tests.assess.rules.moving import (
    NOTE,
    WARNING,
    Case,
    db,
    ext,
    foreign,
    job,
    mapping,
    role,
    server_setting,
    table,
    upgrade,
    view,
)

LONG = "quarterly_results_of_all_subsidiaries_in_the_european_union_by_month"


def trigger(name: str, enabled: str = "origin") -> EventTrigger:
    return EventTrigger(name=name, event="sql_drop", function="public.f", enabled=enabled)


SCHEDULED = (
    Case(
        "pgagent-jobs",
        (table("pga_job", schema="pgagent"),),
        "table pgagent.pga_job",
        (table("pga_job"), table("pga_jobs", schema="pgagent")),
        WARNING,
    ),
    Case(
        "cron-job-other-node",
        (job(node="worker-2"),),
        "cron job 7",
        (job(), job(node="/var/run/postgresql"), job(node="")),
        WARNING,
    ),
    Case(
        "cron-job-superuser-command",
        (job("COPY t TO PROGRAM 'gzip > /x'; ALTER SYSTEM SET work_mem = '1GB'"),),
        "cron job 7",
        (job("SELECT 'COPY t TO PROGRAM ''x'''"), job("COPY t TO STDOUT"), job("not SQL at all")),
        says="ALTER SYSTEM and COPY with a program",
    ),
    Case(
        "cron-job-superuser-command",
        (job("DO $$BEGIN EXECUTE 'SELECT pg_read_file(''/etc/x'')'; END$$"),),
        "cron job 7",
        (job("SELECT my.pg_read_file('x')"), job("SELECT " + "1+" * 50_000 + "1")),
        says="runs pg_read_file,",
    ),
    Case(
        "cron-job-of-superuser",
        (job(user="op"), role("op", superuser=True)),
        "cron job 7",
        (job(user="op"), role("op")),
        WARNING,
    ),
    Case(
        "cron-job-seconds",
        (job(schedule="30 seconds"),),
        "cron job 7",
        (job(schedule="30 seconds"),),
        target="rds-15.2-R2",
        innocent_target="rds-15.4",
    ),
    Case("cron-jobs-move", (job(),), "cron job 7", (ext("pg_cron"),), NOTE),
    Case(
        "partman-maintenance",
        (PartitionSet(parent="public.orders", kind="native"),),
        "partition set public.orders",
        (ext("pg_partman"), table(is_partition=True)),
        NOTE,
    ),
)

FOREIGN = (
    Case(
        "foreign-server-socket",
        (foreign("dbname=sales"),),
        "foreign server sales",
        (foreign("host=10.1.1.1"), foreign("service=x"), foreign("host=/tmp", wrapper="oracle_fdw")),
        says="it names no host",
        fix="ADD host",
    ),
    Case(
        "foreign-server-socket",
        (foreign("host=/var/run/postgresql", "port=5433"),),
        "foreign server sales",
        (foreign("hostaddr=10.1.1.1"),),
        fix="SET host",
    ),
    Case(
        "foreign-server-localhost",
        (foreign("servername=localhost", wrapper="tds_fdw"),),
        "foreign server sales",
        (foreign("host=localhost.example.com"), foreign("host=10.127.0.1")),
        WARNING,
        fix="SET servername",
    ),
    Case(
        "foreign-server-host-name",
        (foreign("host=db1.corp"),),
        "foreign server sales",
        (
            foreign("host=10.1.1.1"),
            foreign("host=db.example.com"),
            foreign("host=localhost"),
            foreign("host=ip-10-0-0-1.eu-central-1.compute.internal"),
        ),
        NOTE,
    ),
    Case(
        "foreign-server-client-files",
        (foreign("host=a.example.com", "sslrootcert=/etc/ca.pem", "service=x"),),
        "foreign server sales",
        (foreign("host=a.example.com", "sslmode=require"), foreign("sslrootcert=x", wrapper="oracle_fdw")),
        fix="(DROP service, DROP sslrootcert)",
    ),
    Case(
        "foreign-server-client-files",
        (foreign("host=a.example.com"), mapping("user=a", "password=***", "sslkey=***")),
        "user mapping of app on sales",
        (foreign("host=a.example.com"), mapping("user=a", "password=***")),
        fix='FOR "app" SERVER "sales" OPTIONS (DROP sslkey)',
    ),
    Case(
        "user-mapping-without-password",
        (foreign("host=a.example.com"), mapping("user=a", "password=***", "password_required=false")),
        "user mapping of app on sales",
        (foreign("host=a.example.com"), mapping("user=a", "password=***")),
        says="only superusers may",
    ),
    Case(
        "user-mapping-without-password",
        (foreign("host=a.example.com"), mapping("user=a", role="public")),
        "user mapping of public on sales",
        (foreign("host=a.example.com"), mapping(options_hidden=True)),
        fix="FOR PUBLIC",
    ),
    Case(
        "user-mapping-password",
        (mapping("password=***"),),
        "user mapping of app on sales",
        (mapping(),),
        NOTE,
    ),
    Case(
        "foreign-server-wrapper",
        (foreign(wrapper="mongo_fdw"),),
        "foreign server sales",
        (foreign(wrapper="dblink_fdw"), foreign(wrapper="tds_fdw"), foreign()),
    ),
    Case(
        "foreign-server-wrapper",
        (foreign(wrapper="own"), ForeignDataWrapper(name="own", database="other")),
        "foreign server sales",
        (foreign(wrapper="own"), ForeignDataWrapper(name="own", database="app")),
    ),
)

SERVICES = (
    Case("unlogged-tables", (table(unlogged=True),), "table public.t", (table("unlogged"),), NOTE),
    Case(
        "aurora-io-parameters",
        (server_setting("io_method", "sync"),),
        "setting io_method",
        (server_setting("effective_io_concurrency", "4"),),
        NOTE,
        target="aurora-18",
    ),
    Case(
        "aurora-parallel-queries",
        (table(),),
        "setting max_parallel_workers_per_gather",
        (Setting(name="max_parallel_workers_per_gather", value="2", scope="role", subject="app"),),
        NOTE,
        target="aurora-18",
    ),
    Case(
        "aurora-only-functions",
        (view(" SELECT a.server_id\n   FROM aurora_replica_status() a;"),),
        "view public.v",
        (
            view("SELECT 'aurora_version()' AS a, public.aurora_version() AS b, my_aurora_x() AS c"),
            view("SELECT aurora_mine()"),
            Function(schema="public", name="aurora_mine", arguments="", language="sql", database="app"),
        ),
        says="aurora_replica_status",
    ),
    upgrade(
        "global-database-rpo",
        (server_setting("rds.global_db_rpo", "60"),),
        "setting rds.global_db_rpo",
        server_setting("rds.global_db_rpo", "-1"),
        target="aurora-17",
        flavour=Flavour.AURORA,
    ),
)

BLUE_GREEN = (
    upgrade(
        "blue-green-table-without-key",
        (table(has_key=False),),
        "table public.t",
        table(),
        table("f", has_key=False, identity="full"),
        table("u", has_key=False, unlogged=True),
        table("p", has_key=False, kind="partitioned table"),
        severity=NOTE,
    ),
    upgrade(
        "blue-green-table-without-key",
        (table(identity="nothing"),),
        "table public.t",
        table(identity="index", has_key=False),
        severity=NOTE,
    ),
    upgrade(
        "blue-green-large-objects",
        (LargeObjects(number=3),),
        "large objects",
        LargeObjects(number=0),
        severity=NOTE,
    ),
    upgrade(
        "blue-green-replication-parameters",
        (server_setting("work_mem", "5000"),),
        "setting rds.logical_replication",
        server_setting("rds.logical_replication", "on"),
        severity=NOTE,
    ),
    upgrade(
        "blue-green-locks",
        (
            server_setting("max_locks_per_transaction", "10"),
            server_setting("max_connections", "20"),
            *(table(f"t{number}") for number in range(201)),
        ),
        "tables",
        server_setting("max_locks_per_transaction", "10"),
        server_setting("max_connections", "20"),
        *(table(f"t{number}", database="ab"[number % 2]) for number in range(300)),
        severity=NOTE,
        fix="= 11 in",
    ),
    upgrade("blue-green-unlogged-table", (table(unlogged=True),), "table public.t", table(), severity=NOTE),
    upgrade(
        "blue-green-foreign-server", (foreign(),), "foreign server sales", ext("postgres_fdw"), severity=NOTE
    ),
    upgrade("blue-green-publication", (Publication(name="out"),), "publication out", table(), severity=NOTE),
    upgrade(
        "blue-green-subscription", (Subscription(name="in"),), "subscription in", table(), severity=WARNING
    ),
    upgrade(
        "blue-green-extension", (ext("pglogical"),), "extension pglogical", ext("pg_trgm"), severity=NOTE
    ),
    upgrade(
        "blue-green-event-trigger",
        (trigger("audit"),),
        "event trigger audit",
        trigger("quiet", "disabled"),
        severity=NOTE,
        fix="DISABLE;",
    ),
    upgrade(
        "blue-green-event-trigger",
        (trigger("dts_capture_catalog_start", "disabled"),),
        "event trigger dts_capture_catalog_start",
        severity=WARNING,
    ),
    upgrade(
        "blue-green-replication-parameters",
        (
            server_setting("rds.logical_replication", "on"),
            server_setting("max_replication_slots", "2"),
            *(db(name) for name in ("a", "b", "rdsadmin")),
        ),
        "setting max_replication_slots",
        server_setting("max_replication_slots", "2"),
        server_setting("rds.logical_replication", "on"),
        db("a"),
        db("template1"),
        severity=NOTE,
        says="needs 3",
    ),
)

BABELFISH = (
    Case(
        "babelfish-shortened-names",
        (ext("babelfishpg_tsql"), table(identifier(LONG), schema="shop_dbo")),
        f"table shop_dbo.{identifier(LONG)}",
        (ext("babelfishpg_tsql"), table(LONG[:63], schema="shop_dbo"), table(identifier(LONG))),
        NOTE,
        target="aurora-15",
    ),
    Case(
        "babelfish-capital-letters",
        (ext("babelfishpg_tsql"), table("Orders", schema="shop_dbo")),
        'table shop_dbo."Orders"',
        (ext("babelfishpg_tsql"), table("größe Ü", schema="shop_dbo"), table("Orders")),
        WARNING,
        target="aurora-15",
    ),
    Case(
        "babelfish-ambiguous-schema",
        (ext("babelfishpg_tsql"), Schema(name="web_shop_dbo", database="app")),
        "schema web_shop_dbo",
        (Schema(name="web_shop_dbo", database="app"), ext("babelfishpg_tds")),
        NOTE,
        target="aurora-15",
        says="web.shop_dbo or web_shop.dbo",
    ),
    Case(
        "babelfish-migration-mode",
        (Setting(name="babelfishpg_tsql.migration_mode", value="multi-db", scope="database", subject="b"),),
        "setting babelfishpg_tsql.migration_mode of database b",
        (Setting(name="babelfishpg_tsql.version", value="12", scope="database", subject="b"),),
        WARNING,
        target="aurora-15",
    ),
)

CASES = (*SCHEDULED, *FOREIGN, *SERVICES, *BLUE_GREEN, *BABELFISH)
