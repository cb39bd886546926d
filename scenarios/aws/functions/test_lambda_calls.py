"""Ways to call aws_lambda.invoke: overloads, invocation types, logs, context, qualifiers, and their traps."""

import base64
from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, claim, documentation_finding, refused, rests_on, scenario

REFERENCE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL-Lambda-functions.html"
EXAMPLES = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL-Lambda-examples.html"
INVOKE = "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"
RESOLUTION = "https://www.postgresql.org/docs/current/typeconv-func.html"
pytestmark = scenario(
    "aws/lambda-calls",
    title="Call aws_lambda.invoke",
    docs=REFERENCE,
    since=13,
    needs=("aws_lambda",),
    basis=Basis.STAND_IN,
)
documented = claim(source=REFERENCE, certainty="documented")

ARN = "aws_commons.create_lambda_function_arn(%s)"
BODY = """'{"body": "Hello from Postgres!"}'::json"""
FAILED = "invoke API failed"

#: JSON of all kinds, as SQL is given it.
VALUES = ("null", "17", '"text"', "[]", r"""{"ü漢😀": "\"\\ \u0001"}""", """{"';": "$(x) `y` %s"}""")


@documented
@pytest.mark.parametrize("kind", ["json", "jsonb"])
@pytest.mark.parametrize("name", ["text", "arn"])
def test_overloads(aws_lambda: Any, echo: str, row: Any, name: str, kind: str) -> None:
    """Each of the four overloads sends its payload and returns the answer in the payload's type."""
    function = ARN if name == "arn" else "%s::text"
    assert row(f"{function}, '{{\"a\": [1, null]}}'::{kind}", [echo]) == (
        200,
        {"event": {"a": [1, None]}, "version": "$LATEST", "context": None},
        "$LATEST",
        None,
    )
    (type_,) = aws_lambda.execute(
        f"SELECT pg_typeof(payload)::text FROM aws_lambda.invoke({function}, 'null'::{kind})", [echo]
    ).fetchone()
    assert type_ == kind


@claim(source=INVOKE, certainty="documented")
def test_forms_of_names(rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """Name, partial ARN and ARN find a function, in either overload; a form that is none is refused."""
    for said in (echo, f"{rds_lambda.account}:function:{echo}", rds_lambda.arn("my-function")):
        with step(said):
            assert row("%s, '1'::json", [said])[1]["event"] == 1
            assert row(f"{ARN}, '2'::json", [said])[1]["event"] == 2
    for said in (
        "my function",
        "a/b",
        "../../x",
        "arn:aws:lambda:us-east-1:12:function:f",
        "f:$X y",
        "a:b:c:d",
    ):
        with step(said), refused(pg.SystemError, FAILED, detail="at 'functionName' failed to satisfy"):
            row("%s, '3'::json", [said])
    assert [one["payload"] for one in rds_lambda.calls("my-function")] == [1, 2] * 3


@claim(source=RESOLUTION, certainty="documented")
def test_payload_without_a_type_is_ambiguous(echo: str, rds_lambda: Any, row: Any, step: Any) -> None:
    """A payload without a type fits json and jsonb alike: the call is refused until it is cast."""
    for function in (ARN, "%s"):
        with step(f"invoke({function}, '{{}}')"), refused(pg.AmbiguousFunction, "is not unique"):
            row(f"{function}, '{{}}'", [echo])
    assert rds_lambda.calls("my-function") == []
    with step("With a cast"):
        assert row(f"{ARN}, '{{}}'::jsonb", [echo])[0] == 200


@claim(source=RESOLUTION, certainty="documented")
@documentation_finding("lambda-guide-untyped-arn")
@rests_on("lambda-row-text")
def test_location_without_a_type_is_a_name(
    aws_lambda: Any, rds_lambda: Any, echo: str, row: Any, step: Any
) -> None:
    r"""The text of a location, as psql's \gset keeps it, is taken as the name; what follows is the Region."""
    literal = f"'({echo},{rds_lambda.region})'"
    with step("Which overload PostgreSQL takes for the guide's call"):
        plan = aws_lambda.execute(
            "EXPLAIN (VERBOSE, COSTS OFF)"
            f" SELECT * FROM aws_lambda.invoke({literal}, {BODY}, 'RequestResponse')"
        ).fetchall()
        (chosen,) = [line for (line,) in plan if "Function Call" in line]
        aws_lambda.recorder.act(f"-- {chosen.strip()}")
        # Name, payload, Region, and then the default of the invocation type.
        assert f"{literal}::text" in chosen
        assert chosen.count("'RequestResponse'::text") == 2
    with step("The call itself"), refused(pg.SystemError, FAILED, detail="at 'functionName'"):
        row(f"{literal}, {BODY}")
    assert rds_lambda.calls("my-function") == []
    with step("With a cast to the location's type"):
        assert row(f"{literal}::aws_commons._lambda_function_arn_1, {BODY}, 'RequestResponse'")[0] == 200


@claim(source=RESOLUTION, certainty="documented")
def test_event_in_place_of_the_region(rds_lambda: Any, echo: str, row: Any, calls: Any, step: Any) -> None:
    """'Event' as third argument names a Region when the function is text: refused, and nothing is invoked."""
    with (
        step("1. ('my-function', payload, 'Event')"),
        refused(pg.SystemError, FAILED, detail="'Unable to connect to endpoint'"),
    ):
        row("%s::text, '{}'::json, 'Event'", [echo])
    assert rds_lambda.calls("my-function") == []
    with step("2. With the location inline it is the invocation type"):
        assert row(f"{ARN}, '{{}}'::json, 'Event'", [echo])[0] == 202
    with step("3. By name it always is"):
        assert row("%s::text, '{}'::json, invocation_type := 'Event'", [echo])[0] == 202
    assert [one["invocation_type"] for one in calls(2)] == ["Event", "Event"]


@documented
@rests_on("lambda-event-row")
def test_event_returns_at_once(rds_lambda: Any, echo: str, row: Any, calls: Any, step: Any) -> None:
    """Event answers 202 without a payload before the handler is done, and the handler gets the event once."""
    with step("1. A handler that takes a while"):
        assert row("%s, '{\"sleep\": 0.5}'::json, invocation_type := 'Event'", [echo]) == (
            202,
            None,
            None,
            None,
        )
        assert rds_lambda.calls("my-function") == []
    with step("2. It is run all the same"):
        (call,) = calls(1)
        assert (call["payload"], call["invocation_type"], call["failed"]) == ({"sleep": 0.5}, "Event", False)


@documented
@rests_on("lambda-event-row")
def test_dry_run_invokes_nothing(rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """DryRun answers 204 and runs nothing; for a function that does not exist it is refused."""
    with step("1. A function that exists"):
        assert row("%s, '{}'::json, invocation_type := 'DryRun'", [echo]) == (204, None, None, None)
        assert rds_lambda.calls("my-function") == []
    with step("2. One that does not"), refused(pg.SystemError, FAILED, detail="Function not found"):
        row("%s, '{}'::json, invocation_type := 'DryRun'", [rds_lambda.name("no-function")])


@claim(source=EXAMPLES, certainty="documented")
def test_log_tail(aws_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """With Tail log_result is what the handler printed, in Base64 from START to REPORT; with None NULL."""
    call = '%s, \'{"say": "one line"}\'::json, log_type := '
    with step("1. Tail"):
        (log,) = aws_lambda.execute(
            "SELECT convert_from(decode(log_result, 'base64'), 'utf-8') as log"
            f" FROM aws_lambda.invoke({call}'Tail')",
            [echo],
        ).fetchone()
        start, said, end, report = log.splitlines()
        assert start.startswith("START RequestId: ")
        assert start.endswith(" Version: $LATEST")
        assert said == "one line"
        assert end == start.replace("START", "END").removesuffix(" Version: $LATEST")
        assert report.startswith(start.replace("START", "REPORT").removesuffix(" Version: $LATEST"))
    with step("2. None, and nothing said"):
        assert row(f"{call}'None'", [echo])[3] is None
        assert row("%s, '{}'::json", [echo])[3] is None


@documented
def test_log_tail_is_4_kb(rds_lambda: Any, echo: str, row: Any) -> None:
    """Of a long log the last 4 KB come back: the start is lost, the end is there."""
    result = row(
        "%s, json_build_object('say', 'first' || repeat('x', 10000) || 'last'), log_type := 'Tail'", [echo]
    )
    log = base64.b64decode(result[3])
    assert len(log) == 4096
    assert b"first" not in log
    assert b"last\nEND RequestId: " in log


@claim(source=EXAMPLES, certainty="documented")
@documentation_finding("lambda-guide-log-select")
def test_log_example_of_the_guide(aws_lambda: Any, echo: str, step: Any) -> None:
    """The guide's statement for logs is a syntax error as printed; without its second select it works."""
    text = (
        "SELECT *, select convert_from(decode(log_result, 'base64'), 'utf-8') as log"
        f" FROM aws_lambda.invoke(aws_commons.create_lambda_function_arn('{echo}'),"
        f" {BODY}, 'RequestResponse', 'Tail')"
    )
    with step("As printed"), refused(pg.SyntaxError, 'syntax error at or near "select"'):
        aws_lambda.execute(text)
    with step("Without the second select"):
        assert "START RequestId" in aws_lambda.execute(text.replace("select ", "")).fetchone()[4]


@documented
@pytest.mark.parametrize("kind", ["json", "jsonb"])
def test_context_reaches_the_handler(echo: str, row: Any, kind: str) -> None:
    """The fields custom and env of the context are what the handler finds as client_context."""
    context = '{"custom": {"trace": "4711", "ü": [1]}, "env": {"stage": "test"}}'
    answer = row(f"%s, '{{}}'::{kind}, context := %s::{kind}", [echo, context])[1]
    assert answer["context"] == {"custom": {"trace": "4711", "ü": [1]}, "env": {"stage": "test"}}


@claim(source=EXAMPLES, certainty="documented")
@documentation_finding("lambda-guide-context-example")
def test_context_example_of_the_guide(rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """The guide's statement for client context passes none: the handler has no client_context."""
    with step("As printed, with the location inline"):
        assert row(f"{ARN}, {BODY}, 'RequestResponse', 'Tail'", [echo])[1]["context"] is None
    with step("With the context as fifth argument"):
        answer = row(f"{ARN}, {BODY}, 'RequestResponse', 'Tail', '{{\"custom\": 1}}'", [echo])[1]
        assert answer["context"] == {"custom": 1, "env": None}


@claim(source=INVOKE, certainty="documented")
def test_context_of_an_event_is_lost(echo: str, row: Any, calls: Any) -> None:
    """Lambda passes the context on for synchronous calls only: the handler of an Event gets none."""
    row("%s, '{}'::json, invocation_type := 'Event', context := '{\"custom\": 1}'", [echo])
    (call,) = calls(1)
    assert call["client_context"] is None
    assert call["result"]["context"] is None


@pytest.fixture
def versions(rds_lambda: Any, echo: str) -> Any:
    """Publish version 1, let the alias custom_version mean it, and give $LATEST other code."""
    lam = rds_lambda.client
    assert lam.publish_version(FunctionName=echo)["Version"] == "1"
    lam.create_alias(FunctionName=echo, Name="custom_version", FunctionVersion="1")
    rds_lambda.deploy("my-function", "def lambda_handler(event, context):\n    return 'newer'\n")
    return lam


@claim(source=EXAMPLES, certainty="documented")
def test_qualifier(versions: Any, echo: str, row: Any, step: Any) -> None:
    """A version, an alias or $LATEST is a qualifier or part of the name; executed_version tells which ran."""
    for said, version in (("1", "1"), ("custom_version", "1"), ("$LATEST", "$LATEST")):
        with step(f"Qualifier {said}"):
            for answer in (
                row(f"{ARN}, '{{}}'::json, 'RequestResponse', 'None', NULL, %s", [echo, said]),
                row("%s, '{}'::json, qualifier := %s", [echo, said]),
                row(f"{ARN}, '{{}}'::json", [f"{echo}:{said}"]),
            ):
                assert answer[2] == version
                assert (answer[1] == "newer") is (version == "$LATEST")
    with step("One that does not exist"), refused(pg.SystemError, FAILED, detail="Function not found"):
        row("%s, '{}'::json, qualifier := '2'", [echo])


@claim(source=INVOKE, certainty="documented")
def test_alias_moves(versions: Any, echo: str, row: Any, step: Any) -> None:
    """An alias that is moved to another version is felt by the next call."""
    call = "%s, '{}'::json, qualifier := 'custom_version'"
    with step("1. The alias means version 1"):
        assert row(call, [echo])[2] == "1"
    with step("2. It means version 2"):
        assert versions.publish_version(FunctionName=echo)["Version"] == "2"
        versions.update_alias(FunctionName=echo, Name="custom_version", FunctionVersion="2")
        assert row(call, [echo])[1:3] == ("newer", "2")


@documented
@rests_on("lambda-conflict-text")
def test_conflicts_with_the_name(versions: Any, rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """A Region or qualifier besides the name must not contradict it; the same one again may stand there."""
    arn = rds_lambda.arn("my-function", "1")
    with step("Another qualifier"), refused("22023", 'qualifier "2" conflicts with "1" in function_name'):
        row("%s, '{}'::json, qualifier := '2'", [arn])
    with step("Another Region"), refused("22023", 'region "eu-west-1" conflicts with "us-east-1"'):
        row("%s, '{}'::json, 'eu-west-1'", [arn])
    with step("The same ones"):
        assert row("%s, '{}'::json, %s, qualifier := '1'", [arn, rds_lambda.region])[2] == "1"


@documented
@rests_on("lambda-value-text")
def test_case_of_the_types_counts(rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """invocation_type and log_type are case-sensitive: event and tail are refused."""
    for argument, wrong, right in (
        ("invocation_type", "event", "Event"),
        ("invocation_type", "REQUESTRESPONSE", "RequestResponse"),
        ("invocation_type", "", "DryRun"),
        ("log_type", "tail", "Tail"),
    ):
        with step(f"{argument} := '{wrong}'"), refused("22023", f"invalid {argument}", hint=right):
            row(f"%s, '{{}}'::json, {argument} := '{wrong}'", [echo])
    assert rds_lambda.calls("my-function") == []


@claim(source=REFERENCE, certainty="guessed")
@rests_on("lambda-null-arguments")
def test_nulls(aws_lambda: Any, rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """NULL is refused for function and payload; for everything else it means the default."""
    for arguments in ("NULL::text, '{}'::json", "NULL::aws_commons._lambda_function_arn_1, '{}'::json"):
        with step(arguments), refused(pg.NullValueNotAllowed, "function_name must not be null"):
            row(arguments)
    with step("No payload"), refused(pg.NullValueNotAllowed, "payload must not be null"):
        row("%s, NULL::json", [echo])
    with step("An empty name"), refused("22023", "function_name must not be empty"):
        row("'', '{}'::json")
    with step("All else"):
        assert row("%s, '{}'::json, NULL, NULL, NULL, NULL, NULL", [echo])[::2] == (200, "$LATEST")
    assert len(rds_lambda.calls("my-function")) == 1


@documented
def test_payloads_arrive_as_they_are(aws_lambda: Any, rds_lambda: Any, echo: str, row: Any) -> None:
    """Any JSON value is a payload: text of all kinds arrives and comes back unchanged."""
    for value in VALUES:
        sent, got = aws_lambda.execute(
            "SELECT p, payload->'event' FROM (SELECT %s::jsonb) AS t(p), aws_lambda.invoke(%s, p)",
            [value, echo],
        ).fetchone()
        assert sent == got
    assert len(rds_lambda.calls("my-function")) == 6


@documented
def test_once_per_row(aws_lambda: Any, rds_lambda: Any, echo: str) -> None:
    """In a query over a table the function is invoked once for each row, in the order of the rows."""
    found = aws_lambda.execute(
        "SELECT n, i.payload->>'event' FROM generate_series(1, 5) AS n,"
        " LATERAL aws_lambda.invoke(%s, to_json(n)) AS i ORDER BY n",
        [echo],
    ).fetchall()
    assert found == [(n, str(n)) for n in range(1, 6)]
    assert [one["payload"] for one in rds_lambda.calls("my-function")] == [1, 2, 3, 4, 5]


@claim(source=EXAMPLES, certainty="derived")
def test_trigger_sends_events(aws_lambda: Any, echo: str, calls: Any, step: Any) -> None:
    """A trigger invokes a function for each new row; what it sent stays sent when the row is rolled back."""
    with step("1. A trigger that sends each new row"):
        aws_lambda.execute("CREATE TABLE orders (id int, what text)")
        aws_lambda.execute(
            "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" PERFORM aws_lambda.invoke(aws_commons.create_lambda_function_arn('{echo}'),"
            " to_json(NEW), 'Event');"
            " RETURN NEW; END $$"
        )
        aws_lambda.execute("CREATE TRIGGER tell AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION tell()")
    with step("2. An insert"):
        aws_lambda.execute("INSERT INTO orders VALUES (1, 'bread')")
        assert [one["payload"] for one in calls(1)] == [{"id": 1, "what": "bread"}]
    with step("3. An insert that is rolled back"):
        aws_lambda.execute("BEGIN")
        aws_lambda.execute("INSERT INTO orders VALUES (2, 'salt')")
        aws_lambda.execute("ROLLBACK")
        assert [one["payload"]["id"] for one in calls(2)] == [1, 2]
        assert aws_lambda.execute("SELECT id FROM orders").fetchall() == [(1,)]


@claim(source=REFERENCE, certainty="derived")
def test_read_only_transaction(aws_lambda: Any, echo: str) -> None:
    """A read-only transaction may invoke: nothing in the database is written."""
    aws_lambda.execute("BEGIN READ ONLY")
    found = aws_lambda.execute("SELECT status_code FROM aws_lambda.invoke(%s, '1'::json)", [echo]).fetchone()
    aws_lambda.execute("COMMIT")
    assert found == (200,)
