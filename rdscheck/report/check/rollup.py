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
    findings: int
    where: tuple[tuple[str, int], ...]

    @property
    def sources(self) -> int:
        """Return how many sources have such findings."""
        return len(self.where)

    @property
    def named(self) -> tuple[tuple[str, int], ...]:
        """Return the sources that a table names."""
        return self.where[:_MOST]

    @property
    def more(self) -> int:
        """Return how many sources it does not name."""
        return len(self.where) - len(self.named)


def rollup(checks: Checks) -> tuple[Row, ...]:
    """Return the findings that are not suppressed by rule and source, worst and most widespread first."""
    found: dict[tuple[Severity, str, str], Counter[str]] = {}
    for check in checks.checks:
        for one in check.open:
            key = one.finding.severity, one.finding.id, one.finding.group
            found.setdefault(key, Counter())[check.name] += 1
    rows = (
        Row(severity, id_, group, where.total(), _ordered(where))
        for (severity, id_, group), where in found.items()
    )
    return tuple(sorted(rows, key=lambda one: (one.severity.rank, -one.sources, -one.findings, one.rule)))


def _ordered(where: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(where.items(), key=lambda one: (-one[1], one[0])))
