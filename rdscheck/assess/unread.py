"""What no parser understood, as findings name it: which rule speaks of it, and of what subject."""

from collections.abc import Iterator
from dataclasses import dataclass

from rdscheck.assess.beginnings import beginning, told_apart
from rdscheck.assess.doing import called
from rdscheck.assess.facts import Facts, Unreadable

STATEMENT, BODY, END = "statement-unreadable", "body-unreadable", "dump-incomplete"


@dataclass(frozen=True)
class Unread:
    """A statement, a body or the end of a dump; ``rule`` and ``subject`` are those of its finding."""

    fact: Unreadable
    rule: str
    subject: str


def unread(facts: Facts) -> Iterator[Unread]:
    """Yield all of it, each with a subject of its own."""
    names = called(facts, {(one.database, one.by) for one in facts.unreadable if one.by})
    rules, subjects = [], []
    for one in facts.unreadable:
        if one.torn:
            rules.append(END)
            subjects.append("end of the dump")
        elif one.by:
            rules.append(BODY)
            subjects.append(f"{one.by_kind or 'function'} {names.get((one.database, one.by), one.by)}")
        else:
            rules.append(STATEMENT)
            subjects.append(f"statement {beginning(one.text)}")
    apart = told_apart(
        (one.database, subject) for one, subject in zip(facts.unreadable, subjects, strict=True)
    )
    for fact, rule, subject in zip(facts.unreadable, rules, apart, strict=True):
        yield Unread(fact, rule, subject)
