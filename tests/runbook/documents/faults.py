"""Mutations of our own pages: a mistake, and which blocks have another verdict then.

Blocks are named by a text of theirs. A mistake never changes the number of lines, so that every block
stays where it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PASSED, DIFFERS, FAILED, NOT_RUN = "passed", "differs", "failed", "not-runnable"


@dataclass(frozen=True)
class Fault:
    """One mistake. Without ``new`` the whole block that ``old`` stands in is left out."""

    page: str
    name: str
    old: str
    new: str | None
    changes: Mapping[str, str] = field(default_factory=dict)  # a text of the block: its verdict

    @property
    def id(self) -> str:
        """Return what a test is called."""
        return f"{self.page}-{self.name}".replace(" ", "-")


ROLES = "roles-and-grants"
WRONG = "wrong-on-purpose"
PARTITIONS = "monthly-partitions"
EXPORT = "export-to-s3"
REPLICATION = "logical-replication"
COPY = "copy-one-schema"
UPGRADE = "before-a-major-upgrade"
LAMBDA = "invoke-lambda"
AUDIT = "audit-payments"
SNAPSHOT = "snapshot-and-restore"
JOBS = "scheduled-jobs"

#: Pages whose mistakes have nothing to do with each other: one run may have them all.
TOGETHER = frozenset({WRONG, UPGRADE})

_WRITER, _REFUSED, _READER = "SET ROLE stock_writer", "UPDATE stock.item", "DELETE FROM stock.item"
_CALL, _TAGS = "p_control => 'taken_at'", " create_parent\n"
_COUNT, _KEEP, _ROWS = "pg_inherits", "retention_keep_table", "INSERT INTO reading"
_EXPORT, _UPLOADED, _OBJECT, _IMPORT = (
    "query_export_to_s3",
    "rows_uploaded |",
    "head -n 3",
    "CREATE TABLE january",
)
_DUMP, _LIST, _RESTORE, _COMPARE = "--file=sales.dump", "TABLE DATA", "--dbname=sales_copy", "-d sales_copy"

FAULTS = (
    Fault(
        ROLES,
        "missing grant",
        "GRANT stock_writer TO CURRENT_USER;",
        None,
        {_WRITER: FAILED, _READER: FAILED},
    ),
    Fault(
        ROLES,
        "missing usage",
        "GRANT USAGE ON SCHEMA stock TO stock_reader;",
        "",
        {_WRITER: FAILED, _REFUSED: FAILED, _READER: FAILED},
    ),
    Fault(
        ROLES,
        "grant to another role",
        "GRANT stock_reader TO stock_writer;",
        "GRANT stock_reader TO stock_admin;",
        {"CREATE ROLE stock_reader;": FAILED, _WRITER: FAILED, _REFUSED: FAILED, _READER: FAILED},
    ),
    Fault(
        ROLES,
        "misspelt role",
        "GRANT SELECT ON TABLES TO stock_reader;",
        "GRANT SELECT ON TABLES TO stock_readers;",
        {
            "CREATE SCHEMA stock;": FAILED,
            r"\dp stock.item": DIFFERS,
            _WRITER: FAILED,
            _REFUSED: FAILED,
            _READER: FAILED,
        },
    ),
    Fault(
        ROLES,
        "other tag",
        "GRANT stock_reader TO stock_writer;\n   GRANT ROLE",
        "GRANT stock_reader TO stock_writer;\n   GRANTED",
        {"CREATE ROLE stock_reader;": DIFFERS},
    ),
    Fault(ROLES, "changed cell", "A-1 |     10", "A-1 |     12", {_WRITER: DIFFERS}),
    Fault(ROLES, "changed row count", "(2 rows)", "(3 rows)", {_WRITER: DIFFERS}),
    Fault(ROLES, "changed tag", "INSERT 0 2", "INSERT 0 3", {_WRITER: DIFFERS}),
    Fault(ROLES, "changed column", " sku | pieces\n", " sku | number\n", {_WRITER: DIFFERS}),
    Fault(
        ROLES,
        "changed error",
        "ERROR:  permission denied for table item",
        "ERROR:  permission denied for table items",
        {_READER: FAILED},
    ),
    Fault(
        ROLES,
        "removed semicolon",
        "DROP SCHEMA stock CASCADE;",
        "DROP SCHEMA stock CASCADE",
        {"DROP SCHEMA stock": FAILED, "SELECT rolname": DIFFERS},
    ),
    Fault(
        ROLES,
        "stricter check",
        "pieces >= 0",
        "pieces >= 5",
        {_WRITER: FAILED, _REFUSED: DIFFERS, _READER: DIFFERS},
    ),
    Fault(ROLES, "misspelt set", "SET ROLE stock_writer;", "SET ROLE stock_wirter;", {_WRITER: FAILED}),
    Fault(
        ROLES, "allowed after all", "DELETE FROM stock.item;", "SELECT FROM stock.item;", {_READER: DIFFERS}
    ),
    Fault(
        ROLES,
        "other order",
        """ALTER DEFAULT PRIVILEGES IN SCHEMA stock GRANT SELECT ON TABLES TO stock_reader;
   ALTER DEFAULT PRIVILEGES IN SCHEMA stock GRANT INSERT, UPDATE, DELETE ON TABLES TO stock_writer;
   CREATE TABLE stock.item (sku text PRIMARY KEY, pieces int NOT NULL CHECK (pieces >= 0));""",
        """CREATE TABLE stock.item (sku text PRIMARY KEY, pieces int NOT NULL CHECK (pieces >= 0));
   ALTER DEFAULT PRIVILEGES IN SCHEMA stock GRANT SELECT ON TABLES TO stock_reader;
   ALTER DEFAULT PRIVILEGES IN SCHEMA stock GRANT INSERT, UPDATE, DELETE ON TABLES TO stock_writer;""",
        {r"\dp stock.item": DIFFERS, _WRITER: FAILED, _REFUSED: FAILED, _READER: FAILED},
    ),
    Fault(ROLES, "wrong option", "--username=postgres", "--usernam=e", {"psql --host": FAILED}),
    Fault(WRONG, "mended setting", "ALTER SYSTEM SET", "SET", {"ALTER SYSTEM": PASSED}),
    Fault(WRONG, "mended copy", "COPY leaf TO '/tmp/leaf.csv'", "COPY leaf TO STDOUT", {"COPY leaf": PASSED}),
    Fault(WRONG, "mended role", "boss SUPERUSER", "boss CREATEDB", {"CREATE ROLE boss": PASSED}),
    Fault(WRONG, "mended extension", "EXTENSION plpython3u", "EXTENSION pg_trgm", {"plpython3u": PASSED}),
    Fault(
        WRONG,
        "mended rows",
        "SELECT name FROM leaf ORDER BY id;",
        "SELECT name FROM (TABLE leaf UNION ALL SELECT 3, 'ash') AS l ORDER BY id;",
        {"SELECT name FROM leaf": PASSED},
    ),
    Fault(WRONG, "mended tag", "EXTENSION CREATED", "CREATE EXTENSION", {"citext": PASSED}),
    Fault(WRONG, "mended column", "    number\n", "    count\n", {"    number\n": PASSED}),
    Fault(WRONG, "mended right", "SET ROLE clerk;", "", {"CREATE ROLE clerk": PASSED}),
    Fault(
        WRONG,
        "mended method",
        "ParameterValue=200,ApplyMethod=immediate",
        "ParameterValue=200,ApplyMethod=pending-reboot",
        {"max_connections": PASSED},
    ),
    Fault(
        WRONG,
        "mended option",
        "--db-instance-name your-instance",
        "--db-instance-identifier your-instance",
        {"reboot-db-instance": PASSED},
    ),
    Fault(
        WRONG, "mended feature", "--feature-name S3_EXPORT", "--feature-name s3Export", {"S3_EXPORT": PASSED}
    ),
    Fault(WRONG, "bound", "'<name of your leaf>'", "'oak'", {"name of your leaf": PASSED}),
    Fault(
        PARTITIONS,
        "unsupported extension",
        "CREATE EXTENSION pg_partman WITH",
        "CREATE EXTENSION pg_squeeze WITH",
        {
            "CREATE SCHEMA partman": FAILED,
            "split_part": DIFFERS,
            _CALL: FAILED,
            _TAGS: DIFFERS,
            _COUNT: DIFFERS,
            _KEEP: FAILED,
            _ROWS: FAILED,
            "run_maintenance_proc": FAILED,
            "check_default": FAILED,
        },
    ),
    Fault(
        PARTITIONS,
        "wrong interval",
        "p_interval => '1 month'",
        "p_interval => '1 moon'",
        {_CALL: FAILED, _TAGS: DIFFERS, _COUNT: DIFFERS, _KEEP: DIFFERS, _ROWS: FAILED},
    ),
    Fault(PARTITIONS, "one more", "p_premake => 3", "p_premake => 4", {_COUNT: DIFFERS}),
    Fault(
        PARTITIONS,
        "other kind",
        "PARTITION BY RANGE (taken_at)",
        "PARTITION BY LIST (taken_at)",
        {_CALL: FAILED, _TAGS: DIFFERS, _COUNT: DIFFERS, _KEEP: DIFFERS, _ROWS: FAILED},
    ),
    Fault(
        PARTITIONS,
        "dropped step",
        _CALL,
        None,
        {_TAGS: DIFFERS, _COUNT: DIFFERS, _KEEP: DIFFERS, _ROWS: FAILED},
    ),
    Fault(
        EXPORT,
        "wrong feature",
        "--feature-name s3Export",
        "--feature-name s3Exprot",
        {"s3Export": FAILED, _EXPORT: FAILED, _UPLOADED: DIFFERS, _OBJECT: DIFFERS, _IMPORT: FAILED},
    ),
    Fault(
        EXPORT,
        "policy without writing",
        '"s3:PutObject", ',
        "",
        {_EXPORT: FAILED, _UPLOADED: DIFFERS, _OBJECT: DIFFERS, _IMPORT: FAILED},
    ),
    Fault(
        EXPORT,
        "policy not attached",
        "attach-role-policy",
        None,
        {_EXPORT: FAILED, _UPLOADED: DIFFERS, _OBJECT: DIFFERS, _IMPORT: FAILED},
    ),
    Fault(
        EXPORT,
        "other region",
        "'invoices/2024-01.csv', 'aws-region'),\n       options",
        "'invoices/2024-01.csv', 'eu-west-3'),\n       options",
        {_EXPORT: FAILED, _UPLOADED: DIFFERS, _OBJECT: DIFFERS, _IMPORT: FAILED},
    ),
    Fault(EXPORT, "one line less", "head -n 3", "head -n 2", {_OBJECT: DIFFERS}),
    Fault(EXPORT, "changed sum", "697.50", "697.05", {_IMPORT: DIFFERS}),
    Fault(
        EXPORT,
        "wrong format",
        "options := 'format csv, header true'",
        "options := 'format cvs, header true'",
        {_EXPORT: FAILED, _UPLOADED: DIFFERS, _OBJECT: DIFFERS, _IMPORT: FAILED},
    ),
    Fault(
        COPY,
        "plain dump",
        "--format=custom",
        "--format=plain",
        {_LIST: DIFFERS, _RESTORE: FAILED, _COMPARE: FAILED},
    ),
    Fault(
        COPY,
        "misspelt schema",
        "--schema=sales",
        "--schema=sails",
        {_DUMP: FAILED, _LIST: DIFFERS, _RESTORE: FAILED, _COMPARE: FAILED},
    ),
    Fault(
        COPY,
        "no database",
        "-U postgres sales_copy",
        "-U postgres --template=nothing sales_copy",
        {"createdb": FAILED, _RESTORE: FAILED, _COMPARE: FAILED},
    ),
    Fault(COPY, "wrong option", "--no-owner ", "--no-owners ", {_RESTORE: FAILED, _COMPARE: FAILED}),
    Fault(COPY, "changed total", "Ada   | 29.90", "Ada   | 29.80", {_COMPARE: DIFFERS}),
    Fault(COPY, "with passwords", "--no-role-passwords ", "", {"--no-role-passwords": FAILED}),
    Fault(
        UPGRADE, "misspelt column", "ALTER COLUMN runs TYPE", "ALTER COLUMN ran TYPE", {"ALTER TABLE": FAILED}
    ),
    Fault(
        UPGRADE,
        "misspelt extension",
        "CREATE EXTENSION hstore;",
        "CREATE EXTENSION hstoer;",
        {"ALTER EXTENSION hstore": FAILED},
    ),
    Fault(UPGRADE, "other type", "runs regproc", "runs text", {"job_kind (id": DIFFERS}),
    Fault(UPGRADE, "allowed name", "CREATE ROLE pg_reports", "CREATE ROLE reports", {"pg_reports": PASSED}),
    Fault(
        LAMBDA,
        "other action",
        '"Action": "lambda:InvokeFunction"',
        '"Action": "lambda:GetFunction"',
        {"AS pieces FROM": FAILED, " | pieces\n": DIFFERS, "'Event'": FAILED},
    ),
    Fault(
        LAMBDA,
        "other function",
        "('restock', 'us-east-1'),\n       '{\"sku\": \"A-1\", \"pieces\": 4}'::json);",
        "('restack', 'us-east-1'),\n       '{\"sku\": \"A-1\", \"pieces\": 4}'::json);",
        {"AS pieces FROM": FAILED, " | pieces\n": DIFFERS},
    ),
    Fault(LAMBDA, "changed number", "200 | 96", "200 | 69", {" | pieces\n": DIFFERS}),
    Fault(
        SNAPSHOT,
        "other snapshot",
        "--db-instance-identifier ledger-restored \\\n       --db-snapshot-identifier ledger-before",
        "--db-instance-identifier ledger-restored \\\n       --db-snapshot-identifier ledger-after",
        {"ledger-restored \\": FAILED, "--host=ledger-restored": NOT_RUN, "ORDER BY id": DIFFERS},
    ),
    Fault(
        SNAPSHOT,
        "nothing lost",
        "amount > 0;",
        "amount > 9999;",
        {"DELETE FROM entry": DIFFERS, "--host=ledger.": DIFFERS},
    ),
    Fault(
        AUDIT,
        "misspelt parameter",
        "ParameterName=pgaudit.role",
        "ParameterName=pgaudit.rolle",
        {
            "pgaudit.role,": FAILED,
            "download-db-log-file-portion": FAILED,
            "\nAUDIT: OBJECT": DIFFERS,
            ":LOG:  AUDIT:": DIFFERS,
        },
    ),
    Fault(
        AUDIT,
        "other relation in the log",
        "LOG:  AUDIT: OBJECT,1,1,READ,SELECT,TABLE,public.payment,",
        "LOG:  AUDIT: OBJECT,1,1,READ,SELECT,TABLE,public.invoice,",
        {":LOG:  AUDIT:": DIFFERS},
    ),
    Fault(
        LAMBDA,
        "other feature for Windows",
        "--feature-name Lambda ^",
        "--feature-name Lambada ^",
        {"instance ^": FAILED},
    ),
    Fault(
        JOBS,
        "not loaded",
        "1. Add `pg_cron` to the list",
        "1. Add `auto_explain` to the list",
        {
            "CREATE EXTENSION pg_cron": FAILED,
            "SHOW cron.database_name": FAILED,
            "0 3 * * *": FAILED,
            "UPDATE cron.job": FAILED,
            "'30 seconds'": FAILED,
            "SELECT cron.unschedule": FAILED,
            "cron.job_run_details": FAILED,
        },
    ),
    Fault(
        REPLICATION,
        "not logical",
        "rds.logical_replication,ParameterValue=1",
        "rds.logical_replication,ParameterValue=0",
        {
            "SHOW wal_level": DIFFERS,
            "CREATE PUBLICATION": DIFFERS,
            "CREATE SUBSCRIPTION": FAILED,
            "GROUP BY state": DIFFERS,
            "DROP SUBSCRIPTION": FAILED,
        },
    ),
    Fault(
        REPLICATION,
        "misspelt publication",
        "PUBLICATION orders_pub;\n   ```\n\n1. Wait",
        "PUBLICATION orders_bup;\n   ```\n\n1. Wait",
        {"GROUP BY state": DIFFERS},
    ),
)
