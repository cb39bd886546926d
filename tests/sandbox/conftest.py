"""Shared by the tests of servers."""

from collections.abc import Iterator

import pytest

from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run


@pytest.fixture
def run() -> Iterator[RunDir]:
    """Give a run that ends with the test."""
    made = RunDir.create(Owner.me())
    yield made
    end_run(made)
