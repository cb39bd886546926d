"""Public guides, which are no part of this project: run where RDSCHECK_GUIDES names their directory."""

import os
from functools import cache
from pathlib import Path

import pytest

from rdscheck.runbook.binding.configuration import load as load_configuration
from rdscheck.runbook.model import RAN, Ran, Verdict
from rdscheck.runbook.reading import load
from rdscheck.runbook.running.opening import Order, opened
from rdscheck.sandbox.docker import DockerEngine
from tests.conftest import THOROUGH
from tests.runbook.documents.pages import DIRECTORY
from tests.sandbox.places import place

CONFIGURED = sorted(path.name.removesuffix(".runbook.toml") for path in (DIRECTORY / "aws").glob("*.toml"))


def guide(name: str) -> Path:
    """Return a guide; skips where this machine has none."""
    directory = os.environ.get("RDSCHECK_GUIDES", "")
    if not directory:
        pytest.skip("RDSCHECK_GUIDES names no directory with the guides")
    return Path(directory) / f"{name}.md"


#: Each guide on the version of these days; thoroughly on the oldest and the newest as well.
MAJORS = (13, 17, 18) if THOROUGH else (17,)
RUNS = [
    pytest.param(name, major, id=f"{name}-{major}", marks=pytest.mark.xdist_group(f"guides-{name}"))
    for name in CONFIGURED
    for major in MAJORS
]


@cache
def ran(name: str, major: int) -> Ran:
    page = load(guide(name))
    place(f"docker-{major}")
    settings = load_configuration(DIRECTORY / "aws" / f"{name}.runbook.toml")
    with opened(Order(page, settings), str(major), DockerEngine()) as runner:
        return runner.run()


def test_there_is_a_configuration_for_each() -> None:
    assert len(CONFIGURED) == 5
    for name in CONFIGURED:
        load_configuration(DIRECTORY / "aws" / f"{name}.runbook.toml")


@pytest.mark.parametrize(("name", "major"), RUNS)
def test_every_block_is_as_it_is_known_to_be(name: str, major: int) -> None:
    found = ran(name, major)
    wrong = {one.block.line: (one.verdict.value, one.detail) for one in found.judged if not one.as_expected}
    assert wrong == {}
    assert len(found.judged) == len(found.page.blocks)


@pytest.mark.parametrize(("name", "major"), RUNS)
def test_reasons_name_their_own_version(name: str, major: int) -> None:
    """What is said to be gone from a version is offered by none that says so."""
    for one in ran(name, major).judged:
        assert ("from 18 on" in one.reason) <= (major >= 18), one.block.line


@pytest.mark.xdist_group("guides")
@pytest.mark.parametrize("major", MAJORS)
def test_most_blocks_run(major: int) -> None:
    every = [one for name in CONFIGURED for one in ran(name, major).judged]
    commands = [one for one in every if one.verdict is not Verdict.NOT_A_COMMAND]
    assert len([one for one in commands if one.verdict in RAN]) >= 0.8 * len(commands)
