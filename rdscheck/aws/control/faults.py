"""What AWS answers to wrong input: its error codes, with their HTTP status from botocore's service model.

Where a text is known from public reports or AWS's pages, its use says so; all other texts are guesses, and
claims that rest on one name the deviation ``control-plane-error-texts``.
"""

from rdscheck.aws.control.model import service

#: Begins texts about what this machine cannot do, so that nobody takes them for AWS's.
OURS = "rdscheck: "


class Fault(Exception):
    """An error as AWS's clients see it: a code, a text, an HTTP status; ``sender`` where the caller erred."""

    def __init__(self, code: str, message: str, status: int = 400, *, sender: bool = True) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.sender = code, message, status, sender


def fault(shape: str, message: str) -> Fault:
    """Return the error of a shape of RDS's model, such as ``DBInstanceNotFoundFault``."""
    about = service().shape_for(shape).metadata["error"]
    return Fault(about["code"], message, int(about["httpStatusCode"]))


def bad_value(message: str) -> Fault:
    """Return ``InvalidParameterValue``; the model does not name it, reports do."""
    return Fault("InvalidParameterValue", message)


def bad_combination(message: str) -> Fault:
    """Return ``InvalidParameterCombination``, likewise."""
    return Fault("InvalidParameterCombination", message)


def missing(name: str) -> Fault:
    """Return the error about an argument that has to be there."""
    return Fault("MissingParameter", f"The request must contain the parameter {name}.")


def limit(message: str) -> Fault:
    """Return an error about something RDS does and this sandbox cannot."""
    return bad_value(OURS + message)
