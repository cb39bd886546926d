"""What only a dump has: statements that define nothing, what could not be parsed, what a restore refused."""

from dataclasses import dataclass

from rdscheck.assess.facts.base import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Fact):
    """A statement or psql command of a dump that is more than the definition of an object.

    ``kind`` is ``meta`` (a psql command), ``copy`` (data; ``detail`` the table), ``create database``,
    ``connect`` or another tag of what it is; ``detail`` what it works on.
    """

    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable(Fact):
    """A statement or function body that could not be parsed, or the end of a dump that breaks off.

    ``message`` is the parser's; ``by`` the function or relation the body is of, and its kind, as of ``Act``.
    """

    message: str
    text: str = ""  # its beginning, without anything secret
    by: str = ""
    by_kind: str = ""
    torn: bool = False  # the dump ends here, before it is complete


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Fact):
    """A statement that a rehearsed restore refused and that no rule explains.

    ``statement`` is its beginning, without anything secret.
    """

    sqlstate: str
    message: str
    statement: str
