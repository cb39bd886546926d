"""Our own pages: every block is what was written down for it, and becomes of it what was written down."""

from collections.abc import Sequence
from functools import cache

import pytest

from rdscheck.report.runbook.write import FORMATS, render
from rdscheck.runbook.model import Kind, Ran, Verdict
from rdscheck.runbook.reading import read
from rdscheck.runbook.running.results import Results
from tests.conftest import THOROUGH
from tests.runbook.documents.pages import configuration, names, run_page, source, truth, verdicts

#: Pages whose runs have most that could differ: log lines, keys, tokens.
REPEATED = ("audit-payments", "iam-login")
DUCKDB = "duckdb-reports"


@cache
def ran(name: str, major: int) -> Ran:
    return run_page(name, major)


def majors(name: str) -> tuple[int, ...]:
    """Return where a page is run: on 13, too, where something is another there; everywhere when thorough."""
    if THOROUGH:
        return (13, 15, 17, 18)
    return (13, 17) if any(one.elsewhere for one in truth(name)) else (17,)


def cases() -> list[object]:
    """Return each page on each major; one worker runs a page."""
    return [
        pytest.param(name, major, id=f"{name}-{major}", marks=pytest.mark.xdist_group(f"runbook-{name}"))
        for name in names()
        for major in majors(name)
    ]


def of_pages(chosen: Sequence[str]) -> list[object]:
    """Return pages, one worker for each."""
    return [pytest.param(one, marks=pytest.mark.xdist_group(f"runbook-{one}")) for one in chosen]


def needs(name: str) -> None:
    if name == DUCKDB:
        pytest.importorskip("duckdb", reason="pip install 'rdscheck[duckdb]'")


@pytest.mark.parametrize("name", names())
def test_blocks_are_what_they_are(name: str) -> None:
    page = read(f"{name}.md", source(name))
    assert [(one.line, one.kind) for one in page.blocks] == [(one.line, one.kind) for one in truth(name)]


@pytest.mark.parametrize(("name", "major"), cases())
def test_verdicts(name: str, major: int) -> None:
    needs(name)
    found = ran(name, major)
    told = {one.block.line: f"{one.verdict}: {one.detail}\n{one.diff}" for one in found.judged}
    wrong = {
        one.line: (one.on(major).value, told.get(one.line))
        for one in truth(name)
        if verdicts(found).get(one.line) is not one.on(major)
    }
    assert wrong == {}
    assert len(found.judged) == len(truth(name))


@pytest.mark.parametrize(("name", "major"), cases())
def test_nothing_is_left_to_look_at(name: str, major: int) -> None:
    needs(name)
    assert [one.block.line for one in ran(name, major).judged if not one.as_expected] == []


@pytest.mark.parametrize("name", of_pages(names() if THOROUGH else REPEATED))
def test_a_second_run_is_the_same(name: str) -> None:
    needs(name)
    first, second = (Results((one,)) for one in (ran(name, 17), run_page(name)))
    for form in FORMATS:
        assert render(second, form) == render(first, form)


def test_there_is_one_of_each() -> None:
    every = [one for name in names() for one in truth(name)]
    assert len(names()) >= 12
    assert {one.kind for one in every} == set(Kind)
    assert {one.verdict for one in every} == set(Verdict)


def test_hardly_anything_cannot_run() -> None:
    every = [one for name in names() for one in truth(name)]
    away = [one for one in every if one.verdict is Verdict.NOT_RUNNABLE]
    assert len(away) <= 0.1 * len(every)


def test_what_is_wrong_on_purpose_is_told() -> None:
    for name in names():
        told = {one.line for one in configuration(name).expected}
        wrong = {one.line for one in truth(name) if one.verdict in {Verdict.FAILED, Verdict.NOT_RUNNABLE}}
        assert wrong <= told, name
