"""Where access decided by IAM differs from AWS, or rests on a guess about it."""

from rdscheck.model import Deviation

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
_LOGIC = f"{_IAM}/reference_policies_evaluation-logic.html"
_CONDITIONS = f"{_IAM}/reference_policies_elements_condition_operators.html"
_EXPORT_BUCKET = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export-access-bucket.html"
)
_API = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstanceRole.html"

_KNOWN = "known"
_GUESSED = "guessed"

DEVIATIONS = (
    Deviation(
        "iam-scope",
        "which policies decide on a request of an associated role",
        "identity policies, the permissions boundary, the bucket's policy; besides them session policies,"
        " policies of an organization, of VPC endpoints and of Lambda functions, access control lists, public"
        " access blocks, key policies, and other accounts; a principal is the role itself, not one made anew"
        " under its name",
        "the first three, all in one account; principals are compared by their ARN",
        _KNOWN,
        _LOGIC,
    ),
    Deviation(
        "iam-unevaluated",
        "a condition whose operator or key is not known here, such as dates, tags, VPCs, source addresses",
        "IAM evaluates it",
        "a request that hangs on it ends with an error of rdscheck's own, SQLSTATE 0A000, that names it",
        _KNOWN,
        _CONDITIONS,
    ),
    Deviation(
        "iam-at-once",
        "when a change of a policy or an association counts",
        "after some seconds, sometimes minutes; keys that RDS holds live on for a while",
        "from the next call on",
        _KNOWN,
        f"{_IAM}/troubleshoot.html",
    ),
    Deviation(
        "iam-secure-transport",
        "aws:SecureTransport in requests of the database",
        "true: RDS talks to S3 over TLS",
        "true, although the way to a local S3 has no TLS",
        _KNOWN,
        _EXPORT_BUCKET,
    ),
    Deviation(
        "iam-role-invalid",
        "an export or import with a role that RDS cannot assume: its trust policy says no, or it is gone",
        "the association has the status INVALID; what the functions answer is not documented",
        "the same error as without any role",
        _GUESSED,
        _API,
    ),
    Deviation(
        "iam-denied-text",
        "who denied, in the error of an export",
        "since 2024 S3 may name the caller, the action and the kind of policy after Access Denied; whether"
        " the extension passes that on is not documented",
        "Access Denied and no more",
        _GUESSED,
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html",
    ),
    Deviation(
        "iam-missing-key-prefix",
        "s3:ListBucket with a condition on s3:prefix, when an import asks for a file that is missing",
        "whether such a right turns HTTP 403 into 404 is not documented",
        "a request for one object has no s3:prefix",
        _GUESSED,
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html",
    ),
)
