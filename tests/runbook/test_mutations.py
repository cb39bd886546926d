"""Mistakes planted into our own pages: the right blocks have another verdict then, and no others."""

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from rdscheck.runbook.model import Ran, Verdict
from rdscheck.runbook.reading import read
from tests.conftest import THOROUGH
from tests.runbook.documents.faults import COPY, FAULTS, PARTITIONS, ROLES, TOGETHER, UPGRADE, WRONG, Fault
from tests.runbook.documents.mutating import line_of, planted
from tests.runbook.documents.pages import (
    SHORT,
    Recorded,
    configuration,
    record,
    replay,
    run_text,
    source,
    truth,
    verdicts,
)

#: Pages that run in two seconds; the others are mutated, too, when the tests are asked to be thorough.
QUICK = frozenset({COPY, PARTITIONS, ROLES, UPGRADE, WRONG})
CHOSEN = [one for one in FAULTS if THOROUGH or one.page in QUICK]


def groups() -> list[tuple[Fault, ...]]:
    """Return what is planted at once: one mistake, or all of a page where none hides another."""
    together = {
        page: tuple(one for one in CHOSEN if one.page == page) for page in sorted(TOGETHER) if not THOROUGH
    }
    return [*together.values(), *((one,) for one in CHOSEN if one.page not in together)]


def id_of(faults: tuple[Fault, ...]) -> str:
    return faults[0].id if len(faults) == 1 else f"{faults[0].page}-{len(faults)}-at-once"


def pieces(name: str, text: str) -> list[tuple[str, str]]:
    """Return everything a page asks to be run."""
    page = read(f"{name}.md", text)
    return [(block.kind.value, piece.text) for block in page.blocks for piece in block.pieces]


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(one, id=id_of(one), marks=pytest.mark.xdist_group(f"faults-{one[0].page}"))
        for one in groups()
    ],
)
def test_fault(faults: tuple[Fault, ...]) -> None:
    name = faults[0].page
    blocks, text = truth(name), source(name)
    wanted = {one.line: one.verdict for one in blocks}
    for fault in faults:
        changes = {line_of(source(name), snippet, blocks): one for snippet, one in fault.changes.items()}
        assert any(wanted[line] is not SHORT[one] for line, one in changes.items())
        text, left_out = planted(text, fault)
        wanted |= {line: SHORT[one] for line, one in changes.items()}
        wanted.pop(left_out, None)
    if pieces(name, text) == pieces(name, source(name)):
        ran = replayed(name, text)  # only outputs were changed
    else:
        ran = run_text(name, text, configuration(name))
    wrong = {
        one.block.line: (one.verdict.value, one.detail, one.diff)
        for one in ran.judged
        if wanted.get(one.block.line) is not one.verdict
    }
    assert wrong == {}
    assert verdicts(ran).keys() == wanted.keys()


def test_there_are_enough() -> None:
    assert len(CHOSEN) >= 40
    assert len({one.id for one in FAULTS}) == len(FAULTS)
    assert all(one.changes for one in FAULTS)


# What a page prints is compared without a server: a run is recorded, and replayed for each change.


@cache
def recorded(name: str) -> tuple[Recorded, Ran]:
    return record(name)


def replayed(name: str, text: str) -> Ran:
    """Run a changed page as the recorded one ran."""
    return replay(name, text, *recorded(name))


#: Pages without dates and numbers that differ at each run in what they print.
PRINTING = (ROLES, UPGRADE)
_TOLD_ASIDE = ("INFO:", "NOTICE:", "DETAIL:", "...")


def printed_lines(name: str) -> list[tuple[int, int]]:
    """Return the lines of a page with outputs of pieces, counted from 0, and the number of their block."""
    page = read(f"{name}.md", source(name))
    found = []
    for block in page.blocks:
        for piece in block.pieces:
            for offset, line in enumerate((piece.expected or "").splitlines()):
                if line.strip() and not line.lstrip().startswith(_TOLD_ASIDE):
                    found.append((piece.expected_line - 1 + offset, block.number))
    return found


def numbered(ran: Ran) -> dict[int, Verdict]:
    return {one.block.number: one.verdict for one in ran.judged}


def change_line(name: str, at: int, change: Callable[[str], str]) -> Ran:
    lines = source(name).split("\n")
    lines[at] = change(lines[at])
    return replayed(name, "\n".join(lines))


def other(character: str) -> str:
    """Return another character of the same class."""
    return {"9": "8", "z": "y", "Z": "Y"}.get(character) or chr(ord(character) + 1)


@pytest.mark.xdist_group("faults-replayed")
@limits(deadline=None, max_examples=40)
@given(st.data())
def test_any_changed_letter_of_an_output_is_noticed(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(PRINTING))
    at, number = data.draw(st.sampled_from(printed_lines(name)))
    line = source(name).split("\n")[at]
    column = data.draw(st.sampled_from([i for i, c in enumerate(line) if c.isascii() and c.isalnum()] or [0]))
    before, after = numbered(recorded(name)[1]), {}
    if line[column].isalnum():
        after = numbered(
            change_line(name, at, lambda one: one[:column] + other(one[column]) + one[column + 1 :])
        )
        assert after.pop(number) in {Verdict.DIFFERS, Verdict.FAILED}
        assert after == {key: verdict for key, verdict in before.items() if key != number}


@pytest.mark.xdist_group("faults-replayed")
@limits(deadline=None, max_examples=40)
@given(st.data())
def test_blanks_and_dashes_of_an_output_do_not_count(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(PRINTING))
    at, _ = data.draw(st.sampled_from(printed_lines(name)))
    wider = data.draw(st.sampled_from(["end", "bar", "dash"]))

    def change(line: str) -> str:
        if wider == "bar" and " | " in line:
            return line.replace(" | ", "   | ", 1)
        if wider == "dash" and set(line.strip()) <= set("-+"):
            return line.replace("-+-", "----+-", 1)
        return f"{line}  "

    assert numbered(change_line(name, at, change)) == numbered(recorded(name)[1])


@pytest.mark.xdist_group("faults-replayed")
@limits(deadline=None, max_examples=40)
@given(st.data())
def test_a_row_more_is_noticed(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(PRINTING))
    lines = source(name).split("\n")
    rows = [(at, number) for at, number in printed_lines(name) if " | " in lines[at]]
    at, number = data.draw(st.sampled_from(rows))
    after = numbered(replayed(name, "\n".join([*lines[:at], lines[at], *lines[at:]])))
    before = numbered(recorded(name)[1])
    assert after.pop(number) is Verdict.DIFFERS
    assert after == {key: verdict for key, verdict in before.items() if key != number}


@pytest.mark.xdist_group("faults-replayed")
@pytest.mark.parametrize("name", PRINTING)
def test_nothing_changed_changes_nothing(name: str) -> None:
    assert numbered(replayed(name, source(name))) == numbered(recorded(name)[1])
