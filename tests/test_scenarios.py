"""The main job with a real S3 API: on one version each time, on all with RDSCHECK_THOROUGH=1."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rdscheck.aws import localstack
from tests.conftest import PACKAGED, THOROUGH, docker_majors

pytestmark = pytest.mark.xdist_group("whole")


def whole_run(
    majors: list[int], s3: str, scenarios: str, reports: Path
) -> "subprocess.CompletedProcess[str]":
    versions = ",".join(map(str, majors))
    return subprocess.run(
        [sys.executable, "-m", "rdscheck", "run", "--engine", "docker", "--pg", versions, "--s3", s3,
         "--scenario", scenarios, "--reports", str(reports), "-n", "2"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_images_of_all_packaged_versions_are_there() -> None:
    majors = docker_majors()
    if not majors and "CI" not in os.environ:
        pytest.skip("no Docker engine or no image here (rdscheck images build)")
    assert majors == list(PACKAGED)  # CI is worth nothing without the containers


# Only the S3 scenarios have anything to do with the backend.
@pytest.mark.parametrize(
    ("s3", "scenarios", "least"),
    [("moto", "s3/*", 200), ("moto", "upgrade/*", 50), ("localstack", "*", 1200)],
)
def test_every_claim_holds(s3: str, scenarios: str, least: int, tmp_path: Path) -> None:
    majors = docker_majors()
    if not majors:
        pytest.skip("no Docker engine or no image here (rdscheck images build)")
    if not THOROUGH:
        # Twenty-five minutes are for all tests: the newest has most of the claims, the oldest differs most
        # from it. The stand-ins speak to moto the same way on every version, and from the newest nothing
        # is upgraded. `rdscheck run` takes them all.
        majors = majors[:1] if s3 == "moto" else majors[-1:]
    if s3 == "localstack" and localstack.image() is None:
        pytest.skip("no LocalStack image (rdscheck images build --localstack)")
    done = whole_run(majors, s3, scenarios, tmp_path)
    assert done.returncode == 0, done.stderr
    run = json.loads((tmp_path / "results.json").read_text())
    assert run["complete"] is True
    by_version = {
        str(major): [one for one in run["outcomes"] if one["version"] == str(major)] for major in majors
    }
    claims = {
        version: {(one["scenario"], one["claim"]) for one in found} for version, found in by_version.items()
    }
    assert len({frozenset(names) for names in claims.values()}) == 1, "a claim is missing on some version"
    for version, found in by_version.items():
        wrong = [one for one in found if one["status"] in {"failed", "errored"}]
        assert wrong == [], version
        assert sum(one["status"] == "passed" for one in found) >= least, version
        assert all(one["reason"] for one in found if one["status"] == "skipped"), version
