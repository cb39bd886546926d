"""Large dumps are understood in other processes, with the same result."""

import subprocess
from dataclasses import fields
from typing import Any

import pytest

from rdscheck.assess.dump import reading
from rdscheck.assess.dump.scene import Scene
from rdscheck.assess.dump.workers import Workers
from rdscheck.assess.facts import Facts
from tests.assess.dump.dumps import read

TABLES = "".join(
    f"CREATE TABLE app.t{n} (\n    a oid\n);\nALTER TABLE app.t{n} OWNER TO me{n % 7};\n"
    + (f"SET default_tablespace = 's{n}';\n" if n % 10 == 0 else "")
    + (f"\\connect d{n}\n" if n % 50 == 49 else "")
    + ("FROB;\n" if n % 40 == 0 else "")
    for n in range(200)
)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Workers]:
    """Have other processes work from the first batch on, and tell which."""
    made: list[Workers] = []

    class Watched(Workers):
        def __init__(self) -> None:
            super().__init__(2)
            made.append(self)

    monkeypatch.setattr(reading, "Workers", Watched)
    monkeypatch.setattr(reading, "_MANY", 0)
    monkeypatch.setattr(reading, "_BATCH", 500)
    return made


def equal(one: Facts, other: Facts) -> bool:
    return all(getattr(one, field.name) == getattr(other, field.name) for field in fields(Facts))


def test_the_result_is_the_same(started: list[Workers], monkeypatch: pytest.MonkeyPatch) -> None:
    facts = read(TABLES)
    (workers,) = started
    assert all(process.poll() is not None for process in workers._all)
    monkeypatch.setattr(reading, "_MANY", 1 << 30)
    assert equal(facts, read(TABLES))
    assert len(facts.relations) == 200
    assert len(facts.unreadable) == 5
    assert {one.tablespace for one in facts.relations} > {"", "s0", "s190"}


def test_a_process_that_dies_loses_nothing(started: list[Workers], monkeypatch: pytest.MonkeyPatch) -> None:
    real = Workers.submit

    def submit(self: Workers, scene: Scene, statements: list[tuple[int, str]]) -> Any:
        self._all[0].kill()
        return real(self, scene, statements)

    monkeypatch.setattr(Workers, "submit", submit)
    assert len(read(TABLES).relations) == 200


def test_small_dumps_start_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)
    assert len(read(TABLES).relations) == 200
