"""Every check of AWS, of pg_upgrade and of the sandbox has a rule, or a reason to have none."""

import re
from pathlib import Path

import pytest

from rdscheck.assess.rule import rules
from rdscheck.assess.rules import coverage
from rdscheck.assess.target import Move
from rdscheck.upgrade.checks import CHECKS

ENTRIES = [
    (table, check, one)
    for table, entries in coverage.TABLES.items()
    for check, entry in entries.items()
    for one in coverage.named(entry)
]


@pytest.mark.parametrize(("table", "check", "name"), ENTRIES, ids=map("-".join, ENTRIES))
def test_the_rule_exists_and_speaks_of_upgrades(table: str, check: str, name: str) -> None:
    group, id_ = name.split("/")
    folder = Path(coverage.__file__).parent / group.replace(" ", "_")
    if id_ not in rules() and len(list(folder.glob("[!_]*.py"))) < 2:
        pytest.skip(f"the rules of the group {group} are not here yet")
    assert rules()[id_].group == group
    # A note on the source's own superuser belongs to a restore alone.
    assert Move.UPGRADE in rules()[id_].moves or id_ == "master-name-refused"


def test_the_checks_of_the_sandbox_are_all_there() -> None:
    assert set(coverage.SANDBOX) == {check.id for check in CHECKS}


def test_the_checks_of_the_script_are_all_there() -> None:
    assert set(coverage.SCRIPT) == {
        *(str(number) for number in range(1, 47)),
        *("2b", "15b", "25b", "35b", "35c", "39b"),
    }


def test_what_has_no_rule_says_why() -> None:
    for entries in coverage.TABLES.values():
        for entry in entries.values():
            if not coverage.named(entry):
                assert isinstance(entry, str)
                assert re.fullmatch(r"none: .{20,}", entry)


def test_blockers_of_the_sandbox_are_blockers() -> None:
    for check in CHECKS:
        for name in coverage.named(coverage.SANDBOX[check.id]):
            rule = rules().get(name.split("/")[1])
            if check.blocks and rule is not None and rule.id != "extension-update-first":
                assert rule.severity == "blocker", rule.id
