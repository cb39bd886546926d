"""Findings of many sources by rule: what is to be done once, and for how many."""

from collections import Counter
from dataclasses import dataclass

from rdscheck.assess.checked import Checks
from rdscheck.assess.finding import Severity

_MOST = 8  # sources that are named for a rule


@dataclass(frozen=True)
class Row:
    """One rule at one severity: how many sources and findings, the sources with most first."""

    severity: Severity
    rule: str
    group: str
    sources: int
    findings: int
    where: tuple[tuple[str, int], ...]
    more: int = 0  # sources that are not named


@dataclass(frozen=True)
class Rollup:
    """All rules that found something, worst and most widespread first."""

    rows: tuple[Row, ...]


def rollup(checks: Checks) -> Rollup:
    """Return the findings that are not suppressed, by rule and source."""
    found: dict[tuple[Severity, str, str], Counter[str]] = {}
    for check in checks.checks:
        for one in check.open:
            key = one.finding.severity, one.finding.id, one.finding.group
            found.setdefault(key, Counter())[check.name] += 1
    rows = [
        Row(severity, id_, group, len(where), where.total(), _first(where), max(0, len(where) - _MOST))
        for (severity, id_, group), where in found.items()
    ]
    return Rollup(
        tuple(sorted(rows, key=lambda one: (one.severity.rank, -one.sources, -one.findings, one.rule)))
    )


def _first(where: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(where.items(), key=lambda one: (-one[1], one[0]))[:_MOST])
