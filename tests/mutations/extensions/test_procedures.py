"""Every fault in an extension procedure turns its claim red, and without a fault the claim is green."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rdscheck.sandbox.docker import DockerEngine
from tests.conftest import THOROUGH, docker_majors
from tests.mutations.extensions.fault import Fault
from tests.mutations.extensions.running import ROOT, NotPlanted, Verdicts, copy, plant, run
from tests.mutations.extensions.table import FAULTS, TABLES

pytestmark = pytest.mark.xdist_group("procedures")

#: Where nothing else is said faults are tried on this major: its packages are neither old nor new.
MAJOR = 17

CONTROL = "control"

#: So many of each table are tried each time, all of them when the tests are asked to be thorough.
EACH = 1


def tried() -> Iterator[Fault]:
    """Yield the faults that are tried in this run."""
    for table in TABLES:
        yield from table if THOROUGH else table[:EACH]


NAMES = {f"fault{number:03}": fault for number, fault in enumerate(tried())}


@pytest.fixture(scope="module")
def verdicts() -> Iterator[dict[int, Verdicts]]:
    """Run the claims of all faults with them, and once without any."""
    majors = docker_majors()
    if not majors:
        pytest.skip(f"the extensions are in the images: {DockerEngine().answers() or 'none is built'}")
    with tempfile.TemporaryDirectory() as directory:
        room = Path(directory)
        copy({CONTROL: None, **NAMES}, room)
        found: dict[int, Verdicts] = {}
        for major in sorted({fault.pg or MAJOR for fault in NAMES.values()} & set(majors)):
            mine = {name: fault for name, fault in NAMES.items() if (fault.pg or MAJOR) == major}
            claims = {CONTROL: [claim(fault) for fault in mine.values()]}
            claims |= {name: [claim(fault)] for name, fault in mine.items() if not in_package(fault)}
            found[major] = run(claims, room, major)
            for name, fault in mine.items():
                if in_package(fault):
                    found[major] |= run({name: [claim(fault)]}, room, major, package=name)
        yield found


def claim(fault: Fault) -> str:
    """Return where pytest finds the claim below ``scenarios``."""
    return f"{fault.module}::{fault.test}"


def in_package(fault: Fault) -> bool:
    """Tell whether a fault is in the package and not in a scenario."""
    return fault.edited.startswith("rdscheck/")


def test_there_are_enough_and_each_has_its_own_name() -> None:
    assert len(FAULTS) >= 25
    assert len({fault.title for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("name", NAMES, ids=[fault.title for fault in NAMES.values()])
def test_fault_turns_its_claim_red(name: str, verdicts: dict[int, Verdicts]) -> None:
    fault = NAMES[name]
    major = fault.pg or MAJOR
    if major not in verdicts:
        pytest.skip(f"no image of PostgreSQL {major} is built")
    found = verdicts[major].get((name, fault.test), [])
    assert found, f"{fault.claim} did not run"
    assert "failed" in {one.status for one in found}, found
    assert not [one for one in found if one.status in {"errored", "skipped"}], found


def test_claims_are_green_without_a_fault(verdicts: dict[int, Verdicts]) -> None:
    for major, found in verdicts.items():
        said = {test: lines for (name, test), lines in found.items() if name == CONTROL}
        wanted = {fault.test for fault in NAMES.values() if (fault.pg or MAJOR) == major}
        assert set(said) == wanted
        assert [
            (test, one)
            for test, lines in said.items()
            for one in lines
            if one.status not in {"passed", "deviated"}
        ] == []


def test_every_text_is_still_there(tmp_path: Path) -> None:
    # Those that are not tried this time would otherwise go stale unseen.
    for number, fault in enumerate(FAULTS):
        file = tmp_path / str(number) / fault.edited
        file.parent.mkdir(parents=True)
        shutil.copyfile(ROOT / fault.edited, file)
        plant(fault, tmp_path / str(number))


def test_text_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = Fault("nothing", "test_orafce.py::test_procedure", (("no such text", ""),))
    (tmp_path / gone.edited).parent.mkdir(parents=True)
    (tmp_path / gone.edited).write_text((ROOT / gone.edited).read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(NotPlanted, match="'no such text' 0 times and not once"):
        plant(gone, tmp_path)
