"""Where an engine version may be upgraded to."""

import pytest

from rdscheck.errors import ExitCode
from rdscheck.upgrade.targets import TargetRefused, check_target, targets


def test_the_example_of_the_page_holds() -> None:
    """16.15 goes to 17.11 and 18.6 only, says the user guide."""
    assert targets("16.15") == ("17.11", "18.6")


def test_majors_may_be_skipped() -> None:
    check_target("13.23", "18.6")
    check_target("13.23-rds.20260514", "17.11")


@pytest.mark.parametrize(
    ("source", "target"), [("15.18", "15.19"), ("15.19", "17.2"), ("17.11", "16.15"), ("17.11", "17.11")]
)
def test_same_earlier_and_older_are_refused(source: str, target: str) -> None:
    with pytest.raises(TargetRefused) as caught:
        check_target(source, target)
    assert caught.value.message == f"Cannot upgrade postgres from {source} to {target}"
    assert caught.value.code == "InvalidParameterCombination"
    assert caught.value.exit_code == ExitCode.USAGE
    assert "it can go to" in (caught.value.hint or "")


def test_a_rebuild_counts_as_its_base() -> None:
    """17.9-R2 appeared after 16.14, but is of the wave before it."""
    assert "17.9-R2" not in targets("16.14")
    assert "17.10" in targets("16.14")


def test_the_last_major_has_no_target() -> None:
    with pytest.raises(TargetRefused, match="no later major is known"):
        check_target("18.6", "18.6")
