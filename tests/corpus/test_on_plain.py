"""The corpus on plain servers, of majors that no sandbox has too: as good as on sandboxes."""

from collections.abc import Iterator

import pytest

from tests.assess.sources.conftest import there
from tests.assess.sources.plain import started
from tests.conftest import THOROUGH
from tests.corpus.differences import unexplained
from tests.corpus.entries import entries
from tests.corpus.running import Run, look

MAJORS = (12, 14, 16)
LIMIT = 0.97

#: What a live server of this kind has of its own, and no dump.
_OF_SERVER = {"tls-required", "wal-level-logical"}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(one, marks=pytest.mark.xdist_group(f"corpus-plain-{one}"), id=f"plain-{one}")
        for one in (MAJORS if THOROUGH else MAJORS[:1])
    ],
)
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    with started(there(request.param), {"wal_level": "logical"}) as server:
        run = Run()
        look(run, server, entries())
        yield run


def test_everything_could_be_made(run: Run) -> None:
    assert [(entry.name, why) for entry, _, why in run.wrong] == []
    assert len(run.seen) >= 150


def test_hardly_anything_is_missed_and_there_is_hardly_a_false_alarm(run: Run) -> None:
    wrong = [
        (one.entry.name, one.side, *it) for one in run.seen for it in sorted(one.missed | one.false_alarms)
    ]
    assert min(run.count().recall, run.count().precision) >= LIMIT, wrong


def test_a_database_and_its_dump_give_the_same(run: Run) -> None:
    found = [(seen.entry.name, *rest) for seen, *rest in unexplained(run) if rest[1] not in _OF_SERVER]
    assert found == []
