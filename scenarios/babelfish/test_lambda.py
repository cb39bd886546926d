"""Enable aws_lambda in a Babelfish database, and call a function through a wrapper that returns text."""

import json
from collections.abc import Callable
from typing import Any

import psycopg.errors as pg
import pytest
from psycopg import sql

from rdscheck import Basis, claim, documentation_finding, refused, rests_on, scenario

pytestmark = scenario(
    "babelfish/lambda",
    title="Call AWS Lambda from a Babelfish database",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/babelfish-postgres-aws-extensions.html",
    document="Using Aurora PostgreSQL extensions with Babelfish",
    since=13,
    basis=Basis.STAND_IN,
)

SOURCE = "https://github.com/babelfish-for-postgresql/babelfish_extensions"
FUNCTIONS = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/PostgreSQL-Lambda-functions.html"
PYTHON = "https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html"

#: The placeholder function, character by character as the document prints it.
HANDLER = """\
import json
def lambda_handler(event, context):
    #TODO implement
    return {
        'statusCode': 200,
        'body': json.dumps('Hello from Lambda!')
"""

#: What the wrapper and the direct call of the document send, and what comes back.
PAYLOAD = '{"body": "Hello from Postgres!"}'
GREETING = {"statusCode": 200, "body": '"Hello from Lambda!"'}

#: The document's wrapper; function and region are put in.
WRAPPER = """\
create or replace function master_dbo.lambda_wrapper()
returns text
language plpgsql
as
$$
declare
   r_status_code integer;
   r_payload text;
begin
   SELECT payload INTO r_payload
     FROM aws_lambda.invoke(  aws_commons.create_lambda_function_arn({name}, {region})
                            ,'{{"body": "Hello from Postgres!"}}'::json );
   return r_payload ;
end;
$$"""

CREATE = "create extension aws_lambda cascade"


@pytest.fixture
def deployed(multi: Any, request: pytest.FixtureRequest) -> Any:
    """Load aws_lambda, deploy the handler with its brace closed, and give who knows of its calls."""
    functions: Any = request.getfixturevalue("rds_lambda")
    multi.master.execute(CREATE)
    functions.deploy("my-function", HANDLER.rstrip() + "\n    }\n")
    return functions


@pytest.fixture
def wrapper(multi: Any, deployed: Any) -> Callable[[], None]:
    """Create the wrapper as the master user does on the PostgreSQL port."""

    def create() -> None:
        name = deployed.arn("my-function").rpartition(":")[2]
        statement = sql.SQL(WRAPPER).format(name=sql.Literal(name), region=sql.Literal(region(deployed)))
        multi.master.execute(statement)

    return create


def region(functions: Any) -> str:
    """Return the region of the function's ARN."""
    return str(functions.arn("my-function").split(":")[3])


def grant(cluster: Any, role: str) -> None:
    """Let a role call the functions of aws_lambda."""
    for what in ("USAGE ON SCHEMA aws_lambda", "EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_lambda"):
        cluster.master.execute(sql.SQL(f"GRANT {what} TO {{}}").format(cluster.role(role)))


@claim(source=PYTHON, certainty="documented", basis=Basis.REAL)
@documentation_finding("babelfish-lambda-function")
def test_handler(rds_version: str, step: Any) -> None:
    """The placeholder function of the document is no Python: a brace is missing; with it, it greets."""
    with step("1. As the document prints it"), pytest.raises(SyntaxError, match="was never closed"):
        compile(HANDLER, "lambda_function.py", "exec")
    with step("2. With the brace closed"):
        names: dict[str, Any] = {}
        exec(compile(HANDLER.rstrip() + "\n    }\n", "lambda_function.py", "exec"), names)  # noqa: S102  our text
        assert names["lambda_handler"]({}, None) == GREETING


@claim(needs=("aws_lambda", "aws_s3"), certainty="documented", basis=Basis.EMULATED)
def test_procedure(multi: Any, step: Any) -> None:
    """aws_lambda loads after aws_s3 as printed, without a notice: aws_commons is there already."""
    with step("2. Grant privileges to the internal Babelfish user"):
        multi.master.execute(sql.SQL("GRANT rds_superuser TO {}").format(multi.role("master_dbo")))
    with step("3. Create and load aws_s3"):
        multi.master.execute("create extension aws_s3 cascade")
        assert multi.master.notices == ['installing required extension "aws_commons"']
    with step("4. Create and load aws_lambda"):
        assert multi.master.execute(CREATE).statusmessage == "CREATE EXTENSION"
        assert len(multi.master.notices) == 1


@claim(needs=("aws_lambda",), certainty="documented", basis=Basis.EMULATED)
@rests_on("babelfish-session-role")
def test_master_dbo_creates_it_after_the_grant(multi: Any, step: Any) -> None:
    """master_dbo is refused CREATE EXTENSION aws_lambda before the grant and allowed after it."""
    session = multi.in_master()
    with step("1. Before the grant"), refused("42501", "permission denied to create extension"):
        session.execute(CREATE)
    with step("2. GRANT rds_superuser TO master_dbo"):
        multi.master.execute(sql.SQL("GRANT rds_superuser TO {}").format(multi.role("master_dbo")))
    with step("3. After the grant"):
        assert session.execute(CREATE).statusmessage == "CREATE EXTENSION"


@claim(needs=("aws_lambda",), certainty="documented")
def test_direct_call(multi: Any, deployed: Any) -> None:
    """Called on the PostgreSQL port the function answers in four columns; its payload is JSON."""
    cursor = multi.master.execute(
        "SELECT * from aws_lambda.invoke(aws_commons.create_lambda_function_arn(%s, %s), %s::json )",
        [deployed.arn("my-function").rpartition(":")[2], region(deployed), PAYLOAD],
    )
    assert [column.name for column in cursor.description] == [
        "status_code", "payload", "executed_version", "log_result"
    ]  # fmt: skip
    assert cursor.description[1].type_code == 114  # json
    assert cursor.fetchall() == [(200, GREETING, "$LATEST", None)]


@claim(needs=("aws_lambda",), certainty="documented")
@rests_on("babelfish-session-role")
def test_wrapper(multi: Any, deployed: Any, wrapper: Any, step: Any) -> None:
    """The wrapper of the document, made on the PostgreSQL port, returns the function's JSON as text."""
    with step("2. Create the wrapper"):
        wrapper()
    grant(multi, "master_dbo")
    for place, session in (("PostgreSQL port", multi.master), ("session in master", multi.in_master())):
        with step(f"3. Call it: {place}"):
            cursor = session.execute("SELECT master_dbo.lambda_wrapper()")
            assert cursor.description[0].type_code == 25  # text
            assert json.loads(cursor.fetchone()[0]) == GREETING
    assert [one["payload"] for one in deployed.calls("my-function")] == [json.loads(PAYLOAD)] * 2


@claim(needs=("aws_lambda",), source=FUNCTIONS, certainty="documented")
@rests_on("babelfish-session-role")
def test_wrapper_runs_as_its_caller(multi: Any, wrapper: Any, deployed: Any, step: Any) -> None:
    """The wrapper runs with its caller's rights: master_dbo needs USAGE and EXECUTE on aws_lambda."""
    wrapper()
    session = multi.in_master()
    with step("1. Without them"), refused("42501", "permission denied for schema aws_lambda"):
        session.execute("SELECT lambda_wrapper()")
    assert deployed.calls("my-function") == []
    with step("2. With USAGE and EXECUTE"):
        grant(multi, "master_dbo")
        assert json.loads(session.execute("SELECT lambda_wrapper()").fetchone()[0]) == GREETING


@claim(needs=("aws_lambda",), source=SOURCE, certainty="derived")
@rests_on("babelfish-session-role")
@documentation_finding("babelfish-lambda-wrapper-place")
def test_bare_name_is_found_in_master_only(multi: Any, wrapper: Any, deployed: Any, step: Any) -> None:
    """lambda_wrapper() without schema is found in the database master; after USE MyDB it is not."""
    wrapper()
    for role in ("master_dbo", "mydb_dbo"):
        grant(multi, role)
    with step("1. In the database master"):
        answer = multi.in_master().execute("select lambda_wrapper()").fetchone()
        assert json.loads(answer[0]) == GREETING
    with step("2. After USE MyDB"), refused(pg.UndefinedFunction, "lambda_wrapper() does not exist"):
        multi.in_my_db().execute("select lambda_wrapper()")


@claim(needs=("aws_lambda",), source=SOURCE, certainty="derived")
@rests_on("babelfish-session-role")
@documentation_finding("babelfish-grant-one-database")
def test_grant_does_not_reach_other_databases(multi: Any, deployed: Any, step: Any) -> None:
    """rds_superuser of master_dbo does not let a session after USE MyDB call Lambda."""
    multi.master.execute(sql.SQL("GRANT rds_superuser TO {}").format(multi.role("master_dbo")))
    call = "SELECT status_code FROM aws_lambda.invoke(%s, %s::json)"
    values = [deployed.arn("my-function"), PAYLOAD]
    with step("1. In the database master"):
        assert multi.in_master().execute(call, values).fetchone() == (200,)
    with step("2. After USE MyDB"), refused("42501", "permission denied for schema aws_lambda"):
        multi.in_my_db().execute(call, values)
    assert len(deployed.calls("my-function")) == 1
