"""Tests made of a file of claims: one for each claim and each kind of role that tries it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from rdscheck.claims.data import DataClaim
from rdscheck.claims.loading import load
from rdscheck.claims.roles import KINDS
from rdscheck.claims.running import Stage, judge, observe
from rdscheck.decorators import claim, documentation_finding, rests_on
from rdscheck.recording import Recorder

Test = TypeVar("Test", bound=Callable[..., Any])


@dataclass(frozen=True)
class Attempt:
    """A claim tried by one kind of role."""

    claim: DataClaim
    role: str

    @property
    def id(self) -> str:
        """Return the claim's id with who tries it."""
        return f"{self.claim.id}-{self.role}"

    @property
    def title(self) -> str:
        """Return the claim as a sentence, with who tries it where several do."""
        says = self.claim.says.rstrip(".")
        return f"{says} (tried by {KINDS[self.role].meaning})" if len(self.claim.roles) > 1 else f"{says}."

    def hold(self, database: Any, recorder: Recorder) -> None:
        """Do what the claim says in a fresh database; raises ``AssertionError`` with what contradicts it."""
        with Stage(database, recorder) as stage:
            observed = observe(self.claim, self.role, stage)
            wrong = judge(self.claim, stage.major, observed, stage.fill(stage.role(self.role)))
        if wrong:
            raise AssertionError("; ".join(wrong))


def attempts(path: Path) -> tuple[Attempt, ...]:
    """Return every claim of a file with every kind of role that tries it; raises ``ClaimError``."""
    return tuple(Attempt(one, role) for one in load(path) for role in one.roles)


def claims_of(path: Path) -> Callable[[Test], Test]:
    """Make one test of every claim in a TOML file and every role that tries it.

    The test takes ``attempt`` and calls ``attempt.hold(rds_db, recorder)``. Raises
    ``ClaimError`` while tests are collected when the file is not exactly right.
    """
    cases = [pytest.param(each, id=each.id, marks=_marks(each)) for each in attempts(path)]

    def decorate(test: Test) -> Test:
        decorated: Test = pytest.mark.parametrize("attempt", cases)(test)
        return decorated

    return decorate


def _marks(attempt: Attempt) -> list[Any]:
    """Return the marks of one test; what decorates a test marks a parameter as well."""
    one = attempt.claim
    return [
        claim(
            title=attempt.title,
            source=one.source,
            certainty=one.certainty,
            basis=one.obtained,
            needs=one.needed,
            since=one.applies.since,
            until=one.applies.until,
        ),
        *([rests_on(*one.rests_on)] if one.rests_on else []),
        *([documentation_finding(one.finding)] if one.finding else []),
    ]
