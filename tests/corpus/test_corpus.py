"""The readiness check over the corpus: what it finds, what it must not, and the same from both sides."""

import pytest

from rdscheck.assess.rule import rules
from rdscheck.model import Version
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.conftest import PACKAGED, THOROUGH
from tests.corpus.differences import needless, unexplained
from tests.corpus.entries import BOTH, SAMPLES, entries
from tests.corpus.running import Run, look, look_at_dumps
from tests.sandbox.places import place

#: The oldest and the newest each time, all of them when the tests are asked to be thorough.
MAJORS = PACKAGED if THOROUGH else (PACKAGED[0], PACKAGED[-1])
LIMIT = 0.97

pytestmark = pytest.mark.xdist_group("corpus")


@pytest.fixture(scope="module")
def run() -> Run:
    places = [place(f"docker-{major}") for major in MAJORS]
    corpus, run = entries(), Run()
    look_at_dumps(run, corpus)
    rundir = RunDir.create(Owner.me())
    try:
        for engine, major in places:
            look(run, Pool(rundir, choose(engine)).server(Version(major)), corpus)
    finally:
        end_run(rundir)
    return run


def test_everything_could_be_made(run: Run) -> None:
    assert [(entry.name, major, why) for entry, major, why in run.wrong] == []


def test_hardly_anything_is_missed(run: Run) -> None:
    missed = [(one.entry.name, one.side, one.major, *it) for one in run.seen for it in sorted(one.missed)]
    assert run.count().recall >= LIMIT, missed


def test_there_is_hardly_a_false_alarm(run: Run) -> None:
    false = [
        (one.entry.name, one.side, one.major, *it) for one in run.seen for it in sorted(one.false_alarms)
    ]
    assert run.count().precision >= LIMIT, false


@pytest.mark.parametrize("side", BOTH)
def test_both_sides_are_as_good(run: Run, side: str) -> None:
    counted = run.count(side)
    assert min(counted.recall, counted.precision) >= LIMIT


def test_sample_schemas_give_nothing(run: Run) -> None:
    seen = [one for one in run.seen if one.entry.name.startswith(f"{SAMPLES}/")]
    assert len(seen) >= 5 * len(BOTH) * len(MAJORS)
    assert {(one.entry.name, one.side, one.major, *it) for one in seen for it in one.findings} == set()


def test_a_database_and_its_dump_give_the_same(run: Run) -> None:
    assert [(seen.entry.name, seen.major, *rest) for seen, *rest in unexplained(run)] == []


def test_no_difference_is_explained_for_nothing(run: Run) -> None:
    assert needless(run) == []


def test_the_corpus_is_large_enough_and_half_innocent() -> None:
    corpus = entries()
    innocent = [one for one in corpus if not one.expected]
    assert len(corpus) >= 120
    assert 0.4 <= len(innocent) / len(corpus) <= 0.6


def test_entries_name_rules_there_are() -> None:
    named = {rule for one in entries() for _, rule, _ in one.expected} | {
        rule for one in entries() for rule in one.resembles
    }
    assert named - set(rules()) == set()


def test_every_innocent_resembles_something() -> None:
    missing = [one.name for one in entries() if not one.expected and not one.resembles]
    assert [name for name in missing if not name.startswith(f"{SAMPLES}/")] == []


def test_entries_are_read_to_the_end_of_their_heading() -> None:
    for one in entries():
        body = one.sql.splitlines()[1:]
        unread = [line for line in body if line.startswith(("-- expects", "-- target:", "-- form:"))]
        heading = body[: next((i for i, line in enumerate(body) if not line.startswith("-- ")), len(body))]
        assert set(unread) <= set(heading), one.name
        assert len(one.expected) == sum(line.startswith("-- expects") for line in heading), one.name
