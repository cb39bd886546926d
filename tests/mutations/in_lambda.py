"""Faults in the C source of aws_lambda, and in the harness that tells it about roles."""

from tests.mutations.mutant import Mutant

_CALL, _CLIENT, _FUNCTION = "aws_lambda/aws_lambda.c", "aws_lambda/client.c", "aws_lambda/function.c"
_SETUP, _CALLS = "test_lambda.py::", "test_lambda_calls.py::"
_ACCESS, _FAILURES = "test_lambda_access.py::", "test_lambda_failures.py::"

MUTANTS = (
    Mutant(
        "lambda-policy-allows-all",
        "the role for Lambda may do everything everywhere",
        (_ACCESS + "test_policy_must_allow", _ACCESS + "test_policy_names_the_function"),
        patch="allow_everything",
    ),
    Mutant(
        "lambda-deny-forgotten",
        "what the policy denies is not written down",
        (_ACCESS + "test_deny_beats_allow",),
        patch="forget_deny",
    ),
    Mutant(
        "lambda-role-stays",
        "removing the role for Lambda does nothing",
        (_ACCESS + "test_role_comes_and_goes",),
        patch="keep_roles",
    ),
    Mutant(
        "lambda-policy-unasked",
        "nobody asks the policy",
        (_ACCESS + "test_policy_must_allow", _ACCESS + "test_dry_run_tells_about_access"),
        source=(_CALL, "\tcheck_policy(conf, role, function);\n", ""),
    ),
    Mutant(
        "lambda-versions-unasked",
        "the policy is asked about the function, whatever its version",
        (_ACCESS + "test_versions_are_resources_of_their_own",),
        source=(
            _CALL,
            "lambda_arn(function, true));\n\tchar\t   *account",
            "lambda_arn(function, false));\n\tchar\t   *account",
        ),
    ),
    Mutant(
        "lambda-any-role",
        "a role of any feature serves",
        (_ACCESS + "test_role_of_another_feature",),
        source=(
            _CALL,
            "role = aws_conf_role(conf, AWS_FEATURE_LAMBDA);",
            "role = conf->roles ? linitial(conf->roles) : NULL;",
        ),
    ),
    Mutant(
        "lambda-payload-unsigned",
        "the payload is left out of the signature",
        (_ACCESS + "test_requests_are_signed",),
        source=(_CLIENT, "sigv4_hash(request->body, request->body_len)", "NULL"),
    ),
    Mutant(
        "lambda-error-taken",
        "the answer of a function that failed is taken for a result",
        (_FAILURES + "test_handler_raises", _FAILURES + "test_function_times_out"),
        source=(_CALL, "if (answer->function_error)", "if (false)"),
    ),
    Mutant(
        "lambda-status-ignored",
        "an answer of any status is taken for a result",
        (_FAILURES + "test_no_concurrency_left",),
        source=(_CALL, "if (answer->status < 200 || answer->status >= 300)", "if (false)"),
    ),
    Mutant(
        "lambda-waits-for-ever",
        "aws_lambda.request_timeout_ms does not count",
        (_FAILURES + "test_request_timeout",),
        source=(_CLIENT, "if (left <= 0)", "if (false)"),
    ),
    Mutant(
        "lambda-deaf",
        "a cancel is not noticed while a function runs",
        (_FAILURES + "test_statement_timeout_and_cancel",),
        source=(_CLIENT, "\t\tCHECK_FOR_INTERRUPTS();\n", ""),
    ),
    Mutant(
        "lambda-context-lost",
        "the context is not sent",
        (_CALLS + "test_context_reaches_the_handler",),
        source=(_CALL, "if (args->context)", "if (false)"),
    ),
    Mutant(
        "lambda-log-lost",
        "the log is never asked for",
        (_CALLS + "test_log_tail",),
        source=(_CALL, 'psprintf("x-amz-log-type:%s", log_type)', '"x-amz-log-type:None"'),
    ),
    Mutant(
        "lambda-qualifier-lost",
        "the qualifier is not sent",
        (_CALLS + "test_qualifier", _CALLS + "test_alias_moves"),
        source=(_CALL, "request.query = function->qualifier ?", "request.query = false ?"),
    ),
    Mutant(
        "lambda-conflict-ignored",
        "the Region of the call beats the one in the ARN",
        (_CALLS + "test_conflicts_with_the_name", _SETUP + "test_arn_of_another_region"),
        source=(_FUNCTION, '\tsame_or_error(said(region), function->region, "region");\n', ""),
    ),
    Mutant(
        "lambda-any-case",
        "the case of invocation_type and log_type does not count",
        (_CALLS + "test_case_of_the_types_counts",),
        source=(_CALL, "if (strcmp(value, values[i]) == 0)", "if (pg_strcasecmp(value, values[i]) == 0)"),
    ),
    Mutant(
        "lambda-region-unchecked",
        "a Region that cannot be one is passed on",
        (_CALLS + "test_event_in_place_of_the_region",),
        source=(
            _CALL,
            'function->region[strspn(function->region, "abcdefghijklmnopqrstuvwxyz0123456789-")]',
            'function->region[strspn(function->region, "Eabcdefghijklmnopqrstuvwxyz0123456789-")]',
        ),
    ),
)
