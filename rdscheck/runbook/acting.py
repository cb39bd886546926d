"""What the parts of a runbook ask of each other: the lab that runs pieces, and the binder of names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rdscheck.model import Basis
from rdscheck.runbook.model import Kind, Placeholder


@dataclass(frozen=True)
class Done:
    """How one piece ended in the lab.

    ``not_run`` says why it was not run at all ("git is no known program"); then the rest is empty.
    """

    output: str = ""  # standard output and errors in the order they came
    status: int = 0  # of a program; of a statement 0, or 1 after an error
    sqlstate: str = ""
    ended: str = ""  # what ended it: "time limit of 30 s", "output limit of 16 MiB"
    basis: Basis = Basis.REAL
    not_run: str = ""
    remarks: tuple[str, ...] = ()  # what the reader has to know besides: a variable that was left out


class Lab(Protocol):
    """A sandbox for one page on one version, with state that stays from block to block."""

    @property
    def version(self) -> str:
        """Return the version as it was asked for: 17."""

    @property
    def server(self) -> str:
        """Return PostgreSQL's own version and the engine: "17.6 (docker)"."""

    def run(self, kind: Kind, text: str, seconds: float) -> Done:
        """Run one piece, names bound: a statement or psql command, a command line, a console act."""

    def value(self, placeholder: Placeholder) -> str | None:
        """Return what a placeholder of that role is here; None when the lab cannot know."""

    def shown(self) -> Mapping[str, str]:
        """Return what differs at each run (addresses, ports, passwords) and what a report shows for it."""

    def notes(self) -> tuple[str, ...]:
        """Return what was supplied because the page takes it for granted; the same at each run."""

    def audits(self) -> Sequence[str] | None:
        """Return what pgAudit has written to the servers' logs, behind ``AUDIT:``; None when none runs."""

    def close(self) -> None:
        """End everything."""


@dataclass(frozen=True)
class Expectation:
    """What a configuration file says of the block at a line."""

    line: int  # any line of the block
    verdict: str
    reason: str
    majors: tuple[int, ...] = ()  # of PostgreSQL, where it is expected; empty: everywhere


@dataclass(frozen=True)
class Configuration:
    """A ``runbook.toml``: what a page leaves open. All of it may be missing."""

    bind: Mapping[str, str] = field(default_factory=dict)  # placeholder: value
    setup: tuple[str, ...] = ()  # SQL files, run as the master user before the first block
    started: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # instance: SQL files, once it is made
    functions: Mapping[str, str] = field(default_factory=dict)  # Lambda functions by name: files of Python
    parameters: Mapping[str, str] = field(default_factory=dict)  # of the group instances begin with
    instances: tuple[str, ...] = ()  # identifiers, where the page does not tell them
    database: str = ""  # psql begins in it; empty: the first one the page names, else labdb
    seconds: float = 60.0  # limit per block
    masks: Mapping[str, str] = field(default_factory=dict)  # regular expression: what is shown for it
    expected: tuple[Expectation, ...] = ()
    skip: Mapping[int, str] = field(default_factory=dict)  # line of a block: why it is not run


class Names(Protocol):
    """What turns a page's placeholders into real names, and back."""

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """Return the placeholders of the page, with what they are bound to."""

    def bind(self, text: str, kind: Kind | None = None) -> str:
        """Return a text of the page, of a block of that kind, with real names."""

    def unbound(self, text: str, kind: Kind | None = None) -> Sequence[str]:
        """Return the placeholders of a text that nothing is bound to."""

    def shown(self, text: str) -> str:
        """Return an output with the page's words for real names."""
