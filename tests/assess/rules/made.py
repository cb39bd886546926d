"""Facts made by hand, and a rule's case: facts it finds guilty, and facts it does not."""

from dataclasses import dataclass

from rdscheck.assess.facts import (
    Aggregate,
    Column,
    Extension,
    Fact,
    Facts,
    Flavour,
    Function,
    Index,
    Language,
    Origin,
    PartitionSet,
    Setting,
    Statement,
    TextSearch,
    Transform,
    Type,
    Via,
)
from rdscheck.assess.finding import Severity
from rdscheck.assess.target import Move

#: The list of ``Facts`` each kind of fact stands in.
LISTS: dict[type[Fact], str] = {
    Aggregate: "aggregates",
    Column: "columns",
    Extension: "extensions",
    Function: "functions",
    Index: "indexes",
    Language: "languages",
    PartitionSet: "partition_sets",
    Setting: "settings",
    Statement: "statements",
    TextSearch: "text_search",
    Transform: "transforms",
    Type: "types",
}


def collected(
    *facts: Fact,
    via: Via = Via.LIVE,
    version: str = "16.9",
    major: float = 16,
    flavour: Flavour = Flavour.PLAIN,
) -> Facts:
    found = Facts(origin=Origin(via, "test", version, major, flavour))
    for one in facts:
        getattr(found, LISTS[type(one)]).append(one)
    return found


def ext(text: str, database: str = "app") -> Extension:
    """Return an extension written as ``name version``."""
    name, _, version = text.partition(" ")
    return Extension(name=name, version=version, database=database)


def func(language: str, **fields: str | bool) -> Function:
    """Return the function public.f(integer) in a language."""
    return Function(
        schema="public",
        name="f",
        arguments="integer",
        language=language,
        database="app",
        **fields,  # type: ignore[arg-type]
    )


def preload(value: str) -> Setting:
    return Setting(name="shared_preload_libraries", value=value, scope="server")


def column(type_: str) -> Column:
    return Column(schema="public", relation="t", name="c", type=type_, database="app")


def sets(kind: str, parent: str = "public.event") -> PartitionSet:
    return PartitionSet(parent=parent, kind=kind, interval="1 day", database="app")


def audit(value: str) -> Setting:
    return Setting(name="pgaudit.role", value=value, scope="role", subject="auditor")


def dictionary(*options: str) -> TextSearch:
    return TextSearch(schema="public", name="words", kind="dictionary", options=options, database="app")


@dataclass(frozen=True)
class Case:
    """Facts a rule finds guilty, with the subject of the finding, and facts it does not."""

    rule: str
    target: str
    subject: str
    guilty: tuple[Fact, ...]
    innocent: tuple[Fact, ...]
    innocent_target: str = ""
    move: Move = Move.RESTORE
    version: str = "16.9"
    major: float = 16
    flavour: Flavour = Flavour.PLAIN
    via: Via = Via.LIVE
    severity: Severity = Severity.BLOCKER
