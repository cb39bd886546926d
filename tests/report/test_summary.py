"""What many outcomes come to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.errors import ExitCode
from rdscheck.model import Basis, NotRun, Run, Scenario, Status
from rdscheck.report.order import version_key
from rdscheck.report.summary import applies, bases, counts, exit_code, silent, verdict, versions, worst
from tests.report.builders import EXPORT, environment, outcome, run
from tests.report.strategies import hostile

PASSED, FAILED, DEVIATED, ERRORED, SKIPPED = (
    Status.PASSED,
    Status.FAILED,
    Status.DEVIATED,
    Status.ERRORED,
    Status.SKIPPED,
)


def run_of(*statuses: Status, complete: bool = True) -> Run:
    return run(*(outcome(f"test_{n}", status) for n, status in enumerate(statuses)), complete=complete)


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ((PASSED,), ExitCode.OK),
        ((PASSED, SKIPPED), ExitCode.OK),
        ((DEVIATED,), ExitCode.OK),
        ((PASSED, FAILED), ExitCode.FINDINGS),
        ((FAILED, ERRORED), ExitCode.FINDINGS),
        ((PASSED, ERRORED), ExitCode.UNCHECKED),
        ((SKIPPED,), ExitCode.UNCHECKED),
        ((), ExitCode.UNCHECKED),
    ],
)
def test_exit_code_of_statuses(statuses: tuple[Status, ...], code: ExitCode) -> None:
    assert exit_code(run_of(*statuses)) is code


def test_a_run_cut_short_is_unchecked_unless_it_had_failed_already() -> None:
    assert exit_code(run_of(PASSED, complete=False)) is ExitCode.UNCHECKED
    assert exit_code(run_of(FAILED, complete=False)) is ExitCode.FINDINGS


def test_only_a_version_asked_for_by_name_must_have_run() -> None:
    partly = replace(run_of(PASSED), not_run=(NotRun("14", "no server"),))
    assert exit_code(partly) is ExitCode.OK
    assert exit_code(partly, wanted={"15"}) is ExitCode.OK
    assert exit_code(partly, wanted={"14", "15"}) is ExitCode.UNCHECKED


def test_a_wanted_version_nobody_speaks_of_is_unchecked() -> None:
    assert exit_code(run_of(PASSED), wanted={"17"}) is ExitCode.UNCHECKED
    skipped_there = run(outcome(), outcome(status=SKIPPED, version="17"))
    assert exit_code(skipped_there, wanted={"15", "17"}) is ExitCode.UNCHECKED


def test_a_procedure_that_left_no_outcome_is_unchecked() -> None:
    later = Scenario("s3/new", "New", "", since=16)
    assert exit_code(run(outcome(), scenarios=(EXPORT, later))) is ExitCode.OK
    assert exit_code(run(outcome(), scenarios=(EXPORT, replace(later, since=15)))) is ExitCode.UNCHECKED
    assert silent(run(outcome(), scenarios=(EXPORT, later)), "17") == (later, EXPORT)[::-1]


@pytest.mark.parametrize(
    ("since", "until", "version", "answer"),
    [
        (0, 0, "9", True),
        (14, 0, "13.4", False),
        (14, 16, "16.1", True),
        (0, 16, "17", False),
        (14, 0, "x", True),
    ],
)
def test_version_range(since: int, until: int, version: str, answer: bool) -> None:
    assert applies(Scenario("a", "a", "", since=since, until=until), version) is answer


@pytest.mark.parametrize(
    ("statuses", "line"),
    [
        ((PASSED, PASSED), "Yes, as far as a sandbox can tell: all 2 claims passed."),
        ((PASSED,), "Yes, as far as a sandbox can tell: the only claim passed."),
        (
            (PASSED, DEVIATED, SKIPPED),
            (
                "Yes, as far as a sandbox can tell, with exceptions: 1 of 3 claims passed, "
                "1 showed a known difference from RDS, 1 did not run."
            ),
        ),
        ((PASSED, FAILED), "Not entirely: 1 of 2 claims failed."),
        ((FAILED, ERRORED), "No: 1 of 2 claims failed."),
        ((PASSED, ERRORED), "Not known yet: nothing failed, but 1 of 2 claims could not be decided."),
        ((SKIPPED, ERRORED), "Not known: none of 2 claims could be decided."),
        ((), "Not known: no claim ran."),
    ],
)
def test_verdict(statuses: tuple[Status, ...], line: str) -> None:
    assert verdict(run_of(*statuses)) == verdict(run_of(*statuses), "15") == line


def test_verdict_of_a_run_cut_short_is_never_yes() -> None:
    assert (
        verdict(run_of(PASSED, complete=False)) == "Not known yet: nothing failed, but the run was cut short."
    )
    assert verdict(run_of(PASSED, FAILED, complete=False)).endswith("failed, and the run was cut short.")


@given(st.lists(st.sampled_from(Status)), st.booleans())
def test_yes_and_exit_code_zero_go_together(statuses: list[Status], complete: bool) -> None:
    whole = run_of(*statuses, complete=complete)
    assert verdict(whole).startswith("Yes") == (exit_code(whole) is ExitCode.OK)


def test_counts_name_every_status() -> None:
    found = counts(run_of(PASSED, PASSED, ERRORED).outcomes)
    assert found == {FAILED: 0, ERRORED: 1, DEVIATED: 0, PASSED: 2, SKIPPED: 0}


def test_worst_of_none_is_none() -> None:
    assert worst([]) is None
    assert worst(run_of(SKIPPED, PASSED, DEVIATED).outcomes) is DEVIATED


def test_a_skipped_claim_lends_no_basis() -> None:
    skipped = outcome(status=SKIPPED, basis=Basis.REAL)
    assert bases([skipped, outcome()]) == (Basis.STAND_IN,)
    assert bases([skipped]) == (Basis.REAL,)


def test_versions_are_in_numeric_order() -> None:
    names = ["15.10", "9", "15.4", "13", "15"]
    mixed = run(*(outcome(version=name) for name in names), environments=(environment("17"),))
    assert versions(mixed) == ("9", "13", "15", "15.4", "15.10", "17")


@given(hostile, hostile)
def test_any_two_version_names_can_be_ordered(one: str, other: str) -> None:
    assert (version_key(one) < version_key(other)) or version_key(other) <= version_key(one)
