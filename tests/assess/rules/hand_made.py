"""Facts made by hand, and what a rule has to say of them."""

from collections import defaultdict
from dataclasses import dataclass, fields

from rdscheck.assess.facts import (
    AccessMethod,
    Act,
    Cast,
    Conversion,
    Database,
    DefaultPrivilege,
    EventTrigger,
    Extension,
    Fact,
    Facts,
    Flavour,
    ForeignDataWrapper,
    Function,
    Grant,
    Index,
    LargeObjects,
    Membership,
    OperatorClass,
    Origin,
    Publication,
    Relation,
    Role,
    Schema,
    SecurityLabel,
    Server,
    Setting,
    Slot,
    Statement,
    Subscription,
    Tablespace,
    TextSearch,
    Trigger,
    Via,
)
from rdscheck.assess.finding import Finding, Severity
from rdscheck.assess.rule import Context, rules
from rdscheck.assess.target import Move, read_target

BLOCKER, WARNING, NOTE = Severity.BLOCKER, Severity.WARNING, Severity.NOTE

_LISTS = {
    AccessMethod: "access_methods",
    Act: "acts",
    Cast: "casts",
    Conversion: "conversions",
    Database: "databases",
    DefaultPrivilege: "default_privileges",
    EventTrigger: "event_triggers",
    Extension: "extensions",
    ForeignDataWrapper: "wrappers",
    Function: "functions",
    Grant: "grants",
    Index: "indexes",
    LargeObjects: "large_objects",
    Membership: "memberships",
    OperatorClass: "operator_classes",
    Publication: "publications",
    Relation: "relations",
    Role: "roles",
    Schema: "schemas",
    SecurityLabel: "security_labels",
    Server: "servers",
    Setting: "settings",
    Slot: "slots",
    Statement: "statements",
    Subscription: "subscriptions",
    Tablespace: "tablespaces",
    TextSearch: "text_search",
    Trigger: "triggers",
}


@dataclass(frozen=True)
class Case:
    """Facts that a rule finds guilty, and what it then says; or innocent, without a subject."""

    rule: str
    facts: tuple[Fact, ...]
    subject: str = ""
    severity: Severity = BLOCKER
    says: str = ""  # stands in the message
    fix: str = ""  # stands in the fix
    target: str = "rds-17"
    move: Move = Move.RESTORE
    source: float = 15
    via: Via = Via.LIVE
    flavour: Flavour = Flavour.PLAIN

    def __str__(self) -> str:
        """Return the name of the test."""
        return f"{self.rule}-{self.subject or 'innocent'}"


def facts_of(*facts: Fact, via: Via = Via.LIVE, major: float = 15, flavour: Flavour = Flavour.PLAIN) -> Facts:
    """Return facts in their lists."""
    lists: defaultdict[str, list[Fact]] = defaultdict(list)
    for one in facts:
        lists[_LISTS[type(one)]].append(one)
    assert set(lists) <= {field.name for field in fields(Facts)}
    return Facts(origin=Origin(via, "made by hand", major=major, flavour=flavour), **lists)  # type: ignore[arg-type]


def judged(case: Case) -> list[Finding]:
    """Return what the rule of a case finds."""
    facts = facts_of(*case.facts, via=case.via, major=case.source, flavour=case.flavour)
    return list(rules()[case.rule].findings(Context(facts, read_target(case.target), case.move)))


def innocent(rule: str, *facts: Fact, **others: object) -> Case:
    """Return a case in which a rule finds nothing."""
    return Case(rule, facts, **others)  # type: ignore[arg-type]


def function(name: str, arguments: str = "", **others: object) -> Function:
    """Return a function in schema public."""
    return Function(schema="public", name=name, arguments=arguments, language="plpgsql", **others)  # type: ignore[arg-type]


def act(kind: str, detail: str = "", by: str = "public.f()", **others: object) -> Act:
    """Return what a function does."""
    return Act(kind=kind, detail=detail, by=by, **({"by_kind": "function"} | others))  # type: ignore[arg-type]


def statement(kind: str, detail: str = "", line: int = 7) -> Act:
    """Return what a statement of a dump does."""
    return Act(kind=kind, detail=detail, line=line)


def table(name: str, **others: object) -> Relation:
    """Return a table with a primary key in schema public."""
    return Relation(**({"schema": "public", "name": name, "kind": "table", "has_key": True} | others))  # type: ignore[arg-type]


def subscription(connection: str, *, password: bool = True, **others: object) -> Subscription:
    """Return a subscription."""
    return Subscription(name="news", connection=connection, has_password=password, **others)  # type: ignore[arg-type]
