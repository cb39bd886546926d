"""The nouns of claims kept as data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from rdscheck.model import Basis, Certainty

T = TypeVar("T")

#: Rows as a claim states them: text, numbers, booleans, lists; ``NULL`` stands for null.
Row = tuple[object, ...]
Rows = tuple[Row, ...]

NULL = "<null>"

#: What an ``allow`` and a ``refuse`` are called in the files.
ALLOW, REFUSE = "allow", "refuse"


@dataclass(frozen=True)
class Range:
    """Majors from ``since`` to ``until``, 0 for no limit."""

    since: int = 0
    until: int = 0

    def __contains__(self, major: int) -> bool:
        """Tell whether a major is inside."""
        return (not self.since or major >= self.since) and (not self.until or major <= self.until)

    def __str__(self) -> str:
        """Return the form the files use: ``13-14``, ``15``, ``16-``, ``-15``."""
        if self.since and self.since == self.until:
            return str(self.since)
        return f"{self.since or ''}-{self.until or ''}"


@dataclass(frozen=True)
class ByVersion(Generic[T]):
    """One value for all majors, or one for each range of them."""

    entries: tuple[tuple[Range, T], ...] = ()

    def of(self, major: int, otherwise: T) -> T:
        """Return the value for a major, ``otherwise`` where none is given."""
        return next((value for range_, value in self.entries if major in range_), otherwise)

    def values(self) -> tuple[T, ...]:
        """Return all values, in the order of the file."""
        return tuple(value for _, value in self.entries)


@dataclass(frozen=True)
class Statement:
    """SQL with placeholders, and the kind of role that runs it."""

    role: str
    sql: str


@dataclass(frozen=True)
class Check:
    """A query that shows the effect of an act, and the rows it has to give."""

    role: str
    sql: str
    shows: Rows


@dataclass(frozen=True)
class DataClaim:
    """One entry of a file: a statement, who tries it, and what has to come of it."""

    id: str
    area: str  # name of the file without its suffix
    says: str  # the claim as a sentence
    roles: tuple[str, ...]  # kinds of roles that try it
    setup: tuple[Statement, ...]
    sql: tuple[str, ...]  # the last one is the act, those before must succeed
    expect: str  # ALLOW or REFUSE
    source: str  # address of the page, issue or report it comes from
    certainty: Certainty
    sqlstate: ByVersion[str] = ByVersion()
    text: ByVersion[str] = ByVersion()  # of a refusal; "…" stands for anything
    detail: ByVersion[str] = ByVersion()
    hint: ByVersion[str] = ByVersion()
    notice: str = ""  # a message an allowed act has to give
    shows: Rows | None = None  # rows of an allowed act
    checks: tuple[Check, ...] = ()
    applies: Range = Range()
    needs: ByVersion[tuple[str, ...]] = ByVersion()  # abilities asked of the server
    basis: Basis | None = None  # None: emulated where rdsutils is needed, else real
    rests_on: tuple[str, ...] = ()  # keys of deviations
    finding: str = ""  # key of a documentation finding
    pair: str = ""  # id of the twin that is refused, or allowed

    def needed(self, major: int) -> tuple[str, ...]:
        """Return the abilities the claim asks of a server of that major."""
        return self.needs.of(major, ())

    def obtained(self, major: int) -> Basis:
        """Return whose decision the claim shows on that major: PostgreSQL's own or our imitation."""
        if self.basis is not None:
            return self.basis
        return Basis.EMULATED if PROFILE in self.needed(major) else Basis.REAL


#: The ability of a server to imitate RDS; a claim that needs it is decided by us.
PROFILE = "rdsutils"

#: Fills placeholders of a text with the names of this run.
Fill = Callable[[str], str]
