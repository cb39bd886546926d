"""What a rule is: one problem, why it matters, how to mend it, and how to find it in facts.

A rule is a module in ``rdscheck/assess/rules/GROUP/`` named like its id, with ``-`` as ``_``, and holds a
function decorated with ``@rule(...)``. ``rdscheck new rule ID`` starts one.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from rdscheck.assess.facts import Fact, Facts, Flavour
from rdscheck.assess.finding import Effort, Finding, Severity
from rdscheck.assess.target import AURORA, RDS, Move, Target
from rdscheck.model import Certainty

_RULES = "rdscheck.assess.rules"
BOTH_MOVES = (Move.RESTORE, Move.UPGRADE)
BOTH_ENGINES = (RDS, AURORA)

#: Majors on which an example is tried: those a sandbox can have.
FIRST_MAJOR = 13


@dataclass(frozen=True)
class Context:
    """What a rule judges: facts, and where they are to go."""

    facts: Facts
    target: Target
    move: Move

    @property
    def source_major(self) -> float:
        """Return the major of the source, ``9.6`` before 10, 0 where unknown."""
        return self.facts.origin.major


@dataclass(frozen=True)
class Hit:
    """One object that a rule speaks of; what is empty is taken from the rule."""

    subject: str
    message: str = ""
    fix: str = ""
    database: str = ""
    line: int = 0
    severity: Severity | None = None
    certainty: Certainty | None = None
    source: str = ""
    fix_on: str = ""


def hit(fact: Fact, subject: str, message: str = "", fix: str = "", **others: object) -> Hit:
    """Return a hit on the object of a fact, with its database and line."""
    found = Hit(subject, message, fix, fact.database, fact.line)
    return replace(found, **others) if others else found  # type: ignore[arg-type]


@dataclass(frozen=True)
class Example:
    """A database that a rule must find guilty, or innocent though it looks alike.

    ``sql`` is run by a superuser in a fresh database of a sandbox; ``{new}`` in it is a name that nothing
    else has, for what belongs to the instance, and ``clean`` removes that. ``dump`` is the text of a dump
    where ``pg_dump`` does not write what matters (psql commands, other versions); with it alone the example
    is no database. ``needs`` names extensions that the server must have, ``subject`` the finding's subject
    of the guilty example (``{new}`` too). ``not_live`` and ``not_dumped`` tell why the example shows on one
    side only. ``source_major`` is the major the dump's text says, 0 for that of the server.
    """

    sql: str = ""
    subject: str = ""
    clean: str = ""
    dump: str = ""
    needs: tuple[str, ...] = ()
    since: int = 0  # first and last major of the server it can be made on, 0: no limit
    until: int = 0
    target: str = ""  # where the rule speaks of one target only, as aurora-16; else the major of the server
    move: Move = Move.RESTORE
    flavour: Flavour = Flavour.PLAIN
    settings: tuple[tuple[str, str], ...] = ()  # parameters the server is started with
    with_roles: bool = False  # the dump is that of pg_dumpall --globals-only, and of the database after it
    not_live: str = ""
    not_dumped: str = ""
    source_major: float = 0


Judge = Callable[[Context], Iterator[Hit]]


@dataclass(frozen=True)
class Rule:
    """One thing that stands in the way of a move, or is to be known before."""

    id: str
    group: str
    problem: str  # one sentence, without the name of the object
    why: str
    fix: str
    severity: Severity
    source: str
    date: str  # when the source was read, ISO
    guilty: Example
    innocent: Example
    judge: Judge
    certainty: Certainty = Certainty.DOCUMENTED
    effort: Effort = field(default=Effort(0.25, 0.1))
    fix_on: str = "source"  # or target: the fix is SQL for the new instance, run before the restore
    engines: tuple[str, ...] = BOTH_ENGINES
    moves: tuple[Move, ...] = BOTH_MOVES
    targets: tuple[int, int] = (0, 0)  # first and last target major, 0: no limit
    sources: tuple[float, float] = (0, 0)  # first and last source major, 0: no limit

    def applies(self, context: Context) -> bool:
        """Tell whether the rule speaks of that move; a source of unknown version is taken to be meant."""
        source = context.source_major
        return (
            context.target.engine in self.engines
            and context.move in self.moves
            and _within(context.target.major, self.targets)
            and (not source or _within(source, self.sources))
        )

    def findings(self, context: Context) -> Iterator[Finding]:
        """Judge facts; nothing is found where the rule does not apply."""
        if not self.applies(context):
            return
        for one in self.judge(context):
            yield Finding(
                id=self.id,
                group=self.group,
                severity=one.severity or self.severity,
                subject=one.subject,
                message=one.message or self.problem,
                why=self.why,
                fix=one.fix or self.fix,
                source=one.source or self.source,
                date=self.date,
                certainty=one.certainty or self.certainty,
                database=one.database,
                line=one.line,
                fix_on=one.fix_on or self.fix_on,
            )


def _within(major: float, limits: tuple[float, float]) -> bool:
    first, last = limits
    return first <= major and (not last or major <= last)


def rule(**fields: object) -> Callable[[Judge], Rule]:
    """Make a rule of the function that judges; its group is the folder of its module.

    The fields are those of ``Rule``. Raises ``TypeError`` for one that is missing or unknown.
    """

    def make(judge: Judge) -> Rule:
        group, module = judge.__module__.split(".")[-2:]
        made = Rule(group=group.replace("_", " "), judge=judge, **fields)  # type: ignore[arg-type]
        if made.id.replace("-", "_") != module:
            raise TypeError(f"the rule {made.id} is in a module of another name: {module}")
        return made

    return make


@cache
def rules() -> dict[str, Rule]:
    """Return all rules by id, sorted."""
    package = importlib.import_module(_RULES)
    found: list[Rule] = []
    for module in pkgutil.walk_packages(package.__path__, f"{_RULES}."):
        if not module.ispkg:
            found += [
                one for one in vars(importlib.import_module(module.name)).values() if isinstance(one, Rule)
            ]
    return {one.id: one for one in sorted(found, key=lambda one: one.id)}
