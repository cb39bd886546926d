"""Reading the marks of ``rdscheck.decorators`` back from collected tests."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rdscheck.decorators import MARK_CLAIM, MARK_DEVIATION, MARK_FINDING, MARK_RESTS_ON, MARK_SCENARIO
from rdscheck.model import Basis, Certainty, Scenario

MARKS = (
    "rds: a test that runs against a sandbox of Amazon RDS for PostgreSQL (rdscheck)",
    f"{MARK_SCENARIO}(scenario, basis): set by rdscheck.scenario()",
    f"{MARK_CLAIM}(title, source, certainty, needs, basis, since, until): set by rdscheck.claim()",
    f"{MARK_RESTS_ON}(*keys): set by rdscheck.rests_on()",
    f"{MARK_DEVIATION}(key): set by rdscheck.deviation()",
    f"{MARK_FINDING}(key): set by rdscheck.documentation_finding()",
)


@dataclass(frozen=True)
class Claim:
    """Everything the marks and the docstring of a test say."""

    scenario: Scenario
    id: str
    title: str
    basis: Basis
    since: int
    until: int
    deviations: tuple[str, ...]
    documentation_findings: tuple[str, ...]
    source: str = ""
    certainty: Certainty = Certainty.UNSTATED
    needs: tuple[str, ...] = ()  # the scenario's and its own


def scenario_of(item: Any) -> Scenario | None:
    """Return the scenario a test belongs to, None for a test of the user's own."""
    mark = item.get_closest_marker(MARK_SCENARIO)
    return mark.args[0] if mark else None


def version_of(item: Any) -> str | None:
    """Return the version a test was made for."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("rds_version") if callspec else None


def claim_of(item: pytest.Function) -> Claim:
    """Return what a test claims. A test of the user's own forms a scenario named after its file."""
    mark = item.get_closest_marker(MARK_SCENARIO)
    if mark:
        scenario, basis = mark.args
    else:
        stem = Path(str(item.path)).stem.removeprefix("test_")
        scenario, basis = (
            Scenario(id=f"tests/{stem}", title=_sentence(item.module, stem), docs=""),
            Basis.REAL,
        )
    own = item.get_closest_marker(MARK_CLAIM)
    overrides = own.kwargs if own else {}
    major = int((version_of(item) or "0").split(".")[0])
    keys = [key for m in item.iter_markers(MARK_RESTS_ON) for key in m.args]
    keys += [m.args[0] for m in item.iter_markers(MARK_DEVIATION)]
    return Claim(
        scenario=scenario,
        id=_claim_id(item),
        title=overrides.get("title") or _title(item),
        basis=_at(major, overrides.get("basis")) or basis,
        since=overrides.get("since") or scenario.since,
        until=overrides.get("until") or scenario.until,
        deviations=tuple(sorted(set(keys))),
        documentation_findings=tuple(sorted({m.args[0] for m in item.iter_markers(MARK_FINDING)})),
        source=overrides.get("source", ""),
        certainty=overrides.get("certainty", Certainty.UNSTATED),
        needs=tuple(dict.fromkeys([*scenario.needs, *_at(major, overrides.get("needs", ()))])),
    )


def _at(major: int, value: Any) -> Any:
    """Return what a claim says for a major version, where it says so by version."""
    return value(major) if callable(value) else value


def _parameters(item: pytest.Function) -> str:
    """Return the id of a test's own parameters, without the version's."""
    callspec = getattr(item, "callspec", None)
    if callspec is None:
        return ""
    version = f"pg{callspec.params.get('rds_version')}"
    parts = [part for part in callspec._idlist if part != version]  # noqa: SLF001 (pytest offers no other way)
    return "-".join(str(part) for part in parts)


def _claim_id(item: pytest.Function) -> str:
    name = str(getattr(item, "originalname", item.name)).removeprefix("test_")
    parameters = _parameters(item)
    return f"{name}[{parameters}]" if parameters else name


def _title(item: pytest.Function) -> str:
    name = str(getattr(item, "originalname", item.name)).removeprefix("test_").replace("_", " ")
    title = _sentence(item.function, name)
    parameters = _parameters(item)
    return f"{title.rstrip('.')} [{parameters}]" if parameters else title


def _sentence(thing: Any, otherwise: str) -> str:
    doc = (getattr(thing, "__doc__", None) or "").strip()
    return doc.splitlines()[0].strip() if doc else otherwise
