"""Errors a user can cause or mend; each prints as one line and a next step.

Anything that is not an ``RdscheckError`` is a bug of ours and keeps its traceback.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the exit status of every rdscheck command means."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    UNCHECKED = 3


class RdscheckError(Exception):
    """Something the user can mend.

    ``message`` says what went wrong and where, ``hint`` what to do next;
    ``exit_code`` is what a command ends with when nobody catches it. What a kind of error
    holds besides the message has a default: that is how pickle carries it between workers.
    """

    exit_code = ExitCode.UNCHECKED

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the message with its hint on the same line."""
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UsageError(RdscheckError):
    """The command line or an option cannot be understood."""

    exit_code = ExitCode.USAGE


class EngineUnavailable(RdscheckError):
    """No engine can run the wanted PostgreSQL version."""


class StartError(RdscheckError):
    """A server, container or S3 backend was there but did not start."""


class S3Unavailable(RdscheckError):
    """The S3 backend cannot be reached or refuses us."""


class LambdaUnavailable(RdscheckError):
    """The Lambda endpoint cannot be reached or refuses us."""


class InvalidS3Address(S3Unavailable):
    """What was given as S3 backend is neither a known name nor an address."""

    exit_code = ExitCode.USAGE


class InvalidFeatureName(RdscheckError):
    """A role was to be associated with a feature the engine does not have.

    The API's own code for it is ``InvalidParameterValue``; its wording is not documented.
    """

    exit_code = ExitCode.USAGE


class InvalidPolicy(RdscheckError):
    """A policy document breaks the grammar of IAM; the message says in which element."""

    exit_code = ExitCode.USAGE


class Unevaluated(RdscheckError):
    """A policy says something that rdscheck cannot decide; that is an error and never a yes."""


class UnevaluatedCondition(Unevaluated):
    """A condition uses an operator, a key or a policy variable that rdscheck does not know."""
