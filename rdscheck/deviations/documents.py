"""Places where a document turned out wrong or outdated when it was run."""

from rdscheck.model import DocumentationFinding

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_EXTENSIONS = f"{_GUIDE}/PostgreSQL.Concepts.General.FeatureSupport.Extensions.html"
_EXPORT_DOCS = f"{_GUIDE}/postgresql-s3-export.html"
_EXPORT_REFERENCE = f"{_GUIDE}/postgresql-s3-export-functions.html"
_EXPORT_BUCKET = f"{_GUIDE}/postgresql-s3-export-access-bucket.html"
_PGAUDIT_SETUP = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.pgaudit.basic-setup.html"
_PGAUDIT_OBJECTS = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.pgaudit.auditing.html"
_PGAUDIT_EXCLUDE = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.pgaudit.exclude-user-db.html"
_CRON = f"{_GUIDE}/PostgreSQL_pg_cron.html"
_PARTMAN = f"{_GUIDE}/PostgreSQL_Partitions.html"
_REPACK = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.pg_repack.html"
_PLV8 = f"{_GUIDE}/PostgreSQL.Concepts.General.UpgradingPLv8.html"
_POSTGIS = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.PostGIS.html"
_PGAUDIT_REFERENCE = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.pgaudit.reference.html"
_UPGRADE = f"{_GUIDE}/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html"
_UPGRADE_EXTENSIONS = f"{_GUIDE}/USER_UpgradeDBInstance.PostgreSQL.ExtensionUpgrades.html"

FINDINGS = (
    DocumentationFinding(
        "export-guide-feature-name",
        "stored procedure guide, step 1",
        "associate the role with the feature S3_EXPORT",
        "S3_EXPORT is no feature of the engine and is refused; s3Export is, and its case counts",
        "use --feature-name s3Export",
        _EXPORT_BUCKET,
    ),
    DocumentationFinding(
        "export-guide-minimum-permissions",
        "stored procedure guide, step 1, minimum permissions",
        "the policy needs s3:ListBucket and s3:GetBucketLocation besides the two for writing",
        "s3:PutObject and s3:AbortMultipartUpload are enough, small and in parts",
        "grant those two on the objects of the bucket and nothing else",
        _EXPORT_BUCKET,
    ),
    DocumentationFinding(
        "export-guide-trust-policy",
        "user guide, access to a bucket for exports, create the role (edition of 2023)",
        "create-role with a trust policy whose account and ARN stand without quotes, the ARN without a colon",
        "it is no JSON, which IAM answers with MalformedPolicyDocument; with quotes put around it, the ARN"
        " is that of no instance and the role serves none",
        'write "aws:SourceAccount": "111122223333" and "aws:SourceArn":'
        ' "arn:aws:rds:us-east-1:111122223333:db:your-db-instance", as the page for imports does',
        _EXPORT_BUCKET,
    ),
    DocumentationFinding(
        "export-guide-second-extension",
        "stored procedure guide, step 2",
        "create aws_commons after aws_s3 with CASCADE",
        "CASCADE has installed aws_commons already; the statement only gives a notice",
        "leave the second statement out",
        _EXPORT_DOCS,
    ),
    DocumentationFinding(
        "export-guide-part-suffix",
        "stored procedure guide, step 5, large exports",
        "the parts of a large export carry a suffix like _partXX",
        "the first object keeps the name that was asked for; later ones end in _part2, _part3 and so on,"
        " after the whole key",
        "read the key itself first, then key_part2 onwards until one is missing",
        _EXPORT_REFERENCE,
    ),
    DocumentationFinding(
        "export-guide-security",
        "stored procedure guide, step 6",
        "withhold aws_s3 from a role and give it EXECUTE on the procedure",
        "the procedure runs with the rights of its caller, who is refused at the schema aws_s3",
        "make it SECURITY DEFINER with SET search_path; then the query too runs with the owner's rights,"
        " so build the query inside the procedure instead of taking it as an argument",
        "https://www.postgresql.org/docs/current/sql-createprocedure.html",
    ),
    DocumentationFinding(
        "export-guide-public-execute",
        "stored procedure guide, step 6",
        "granting EXECUTE to approved roles limits who may call the procedure",
        "every role may call it without any grant: a new procedure is executable by PUBLIC",
        "REVOKE EXECUTE ON PROCEDURE … FROM PUBLIC in the transaction that creates it",
        "https://www.postgresql.org/docs/current/ddl-priv.html",
    ),
    DocumentationFinding(
        "extensions-guide-slash-c",
        "using PostgreSQL extensions, orafce, step 1",
        "change to another database with the psql command /c dbname",
        "psql sends /c dbname to the server, where it is a syntax error",
        "write \\c dbname",
        "https://www.postgresql.org/docs/current/app-psql.html",
    ),
    DocumentationFinding(
        "extensions-guide-orafce-search-path",
        "using PostgreSQL extensions, orafce",
        "after CREATE EXTENSION and ALTER SCHEMA the functions can be used; nothing more is to be done",
        "from orafce 3.22 on all functions, bitand for one, are in the schema oracle, which nobody's search"
        " path holds",
        'ALTER DATABASE … SET search_path = oracle, pg_catalog, "$user", public; or write oracle.bitand',
        "https://github.com/orafce/orafce",
    ),
    DocumentationFinding(
        "extensions-guide-allowed-default",
        "using PostgreSQL extensions, rds.allowed_extensions",
        "by default the parameter is not set",
        "it is set, to *; not set, that is empty, it lets nothing be created",
        "take the parameter back to its default by a reset of the group, never by an empty value",
        _EXTENSIONS,
    ),
    DocumentationFinding(
        "extensions-guide-create-on-instance",
        "using PostgreSQL extensions, trusted extensions",
        "users with create permissions on a DB instance can install trusted extensions",
        "CREATE is a privilege on a database: in another database of the instance the same role is refused",
        "GRANT CREATE ON DATABASE … in every database where the role is to create extensions",
        "https://www.postgresql.org/docs/current/sql-createextension.html",
    ),
    DocumentationFinding(
        "pgaudit-reboot",
        "pgAudit, setting up, last step",
        "reboot the DB instance after pgaudit.log was changed",
        "pgaudit.log is dynamic: sessions that run have the new value without a reboot",
        "set it with ApplyMethod=immediate; only shared_preload_libraries needs the reboot",
        _PGAUDIT_SETUP,
    ),
    DocumentationFinding(
        "pgaudit-example-line",
        "pgAudit, auditing database objects, the example of a log entry",
        "the entry ends with the statement",
        "one more field follows, the parameters or <not logged>, and the number of rows where log_rows is on",
        "read nine fields after AUDIT:, ten with pgaudit.log_rows",
        _PGAUDIT_OBJECTS,
    ),
    DocumentationFinding(
        "pgaudit-user-name",
        "pgAudit, auditing database objects, step 1",
        "connect with --username=postgrespostgres",
        "the name stands there twice: no user has it, and psql cannot log in",
        "--username=postgres, or the name of your own master user",
        _PGAUDIT_OBJECTS,
    ),
    DocumentationFinding(
        "pgaudit-midst-of-session",
        "pgAudit, excluding users or databases",
        "ALTER USER … IN DATABASE … SET turns off logging for a user in the midst of their session",
        "the running session is audited as before; sessions that begin later are not",
        "end the user's sessions, or SET pgaudit.log in them as a member of rds_superuser",
        _PGAUDIT_EXCLUDE,
    ),
    DocumentationFinding(
        "pgaudit-database-query",
        "pgAudit, excluding users or databases, the query for a database",
        "the query shows what is set for the database",
        "it also returns what is set for users in that database, a row each, without naming the user",
        "add AND b.setrole = 0",
        _PGAUDIT_EXCLUDE,
    ),
    DocumentationFinding(
        "pgaudit-log-level",
        "pgAudit, reference, pgaudit.log_level",
        "it specifies the log level of entries",
        "without pgaudit.log_client, which the page does not list, every entry has the level LOG",
        "leave it alone",
        _PGAUDIT_REFERENCE,
    ),
    DocumentationFinding(
        "pgaudit-redaction",
        "pgAudit, introduction",
        "pgAudit redacts cleartext passwords from the logs",
        "only in its own entries, up to 15 not those of user mappings; of a statement that fails the server"
        " logs the whole text itself",
        "send hashes in place of passwords, as \\password of psql does",
        f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.pgaudit.html",
    ),
    DocumentationFinding(
        "cron-username",
        "pg_cron, the pg_cron tables, cron.job",
        "who gets UPDATE or INSERT on the table can set the column username and run jobs as rds_superuser",
        "row security refuses a row with another user's name, whoever was granted what",
        "grant neither all the same: a new row can name any database",
        _CRON,
    ),
    DocumentationFinding(
        "cron-purge-dash",
        "pg_cron, purging the pg_cron history table",
        "schedule DELETE … WHERE end_time < now() \N{EN DASH} interval '7 days'",
        "the sign before interval is a dash and no minus: the job is scheduled without a word and fails at"
        " each run, so that the history grows on",
        "write a minus sign, and look for failed runs in cron.job_run_details after the first night",
        _CRON,
    ),
    DocumentationFinding(
        "partman-native",
        "pg_partman, configuring partitions, as the guide had it in 2023",
        "call create_parent with p_type => 'native' and p_interval => 'daily'",
        "these are words of pg_partman 4; 5.0 and later, which RDS has too, refuse both",
        "from 5.0 on write p_type => 'range' and p_interval => '1 day', which 4 refuses in its turn:"
        " ask pg_extension for the version first",
        _PARTMAN,
    ),
    DocumentationFinding(
        "partman-cron-database",
        "pg_partman, configuring partition maintenance, the example",
        "create pg_cron, set part_config and schedule the maintenance, in one script",
        "pg_cron can only be created in the database postgres, and the job runs there: partitions of other"
        " databases are not maintained",
        "schedule the job in postgres and set its column database, or use cron.schedule_in_database",
        _PARTMAN,
    ),
    DocumentationFinding(
        "repack-grants-role",
        "pg_repack, steps 2 and 3",
        "run ALTER DEFAULT PRIVILEGES, then the client as rds_test",
        "the statement holds for what its own user creates later, and the log tables belong to who runs the"
        " client: done by another user, it leaves writers refused at the log table",
        "run both statements as the user of step 3, or with FOR ROLE rds_test",
        _REPACK,
    ),
    DocumentationFinding(
        "repack-owner",
        "pg_repack, step 3",
        "use an account that has rds_superuser privileges",
        "tables of other roles are refused: to make its trigger and to swap them the client must be owner",
        "grant the owners of the tables to that account as well",
        _REPACK,
    ),
    DocumentationFinding(
        "repack-info-lines",
        "pg_repack, step 4",
        'the client answers INFO: repacking table "pgbench_tellers"',
        'it names schema and table, "public.pgbench_tellers", and says nothing of tables without a key',
        "compare the names with all tables: one without primary key or unique NOT NULL index stays bloated",
        _REPACK,
    ),
    DocumentationFinding(
        "postgis-exec-in-public",
        "PostGIS, step 4",
        "gis_admin, with all privileges on the database, creates the function exec",
        "from PostgreSQL 15 on permission denied for schema public: privileges on the database are none on"
        " its schema public, which only the database's owner may create in",
        "GRANT CREATE ON SCHEMA public TO gis_admin as the master user, or create a schema for it first",
        "https://www.postgresql.org/docs/15/release-15.html",
    ),
    DocumentationFinding(
        "postgis-tiger-data",
        "PostGIS, steps 2 and 3",
        "the schemas tiger, tiger_data and topology are listed and handed over",
        "PostGIS 3.6, that of RDS 18, makes no tiger_data: ALTER SCHEMA fails",
        "leave the statement out from PostGIS 3.6 on",
        _POSTGIS,
    ),
    DocumentationFinding(
        "plrust-grant-user",
        "using PostgreSQL extensions, PL/Rust limitations",
        "GRANT USAGE ON LANGUAGE PLRUST TO user",
        "user is a reserved word and no placeholder that runs: syntax error at or near user",
        "write the name of a role in its place",
        "https://www.postgresql.org/docs/current/sql-keywords-appendix.html",
    ),
    DocumentationFinding(
        "plrust-versions",
        "using PostgreSQL extensions, PL/Rust",
        "the extension is supported by PostgreSQL 15.2-R2 and higher",
        "AWS's tables list it from 13.12, 14.9, 15.2-R2, 16.1 and 17.1 on, and not for 18",
        "look at SHOW rds.extensions; before an upgrade to 18 rewrite the functions in another language",
        "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html",
    ),
    DocumentationFinding(
        "plv8-count",
        "upgrading PLV8, step 3",
        "the query returns the number of functions written in plv8, plcoffee and plls",
        "it returns a row for each, procedures and plv8_version among them",
        "keep the rows: names are what to compare after the upgrade, a number hides which are missing",
        _PLV8,
    ),
    DocumentationFinding(
        "plv8-function-list-directory",
        "upgrading PLV8, step 5",
        "grep FUNCTION > /tmp/function_list/",
        "the shell refuses to write to a name that ends in a slash; step 8 reads /tmp/function_list",
        "leave the slash out",
        _PLV8,
    ),
    DocumentationFinding(
        "plv8-verify-query",
        "upgrading PLV8, step 9",
        "the query on pg_available_extensions verifies that all functions have been recreated",
        "it shows versions of extensions and no function; its result is the same with all functions lost",
        "run the query of step 3 again and compare",
        _PLV8,
    ),
    DocumentationFinding(
        "plv8-dialects",
        "upgrading PLV8, step 7",
        "CREATE EXTENSION plcoffee; CREATE EXTENSION plls",
        "RDS 18 has neither: plv8 3.2 came without them",
        "rewrite functions of both in JavaScript and drop the extensions before the upgrade to 18",
        "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html",
    ),
    DocumentationFinding(
        "plv8-lost-objects",
        "upgrading PLV8, steps 5 to 8",
        "the list of FUNCTION entries recreates what DROP EXTENSION … CASCADE dropped",
        "procedures, triggers, views, indexes and check constraints that used the functions stay lost;"
        " a table goes on without its trigger and nothing says so",
        "read what DROP EXTENSION without CASCADE names; restore PROCEDURE, VIEW, INDEX and TRIGGER entries"
        " after the functions, and add check constraints and defaults by hand",
        "https://www.postgresql.org/docs/current/app-pgrestore.html",
    ),
    DocumentationFinding(
        "plv8-owners",
        "upgrading PLV8, step 8",
        "pg_restore -U master recreates the functions",
        "functions of other roles fail at ALTER FUNCTION … OWNER TO and end up as the master user's, who is"
        " no member of their owners",
        "grant the owners to the master user for the time of the restore",
        "https://www.postgresql.org/docs/current/sql-alterfunction.html",
    ),
    DocumentationFinding(
        "plv8-language-privileges",
        "upgrading PLV8, steps 6 to 8",
        "nothing is said of privileges on the language",
        "what was granted on the language is lost with the extension",
        "GRANT USAGE ON LANGUAGE plv8 anew before the functions are restored",
        "https://www.postgresql.org/docs/current/sql-grant.html",
    ),
    DocumentationFinding(
        "plv8-other-functions",
        "upgrading PLV8, step 5",
        "grep FUNCTION extracts the functions to be recreated",
        "it takes those of every language; the others are still there, so pg_restore reports errors and"
        " ends with status 1, and a true failure goes unnoticed among them",
        "keep the lines whose third column is the oid of a function of plv8 in pg_proc, before the drop",
        "https://www.postgresql.org/docs/current/app-pgrestore.html",
    ),
    DocumentationFinding(
        "upgrade-reg-query",
        "how to perform a major version upgrade, the query for reg* data types",
        "of the reg* types regclass and regtype alone can be upgraded; the query finds uses of the others",
        "the query does not find regcollation and regnamespace, nor any of the types inside a domain, an"
        " array or a row type; pg_upgrade refuses all of these, and takes regrole",
        "ask for the types and whatever is made of them: rdscheck upgrade --check does",
        _UPGRADE,
    ),
    DocumentationFinding(
        "upgrade-pg-repack",
        "upgrading PostgreSQL extensions, pg_repack",
        "drop the extension and create the new version in the upgraded database",
        "from 13 there is no upgraded database as long as the extension is there: its aggregate on"
        " array_append makes pg_upgrade refuse",
        "drop pg_repack before the upgrade and create it after",
        _UPGRADE_EXTENSIONS,
    ),
)
