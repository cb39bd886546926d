"""Outputs are bounded, and no difference is lost by that."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdscheck.runbook.acting import Configuration
from rdscheck.runbook.model import Kind, Verdict
from rdscheck.runbook.running.comparing import compare
from rdscheck.runbook.running.cutting import bounded, reported
from rdscheck.runbook.running.runner import run
from tests.runbook.fake import FakeLab, FakeNames, page


@pytest.mark.parametrize("big", ["x" * 1_000_000, "some line\n" * 100_000], ids=["one line", "many lines"])
def test_what_is_left_out_still_counts(big: str) -> None:
    other = big[:-3] + "y" + big[-2:]
    assert bounded(big) == bounded(big)
    assert bounded(big) != bounded(other)
    assert len(bounded(big)) < 300_000
    assert len(reported(big)) < 70_000
    assert compare(big, big).equal
    assert not compare(big, other).equal


@given(st.text(max_size=200))
@settings(deadline=None)
def test_short_texts_stay(text: str) -> None:
    assert bounded(text) == text
    assert reported(text) == text


@pytest.mark.parametrize(
    "piece",
    [
        "pgl_" + "a" * 50,
        "PostgreSQL 1 on ",
        "1.",
        "0-",
        "12:",
        "a-",
        '"xId": "',
        "| ",
        "=-+",
        " (glob)\n",
        "row\n",
    ],
)
def test_no_output_takes_long(piece: str) -> None:
    text = piece * (2_000_000 // len(piece))
    start = time.monotonic()
    found = run(
        page((Kind.SQL, "SELECT 1;", " a\n---\n 1")),
        FakeLab({"SELECT 1;": text}),
        FakeNames(),
        Configuration(),
    )
    assert time.monotonic() - start < 20
    assert found.judged[0].verdict is Verdict.DIFFERS
    assert len(found.judged[0].diff) < 300_000
