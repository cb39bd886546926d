"""How documentation findings are recognised when a page that has them is run as a runbook.

Kept apart from the findings themselves, which are written into the results of every run: how one is
recognised is no result.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Recognised:
    """Patterns that must all be found, where they are given; upper and lower case count alike.

    ``block`` is looked for in a block, ``prose`` in the page's text between the block before and this one,
    ``heading`` in the headings above. ``observed`` is looked for in what was printed, once something was.
    """

    block: str = ""
    prose: str = ""
    heading: str = ""
    observed: str = ""

    def fits(self, *, block: str, prose: str, headings: str, observed: str | None) -> bool:
        """Tell whether a block of a page shows it; ``observed`` is None where nothing ran."""
        wanted = [(self.block, block), (self.prose, prose), (self.heading, headings)]
        if observed is not None:
            wanted.append((self.observed, observed))
        elif self.observed and not self.block:
            return False
        return all(
            re.search(pattern, text, re.IGNORECASE | re.MULTILINE) for pattern, text in wanted if pattern
        )

    def place(self, prose: str) -> int | None:
        """Return the line, from 0, of the prose that alone shows it; None where a block shows it."""
        found = re.search(self.prose, prose, re.IGNORECASE | re.MULTILINE) if self.prose else None
        return None if self.block or found is None else prose.count("\n", 0, found.start())


RECOGNISED: Mapping[str, Recognised] = {
    # The guide to the stored procedure for exports
    "export-guide-feature-name": Recognised(
        r"--feature-name\s+S3_EXPORT", observed="S3_EXPORT|InvalidParameterValue"
    ),
    "export-guide-minimum-permissions": Recognised(prose=r"s3:ListBucket[\s\S]{0,40}s3:GetBucketLocation"),
    "export-guide-second-extension": Recognised(
        r"aws_s3 CASCADE;\s*CREATE EXTENSION IF NOT EXISTS aws_commons", observed="already exists, skipping"
    ),
    "export-guide-part-suffix": Recognised(prose="_partXX"),
    "export-guide-public-execute": Recognised("GRANT EXECUTE ON PROCEDURE export_query_to_s3"),
    "export-guide-security": Recognised("GRANT EXECUTE ON PROCEDURE export_query_to_s3"),
    # The user guide's page on extensions
    "extensions-guide-slash-c": Recognised(prose=r"`/c dbname`"),
    "extensions-guide-orafce-search-path": Recognised("ALTER SCHEMA oracle OWNER TO rds_superuser"),
    "extensions-guide-allowed-default": Recognised(
        prose=r"rds\.allowed_extensions`? parameter[\s\S]{0,20}By default, this parameter isn't set"
    ),
    "extensions-guide-create-on-instance": Recognised(
        prose="create permissions on a given database instance"
    ),
    "pgaudit-redaction": Recognised(prose="redacts sensitive data such as cleartext passwords"),
    "pgaudit-reboot": Recognised(r"ParameterName=pgaudit\.log,\S*ApplyMethod=pending-reboot"),
    "pgaudit-user-name": Recognised(
        "--username=postgrespostgres",
        observed='role "postgrespostgres" does not exist|authentication failed|no password',
    ),
    "pgaudit-example-line": Recognised(r"AUDIT:\s*OBJECT,1,1,READ,SELECT,TABLE,public\.t1,[^\n]*;\s*$"),
    "pgaudit-midst-of-session": Recognised(
        "ALTER USER myuser IN DATABASE", prose="in the midst of their session"
    ),
    "pgaudit-database-query": Recognised(r"FULL JOIN pg_db_role_setting b ON a\.oid = b\.setdatabase"),
    "pglogical-command-tag": Recognised("EXTENSION CREATED", observed="CREATE EXTENSION|already exists"),
    "pglogical-preload-alone": Recognised(
        r"ParameterName=shared_preload_libraries,\s*ParameterValue=[\"']?pglogical[\"']?,\s*ApplyMethod",
        prose=r"add `?pglogical`? to the `?shared\\?_preload",
    ),
    "pglogical-second-reboot": Recognised(
        "reboot-db-instance|reboot",
        prose="Reboot the RDS for PostgreSQL DB instance using the",
        heading="pglogical",
    ),
    "pglogical-direction": Recognised(prose="replicate from subscriber to publisher"),
    "pglogical-origin-empty": Recognised(prose="empty result set means that replication has been disrupted"),
    "pglogical-origin-order": Recognised(
        r"pg_replication_origin_create\(", observed="already exists|duplicate", heading="reestablish"
    ),
    "pglogical-recovery-slot": Recognised("alter_subscription_enable", heading="after a major upgrade"),
    "pglogical-recovered-name": Recognised("docs_lab98f517b"),
    "pglogical-slot-goes-along": Recognised(prose="first drop the subscription and then drop the slot"),
    "pglogical-drop-node-name": Recognised(
        "drop_node[^;]*docs-lab-subscriber", observed="docs-lab-subscriber"
    ),
    "pglogical-batch-inserts": Recognised(prose=r"pglogical\\?\.batch\\?_inserts"),
    "repack-grants-role": Recognised("ALTER DEFAULT PRIVILEGES IN SCHEMA repack GRANT INSERT"),
    "repack-owner": Recognised(r"pg_repack -h \S+ -U rds_test", observed="must be owner|permission denied"),
    "repack-info-lines": Recognised(
        'INFO: repacking table "pgbench_tellers"', observed=r'table "public\.|INFO'
    ),
    "plv8-count": Recognised("lanname IN", prose="Get a count of the number of PLV8 functions"),
    "plv8-function-list-directory": Recognised(
        r"> /tmp/function_list/\s*$", observed="directory|not write|No such file"
    ),
    "plv8-other-functions": Recognised(r"grep FUNCTION > /tmp/function_list"),
    "plv8-lost-objects": Recognised("DROP EXTENSION plv8 CASCADE"),
    "plv8-language-privileges": Recognised("DROP EXTENSION plv8 CASCADE"),
    "plv8-dialects": Recognised(
        "CREATE EXTENSION plcoffee",
        observed="not (available|supported)|could not open extension control file",
    ),
    "plv8-owners": Recognised(r"pg_restore -U master\b"),
    "plv8-verify-query": Recognised(
        "FROM pg_available_extensions", prose="Verify that all your functions have been recreated"
    ),
    "plrust-versions": Recognised(prose=r"supported by PostgreSQL 15\\?\.2\\?-R2 and higher"),
    "plrust-grant-user": Recognised("TO user;", observed='syntax error at or near "user"'),
    # pgstream's guide
    "pgstream-target-membership": Recognised(
        "ALTER DATABASE db OWNER TO pgstreamtarget", observed="must be (member of|able to SET ROLE)"
    ),
    "pgstream-public-rdsadmin": Recognised(
        "ALTER SCHEMA public OWNER TO pgstreamtarget", observed="must be owner of schema public"
    ),
    "pgstream-public-owner": Recognised(
        "ALTER SCHEMA public OWNER TO pgstreamtarget", observed="ALTER SCHEMA"
    ),
    "pgstream-sequences": Recognised(prose="can access the database schema and tables you need"),
    "pgstream-managed-roles": Recognised(prose="will not be snapshotted"),
    "pgstream-memberships": Recognised(prose=r"Roles without passwords\*\*[^\n]*no changes required"),
    "pgstream-assigned-privileges": Recognised(prose="must already hold any privileges it assigns"),
    "pgstream-replication-attribute": Recognised(
        prose=r"must already hold any privileges it assigns \(e\.g\., `REPLICATION`"
    ),
    "pgstream-init-grants": Recognised(
        r"GRANT rds_superuser TO pgstreamsource;\s*GRANT rds_replication TO pgstreamsource"
    ),
    "pgstream-init-create": Recognised(r"GRANT rds_superuser TO pgstreamsource"),
    "pgstream-source-ownership": Recognised(r"ALTER SCHEMA pgstream OWNER TO pgstreamsource"),
    "pgstream-schema-log": Recognised(r"ALTER TABLE pgstream\.schema_log", observed="does not exist"),
    "pgstream-target-tables": Recognised(
        r"ALTER DATABASE db OWNER TO pgstreamtarget;\s*ALTER SCHEMA <schema>"
    ),
    # Extensions with Babelfish
    "babelfish-grant-first": Recognised("GRANT rds_superuser TO master_dbo"),
    "babelfish-grant-one-database": Recognised("GRANT rds_superuser TO master_dbo"),
    "babelfish-flattened-name": Recognised(prose="database_schema_table"),
    "babelfish-lambda-function": Recognised(
        r"return \{\s*'statusCode': 200,\s*'body': json\.dumps\('Hello from Lambda!'\)\s*\}?\s*\Z"
    ),
    "babelfish-lambda-wrapper-place": Recognised(r"select lambda_wrapper\(\)"),
    # DuckDB's page
    "duckdb-iam-secret": Recognised("USE_RDS_IAM_AUTH true", observed="use_rds_iam_auth"),
    "duckdb-iam-cli": Recognised(
        "USE_RDS_IAM_AUTH true", prose="To use RDS IAM authentication, create a Postgres secret"
    ),
    "duckdb-default-host": Recognised(r"ATTACH 'dbname=\w+' AS"),
    "duckdb-show-all-tables": Recognised("SHOW ALL TABLES", observed="column_names|schema"),
}
