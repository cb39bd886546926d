"""What can be wrong with a parameter group: refused as RDS refuses it, or beyond this sandbox."""

from rdscheck.errors import ExitCode, RdscheckError, StartError

#: AWS's error codes for ModifyDBParameterGroup.
VALUE = "InvalidParameterValue"
COMBINATION = "InvalidParameterCombination"


class ParameterRefused(RdscheckError):
    """RDS would not take this into a parameter group.

    ``code`` is AWS's error code. ``certainty`` tells how well the wording is known: observed in
    public reports, documented, derived from AWS's pages, or guessed.
    """

    exit_code = ExitCode.USAGE

    def __init__(
        self, message: str, *, hint: str | None = None, code: str = VALUE, certainty: str = "guessed"
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.certainty = certainty


class LibraryMissing(RdscheckError):
    """RDS loads this library, but the server here was installed without it."""


class FormulaValue(RdscheckError):
    """RDS computes this value from the size of an instance; there is no instance to compute it from."""

    exit_code = ExitCode.USAGE


class SharedServer(RdscheckError):
    """The server is used by others, who would be surprised by other parameters."""


class IncompatibleParameters(StartError):
    """The server does not start with its parameter group.

    ``fatal`` is the server's own line, ``parameter`` the parameter it is about, empty where the line
    names none. Change or reset the parameter and reboot again.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, fatal: str = "", parameter: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.fatal = fatal
        self.parameter = parameter
