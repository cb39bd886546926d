"""Every planted fault turns the claims red that it should, and without a fault they are green."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rdscheck.resources import images_dir
from rdscheck.sandbox import shadow
from rdscheck.sandbox.local import installations
from tests.conftest import quickest
from tests.mutations.compiling import remembering_compiler
from tests.mutations.mutant import Mutant, module
from tests.mutations.table import MUTANTS, NEUTRAL

pytestmark = pytest.mark.xdist_group("mutations")

ROOT = Path(__file__).parents[2]
SOURCES = [one for one in MUTANTS if one.source[0]]
PINNED = sorted({claim for one in MUTANTS for claim in one.red})

Verdicts = dict[tuple[str, str], list[dict[str, Any]]]


def build(mutant: Mutant, bin_dir: Path, room: Path) -> str:
    """Compile the stand-in with the mutant's change; return why that failed."""
    name, old, new = mutant.source
    copy, out = room / f"{mutant.id}.src", room / mutant.id
    shutil.copytree(images_dir(), copy)
    file = copy / name if "/" in name else copy / "aws_s3" / name
    text = file.read_text(encoding="utf-8")
    if old not in text:
        return f"{name} has no {old!r} any more"
    file.write_text(text.replace(old, new), encoding="utf-8")
    done = subprocess.run(
        ["sh", str(copy / "build.sh"), str(shadow._headers(bin_dir).parent), str(out), str(out)],
        # Seconds count here, warnings about the damage do not.
        env=shadow._build_environment(bin_dir) | {"CFLAGS": "-O0 -w", "CC": str(room / "cc")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr if done.returncode else ""


@pytest.fixture(scope="module")
def libraries() -> Iterator[tuple[Path | None, dict[str, str]]]:
    """Build the mutants of the C source, for a local server only: a container does not see them."""
    local = installations()
    bin_dir = local[max(local)].bin_dir if local else None
    if bin_dir is None or shadow.why_no_stand_ins(bin_dir):
        yield None, {}
        return
    with tempfile.TemporaryDirectory() as directory:
        room = Path(directory)
        room.chmod(0o755)  # the server runs as somebody else
        remembering_compiler(room)
        with ThreadPoolExecutor(2) as pool:
            built = pool.map(lambda one: build(one, bin_dir, room), SOURCES)
        yield room, {one.id: why for one, why in zip(SOURCES, built, strict=True) if why}


@pytest.fixture(scope="module")
def verdicts(libraries: tuple[Path | None, dict[str, str]]) -> Verdicts:
    """Run every pinned claim with each of its mutants, all in one go."""
    found = quickest()
    if found is None:
        pytest.skip("no engine here can start a server (rdscheck doctor)")
    room, _ = libraries
    claims = sorted({f"{module(claim)}::{_function(claim).partition('::')[2]}" for claim in PINNED})
    with tempfile.TemporaryDirectory() as directory:
        told = Path(directory) / "verdicts"
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-n", "2"),
                *("-p", "tests.mutations.mutant_plugin", "-p", "no:cacheprovider"),
                *(f"--rds-engine={found[0]}", f"--rds-pg={found[1]}", "--rds-s3=moto"),
                *claims,
            ],
            cwd=ROOT,
            env=os.environ | {"RDSCHECK_VERDICTS": str(told), "RDSCHECK_LIBRARIES": str(room or "")},
            capture_output=True,
            text=True,
            check=False,
        )
        if not told.exists():
            pytest.fail(f"the run of the mutants told nothing:\n{done.stdout[-3000:]}\n{done.stderr[-2000:]}")
        lines = [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()]
    result: Verdicts = {}
    for line in lines:
        result.setdefault((_function(line["claim"]), line["mutant"]), []).append(line)
    return result


def _function(claim: str) -> str:
    return claim.partition("[")[0]


def _of(verdicts: Verdicts, claim: str, mutant: str) -> list[dict[str, Any]]:
    """Return what a claim said with a mutant; the name of its test is unique enough within its file."""
    test = _function(claim.partition("::")[2]).removeprefix("test_")
    return [one for one in verdicts.get((test, mutant), []) if one["module"] == module(claim).name]


def test_there_are_enough_and_each_has_its_own_name() -> None:
    assert len(MUTANTS) >= 20
    assert len(SOURCES) >= 6
    assert len({one.id for one in MUTANTS}) == len(MUTANTS)
    assert all(one.red for one in MUTANTS)


def test_pinned_claims_exist() -> None:
    for claim in PINNED:
        test = _function(claim).partition("::")[2]
        assert f"def {test}(" in module(claim).read_text(encoding="utf-8"), claim


@pytest.mark.parametrize("mutant", MUTANTS, ids=[one.id for one in MUTANTS])
def test_mutant_turns_its_claims_red(
    mutant: Mutant, verdicts: Verdicts, libraries: tuple[Path | None, dict[str, str]]
) -> None:
    room, failed = libraries
    if mutant.source[0] and room is None:
        pytest.skip("a mutant of the C source needs a local server, its headers and a compiler")
    assert mutant.id not in failed, failed[mutant.id]
    for claim in mutant.red:
        found = _of(verdicts, claim, mutant.id)
        assert found, f"{claim} did not run"
        assert [one["status"] for one in found] == ["failed"] * len(found), (claim, found)


@pytest.mark.parametrize("control", ["none", NEUTRAL.id])
def test_claims_are_green_without_a_fault(verdicts: Verdicts, control: str) -> None:
    found = [one for (_, mutant), lines in verdicts.items() if mutant == control for one in lines]
    assert found
    assert [one for one in found if one["status"] not in {"passed", "deviated"}] == []
