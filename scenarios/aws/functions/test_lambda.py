"""Set up aws_lambda as the guide says: extension, helper, first call, grants for others."""

from typing import Any

import botocore.session
import psycopg.errors as pg
import pytest
from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidator

from rdscheck import Basis, claim, documentation_finding, refused, rests_on, scenario

DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL-Lambda.html"
REFERENCE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL-Lambda-functions.html"
ERRORS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL-Lambda-errors.html"
pytestmark = scenario(
    "aws/lambda",
    title="Invoke a Lambda function: set up the extension",
    docs=DOCS,
    since=13,
    needs=("aws_lambda",),
    basis=Basis.STAND_IN,
)
documented = claim(source=DOCS, certainty="documented")

#: The function that the guide calls.
HELLO = """
import json
def lambda_handler(event, context):
    return {
        'statusCode': 200,
        'body': json.dumps('Hello from Lambda!')
    }
"""
HELLO_ROW = (200, {"statusCode": 200, "body": '"Hello from Lambda!"'}, "$LATEST", None)
BODY = """'{"body": "Hello from Postgres!"}'::json"""

TAIL = (
    "invocation_type text DEFAULT 'RequestResponse'::text, log_type text DEFAULT 'None'::text,"
    " context {0} DEFAULT NULL::{0}, qualifier character varying DEFAULT NULL::character varying,"
    " OUT status_code integer, OUT payload {0}, OUT executed_version text, OUT log_result text"
)
SIGNATURES = [
    f"function_name {name}, payload {{0}}, {region}{TAIL}"
    for name, region in (
        ("aws_commons._lambda_function_arn_1", ""),
        ("text", "region text DEFAULT NULL::text, "),
    )
]


@documented
def test_procedure(rds: Any, rds_lambda: Any, step: Any) -> None:
    """The guide's steps work in order: install, name the function, invoke it, and its row comes back."""
    name = rds_lambda.deploy("my-function", HELLO)
    with step("3. Install the extension"):
        rds.execute("CREATE EXTENSION IF NOT EXISTS aws_lambda CASCADE")
        assert rds.notices == ['installing required extension "aws_commons"']
    with step("4. Name the function"):
        helper = f"aws_commons.create_lambda_function_arn('{name}', '{rds_lambda.region}')"
        assert rds.execute(f"SELECT {helper}::text").fetchone() == (f"({name},{rds_lambda.region})",)
    with step("5. Invoke it"):
        cursor = rds.execute(f"SELECT * from aws_lambda.invoke({helper}, {BODY} )")
        assert [one.name for one in cursor.description] == [
            "status_code",
            "payload",
            "executed_version",
            "log_result",
        ]
        assert cursor.fetchall() == [HELLO_ROW]


@documented
def test_extension_without_cascade(rds: Any, step: Any) -> None:
    """Without CASCADE the extension needs aws_commons first: refused until that is there."""
    with step("1. In an empty database"), refused(pg.UndefinedObject, '"aws_commons" is not installed'):
        rds.execute("CREATE EXTENSION aws_lambda")
    with step("2. After CREATE EXTENSION aws_commons"):
        rds.execute("CREATE EXTENSION aws_commons")
        rds.execute("CREATE EXTENSION aws_lambda")


@documented
def test_only_rds_superuser_may_install(rds: Any, rds_db: Any, login: Any, step: Any) -> None:
    """A role with CREATE on the database may not install the extension, a member of rds_superuser may."""
    ordinary = rds_db.create_role("app_owner")
    rds.execute(f"GRANT CREATE ON DATABASE {rds_db.name} TO {ordinary}")
    conn = login(ordinary)
    with (
        step("1. An ordinary role with CREATE on the database is refused"),
        refused(pg.InsufficientPrivilege, 'permission denied to create extension "aws_'),
    ):
        conn.execute("CREATE EXTENSION aws_lambda CASCADE")
    with step("2. The same role as a member of rds_superuser may"):
        rds.execute(f"GRANT rds_superuser TO {ordinary}")
        conn.execute("CREATE EXTENSION aws_lambda CASCADE")
        found = rds.execute("SELECT count(*) FROM pg_extension WHERE extname LIKE 'aws%'").fetchone()
        assert found == (2,)


@claim(
    source="https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html",
    certainty="documented",
)
@rests_on("lambda-description", "extension-ownership")
def test_extension_is_listed(aws_lambda: Any) -> None:
    r"""\dx lists version 1.0 in schema public; the extension and its functions belong to the service."""
    assert aws_lambda.execute(
        "SELECT e.extversion, n.nspname, e.extowner::regrole::text, d.description"
        " FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
        " JOIN pg_description d ON d.objoid = e.oid AND d.classoid = 'pg_extension'::regclass"
        " WHERE e.extname = 'aws_lambda'"
    ).fetchall() == [("1.0", "public", "rdsadmin", "AWS Lambda integration")]
    with pytest.raises(pg.InsufficientPrivilege, match="must be owner of function"):
        aws_lambda.execute(
            "ALTER FUNCTION aws_lambda.invoke(text, json, text, text, text, json, varchar) SECURITY DEFINER"
        )


@claim(source=REFERENCE, certainty="documented")
def test_functions_have_the_documented_arguments(aws_lambda: Any) -> None:
    """Invoke has the four documented overloads, with their names, defaults and results."""
    found = aws_lambda.execute(
        "SELECT pg_get_function_arguments(oid) FROM pg_proc"
        " WHERE pronamespace = 'aws_lambda'::regnamespace AND proname = 'invoke' ORDER BY 1"
    ).fetchall()
    assert sorted(one for (one,) in found) == sorted(
        one.format(kind) for one in SIGNATURES for kind in ("json", "jsonb")
    )


@claim(source=REFERENCE, certainty="documented")
@rests_on("lambda-arn-type")
def test_helper_checks_nothing(aws_lambda: Any, step: Any) -> None:
    """create_lambda_function_arn takes a name, a partial or a full ARN, and returns them as they are."""
    full = "arn:aws:lambda:us-west-2:111122223333:function:my-function"
    for said, shown in (
        ("'my-function', 'us-west-2'", "(my-function,us-west-2)"),
        ("'111122223333:function:my-function', 'us-west-2'", "(111122223333:function:my-function,us-west-2)"),
        (f"'{full}'", f"({full},)"),
        (f"region := 'eu-west-1', function_name := '{full}'", f"({full},eu-west-1)"),
    ):
        with step(said):
            helper = f"aws_commons.create_lambda_function_arn({said})"
            assert aws_lambda.execute(f"SELECT {helper}::text").fetchone() == (shown,)


@claim(source=REFERENCE, certainty="documented")
@documentation_finding("lambda-guide-two-regions")
@rests_on("lambda-conflict-text")
def test_arn_of_another_region(aws_lambda: Any, rds_lambda: Any, row: Any, step: Any) -> None:
    """A full ARN with another Region beside it is refused, though the guide's first call is written so."""
    rds_lambda.deploy("simple", HELLO)
    arn = rds_lambda.arn("simple")
    with (
        step("5. Invoke with the ARN and another Region, as the guide does"),
        refused(pg.InvalidParameterValue, 'region "us-west-1" conflicts with "us-east-1" in function_name'),
    ):
        row(f"aws_commons.create_lambda_function_arn('{arn}', 'us-west-1'), {BODY}")
    assert rds_lambda.calls("simple") == []
    with step("The ARN alone, and with its own Region"):
        assert row(f"aws_commons.create_lambda_function_arn('{arn}'), {BODY}") == HELLO_ROW
        assert row(f"aws_commons.create_lambda_function_arn('{arn}', 'us-east-1'), {BODY}") == HELLO_ROW


@claim(
    source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AddRoleToDBInstance.html",
    certainty="documented",
    basis="real",
)
@documentation_finding("lambda-guide-cluster-option")
def test_role_is_added_to_an_instance_by_its_own_name(rds: Any, step: Any) -> None:
    """add-role-to-db-instance takes no --db-cluster-identifier: the guide's command is no valid call."""
    model = botocore.session.Session().get_service_model("rds")
    told = {"FeatureName": "Lambda", "RoleArn": "arn:aws:iam::444455556666:role/rds-lambda-role"}
    shape = model.operation_model("AddRoleToDBInstance").input_shape
    with step("Step 2, 4. As the guide has it, by the published model of the API"):
        problems = ParamValidator().validate({"DBClusterIdentifier": "my-cluster-name"} | told, shape)
        rds.recorder.act(f"-- {ParamValidationError(report=problems.generate_report())}")
        assert "DBInstanceIdentifier" in problems.generate_report()
        assert "DBClusterIdentifier" in problems.generate_report()
    with step("With the identifier of the instance, and for a cluster the call for clusters"):
        assert not ParamValidator().validate({"DBInstanceIdentifier": "mine"} | told, shape).has_errors()
        shape = model.operation_model("AddRoleToDBCluster").input_shape
        assert not ParamValidator().validate({"DBClusterIdentifier": "mine"} | told, shape).has_errors()


@claim(source=ERRORS, certainty="documented")
def test_others_need_both_grants(
    aws_lambda: Any, rds_db: Any, echo: str, row: Any, login: Any, step: Any
) -> None:
    """A role is refused at the schema, then at the function, until it has USAGE and EXECUTE."""
    role = rds_db.create_role("db_username")
    conn = login(role)
    with step("1. Without any grant"), refused("42501", "permission denied for schema aws_lambda"):
        row("%s, '{}'::json", [echo], conn=conn)
    with step("2. GRANT USAGE ON SCHEMA"):
        aws_lambda.execute(f"GRANT USAGE ON SCHEMA aws_lambda TO {role}")
        with refused("42501", "permission denied for function invoke"):
            row("%s, '{}'::json", [echo], conn=conn)
    with step("3. GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA"):
        aws_lambda.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_lambda TO {role}")
        assert row("%s, '{}'::json", [echo], conn=conn)[0] == 200
    with step("4. Taken back"):
        aws_lambda.execute(f"REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_lambda FROM {role}")
        with refused("42501", "permission denied for function invoke"):
            row("%s, '{}'::json", [echo], conn=conn)


@claim(source=DOCS, certainty="documented")
def test_wrapper_lends_one_function(
    aws_lambda: Any, rds_lambda: Any, rds_db: Any, echo: str, login: Any, step: Any
) -> None:
    """A SECURITY DEFINER function lets a role invoke one Lambda function and no other."""
    role = rds_db.create_role("app")
    with step("1. Make a wrapper and grant it alone"):
        aws_lambda.execute(
            "CREATE FUNCTION public.say(what text) RETURNS json LANGUAGE sql SECURITY DEFINER"
            " SET search_path = pg_catalog, pg_temp"
            f" AS $$ SELECT payload FROM aws_lambda.invoke('{echo}', json_build_object('what', what)) $$"
        )
        aws_lambda.execute("REVOKE EXECUTE ON FUNCTION public.say(text) FROM PUBLIC")
        aws_lambda.execute(f"GRANT EXECUTE ON FUNCTION public.say(text) TO {role}")
    conn = login(role)
    with step("2. The role calls the wrapper"):
        assert conn.execute("SELECT public.say('hi')").fetchone()[0]["event"] == {"what": "hi"}
    with step("3. but not invoke itself"), refused("42501", "permission denied for schema aws_lambda"):
        conn.execute("SELECT * FROM aws_lambda.invoke('other', '{}'::json)")
    assert len(rds_lambda.calls("my-function")) == 1


@documented
def test_functions_are_managed_by_the_api(aws_lambda: Any, rds_lambda: Any, row: Any, step: Any) -> None:
    """A function created, updated and deleted by boto3 is felt by the next call from the database."""
    lam, answer = rds_lambda.client, "def lambda_handler(event, context):\n    return {!r}\n"
    with step("1. create_function"):
        name = rds_lambda.deploy("my-function", answer.format("one"))
        found = lam.get_function(FunctionName=name)["Configuration"]
        assert (found["State"], found["Handler"]) == ("Active", "lambda_function.lambda_handler")
        assert row("%s, '{}'::json", [name])[1] == "one"
    with step("2. update_function_code"):
        rds_lambda.deploy("my-function", answer.format("two"))
        assert row("%s, '{}'::json", [name])[1] == "two"
    with step("3. delete_function"):
        lam.delete_function(FunctionName=name)
        with refused(
            pg.SystemError, "invoke API failed", detail=f"Function not found: {rds_lambda.arn('my-function')}"
        ):
            row("%s, '{}'::json", [name])


@documented
def test_extension_can_be_dropped_and_made_again(aws_lambda: Any, step: Any) -> None:
    """DROP EXTENSION removes schema and functions; aws_commons cannot go first without CASCADE."""
    with (
        step("1. DROP EXTENSION aws_commons while aws_lambda needs it"),
        refused(pg.DependentObjectsStillExist, "cannot drop extension aws_commons"),
    ):
        aws_lambda.execute("DROP EXTENSION aws_commons")
    with step("2. DROP EXTENSION aws_lambda and create it again"):
        aws_lambda.execute("DROP EXTENSION aws_lambda")
        assert aws_lambda.execute("SELECT to_regnamespace('aws_lambda')").fetchone() == (None,)
        aws_lambda.execute("CREATE EXTENSION aws_lambda")


@documented
def test_both_extensions_in_one_session(aws_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """aws_lambda and aws_s3 share a session and aws_commons: one's error leaves the other working."""
    with step("1. aws_s3 beside aws_lambda, after a call"):
        assert row("%s, '1'::json", [echo])[0] == 200
        aws_lambda.execute("CREATE EXTENSION aws_s3")
        with refused(pg.SystemError, hint='feature-name "s3Export"'):
            aws_lambda.execute("SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', 'my-bucket', 'out.txt')")
    with step("2. The next call"):
        assert row("%s, '2'::json", [echo])[1]["event"] == 2
