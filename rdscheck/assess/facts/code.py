"""What runs: extensions, languages, functions and what they do, operators, casts."""

from dataclasses import dataclass

from rdscheck.assess.facts.base import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension(Fact):
    """An installed extension; a dump of pg_dump does not tell the version, then it is empty."""

    name: str
    version: str = ""
    schema: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language(Fact):
    """A procedural language that no extension brings; ``handler`` is empty where a dump leaves it out."""

    name: str
    trusted: bool = False
    handler: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function(Fact):
    """A function, procedure or window function of users.

    ``arguments`` is the list of input types that tells overloads apart. ``library`` and ``symbol`` are
    those of LANGUAGE C; for LANGUAGE internal ``symbol`` is the function of the server. ``returns`` is
    schema-qualified where it is no plain type.
    """

    schema: str
    name: str
    arguments: str
    language: str
    kind: str = "function"
    owner: str = ""
    library: str = ""
    symbol: str = ""
    returns: str = ""
    security_definer: bool = False
    leakproof: bool = False
    support: str = ""  # planner support function
    transforms: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        """Return what tells it from others: ``schema.name(arguments)``."""
        return f"{self.schema}.{self.name}({self.arguments})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Fact):
    """Something a function's body does when called, or a statement of a dump when restored.

    ``kind`` is one of ``rdscheck.assess.acts.KINDS``, ``detail`` what it is done to (a file, a program, a
    function, a parameter). ``by`` is the signature of the function, empty for a statement of the dump.
    ``by_kind`` is function, view, materialized view, rule or table (a default, a constraint, a policy, an
    index): ``by`` is then ``schema.name``. ``body_line`` counts in the body.
    """

    kind: str
    detail: str = ""
    by: str = ""
    by_kind: str = ""
    dynamic: bool = False  # found in the constant string of an EXECUTE
    body_line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Fact):
    """An aggregate of users.

    ``functions`` are its transition, final and combine functions, ``state`` its state type.
    """

    schema: str
    name: str
    arguments: str
    functions: tuple[str, ...] = ()
    state: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator(Fact):
    """An operator of users; an empty ``right`` is a postfix operator."""

    schema: str
    name: str
    left: str = ""
    right: str = ""
    function: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorClass(Fact):
    """An operator class or, with ``family`` True, an operator family."""

    schema: str
    name: str
    method: str = ""
    family: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast(Fact):
    """A cast; ``method`` is function, inout or binary, ``context`` explicit, assignment or implicit."""

    source: str
    target: str
    method: str = "function"
    function: str = ""
    context: str = "explicit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform(Fact):
    """A transform of a type for a language."""

    type: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion(Fact):
    """An encoding conversion of users."""

    schema: str
    name: str
    function: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSearch(Fact):
    """A text search object of users; ``kind`` is configuration, dictionary, parser or template."""

    schema: str
    name: str
    kind: str
    based_on: str = ""  # parser of a configuration, template of a dictionary
    options: tuple[str, ...] = ()  # of a dictionary, as name=value


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessMethod(Fact):
    """An access method of users; ``kind`` is table or index."""

    name: str
    kind: str
    handler: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTrigger(Fact):
    """An event trigger; ``enabled`` is origin, disabled, replica or always."""

    name: str
    event: str
    function: str
    owner: str = ""
    enabled: str = "origin"


@dataclass(frozen=True, slots=True, kw_only=True)
class CronJob(Fact):
    """A job of pg_cron, as far as it could be read."""

    id: int
    schedule: str
    command: str
    in_database: str = ""
    user: str = ""
    node: str = ""
