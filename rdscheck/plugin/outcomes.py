"""From pytest's reports of a test to one outcome.

Two halves that may live in two processes: the worker that ran the test writes
what only it knows into each report (``notes``), the process that collects turns the
reports of all phases into an ``Outcome``.
"""

import json
from dataclasses import asdict
from typing import Any

import psycopg
import pytest

from rdscheck.errors import RdscheckError
from rdscheck.model import Basis, Certainty, Outcome, Scenario, Status, Step
from rdscheck.plugin.marks import Claim
from rdscheck.recording import Recorder

#: Connection-level failures: the server went away or could not be reached, so nothing was found out.
_LOST = (psycopg.OperationalError, psycopg.InterfaceError)


def verdict(error: BaseException) -> Status:
    """Say whether an exception in a claim means a broken promise or that nothing was found out.

    An assertion and an error the server gives to a statement are answers; a lost
    connection, our own errors, the operating system's, and bugs of the scenario are not.
    """
    if isinstance(error, (AssertionError, pytest.fail.Exception)):
        return Status.FAILED
    if isinstance(error, psycopg.Error):
        lost = isinstance(error, _LOST) and (
            error.sqlstate is None or error.sqlstate[:2] in {"08", "57", "53"}
        )
        cancelled = error.sqlstate == "57014"  # a statement's own time limit is the claim's business
        return Status.ERRORED if lost and not cancelled else Status.FAILED
    return Status.ERRORED


def reason(error: BaseException, recorder: Recorder) -> str:
    """Return why a claim did not pass, fit for a report: one or a few lines, nothing random."""
    if isinstance(error, RdscheckError):
        text = str(error)
    elif isinstance(error, psycopg.Error) and error.diag.message_primary:
        text = f"{error.diag.severity}: {error.diag.message_primary} (SQLSTATE {error.sqlstate})"
        text += f"; DETAIL: {error.diag.message_detail}" if error.diag.message_detail else ""
    elif isinstance(error, AssertionError):
        text = str(error).strip() or "an assertion did not hold"
    else:
        text = f"{type(error).__name__}: {error}".strip()
    return recorder.clean(text)[:2000]


def notes(claim: Claim, version: str, recorder: Recorder | None) -> dict[str, Any]:
    """Return what a report carries to the collecting process; built-in types only, for pytest-xdist."""
    steps = recorder.steps() if recorder else ()
    return {
        "scenario": json.dumps(asdict(claim.scenario)),
        "claim": claim.id,
        "title": claim.title,
        "version": version,
        "basis": claim.basis.value,
        "steps": json.dumps([asdict(one) for one in steps]),
        "deviations": list(claim.deviations),
        "documentation_findings": list(claim.documentation_findings),
        "source": claim.source,
        "certainty": claim.certainty.value,
        "verdict": "",
        "reason": "",
    }


class Collector:
    """Gathers the reports of a run."""

    def __init__(self) -> None:
        self._phases: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {}
        self.scenarios: dict[str, Scenario] = {}

    def add(self, report: pytest.TestReport) -> Outcome | None:
        """Take one report; return the outcome once the test's last phase is in."""
        told = getattr(report, "rdscheck", None)
        if told is None:
            return None
        phase: str = "skipped" if report.skipped else report.outcome
        if hasattr(report, "wasxfail"):
            phase = "xfailed" if report.skipped else "xpassed"
        phases = self._phases.setdefault(report.nodeid, {})
        phases[report.when or ""] = (phase, told)
        if report.when != "teardown":
            return None
        del self._phases[report.nodeid]
        return self._outcome(phases)

    def unfinished(self) -> list[Outcome]:
        """Return outcomes for tests that began and never ended: errored, with that as the reason."""
        found = []
        for phases in self._phases.values():
            phases.setdefault("call", ("failed", self._last(phases) | {"verdict": "errored"}))
            told = phases["call"][1]
            told["reason"] = told["reason"] or "the run ended before this claim did"
            found.append(self._outcome(phases))
        self._phases.clear()
        return found

    @staticmethod
    def _last(phases: dict[str, tuple[str, dict[str, Any]]]) -> dict[str, Any]:
        return dict(list(phases.values())[-1][1])

    def _outcome(self, phases: dict[str, tuple[str, dict[str, Any]]]) -> Outcome:
        status, told = _status(phases)
        last = self._last(phases)
        raw = json.loads(last["scenario"])
        scenario = Scenario(**raw | {"needs": tuple(raw["needs"])})
        self.scenarios[scenario.id] = scenario
        steps = json.loads((phases.get("call") or list(phases.values())[-1])[1]["steps"])
        confirmed = status is Status.PASSED
        return Outcome(
            scenario=scenario.id,
            claim=last["claim"],
            title=last["title"],
            version=last["version"],
            status=status,
            basis=Basis(last["basis"]),
            reason="" if confirmed else told["reason"],
            steps=tuple(Step(one["title"], tuple(one["acts"])) for one in steps),
            documentation_findings=tuple(last["documentation_findings"]) if confirmed else (),
            deviations=tuple(last["deviations"]),
            source=last["source"],
            certainty=Certainty(last["certainty"]),
        )


def _status(phases: dict[str, tuple[str, dict[str, Any]]]) -> tuple[Status, dict[str, Any]]:
    """Weigh the phases: a failure outranks an error in clean-up, set-up errors mean nothing was found out."""
    order = ("call", "setup", "teardown")
    ran = {when: phases[when] for when in order if when in phases}
    phase, told = ran.get("call", ("passed", {}))
    if phase == "failed":
        return Status(told["verdict"] or Status.FAILED), told
    if phase == "xpassed":
        return Status.FAILED, told
    for when in ("setup", "teardown"):
        if ran.get(when, ("passed", {}))[0] == "failed":
            return Status.ERRORED, ran[when][1]
    if phase == "xfailed":
        return Status.DEVIATED, told
    for when in order:
        if ran.get(when, ("passed", {}))[0] == "skipped":
            return Status.SKIPPED, ran[when][1]
    return Status.PASSED, told
