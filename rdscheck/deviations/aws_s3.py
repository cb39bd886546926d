"""Where the aws_s3 and aws_commons stand-ins differ from RDS, or rest on a guess about it."""

from rdscheck.model import Deviation

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_EXPORT_DOCS = f"{_GUIDE}/postgresql-s3-export.html"
_EXPORT_REFERENCE = f"{_GUIDE}/postgresql-s3-export-functions.html"
_EXPORT_BUCKET = f"{_GUIDE}/postgresql-s3-export-access-bucket.html"
_IMPORT_DOCS = f"{_GUIDE}/USER_PostgreSQL.S3Import.html"
_IMPORT_REFERENCE = f"{_GUIDE}/USER_PostgreSQL.S3Import.Reference.html"
_IMPORT_FORMATS = f"{_GUIDE}/USER_PostgreSQL.S3Import.FileFormats.html"
_RELEASE_NOTES = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html"
)
_LAMBDA_DOCS = f"{_GUIDE}/PostgreSQL-Lambda.html"
_XYZ_HUB = "https://github.com/heremaps/xyz-hub (xyz-jobs/xyz-job-steps, transport.sql)"
_PROVIDER_SQL = "https://github.com/crossplane-contrib/provider-sql/pull/436"
_JDBC_1453 = "https://github.com/aws/aws-advanced-jdbc-wrapper/issues/1453"
_NOWHERE = "no public source shows it"

_KNOWN = "known"
_GUESSED = "guessed"

DEVIATIONS = (
    # Installing
    Deviation(
        "aws-s3-1.2-adds-kms-key",
        "what version 1.2 of aws_s3 changed against 1.1",
        "not documented; kms_key is in the reference since 1.2 is shipped and was not before",
        "1.2 replaces the export functions of 1.1 by ones with kms_key; import stays as it was",
        _GUESSED,
        f"{_EXPORT_REFERENCE} against its 2023 edition; versions: {_RELEASE_NOTES}",
    ),
    Deviation(
        "extension-ownership",
        "who owns the extensions' schemas, types and functions",
        "not documented",
        "rdsadmin, the superuser that is not the customer's, as for every extension that is not trusted",
        _GUESSED,
        _NOWHERE,
    ),
    Deviation(
        "constructor-defaults",
        "which arguments of the aws_commons constructors may be left out",
        "create_s3_uri is documented with three required ones; for create_aws_credentials defaults of NULL"
        " are named, yet the keys are called required",
        "create_s3_uri needs all three, create_aws_credentials takes NULL for each",
        _GUESSED,
        f"{_EXPORT_REFERENCE}; {_IMPORT_REFERENCE}",
    ),
    Deviation(
        "aws-s3-grants",
        "who may call the functions of aws_s3 at first",
        "not documented; several public projects grant USAGE and EXECUTE first",
        "USAGE and EXECUTE are withheld from PUBLIC and given to rds_superuser, as documented for aws_lambda",
        _GUESSED,
        f"{_LAMBDA_DOCS}; {_XYZ_HUB}",
    ),
    # Associated roles
    Deviation(
        "feature-name-refusal",
        "how an association with a feature name the engine does not have is refused",
        "the API answers InvalidParameterValue; its wording is not documented",
        "InvalidFeatureName, with the name that was probably meant",
        _GUESSED,
        "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AddRoleToDBInstance.html",
    ),
    Deviation(
        "association-scope",
        "what a role is associated with",
        "the DB instance or cluster, so that it serves every database of it",
        "one database of a sandbox that many tests share",
        _KNOWN,
        _EXPORT_BUCKET,
    ),
    Deviation(
        "policy-subset",
        "what decides on access",
        "IAM: identity and bucket policies with conditions, session policies, key policies",
        "allow and deny of actions on resources, as the test wrote them for the one associated role; nothing"
        " else is looked at, unless policies in IAM decide (rds_roles)",
        _KNOWN,
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    ),
    # S3 backends
    Deviation(
        "emulators-check-no-kms",
        "kms_key",
        "the key must exist, be enabled, lie in the bucket's Region and be allowed to the role",
        "moto and LocalStack note any name and encrypt nothing",
        _KNOWN,
        _EXPORT_REFERENCE,
    ),
    # Export
    Deviation(
        "rows-uploaded-header",
        "whether rows_uploaded counts a CSV header",
        "not documented",
        "it does not, as the row count of COPY does not",
        _GUESSED,
        _EXPORT_REFERENCE,
    ),
    Deviation(
        "export-empty-result",
        "what an export without rows writes",
        "not documented",
        "one object, empty or with the header only; files_uploaded is 1",
        _GUESSED,
        _EXPORT_REFERENCE,
    ),
    Deviation(
        "export-options-parentheses",
        "options of an export in parentheses",
        "every documented example has none; what happens with them is not documented",
        "a syntax error",
        _GUESSED,
        f"{_EXPORT_DOCS}; {_XYZ_HUB} strips them before it calls the function",
    ),
    Deviation(
        "export-part-files",
        "part files of a large export, beyond their names",
        "about 6 GB each; whether a row or the CSV header is repeated or cut is not documented",
        "every file ends with a row, only the first has the header, binary output is never split",
        _GUESSED,
        _EXPORT_DOCS,
    ),
    Deviation(
        "export-default-encryption",
        "encryption of an export without kms_key",
        "encrypted with the AWS managed key for S3",
        "no encryption is asked for; the bucket's own setting decides",
        _KNOWN,
        _EXPORT_REFERENCE,
    ),
    Deviation(
        "export-object-metadata",
        "content type and metadata of an exported object",
        "not documented",
        "none are sent: S3 itself makes it binary/octet-stream",
        _GUESSED,
        _EXPORT_DOCS,
    ),
    Deviation(
        "export-nothing-left",
        "what an export that fails, is cancelled or loses its client leaves in the bucket",
        "not documented; the role needs s3:AbortMultipartUpload, so uploads are aborted",
        "neither an object nor an unfinished upload, and an object of that key stays as it was",
        _GUESSED,
        _EXPORT_BUCKET,
    ),
    Deviation(
        "export-read-only",
        "an export in a read-only transaction",
        "not documented",
        "works, unless the query itself writes",
        _GUESSED,
        _EXPORT_DOCS,
    ),
    Deviation(
        "export-statements",
        "which statements can be exported",
        "a query; others are not documented",
        "whatever COPY (…) TO takes: one statement without a semicolon, also DELETE RETURNING",
        _GUESSED,
        _EXPORT_REFERENCE,
    ),
    Deviation(
        "export-other-region",
        "an export to a bucket outside the Region of the instance",
        "documented as not possible; how it is refused is not documented",
        "written when the call names the bucket's Region",
        _GUESSED,
        _EXPORT_BUCKET,
    ),
    Deviation(
        "null-arguments",
        "NULL or nothing for query, bucket, key or location",
        "not documented",
        "refused before anything is sent",
        _GUESSED,
        f"{_EXPORT_REFERENCE}; {_IMPORT_REFERENCE}",
    ),
    # Texts
    Deviation(
        "export-no-role-text",
        "error of an export without an associated role",
        "not documented",
        "58000, credentials stored with the database cluster can't be accessed, with a hint on s3Export",
        _GUESSED,
        _NOWHERE,
    ),
    Deviation(
        "export-s3-errors",
        "error of an export that S3 refuses",
        "could not upload to Amazon S3, what the S3 client returned as DETAIL: seen once, for no network;"
        " the inner texts for other causes are not documented",
        "that shape with the message of S3 itself, SQLSTATE 58000",
        _GUESSED,
        f"{_LAMBDA_DOCS} has the same shape; SQLSTATE: {_XYZ_HUB}",
    ),
    Deviation(
        "error-context",
        "CONTEXT of errors that come out of the functions",
        'SQL function "…" statement 1 was seen for import and Lambda',
        "that line for both functions",
        _GUESSED,
        f"{_LAMBDA_DOCS}; {_JDBC_1453}",
    ),
    Deviation(
        "import-no-role-text",
        "error of an import without an associated role and without credentials",
        "not documented",
        "XX000, Unable to generate pre-signed url, look at engine log for details.",
        _GUESSED,
        _NOWHERE,
    ),
    Deviation(
        "import-status-texts",
        "error of an import that S3 refuses",
        "Unable to validate pre-signed URL, with the HTTP status: seen for 416, an object of 0 bytes",
        "the same text and SQLSTATE XX000 for 301, 403 and 404",
        _GUESSED,
        _JDBC_1453,
    ),
    Deviation(
        "import-unreachable-text",
        "error of an import without a network path to S3",
        "seen once: Amazon S3 client returned 'timed out', SQLSTATE 38000",
        "Amazon S3 client returned 'Unable to connect to endpoint', SQLSTATE 38000",
        _GUESSED,
        f"the text of an export as {_LAMBDA_DOCS} has it; SQLSTATE from a comment in a public CDK project",
    ),
    # Import
    Deviation(
        "import-answer",
        "details of the text an import returns",
        'N rows imported into relation "…" from file … of … bytes; one row, qualified names and gzip'
        " are not documented",
        'always "rows", the table name as it was given, the size of the object as it is stored',
        _GUESSED,
        f"{_PROVIDER_SQL} and outputs in public questions show the shape",
    ),
    Deviation(
        "import-null-region",
        "import without a Region",
        "no default is documented",
        "the Region of the instance, as for an export",
        _GUESSED,
        _IMPORT_REFERENCE,
    ),
    Deviation(
        "import-null-columns",
        "NULL for the column list of an import",
        "only an empty string is documented as all columns",
        "all columns",
        _GUESSED,
        _IMPORT_REFERENCE,
    ),
    Deviation(
        "import-gzip-user-metadata",
        "gzip told by metadata of the user's own (x-amz-meta-content-encoding)",
        "Content-Encoding: gzip is documented as metadata of the object; which kind is not said",
        "both are understood",
        _GUESSED,
        _IMPORT_DOCS,
    ),
    Deviation(
        "import-where",
        "a WHERE clause after the options of an import",
        "not documented",
        "refused",
        _GUESSED,
        _IMPORT_REFERENCE,
    ),
)
