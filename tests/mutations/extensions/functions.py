"""Faults in the procedures of aws_lambda and in the local Lambda."""

from tests.mutations.extensions.fault import Fault

_HERE = "aws/functions/"
_SETUP, _CALLS = f"{_HERE}test_lambda.py::", f"{_HERE}test_lambda_calls.py::"
_ACCESS, _FAILURES = f"{_HERE}test_lambda_access.py::", f"{_HERE}test_lambda_failures.py::"
_SERVICE, _RUNNING = "rdscheck/aws/functions/service.py", "rdscheck/aws/functions/running.py"

FAULTS = (
    Fault(
        "the caller of an Event waits for the handler",
        _CALLS + "test_event_returns_at_once",
        (("self.runner.enqueue(one)", "self.runner.invoke(one)"),),
        file=_SERVICE,
    ),
    Fault(
        "EXECUTE is not granted besides USAGE",
        _SETUP + "test_others_need_both_grants",
        (('f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_lambda TO {role}"', '"SELECT 1"'),),
    ),
    Fault(
        "the role is not associated again",
        _ACCESS + "test_role_comes_and_goes",
        (('        rds_db.associate_role("Lambda")\n', ""),),
    ),
    Fault(
        "the alias is left where it was",
        _CALLS + "test_alias_moves",
        (('Name="custom_version", FunctionVersion="2"', 'Name="custom_version", FunctionVersion="1"'),),
    ),
    Fault(
        "a dry run is a real one",
        _CALLS + "test_dry_run_invokes_nothing",
        (
            (
                "            return Response(HTTPStatus.NO_CONTENT)\n        # Passed on",
                '            kind = "Event"\n        # Passed on',
            ),
        ),
        file=_SERVICE,
    ),
    Fault(
        "the extension is created without CASCADE",
        _SETUP + "test_procedure",
        (("CREATE EXTENSION IF NOT EXISTS aws_lambda CASCADE", "CREATE EXTENSION IF NOT EXISTS aws_lambda"),),
    ),
    Fault(
        "the trigger sends nothing",
        _CALLS + "test_trigger_sends_events",
        (("to_json(NEW), 'Event');\"", "to_json(NEW), 'DryRun');\""),),
    ),
    Fault(
        "the reserved concurrency does not count",
        _FAILURES + "test_no_concurrency_left",
        (("function.running >= function.reserved", "function.running > function.reserved"),),
        file=_RUNNING,
    ),
    Fault(
        "an event may be as large as a synchronous payload",
        _FAILURES + "test_payload_of_an_event",
        (('"Event": 1 << 20', '"Event": 6 << 20'),),
        file=_SERVICE,
    ),
    Fault(
        "less of the log comes back than 4 KB",
        _CALLS + "test_log_tail_is_4_kb",
        (("_LOG_TAIL = 4096", "_LOG_TAIL = 4000"),),
        file=_RUNNING,
    ),
    Fault(
        "an Event passes the context on",
        _CALLS + "test_context_of_an_event_is_lost",
        (('given = context if kind == "RequestResponse" else None', "given = context"),),
        file=_SERVICE,
    ),
    Fault(
        "a version means the newest code",
        _CALLS + "test_qualifier",
        (('if wanted in {"", LATEST}:', "if wanted:"),),
        file="rdscheck/aws/functions/store.py",
    ),
    Fault(
        "Lambda takes any signature",
        _ACCESS + "test_requests_are_signed",
        (("    if secrets is not None:", "    if secrets is None:"),),
        file="rdscheck/aws/functions/signing.py",
    ),
    Fault(
        "a handler that raises has succeeded",
        _FAILURES + "test_handler_raises",
        (("        if outcome.failed:", "        if not outcome.failed:"),),
        file=_SERVICE,
    ),
    Fault(
        "a function may take as long as it likes",
        _FAILURES + "test_function_times_out",
        (("frame = self._frame(event.seconds)", "frame = self._frame(3600)"),),
        file="rdscheck/aws/functions/worker.py",
    ),
    Fault(
        "the role is added for another feature",
        f"{_HERE}test_lambda_setup.py::test_commands_of_the_guide",
        (("--feature-name Lambda", "--feature-name s3Export"),),
    ),
    Fault(
        "the policy names every function",
        f"{_HERE}test_lambda_setup.py::test_policies_decide",
        (('allow("lambda:InvokeFunction", arn)', 'allow("lambda:InvokeFunction", "*")'),),
    ),
)
