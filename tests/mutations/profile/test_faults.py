"""Every fault of the RDS profile turns its claims red, and without a fault they are green."""

import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from rdscheck.resources import images_dir
from rdscheck.sandbox import shadow
from rdscheck.sandbox.engine import quiet
from rdscheck.sandbox.local import Installation, installations
from tests.conftest import THOROUGH
from tests.mutations.profile.fault import Edit, Fault
from tests.mutations.profile.planting import NotPlanted, edited, plant, prepare
from tests.mutations.profile.running import Verdicts, initialize, run
from tests.mutations.profile.table import FAULTS

pytestmark = pytest.mark.xdist_group("faults")


#: Every sixth is tried each time, all of them when the tests are asked to be thorough.
TRIED = FAULTS if THOROUGH else FAULTS[::6]

#: Not a fault: the library is built like all others and nothing is changed. Two, so that two run them.
CONTROLS = ("control-1", "control-2")


def controls(faults: Iterable[Fault]) -> list[Fault]:
    """Return what pins the claims of all faults and changes nothing."""
    nothing = Edit("rdsutils/rdsutils.c", "PG_MODULE_MAGIC;", "PG_MODULE_MAGIC;")
    claims = sorted({claim for fault in faults for claim in fault.red})
    return [
        Fault(name, "nothing", tuple(claims[number :: len(CONTROLS)]), (nothing,))
        for number, name in enumerate(CONTROLS)
    ]


@pytest.fixture(scope="module")
def server() -> Installation:
    """Name the server faults are planted in, the newest local one; skip where there is none."""
    local = installations()
    if not local:
        pytest.skip("faults are planted in a local server, and none is installed")
    one = local[max(local)]
    if reason := shadow.why_no_stand_ins(one.bin_dir):
        pytest.skip(f"faults of the library have to be compiled: {reason}")
    return one


@pytest.fixture(scope="module")
def verdicts(server: Installation) -> dict[str, Verdicts]:
    """Run the claims of every fault, and all of them without any, on two processes."""
    shadow.build(server.bin_dir, server.server_version, quiet)
    seen = [fault for fault in TRIED if fault.visible_on(server.major)]
    with tempfile.TemporaryDirectory() as directory:
        room = Path(directory)
        prepare(room)
        # Not forked: what this process has open and imported is not for them.
        with ProcessPoolExecutor(2, get_context("spawn"), initialize) as pool:
            jobs = {
                one.id: pool.submit(run, one, room, server.bin_dir, server.major)
                for one in (*controls(seen), *seen)
            }
            return {id_: job.result() for id_, job in jobs.items()}


def test_there_are_enough_and_each_has_its_own_name() -> None:
    assert len(FAULTS) >= 25
    assert sum(fault.baked for fault in FAULTS) >= 4
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)
    assert all(fault.red and fault.edits for fault in FAULTS)


@pytest.mark.parametrize("fault", TRIED, ids=[one.id for one in TRIED])
def test_fault_turns_its_claims_red(
    fault: Fault, server: Installation, verdicts: dict[str, Verdicts]
) -> None:
    if not fault.visible_on(server.major):
        pytest.skip(f"PostgreSQL {server.major} does not show this fault")
    found = verdicts[fault.id]
    assert not found.trouble, found.trouble
    said = {claim: found.claims.get(claim, ("not run", "")) for claim in fault.red}
    assert {claim: why for claim, why in said.items() if why[0] != "failed"} == {}


@pytest.mark.parametrize("control", CONTROLS)
def test_claims_are_green_without_a_fault(control: str, verdicts: dict[str, Verdicts]) -> None:
    found = verdicts[control]
    assert not found.trouble, found.trouble
    assert found.claims
    assert {
        claim: said for claim, said in found.claims.items() if said[0] not in {"passed", "deviated"}
    } == {}


def test_every_text_is_still_there() -> None:
    # Those that are not tried this time would otherwise go stale unseen.
    for fault in FAULTS:
        first, *_ = fault.edits
        assert edited(first, images_dir()) != (images_dir() / first.file).read_text(encoding="utf-8")


def test_text_that_is_gone_is_told(server: Installation, tmp_path: Path) -> None:
    gone = Fault("gone", "nothing", ("roles/authid-master",), (Edit("profile.sql", "no such text", ""),))
    with pytest.raises(NotPlanted, match="'no such text' 0 times and not once"):
        plant(gone, tmp_path, server.bin_dir)
