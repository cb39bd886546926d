"""What many outcomes come to: counts, the worst of them, a verdict, an exit code."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from rdscheck.errors import ExitCode
from rdscheck.model import SEVERITY, Basis, Outcome, Run, Scenario, Status
from rdscheck.report.order import outcome_key, version_key

#: Statuses in which a claim was decided in the user's favour, or as recorded beforehand.
FOUND_OUT: Final = frozenset({Status.PASSED, Status.DEVIATED})


def counts(outcomes: Iterable[Outcome]) -> dict[Status, int]:
    """Return how many outcomes each status has, worst first, zeros included."""
    found = dict.fromkeys(SEVERITY, 0)
    for outcome in outcomes:
        found[outcome.status] += 1
    return found


def worst(outcomes: Iterable[Outcome]) -> Status | None:
    """Return the worst status present; None where there is no outcome at all."""
    present = {outcome.status for outcome in outcomes}
    return next((status for status in SEVERITY if status in present), None)


def bases(outcomes: Collection[Outcome]) -> tuple[Basis, ...]:
    """Return the bases of the claims that ran, the most real first.

    A skipped claim ran on nothing; only where all were skipped is theirs named.
    """
    ran = [outcome for outcome in outcomes if outcome.status is not Status.SKIPPED] or outcomes
    present = {outcome.basis for outcome in ran}
    return tuple(basis for basis in Basis if basis in present)


def versions(run: Run) -> tuple[str, ...]:
    """Return the versions that ran, in numeric order."""
    ran = {outcome.version for outcome in run.outcomes} | {env.version for env in run.environments}
    return tuple(sorted(ran, key=version_key))


def of_version(run: Run, version: str) -> list[Outcome]:
    """Return the outcomes of one version, in the order everything is written."""
    return sorted((o for o in run.outcomes if o.version == version), key=outcome_key)


def applies(scenario: Scenario, version: str) -> bool:
    """Say whether a procedure's version range includes this version."""
    leading = re.match(r"[0-9]{1,9}", version)
    if leading is None:
        return True
    major = int(leading.group())
    return scenario.since <= major and (scenario.until == 0 or major <= scenario.until)


def silent(run: Run, version: str) -> tuple[Scenario, ...]:
    """Return the procedures that apply to a version and left no outcome on it."""
    heard = {outcome.scenario for outcome in run.outcomes if outcome.version == version}
    return tuple(
        scenario
        for scenario in sorted(run.scenarios, key=lambda it: it.id)
        if scenario.id not in heard and applies(scenario, version)
    )


def verdict(run: Run, version: str | None = None) -> str:
    """Answer "can I rely on it?" in one line, for one version or for the whole run."""
    looked_at = versions(run) if version is None else (version,)
    outcomes = [outcome for outcome in run.outcomes if outcome.version in looked_at]
    number, total = counts(outcomes), len(outcomes)
    if not total:
        return "Not known: no claim ran."
    good = number[Status.PASSED] + number[Status.DEVIATED]
    cut = "" if run.complete else ", and the run was cut short"
    if number[Status.FAILED]:
        answer = "Not entirely" if good else "No"
        return f"{answer}: {number[Status.FAILED]} of {claims(total)} failed{cut}."
    if not good:
        return f"Not known: none of {claims(total)} could be decided{cut}."
    quiet = sum(len(silent(run, each)) for each in looked_at)
    doubts = [
        (number[Status.ERRORED], f"{number[Status.ERRORED]} of {claims(total)} could not be decided"),
        (quiet, f"{plural(quiet, 'procedure')} left no outcome"),
        (not run.complete, "the run was cut short"),
    ]
    doubt = ", and ".join(why for present, why in doubts if present)
    return f"Not known yet: nothing failed, but {doubt}." if doubt else _favourable(number, total)


def exit_code(run: Run, *, wanted: Collection[str] = ()) -> ExitCode:
    """Return what a command about this run ends with.

    ``wanted`` are the versions the user asked for by name: one that could not
    run, or on which nothing was found out, leaves something unchecked.
    """
    present = {outcome.status for outcome in run.outcomes}
    if Status.FAILED in present:
        return ExitCode.FINDINGS
    found_out = {outcome.version for outcome in run.outcomes if outcome.status in FOUND_OUT}
    refused = {entry.version for entry in run.not_run}
    unchecked = (
        Status.ERRORED in present
        or not run.complete
        or not found_out
        or any(version in refused or version not in found_out for version in wanted)
        or any(silent(run, version) for version in versions(run))
    )
    return ExitCode.UNCHECKED if unchecked else ExitCode.OK


def plural(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 claim``, ``2 claims``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def claims(number: int) -> str:
    """Return a number of claims in words."""
    return plural(number, "claim")


def _favourable(number: Mapping[Status, int], total: int) -> str:
    exceptions = [
        (number[Status.DEVIATED], "showed a known difference from RDS"),
        (number[Status.SKIPPED], "did not run"),
    ]
    told = [f"{count} {what}" for count, what in exceptions if count]
    if told:
        passed = f"{number[Status.PASSED]} of {claims(total)} passed"
        return f"Yes, as far as a sandbox can tell, with exceptions: {passed}, {', '.join(told)}."
    every = "the only claim" if total == 1 else f"all {claims(total)}"
    return f"Yes, as far as a sandbox can tell: {every} passed."
