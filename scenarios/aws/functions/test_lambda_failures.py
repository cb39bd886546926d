"""What goes wrong while a function runs: errors in it, time, too many at once, too much data."""

import json
import threading
from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, claim, refused, rests_on, scenario

ERRORS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL-Lambda-errors.html"
REFERENCE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL-Lambda-functions.html"
INVOKE = "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"
HANDLER = "https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html"
CONCURRENCY = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"
QUOTAS = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
RETRIES = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"
pytestmark = scenario(
    "aws/lambda-failures",
    title="Lambda function error messages",
    docs=ERRORS,
    since=13,
    needs=("aws_lambda",),
    basis=Basis.STAND_IN,
)

FAILED = "invoke API failed"
INVOCATION = "lambda invocation failed"
CALL = "%s, %s::json"
SYNC_LIMIT, EVENT_LIMIT = 6 * 1024 * 1024, 1024 * 1024


@claim(source=ERRORS, certainty="documented")
@rests_on("lambda-error-details")
def test_handler_raises(rds_lambda: Any, echo: str, row: Any, fails: Any) -> None:
    """An exception in the handler is an SQL error that names function, kind of error and details."""
    arn = rds_lambda.arn("my-function")
    with fails("38000", INVOCATION, detail=f'"{arn}" returned error "Unhandled", details: "') as caught:
        row(CALL, [echo, '{"raise": "no bread today"}'])
    text = caught.value.diag.message_detail.partition('details: "')[2].removesuffix('".')
    details = json.loads(text)
    assert (details["errorType"], details["errorMessage"]) == ("ValueError", "no bread today")
    assert '/var/task/lambda_function.py", line ' in details["stackTrace"][0]
    assert caught.value.diag.context == 'SQL function "invoke" statement 1'


@claim(source=ERRORS, certainty="derived")
def test_error_that_the_handler_returns(rds_lambda: Any, row: Any) -> None:
    """A handler that catches its error and returns statusCode 500 has succeeded: status_code is 200."""
    name = rds_lambda.deploy(
        "my-function", "def lambda_handler(event, context):\n    return {'statusCode': 500}\n"
    )
    assert row(CALL, [name, "{}"]) == (200, {"statusCode": 500}, "$LATEST", None)


@claim(source=ERRORS, certainty="documented")
@rests_on("lambda-error-details")
def test_error_is_caught_in_sql(aws_lambda: Any, echo: str, step: Any) -> None:
    """A PL/pgSQL block catches the error of a function and goes on, with what it did before kept."""
    aws_lambda.execute("CREATE TABLE done (what text)")
    with step("1. A block that catches it"):
        aws_lambda.execute(
            "DO $$ BEGIN INSERT INTO done VALUES ('before');"
            f" BEGIN PERFORM aws_lambda.invoke('{echo}', '{{\"raise\": \"x\"}}'::json);"
            " EXCEPTION WHEN external_routine_exception THEN INSERT INTO done VALUES (SQLERRM); END; END $$"
        )
        assert aws_lambda.execute("SELECT what FROM done").fetchall() == [("before",), (INVOCATION,)]


@claim(source=HANDLER, certainty="documented")
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("def lambda_handler(event, context)\n    return 1\n", "Runtime.UserCodeSyntaxError"),
        ("import no_such_module\n", "Runtime.ImportModuleError"),
        ("def other(event, context):\n    return 1\n", "Runtime.HandlerNotFound"),
        ("def lambda_handler(event, context):\n    return {1, 2}\n", "Runtime.MarshalError"),
        ("import os\ndef lambda_handler(event, context):\n    os._exit(3)\n", "Runtime.ExitError"),
        ("1 / 0\n", "ZeroDivisionError"),
    ],
    ids=["syntax", "import", "handler", "answer", "exit", "module"],
)
@rests_on("lambda-error-details")
def test_code_that_does_not_work(rds_lambda: Any, row: Any, fails: Any, code: str, kind: str) -> None:
    """Code that cannot be loaded, ends its process or returns no JSON is told by Lambda's error type."""
    name = rds_lambda.deploy("my-function", code)
    for _ in range(2):  # the second process fares no better
        with fails("38000", INVOCATION, detail=f'"errorType": "{kind}"'):
            row(CALL, [name, "{}"])
    rds_lambda.deploy("my-function", "def lambda_handler(event, context):\n    return 'mended'\n")
    assert row(CALL, [name, "{}"])[1] == "mended"


@claim(source=REFERENCE, certainty="documented")
@rests_on("lambda-error-details")
def test_function_times_out(rds_lambda: Any, source: str, row: Any, fails: Any) -> None:
    """A handler that exceeds the function's Timeout is ended and reported; the next call works."""
    name = rds_lambda.deploy("my-function", source, Timeout=1)
    with fails("38000", INVOCATION, detail="Task timed out after 1.00 seconds"):
        row(CALL, [name, '{"sleep": 8}'])
    assert row(CALL, [name, "{}"])[0] == 200


@claim(source=REFERENCE, certainty="documented")
@rests_on("lambda-timeout-text", "lambda-parameters")
def test_request_timeout(
    aws_lambda: Any, rds_lambda: Any, source: str, row: Any, calls: Any, step: Any
) -> None:
    """aws_lambda.request_timeout_ms ends the waiting, not the handler, which goes on to its end."""
    name = rds_lambda.deploy("my-function", source, Timeout=30)
    assert row(CALL, [name, "{}"])[0] == 200
    with step("1. The handler takes longer"):
        aws_lambda.execute("SET aws_lambda.request_timeout_ms = 300")
        with refused(pg.SystemError, FAILED, detail="'Unable to connect to endpoint'"):
            row(CALL, [name, '{"sleep": 1}'])
        assert len(rds_lambda.calls("my-function")) == 1
    with step("2. It was run nevertheless"):
        assert calls(2)[1]["payload"] == {"sleep": 1}
    with step("3. With more time"):
        aws_lambda.execute("SET aws_lambda.request_timeout_ms = 30000")
        assert row(CALL, [name, '{"sleep": 1}'])[0] == 200


@claim(source=REFERENCE, certainty="documented")
@rests_on("lambda-parameters")
def test_defaults_of_the_parameters(rds: Any, rds_lambda: Any, step: Any) -> None:
    """Connecting may take 1,000 ms and an answer 3,000 ms by default; both go from 1 to 900,000."""
    rds.execute("CREATE EXTENSION aws_lambda CASCADE")
    with step("The first call of a session loads the library"), refused("22023"):
        rds.execute("SELECT * FROM aws_lambda.invoke('', '{}'::json)")
    found = rds.execute(
        "SELECT name, boot_val, min_val, max_val, unit FROM pg_settings"
        " WHERE name LIKE 'aws_lambda.%_ms' ORDER BY 1"
    ).fetchall()
    assert found == [
        ("aws_lambda.connect_timeout_ms", "1000", "1", "900000", "ms"),
        ("aws_lambda.request_timeout_ms", "3000", "1", "900000", "ms"),
    ]
    for value in ("0", "900001"):
        with step(value), refused("22023", "is outside the valid range"):
            rds.execute(f"SET aws_lambda.request_timeout_ms = {value}")


@claim(source=REFERENCE, certainty="documented")
@rests_on("lambda-parameters", "lambda-timeout-text")
def test_parameter_group(rds_grouped: Any, rds_lambda: Any, echo: str, step: Any) -> None:
    """A parameter group sets the time for an answer and another endpoint; no session sets the latter."""
    url = rds_lambda.endpoint.url_for_server
    database = rds_grouped({"aws_lambda.request_timeout_ms": "600", "aws_lambda.endpoint_override": url})
    database.recorder.mask(url, "https://vpce-lambda.us-east-1.vpce.amazonaws.com")
    database.use_lambda("http://127.0.0.1:9", rds_lambda.region, rds_lambda.credentials, rds_lambda.patterns)
    call = "SELECT status_code FROM aws_lambda.invoke(%s, %s::json)"
    with database.recorded() as master:
        master.execute("CREATE EXTENSION aws_lambda CASCADE")
        with step("1. The answer comes from the endpoint of the group"):
            rds_lambda.client.invoke(FunctionName=echo)  # a process is there: the call itself is quick
            assert master.execute(call, [echo, "{}"]).fetchone() == (200,)
            assert master.execute("SHOW aws_lambda.endpoint_override").fetchone() == (url,)
        with step("2. and within the time of the group, or not at all"):
            assert master.execute("SHOW aws_lambda.request_timeout_ms").fetchone() == ("600ms",)
            with refused(pg.SystemError, FAILED, detail="'Unable to connect to endpoint'"):
                master.execute(call, [echo, '{"sleep": 2}'])
        with step("3. A session names no other endpoint"), refused("55P02", "cannot be changed now"):
            master.execute("SET aws_lambda.endpoint_override = 'http://127.0.0.1:9'")


@claim(source=REFERENCE, certainty="derived")
def test_statement_timeout_and_cancel(
    aws_lambda: Any, rds_lambda: Any, source: str, row: Any, step: Any
) -> None:
    """A statement that waits for a function ends by statement_timeout or a cancel; the session works on."""
    name = rds_lambda.deploy("my-function", source, Timeout=60)
    with step("1. statement_timeout"):
        aws_lambda.execute("SET statement_timeout = 300")
        with refused(pg.QueryCanceled, "canceling statement due to statement timeout"):
            row(CALL, [name, '{"sleep": 8}'])
        aws_lambda.execute("RESET statement_timeout")
    with step("2. A cancel"):
        timer = threading.Timer(0.3, aws_lambda.cancel_safe)
        timer.start()
        with refused(pg.QueryCanceled, "canceling statement due to user request"):
            row(CALL, [name, '{"sleep": 8}'])
        timer.join()
    with step("3. The next call"):
        assert row(CALL, [name, "{}"])[0] == 200


@claim(source=CONCURRENCY, certainty="documented")
@rests_on("lambda-refusal-text")
def test_no_concurrency_left(rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """A function with a reserved concurrency of 0 is throttled; once nothing is reserved it runs."""
    with step("1. put_function_concurrency to 0"):
        rds_lambda.client.put_function_concurrency(FunctionName=echo, ReservedConcurrentExecutions=0)
        with refused(pg.SystemError, FAILED, detail="'Rate Exceeded.'"):
            row(CALL, [echo, "{}"])
    assert rds_lambda.calls("my-function") == []
    with step("2. delete_function_concurrency"):
        rds_lambda.client.delete_function_concurrency(FunctionName=echo)
        assert row(CALL, [echo, "{}"])[0] == 200


@claim(source=CONCURRENCY, certainty="documented")
@rests_on("lambda-refusal-text")
def test_second_at_the_same_time(
    aws_lambda: Any, rds_lambda: Any, rds_db: Any, echo: str, row: Any, calls: Any, step: Any
) -> None:
    """With a reserved concurrency of 1 a second call at that time is throttled; an Event waits its turn."""
    rds_lambda.client.put_function_concurrency(FunctionName=echo, ReservedConcurrentExecutions=1)
    with step("1. One is running"):
        assert row(f"{CALL}, invocation_type := 'Event'", [echo, '{"sleep": 1.5}'])[0] == 202
        tried = _until_busy(rds_lambda, echo)
        with refused(pg.SystemError, FAILED, detail="'Rate Exceeded.'"):
            row(CALL, [echo, '"second"'])
    with step("2. An Event is taken and run later"):
        assert row(f"{CALL}, invocation_type := 'Event'", [echo, '"third"'])[0] == 202
        given = [one["payload"] for one in calls(2 + tried)]
        assert [one for one in given if one] == [{"sleep": 1.5}, "third"]


def _until_busy(rds_lambda: Any, name: str) -> int:
    """Wait until the one event is being worked on: then a call is throttled. Tell how many were not."""
    for tried in range(200):
        try:
            rds_lambda.client.invoke(FunctionName=name, Payload="{}")
        except rds_lambda.client.exceptions.TooManyRequestsException:
            return tried
    raise AssertionError("the function never was busy")


@claim(source=QUOTAS, certainty="documented")
@rests_on("lambda-refusal-text")
def test_payload_of_a_synchronous_call(rds_lambda: Any, row: Any, step: Any) -> None:
    """A payload of 6 MB is taken and one byte more is refused."""
    name = rds_lambda.deploy("my-function", "def lambda_handler(event, context):\n    return len(event)\n")
    sized = "%s, to_json(repeat('x', %s - 2))"
    with step("1. 6,291,456 bytes"):
        assert row(sized, [name, SYNC_LIMIT])[1] == SYNC_LIMIT - 2
    with (
        step("2. One more"),
        refused(pg.SystemError, FAILED, detail="6291457 byte payload is too large for the RequestResponse"),
    ):
        row(sized, [name, SYNC_LIMIT + 1])


@claim(source=QUOTAS, certainty="documented")
@rests_on("lambda-refusal-text")
def test_payload_of_an_event(rds_lambda: Any, row: Any, calls: Any, step: Any) -> None:
    """An event of 1 MB is taken and one byte more is refused."""
    name = rds_lambda.deploy("my-function", "def lambda_handler(event, context):\n    return len(event)\n")
    sized = "%s, to_json(repeat('x', %s - 2)), invocation_type := 'Event'"
    with step("1. 1,048,576 bytes"):
        assert row(sized, [name, EVENT_LIMIT])[0] == 202
        assert calls(1)[0]["result"] == EVENT_LIMIT - 2
    with (
        step("2. One more"),
        refused(pg.SystemError, FAILED, detail="1048577 byte payload is too large for the Event"),
    ):
        row(sized, [name, EVENT_LIMIT + 1])


@claim(source=QUOTAS, certainty="documented")
@rests_on("lambda-error-details")
def test_answer_of_a_function(rds_lambda: Any, row: Any, fails: Any, step: Any) -> None:
    """An answer of 6 MB comes back whole; a larger one is an error of the function."""
    name = rds_lambda.deploy("my-function", "def lambda_handler(event, context):\n    return 'x' * event\n")
    with step("1. 6,291,456 bytes"):
        assert row(CALL, [name, str(SYNC_LIMIT - 2)])[1] == "x" * (SYNC_LIMIT - 2)
    with step("2. 7,000,000 bytes"), fails("38000", INVOCATION, detail="Function.ResponseSizeTooLarge"):
        row(CALL, [name, "7000000"])


@claim(source=INVOKE, certainty="documented")
@rests_on("lambda-refusal-text")
def test_context_that_is_too_large(rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """The context may have 3,583 bytes in Base64; one that is larger or no object is refused."""
    sized = "%s, '{}'::json, context := json_build_object('custom', repeat('x', %s))"
    with step("1. Small enough"):
        assert row(sized, [echo, 2600])[0] == 200
    with step("2. Too large"), refused(pg.SystemError, FAILED, detail="Client context must be"):
        row(sized, [echo, 2700])
    with step("3. No object"), refused(pg.SystemError, FAILED, detail="Client context must be"):
        row("%s, '{}'::json, context := '[1]'", [echo])


@claim(source=RETRIES, certainty="documented")
@rests_on("lambda-event-retries")
def test_event_whose_handler_fails(rds_lambda: Any, echo: str, row: Any, calls: Any) -> None:
    """The caller of an Event never learns that the handler failed: it was told 202 and nothing more."""
    assert row(f"{CALL}, invocation_type := 'Event'", [echo, '{"raise": "x"}']) == (202, None, None, None)
    (call,) = calls(1)
    assert call["failed"]
    assert call["result"]["errorType"] == "ValueError"


@claim(source=ERRORS, certainty="derived")
@rests_on("lambda-error-details")
def test_error_rolls_the_statement_back(aws_lambda: Any, rds_lambda: Any, echo: str, fails: Any) -> None:
    """The error of one call undoes the whole statement, but not what earlier calls of it have done."""
    aws_lambda.execute("CREATE TABLE done (n int)")
    with fails("38000", INVOCATION):
        aws_lambda.execute(
            "INSERT INTO done SELECT n FROM generate_series(1, 3) AS n, LATERAL aws_lambda.invoke(%s,"
            ' CASE WHEN n = 3 THEN \'{"raise": "x"}\' ELSE to_json(n) END) AS i',
            [echo],
        )
    assert aws_lambda.execute("SELECT count(*) FROM done").fetchone() == (0,)
    assert [one["payload"] for one in rds_lambda.calls("my-function")] == [1, 2, {"raise": "x"}]
