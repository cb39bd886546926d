"""Every fault of the RDS profile turns its claims red, and without a fault they are green."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from rdscheck.resources import scenarios_dir
from rdscheck.sandbox import shadow
from rdscheck.sandbox.engine import quiet
from rdscheck.sandbox.local import Installation, installations
from tests.mutations.profile.fault import Edit, Fault
from tests.mutations.profile.planting import NotPlanted, plant, prepare
from tests.mutations.profile.table import FAULTS

pytestmark = pytest.mark.xdist_group("faults")

ROOT = Path(__file__).parents[3]

#: Longer than the slowest run takes on a busy machine; a server that hangs must not hang the suite.
SECONDS = 300


@dataclass(frozen=True)
class Verdicts:
    """What came of the claims with one fault: status and reason of each, or why nothing ran."""

    claims: Mapping[str, tuple[str, str]]
    trouble: str = ""


def installed() -> Installation:
    """Return the newest local server that faults can be planted in; skips where there is none."""
    local = installations()
    if not local:
        pytest.skip("faults are planted in a local server, and none is installed")
    one = local[max(local)]
    if reason := shadow.why_no_stand_ins(one.bin_dir):
        pytest.skip(f"faults of the library have to be compiled: {reason}")
    return one


def module_of(claim: str) -> str:
    """Return the file of the scenarios that has a claim."""
    return claim.partition("::")[0] if "::" in claim else f"test_{claim.partition('/')[0]}.py"


def run(fault: Fault, room: Path, server: Installation) -> Verdicts:
    """Plant a fault and run the claims pinned to it."""
    try:
        root = plant(fault, room, server.bin_dir)
    except NotPlanted as error:
        return Verdicts({}, str(error))
    told = root / "verdicts"
    modules = sorted({str(scenarios_dir() / "privileges" / module_of(claim)) for claim in fault.red})
    environment = os.environ | {
        "RDSCHECK_PLANTED": str(root),
        "RDSCHECK_BAKED": "1" if fault.baked else "",
        "RDSCHECK_RED": "\n".join(fault.red),
        "RDSCHECK_VERDICTS": str(told),
        # Seventy runs: none loads plugins it does not need or compiles what another one did.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPYCACHEPREFIX": str(room / "bytecode"),
        "PYTHONDONTWRITEBYTECODE": "",
    }
    try:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
                *("-p", "rdscheck.plugin", "-p", "tests.mutations.profile.plugin"),
                *("--rds-engine=local", f"--rds-pg={server.major}"),
                *modules,
            ],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Verdicts({}, f"the claims took more than {SECONDS} seconds")
    if not told.exists():
        return Verdicts({}, f"no claim ran:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    lines = [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()]
    return Verdicts({line["claim"]: (line["status"], line["reason"]) for line in lines})


def control(faults: Iterable[Fault]) -> Fault:
    """Return what pins the claims of all faults and changes nothing."""
    pinned = sorted({claim for fault in faults for claim in fault.red})
    return Fault(
        "control",
        "nothing",
        tuple(pinned),
        (Edit("rdsutils/rdsutils.c", "PG_MODULE_MAGIC;", "PG_MODULE_MAGIC;"),),
    )


@pytest.fixture(scope="module")
def server() -> Installation:
    """Name the server the faults are planted in."""
    return installed()


@pytest.fixture(scope="module")
def verdicts(server: Installation) -> Iterator[dict[str, Verdicts]]:
    """Run the claims of every fault, and of none, two runs side by side."""
    shadow.build(server.bin_dir, server.server_version, quiet)
    seen = [fault for fault in FAULTS if fault.visible_on(server.major)]
    jobs = [control(seen), *seen]
    with tempfile.TemporaryDirectory() as directory:
        room = Path(directory)
        prepare(room)
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda one: run(one, room, server), jobs))
        yield dict(zip([one.id for one in jobs], found, strict=True))


def test_there_are_enough_and_each_has_its_own_name() -> None:
    assert len(FAULTS) >= 25
    assert sum(fault.baked for fault in FAULTS) >= 4
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)
    assert all(fault.red and fault.edits for fault in FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=[one.id for one in FAULTS])
def test_fault_turns_its_claims_red(
    fault: Fault, server: Installation, verdicts: dict[str, Verdicts]
) -> None:
    if not fault.visible_on(server.major):
        pytest.skip(f"PostgreSQL {server.major} does not show this fault")
    found = verdicts[fault.id]
    assert not found.trouble, found.trouble
    green = {claim: found.claims.get(claim, ("not run", "")) for claim in fault.red}
    assert {claim: said for claim, said in green.items() if said[0] != "failed"} == {}


def test_claims_are_green_without_a_fault(verdicts: dict[str, Verdicts]) -> None:
    found = verdicts["control"]
    assert not found.trouble, found.trouble
    pinned = {claim for fault in FAULTS for claim in fault.red}
    assert found.claims.keys() <= pinned
    assert {
        claim: said for claim, said in found.claims.items() if said[0] not in {"passed", "deviated"}
    } == {}


def test_text_that_is_gone_is_told(server: Installation, tmp_path: Path) -> None:
    gone = Fault("gone", "nothing", ("roles/authid-master",), (Edit("profile.sql", "no such text", ""),))
    with pytest.raises(NotPlanted, match="'no such text' 0 times and not once"):
        plant(gone, tmp_path, server.bin_dir)
