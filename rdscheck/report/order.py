"""One order for everything written, so that equal runs give equal bytes."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from rdscheck.model import Outcome, Run

_Rank = tuple[int, int, str]
_T = TypeVar("_T", str, tuple[str, str])


def version_key(version: str) -> tuple[tuple[_Rank, ...], str]:
    """Return a sort key in which 9 comes before 13 and 15.4 before 15.10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", version)
    return tuple(_rank(part) for part in parts), version


def outcome_key(outcome: Outcome) -> tuple[object, ...]:
    """Return ``Outcome.key`` with numeric versions; the rest only settles ties."""
    version, scenario, claim = outcome.key
    return version_key(version), scenario, claim, repr(outcome)


def normalized(run: Run) -> Run:
    """Return the same run with everything that has no order of its own sorted.

    Steps, of guides as well, and what they ran keep their order. A table entry recorded twice (each
    worker may record it) is kept once; outcomes are never dropped.
    """
    outcomes = (
        replace(
            outcome,
            documentation_findings=_once(outcome.documentation_findings),
            deviations=_once(outcome.deviations),
        )
        for outcome in run.outcomes
    )
    environments = (
        replace(environment, extensions=_once(environment.extensions)) for environment in run.environments
    )
    return replace(
        run,
        scenarios=tuple(sorted(set(run.scenarios), key=lambda it: (it.id, repr(it)))),
        outcomes=tuple(sorted(outcomes, key=outcome_key)),
        environments=tuple(sorted(set(environments), key=lambda it: (version_key(it.version), repr(it)))),
        not_run=tuple(sorted(set(run.not_run), key=lambda it: (version_key(it.version), it.reason))),
        documentation_findings=tuple(
            sorted(set(run.documentation_findings), key=lambda it: (it.key, repr(it)))
        ),
        deviations=tuple(sorted(set(run.deviations), key=lambda it: (it.key, repr(it)))),
        guides=tuple(sorted(set(run.guides), key=lambda it: (it.id, repr(it)))),
    )


def _once(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(sorted(set(items)))


def _rank(part: str) -> _Rank:
    # Digits compare by length first: int() refuses very long ones.
    digits = part.lstrip("0")
    return (0, len(digits), digits) if part[0] in "0123456789" else (1, 0, part)
