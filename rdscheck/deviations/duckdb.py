"""Where the README of DuckDB's extension for PostgreSQL turned out wrong or outdated when it was run."""

from rdscheck.model import DocumentationFinding

_DOCS = "https://duckdb.org/docs/stable/core_extensions"

FINDINGS = (
    DocumentationFinding(
        "duckdb-iam-secret",
        "DuckDB Postgres extension, AWS RDS IAM authentication, usage",
        "create a Postgres secret with USE_RDS_IAM_AUTH true and AWS_REGION",
        "DuckDB 1.5.5 refuses it: Unknown parameter 'use_rds_iam_auth' for secret type 'postgres'",
        "LOAD aws; CREATE SECRET aws_rds (TYPE rds, PROVIDER credential_chain, CHAIN 'env', REGION …,"
        " RDS_USER …, RDS_HOST …, RDS_PORT …); then SSLMODE require and AWS_RDS_SECRET aws_rds in the"
        " Postgres secret",
        f"{_DOCS}/aws",
    ),
    DocumentationFinding(
        "duckdb-iam-cli",
        "DuckDB Postgres extension, AWS RDS IAM authentication, requirements",
        "the AWS CLI has to be installed and configured; it makes the tokens",
        "no aws command is run: DuckDB's extension aws makes the tokens, from the credentials of its chain",
        "LOAD aws and name where its credentials are, CHAIN 'env' for the environment",
        f"{_DOCS}/aws",
    ),
    DocumentationFinding(
        "duckdb-default-host",
        "DuckDB Postgres extension, connection parameters",
        "host and hostaddr are localhost when they are left out",
        "the libpq inside DuckDB goes to the socket /tmp/.s.PGSQL.5432 of this machine",
        "always give host, the endpoint of the instance",
        "https://www.postgresql.org/docs/current/libpq-connect.html",
    ),
    DocumentationFinding(
        "duckdb-show-all-tables",
        "DuckDB Postgres extension, the example of SHOW ALL TABLES",
        "its result has the one column name",
        "it has six: database, schema, name, column_names, column_types, temporary",
        "read the third column, or USE postgres_db and SHOW TABLES",
        f"{_DOCS}/postgres",
    ),
)
