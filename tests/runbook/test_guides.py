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
from tests.runbook.documents.pages import DIRECTORY
from tests.sandbox.places import place

CONFIGURED = sorted(path.name.removesuffix(".runbook.toml") for path in (DIRECTORY / "aws").glob("*.toml"))


def guide(name: str) -> Path:
    """Return a guide; skips where this machine has none."""
    directory = os.environ.get("RDSCHECK_GUIDES", "")
    if not directory:
        pytest.skip("RDSCHECK_GUIDES names no directory with the guides")
    return Path(directory) / f"{name}.md"


@cache
def ran(name: str) -> Ran:
    page = load(guide(name))
    place("docker-17")
    settings = load_configuration(DIRECTORY / "aws" / f"{name}.runbook.toml")
    with opened(Order(page, settings), "17", DockerEngine()) as runner:
        return runner.run()


def test_there_is_a_configuration_for_each() -> None:
    assert len(CONFIGURED) == 5
    for name in CONFIGURED:
        load_configuration(DIRECTORY / "aws" / f"{name}.runbook.toml")


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=pytest.mark.xdist_group(one)) for one in CONFIGURED]
)
def test_every_block_is_as_it_is_known_to_be(name: str) -> None:
    found = ran(name)
    wrong = {one.block.line: (one.verdict.value, one.detail) for one in found.judged if not one.as_expected}
    assert wrong == {}
    assert len(found.judged) == len(found.page.blocks)


@pytest.mark.xdist_group("guides")
def test_most_blocks_run() -> None:
    every = [one for name in CONFIGURED for one in ran(name).judged]
    commands = [one for one in every if one.verdict is not Verdict.NOT_A_COMMAND]
    assert len([one for one in commands if one.verdict in RAN]) >= 0.8 * len(commands)
