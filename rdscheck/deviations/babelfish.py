"""Where AWS's page on extensions with Babelfish is wrong when it is run; what a sandbox has of Babelfish."""

from rdscheck.model import Deviation, DocumentationFinding

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide"
_PAGE = f"{_GUIDE}/babelfish-postgres-aws-extensions.html"
_ARCHITECTURE = f"{_GUIDE}/babelfish-architecture.html"
_LAMBDA = f"{_GUIDE}/PostgreSQL-Lambda-functions.html"
_SOURCE = "https://github.com/babelfish-for-postgresql/babelfish_extensions"

DEVIATIONS = (
    Deviation(
        "babelfish-shape",
        "what a sandbox has of Babelfish",
        "extensions of its own in a modified server: T-SQL, the TDS port, CREATE DATABASE and its roles",
        "a database with schemas, tables, roles and the catalogs sys.babelfish_* as Babelfish leaves them,"
        " written down by us; nothing listens for TDS",
        "known",
        _SOURCE,
    ),
    Deviation(
        "babelfish-session-role",
        "as which role a session on the TDS port runs",
        "read in the source: as the user that the login has in the database, for a sysadmin its dbo; after"
        " USE as that of the other database",
        "SET ROLE by the master user, who is a member of all of them through sysadmin, as there",
        "known",
        _SOURCE,
    ),
)

FINDINGS = (
    DocumentationFinding(
        "babelfish-lambda-function",
        "extensions with Babelfish, invoking a Lambda function, the Python function",
        "a placeholder function that returns a greeting",
        "the brace of its dictionary is never closed: Lambda cannot import it",
        "close it after json.dumps('Hello from Lambda!')",
        _PAGE,
    ),
    DocumentationFinding(
        "babelfish-flattened-name",
        "extensions with Babelfish, using Amazon S3, both steps",
        "refer to [database].[schema].[tableA] as database_schema_tableA in the aws_s3 functions",
        "no relation has that name: import and export end with relation does not exist. The database's name"
        " is put before the schema's, and before nothing else; in single-db mode not even there",
        "database_schema.tablea in multi-db mode, schema.tablea in single-db mode;"
        " rdscheck explain babelfish-name '[database].[schema].[tableA]' prints both",
        _ARCHITECTURE,
    ),
    DocumentationFinding(
        "babelfish-grant-first",
        "extensions with Babelfish, enabling, step 2",
        "before the extensions can be loaded, rds_superuser has to be granted to master_dbo",
        "the master user loads them on the PostgreSQL port without the grant, being a member of rds_superuser"
        " itself, as far as a sandbox can tell; it is the calls from the TDS port that need a right, and"
        " EXECUTE is enough for them",
        "GRANT USAGE ON SCHEMA aws_s3 and EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3 (aws_lambda) to"
        " master_dbo instead: rds_superuser is far more",
        _LAMBDA,
    ),
    DocumentationFinding(
        "babelfish-grant-one-database",
        "extensions with Babelfish, enabling, step 2",
        "the grant to master_dbo lets the Babelfish cluster use the extensions",
        "read in Babelfish's source: it reaches sessions in the database master; after USE the session is"
        " another role, mydb_dbo in multi-db and dbo in single-db mode, and is refused at the schema of the"
        " extension",
        "grant to the dbo role of each database that calls the functions",
        _PAGE,
    ),
    DocumentationFinding(
        "babelfish-lambda-wrapper-place",
        "extensions with Babelfish, using AWS Lambda, the two calls",
        "the wrapper master_dbo.lambda_wrapper can be called as lambda_wrapper() from the TDS port",
        "read in Babelfish's source: that name is found in the database master only; elsewhere its schema is"
        " not in the search path",
        "make a wrapper in the dbo schema of each database that calls it: mydb_dbo, in single-db mode dbo",
        _PAGE,
    ),
)
