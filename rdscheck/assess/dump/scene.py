"""What a statement is read in: the database, the line, and the session's settings of the moment."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rdscheck.assess.dump.naming import Node, Path
from rdscheck.assess.facts import Fact


@dataclass(frozen=True, slots=True)
class Change:
    """A later statement about an object: which list of ``Facts``, which fact in it, what it says.

    Without such a fact ``make`` is taken; without that too nothing happens: the object is an extension's or
    the system's.
    """

    where: str
    key: tuple[str, ...]
    fields: Mapping[str, object]
    make: Fact | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """More for a list that a fact holds, for example the tables of a publication."""

    where: str
    key: tuple[str, ...]
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """A table that has the columns of a composite type; both are named by schema and name."""

    table: tuple[str, str]
    type: tuple[str, str]
    line: int


@dataclass(frozen=True, slots=True)
class Viewed:
    """A table that turns out to be a view: the types of its columns are no facts."""

    table: tuple[str, str]


Said = Fact | Change | Added | Typed | Viewed
Handler = Callable[["Scene", Node], Iterator[Said]]


@dataclass(slots=True)
class Scene:
    """Where a statement stands. ``text`` is its own, ``version`` that of the source as far as it is known."""

    database: str = ""
    line: int = 0
    text: str = ""
    path: Path = field(default_factory=Path)
    tablespace: str = ""
    access_method: str = ""
    oids: bool = False
    user: str = ""  # of SET SESSION AUTHORIZATION, which makes owners
    encoding: str = "UTF8"
    escapes: bool = False  # standard_conforming_strings is off: a backslash escapes in every string
    major: float = 0

    @property
    def at(self) -> dict[str, Any]:
        """Return where a fact of the database comes from."""
        return {"database": self.database, "line": self.line}

    @property
    def session(self) -> tuple[object, ...]:
        """Return what later statements depend on."""
        return (
            self.database,
            tuple(self.path.schemas),
            self.tablespace,
            self.access_method,
            self.oids,
            self.user,
            self.encoding,
            self.escapes,
        )

    def connect(self, database: str) -> None:
        """Begin a new session, in another database."""
        self.database = database
        self.path, self.tablespace, self.access_method = Path(), "", ""
        self.oids, self.user, self.escapes = False, "", False


HANDLERS: dict[str, Handler] = {}


def handles(*kinds: str) -> Callable[[Handler], Handler]:
    """Register what reads statements of those kinds, named as the parser's nodes."""

    def register(handler: Handler) -> Handler:
        for kind in kinds:
            HANDLERS[kind] = handler
        return handler

    return register
