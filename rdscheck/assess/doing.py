"""Acts of functions and statements, put together for findings: one per function, view or statement."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from rdscheck.assess.facts import Act, Facts
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context


@dataclass(frozen=True)
class Doing:
    """What one function, view or statement does of a kind.

    ``what`` are the details of its acts, in order, each once.
    """

    first: Act
    subject: str
    what: tuple[str, ...]

    @property
    def who(self) -> str:
        """Return the beginning of a sentence about it."""
        if self.first.by:
            return f"The {self.subject}"
        return f"A statement of the dump (line {self.first.line})" if self.first.line else "A statement"

    @property
    def list(self) -> str:
        """Return the details in a row."""
        return ", ".join(self.what)


def doings(
    context: Context, *kinds: str, of: Collection[str] | None = None, statements: bool = True
) -> Iterator[Doing]:
    """Return what does something of these kinds, to one of certain details where ``of`` says so.

    Names in ``of`` are those of the system without their schema: ``pg_read_file`` means
    ``pg_catalog.pg_read_file``. Without ``statements`` only what is stored counts, not what a dump
    does once.
    """
    found: dict[tuple[str, str, str], list[Act]] = {}
    for act in context.facts.acts:
        if act.kind not in kinds or (of is not None and act.detail.removeprefix("pg_catalog.") not in of):
            continue
        if act.by or statements:
            own = act.by or f"{act.kind} {act.detail}"
            found.setdefault((act.database, act.by_kind if act.by else "statement", own), []).append(act)
    names = called(context.facts, {(database, by) for database, kind, by in found if kind != "statement"})
    for (database, kind, by), acts in found.items():
        subject = f"{kind or 'function'} {names.get((database, by), by)}"
        yield Doing(acts[0], subject, tuple(dict.fromkeys(act.detail for act in acts if act.detail)))


def one_line(text: str) -> str:
    """Return a name for a comment of SQL, which ends with its line."""
    return " ".join(text.split())


def called(facts: Facts, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return what functions and relations are called for people, by database and what acts call them."""
    found: dict[tuple[str, str], str] = {}
    if wanted:
        for function in facts.functions:
            if (key := (function.database, function.signature)) in wanted:
                found[key] = f"{plain(function.schema, function.name)}({function.arguments})"
    if len(found) < len(wanted):
        for relation in facts.relations:
            if (key := (relation.database, f"{relation.schema}.{relation.name}")) in wanted:
                found[key] = plain(relation.schema, relation.name)
    return found
