"""How the corpus is read and counted."""

from pathlib import Path

import pytest

from rdscheck.assess.facts import Flavour
from rdscheck.assess.target import Move
from tests.assess.making import Made, foreign
from tests.corpus.differences import DIFFERENCES, needless, unexplained
from tests.corpus.entries import Entry, read_entry
from tests.corpus.running import Count, Run, Seen

_TEXT = """\
-- A table with a program.
-- expects: copy-program function public.f()
-- expects live: tablespace tablespace {new}
-- expects dump: name-with-line-break table public."a\\nb"
-- resembles: c-function, internal-function
-- target: rds-16
-- source: rds
-- move: upgrade
-- since: 15
CREATE TABLE t (id int);
-- expects: nothing that counts here
"""

PROGRAM = ("copy-program", "function public.f()")
OTHER = ("c-function", "function public.g()")


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    path = tmp_path / "files" / "x.sql"
    path.parent.mkdir()
    path.write_text(_TEXT)
    return read_entry(path)


def test_a_heading_is_read(entry: Entry) -> None:
    assert (entry.name, entry.title, entry.form) == ("files/x", "A table with a program.", "database")
    assert (entry.target, entry.source, entry.move) == ("rds-16", Flavour.RDS, Move.UPGRADE)
    assert (entry.since, entry.until, entry.resembles) == (15, 0, ("c-function", "internal-function"))
    assert entry.expects("live") == {PROGRAM, ("tablespace", "tablespace {new}")}
    assert entry.expects("dump") == {PROGRAM, ("name-with-line-break", 'table public."a\nb"')}


@pytest.mark.parametrize(
    "line", ["-- expect: copy-program x", "-- form: dumped", "-- source: oracle", "-- since: x"]
)
def test_a_heading_with_a_slip_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "x.sql"
    path.write_text(f"-- title\n{line}\nSELECT 1;\n")
    with pytest.raises(ValueError, match=r"x\.sql|oracle|invalid literal"):
        read_entry(path)


def _seen(entry: Entry, side: str, *findings: tuple[str, str]) -> Seen:
    return Seen(entry, side, 17, frozenset(findings))


def test_what_is_not_found_is_missed(entry: Entry) -> None:
    seen = _seen(entry, "dump", PROGRAM)
    assert seen.right == {PROGRAM}
    assert {rule for rule, _ in seen.missed} == {"name-with-line-break"}
    assert seen.false_alarms == set()
    assert Run([seen]).count() == Count(right=1, missed=1)


def test_what_nobody_expects_is_a_false_alarm(entry: Entry) -> None:
    run = Run([_seen(entry, "dump", PROGRAM, OTHER)])
    assert run.seen[0].false_alarms == {OTHER}
    assert run.count(group="languages") == Count(false=1)
    assert run.count("live") == Count()


def test_a_note_is_no_false_alarm_and_may_be_expected(entry: Entry) -> None:
    seen = Seen(entry, "live", 17, frozenset(), frozenset({PROGRAM, OTHER}))
    assert (seen.right, seen.false_alarms) == ({PROGRAM}, set())


@pytest.mark.parametrize(
    ("count", "precision", "recall"),
    [(Count(), 1, 1), (Count(3, 1, 0), 1, 0.75), (Count(3, 0, 1), 0.75, 1), (Count(0, 1, 1), 0, 0)],
)
def test_precision_and_recall(count: Count, precision: float, recall: float) -> None:
    assert (count.precision, count.recall) == (precision, recall)


def test_what_one_side_alone_says_is_a_difference(entry: Entry) -> None:
    run = Run([_seen(entry, "live", PROGRAM, OTHER), _seen(entry, "dump", PROGRAM)])
    assert [(side, *found) for _, side, *found in run.differences()] == [("live", *OTHER)]
    assert len(unexplained(run)) == 1
    assert needless(run) == sorted(DIFFERENCES)


def test_the_same_from_both_sides_is_no_difference(entry: Entry) -> None:
    run = Run([_seen(entry, "live", PROGRAM), _seen(entry, "dump", PROGRAM)])
    assert run.differences() == []


def test_what_is_named_after_another_database_is_foreign() -> None:
    own, other = Made(""), Made("")
    assert foreign(f"role {other.new}", own, [own, other])
    assert foreign(f"database {other.database}", own, [own, other])
    assert not foreign(f"role {own.new}", own, [own, other])
    assert not foreign("role app", own, [own, other])
