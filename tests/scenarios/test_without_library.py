"""Where rdsutils cannot be built, the claims that need it are skipped with the reason; none fails."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from rdscheck.sandbox.local import installations

pytestmark = pytest.mark.xdist_group("turned")

#: Programs the sandbox needs of the machine; a compiler is not among them.
PROGRAMS = (
    "sh", "cat", "chmod", "cp", "mv", "rm", "mkdir", "dirname", "grep", "sed", "awk", "tail", "head", "tr",
    "sort", "printf", "openssl", "locale", "id", "ln", "env", "test", "ls", "touch", "uname", "date", "cut",
)  # fmt: skip


def test_claims_that_need_the_library_are_skipped(tmp_path: Path) -> None:
    local = installations()
    if not local:
        pytest.skip("no local PostgreSQL here (rdscheck doctor)")
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)  # the server's account enters it
        programs = Path(home, "bin")
        programs.mkdir(mode=0o755)
        for name in PROGRAMS:
            if real := shutil.which(name):
                (programs / name).symlink_to(Path(real).resolve() if name == "awk" else real)
        done = subprocess.run(
            [sys.executable, "-m", "rdscheck", "run", "--engine", "local", "--pg", str(max(local)),
             "--scenario", "privileges/extensions", "--scenario", "privileges/parameters",
             "--scenario", "privileges/roles", "--reports", str(tmp_path / "out"), "-n", "0"],
            capture_output=True, text=True, check=False, timeout=500,
            env=os.environ | {"PATH": str(programs), "RDSCHECK_HOME": home},
        )  # fmt: skip
    assert (tmp_path / "out" / "results.json").exists(), done.stdout + done.stderr
    found = json.loads((tmp_path / "out" / "results.json").read_text())["outcomes"]
    number = Counter(one["status"] for one in found)
    assert done.returncode == 0, done.stdout + done.stderr
    assert number["failed"] == number["errored"] == 0
    assert number["passed"] >= 100
    without = [one for one in found if one["status"] == "skipped" and "no C compiler" in one["reason"]]
    assert len(without) >= 100
    assert {one["scenario"] for one in without} >= {"privileges/extensions", "privileges/parameters"}
    # What passed without the library was not decided by it.
    imitated = {one["scenario"] for one in found if (one["status"], one["basis"]) == ("passed", "emulated")}
    assert imitated <= {"privileges/connections", "privileges/roles", "privileges/server"}
