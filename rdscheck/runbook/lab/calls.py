"""What the programs of a command line are given and give back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rdscheck.model import Basis

#: What a program may print where a person would read it, and what it may give to a file or a program.
SHOWN, PASSED_ON = 1 << 20, 64 << 20


class Refused(Exception):
    """A program is not started, or not so; the text says why, in one sentence."""


@dataclass(frozen=True)
class Call:
    """A program with its arguments, everything expanded.

    ``stdin`` is None where nothing is piped or redirected to it; ``shown`` tells that a person reads what it
    prints, errors among it; ``until`` is a time of the monotonic clock, ``seconds`` what the page was given.
    """

    name: str
    arguments: list[str]
    stdin: bytes | None
    shown: bool
    until: float
    seconds: float
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """How a program ended; ``ended`` says what ended it."""

    status: int = 0
    output: bytes = b""
    errors: bytes = b""
    ended: str = ""
    basis: Basis = Basis.REAL


Program = Callable[[Call], Result]

#: Says why a program does not get these arguments, empty when it does; nothing is started.
Check = Callable[[list[str]], None]


def limit_text(call: Call, ended: str) -> str:
    """Return what ended a program in the words of a report."""
    if ended.startswith("time"):
        return f"time limit of {call.seconds:g} s"
    if ended.startswith("output"):
        return f"output limit of {(SHOWN if call.shown else PASSED_ON) >> 20} MiB"
    return ended
