"""Whole functions, as people write them: each must be read, and give just the acts its file names.

A file holds what the function needs, then a line ``-- acts LINE: KIND DETAIL`` for each act (``, dynamic``
behind those of EXECUTE), then the function. The first line may say ``-- since MAJOR``. ``~`` at the end of a
line stands for a carriage return.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from rdscheck.assess.bodies import analysing
from rdscheck.assess.bodies.analysing import acts_of_function
from rdscheck.assess.bodies.header import header_of
from rdscheck.assess.facts import Act

TEXTS = sorted((Path(__file__).parent / "texts").glob("*.sql"))
MARK = "-- acts "
SINCE = "-- since "
BEGINNING = re.compile(r"CREATE (OR REPLACE )?(FUNCTION|PROCEDURE) ", re.IGNORECASE)


@dataclass(frozen=True)
class Text:
    """A file, taken apart."""

    before: str
    acts: list[str]
    create: str
    language: str
    body: str
    since: int


def text_of(path: Path) -> Text:
    text = path.read_text(encoding="utf-8").replace("~\n", "\r\n")
    lines = text.splitlines(keepends=True)
    functions = [n for n, line in enumerate(lines) if BEGINNING.match(line)]
    start = functions[-1]
    create = "".join(lines[start:])
    header = header_of(create)
    return Text(
        before="".join(line for line in lines[:start] if not line.startswith("--")),
        acts=sorted(line.removeprefix(MARK).strip() for line in lines[:start] if line.startswith(MARK)),
        create=create,
        language=header.language,
        body=header.body,
        since=int(lines[0].removeprefix(SINCE)) if lines[0].startswith(SINCE) else 0,
    )


def said(acts: list[Act]) -> list[str]:
    return sorted(
        f"{one.body_line}: {one.kind} {one.detail}{', dynamic' if one.dynamic else ''}" for one in acts
    )


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_a_function_is_read_with_and_without_its_definition(path: Path) -> None:
    text = text_of(path)
    for create, body in ((text.create, text.body), (text.create, ""), ("", text.body)):
        if create or body:
            acts, unreadable = acts_of_function(create, text.language, body, "app.f()")
            assert unreadable == []
            assert said(acts) == text.acts


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_the_quick_look_leaves_nothing_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysing, "may_act", lambda _text: True)
    monkeypatch.setattr(analysing, "may_call", lambda _text: True)
    text = text_of(path)
    acts, unreadable = acts_of_function(text.create, text.language, text.body, "app.f()")
    assert unreadable == []
    assert said(acts) == text.acts


def test_a_function_with_a_fault_is_said_not_to_be_readable() -> None:
    for path in TEXTS:
        text = text_of(path)
        if text.acts and text.body:
            acts, unreadable = acts_of_function("", text.language, text.body + " END IF 'x' 'y'", "app.f()")
            assert acts == []
            assert len(unreadable) == 1
