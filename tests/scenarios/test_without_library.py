"""Where rdsutils cannot be built, the claims that need it are skipped with the reason; none fails."""

import json
import os
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
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in PROGRAMS:
        for directory in ("/usr/bin", "/bin"):
            if (real := Path(directory, name)).exists():
                (programs / name).symlink_to(real)
                break
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)  # the server's account enters it
        done = subprocess.run(
            [sys.executable, "-m", "rdscheck", "run", "--engine", "local", "--pg", str(max(local)),
             "--scenario", "privileges/*", "--reports", str(tmp_path / "out"), "-n", "0"],
            capture_output=True, text=True, check=False, timeout=500,
            env=os.environ | {"PATH": str(programs), "RDSCHECK_HOME": home},
        )  # fmt: skip
    found = json.loads((tmp_path / "out" / "results.json").read_text())["outcomes"]
    number = Counter(one["status"] for one in found)
    assert done.returncode == 0, done.stdout + done.stderr
    assert number["failed"] == number["errored"] == 0
    assert number["passed"] >= 100
    needy = [one for one in found if one["status"] == "skipped" and "rdsutils" in one["reason"]]
    without_compiler = [one for one in found if "no C compiler" in one["reason"]]
    assert len(needy) + len(without_compiler) >= 100
    assert [one["claim"] for one in found if one["status"] == "passed" and one["basis"] == "emulated"] == [
        one["claim"] for one in found if one["status"] == "passed" and one["basis"] == "emulated"
        and one["scenario"] in {"privileges/connections", "privileges/server", "privileges/roles"}
    ]  # fmt: skip
