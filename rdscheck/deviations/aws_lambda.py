"""Where the aws_lambda stand-in and the local Lambda differ from AWS or rest on a guess; faults of guides."""

from rdscheck.model import Deviation, DocumentationFinding

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_DOCS = f"{_GUIDE}/PostgreSQL-Lambda.html"
_EXAMPLES = f"{_GUIDE}/PostgreSQL-Lambda-examples.html"
_REFERENCE = f"{_GUIDE}/PostgreSQL-Lambda-functions.html"
_ERRORS = f"{_GUIDE}/PostgreSQL-Lambda-errors.html"
_ADD_ROLE = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AddRoleToDBInstance.html"
_INVOKE = "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"
_QUOTAS = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
_RETRIES = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"
_RESOLUTION = "https://www.postgresql.org/docs/current/typeconv-func.html"
_NOWHERE = "no public source shows it"

_KNOWN = "known"
_GUESSED = "guessed"

DEVIATIONS = (
    # The extension
    Deviation(
        "lambda-description",
        "the comment of the extension aws_lambda",
        "not documented",
        "AWS Lambda integration",
        _GUESSED,
        _NOWHERE,
    ),
    Deviation(
        "lambda-arn-type",
        "attributes of aws_commons._lambda_function_arn_1",
        "not documented; only the arguments of its constructor are",
        "function_name and region, as the constructor's arguments are called",
        _GUESSED,
        _REFERENCE,
    ),
    Deviation(
        "lambda-parameters",
        "who may set aws_lambda.connect_timeout_ms and aws_lambda.request_timeout_ms, and where",
        "dynamic parameters of a parameter group; whether a session may set them is not documented",
        "every session may; once the library is loaded, another name with that prefix is refused",
        _GUESSED,
        _REFERENCE,
    ),
    # Calls
    Deviation(
        "lambda-null-arguments",
        "NULL or nothing for function_name and payload; NULL for invocation_type and log_type",
        "not documented",
        "the first two are refused before anything is sent, the others stand for their defaults",
        _GUESSED,
        _REFERENCE,
    ),
    Deviation(
        "lambda-value-text",
        "an invocation_type or log_type that Lambda does not know",
        "documented as case-sensitive; how another one is refused is not documented",
        "22023, invalid invocation_type, with the values there are as hint",
        _GUESSED,
        _REFERENCE,
    ),
    Deviation(
        "lambda-conflict-text",
        "a Region or qualifier that conflicts with the one in the ARN",
        "an error is raised; its text is not documented",
        "22023, region or qualifier conflicts with the one in function_name",
        _GUESSED,
        _REFERENCE,
    ),
    Deviation(
        "lambda-row-text",
        "the text of a row, (my-function,us-west-2), as function name",
        "what psql's gset leaves and the guide passes on; whether the overload for text takes it is unknown",
        "it is the name of no function: Lambda's own text for a name of the wrong form",
        _GUESSED,
        _EXAMPLES,
    ),
    Deviation(
        "lambda-event-row",
        "payload, executed_version and log_result of Event and DryRun",
        "no payload is returned; the others are not documented",
        "all three are NULL",
        _GUESSED,
        f"{_REFERENCE}; {_INVOKE}",
    ),
    # Texts
    Deviation(
        "lambda-no-role-text",
        "error of a call without an associated role",
        "not documented",
        "58000, credentials stored with the database cluster can't be accessed, with a hint on Lambda",
        _GUESSED,
        _NOWHERE,
    ),
    Deviation(
        "lambda-refusal-text",
        "error of a call that IAM or Lambda refuses",
        "invoke API failed, what the Lambda client returned as DETAIL: documented for no network only;"
        " the inner texts for other causes and the SQLSTATE are not",
        "that shape with the message of IAM or Lambda, SQLSTATE 58000",
        _GUESSED,
        _ERRORS,
    ),
    Deviation(
        "lambda-timeout-text",
        "error of a call that Lambda does not answer within aws_lambda.request_timeout_ms",
        "not documented; the names and defaults of both parameters are those of the C++ client of AWS, which"
        " had one text for every request without an answer",
        "invoke API failed, Unable to connect to endpoint",
        _GUESSED,
        _ERRORS,
    ),
    Deviation(
        "lambda-error-details",
        "details in the error of a function that failed, and its SQLSTATE",
        "documented as an error details string",
        "the JSON that Lambda answers, SQLSTATE 38000",
        _GUESSED,
        _ERRORS,
    ),
    # The local Lambda
    Deviation(
        "lambda-processes",
        "where handlers run",
        "in micro virtual machines with a role, layers, networks and a memory limit; many languages; up to"
        " 1,000 at once",
        "Python handlers only, each in a process of this machine, memory not limited; up to 32 at once",
        _KNOWN,
        _QUOTAS,
    ),
    Deviation(
        "lambda-event-retries",
        "an asynchronous event whose handler fails",
        "tried twice more, after one and two minutes, then handed to a destination or queue where one is set",
        "tried once",
        _KNOWN,
        _RETRIES,
    ),
)

FINDINGS = (
    DocumentationFinding(
        "lambda-guide-cluster-option",
        "Lambda, step 2, applying the role to the DB instance",
        "aws rds add-role-to-db-instance --db-cluster-identifier …",
        "the call for instances has no such argument and wants the identifier of an instance",
        "add-role-to-db-instance --db-instance-identifier; for a cluster add-role-to-db-cluster",
        _ADD_ROLE,
    ),
    DocumentationFinding(
        "lambda-guide-untyped-arn",
        "Lambda, examples",
        "'aws_lambda_arn_1', in the older edition the psql variable of that name, stands for the composite"
        " structure, and the third argument is the invocation type",
        "a literal without a type makes PostgreSQL choose the overload for text: the whole literal is the"
        " function's name, and the third argument is the Region",
        "put aws_commons.create_lambda_function_arn(…) itself into the call, or cast the literal to"
        " aws_commons._lambda_function_arn_1",
        _RESOLUTION,
    ),
    DocumentationFinding(
        "lambda-guide-log-select",
        "Lambda, examples, capturing the execution log",
        "SELECT *, select convert_from(decode(log_result, 'base64'), 'utf-8') as log FROM …",
        "a syntax error at the second select",
        "leave the second select out",
        _EXAMPLES,
    ),
    DocumentationFinding(
        "lambda-guide-context-example",
        "Lambda, examples, including client context",
        "the statement shown includes client context",
        "it repeats the example for logs and has no context: the handler gets none",
        'context := \'{"custom": {…}, "env": {…}}\' as a further argument',
        _REFERENCE,
    ),
    DocumentationFinding(
        "lambda-guide-two-regions",
        "Lambda, step 5, invoking an example function",
        "create_lambda_function_arn with a full ARN of one Region and another Region as second argument",
        "the reference says that a Region that conflicts with the ARN raises an error, and so it does here",
        "leave the Region out when the ARN is a full one",
        _REFERENCE,
    ),
)
