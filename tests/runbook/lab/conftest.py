"""One lab for each module: what a page does to it stays, as it does from block to block."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from rdscheck.runbook.acting import Done
from rdscheck.runbook.lab import Sandbox, open_lab
from rdscheck.runbook.model import Kind, Placeholder
from rdscheck.sandbox.engines import choose
from tests.sandbox.places import place

#: Placeholders of a page and their roles; whoever asks for one has it promised.
PLACEHOLDERS = (
    ("your-instance", "instance"),
    ("custom-param-group-name", "group"),
    ("my-export-bucket", "bucket"),
    ("arn:aws:iam::111122223333:role/export-role", "role-arn"),
)

Run = Callable[..., Done]


@contextmanager
def opened() -> Iterator[Sandbox]:
    """Open a lab in which what the placeholders stand for is promised."""
    engine, major = place("docker-17")
    with open_lab(str(major), choose(engine)) as lab:
        for text, role in PLACEHOLDERS:
            lab.value(Placeholder(text, role, (1,)))
        yield lab


@pytest.fixture(scope="module")
def lab() -> Iterator[Sandbox]:
    with opened() as shared:
        yield shared


@pytest.fixture
def sql(lab: Sandbox) -> Run:
    return lambda text, seconds=20.0: lab.run(Kind.SQL, text, seconds)


@pytest.fixture
def shell(lab: Sandbox) -> Run:
    return lambda text, seconds=30.0: lab.run(Kind.SHELL, text, seconds)
