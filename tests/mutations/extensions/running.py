"""Claims run in copies of the scenarios, one copy for each fault, all in one run on the same servers.

A fault in the package itself (not in the scenarios) needs a process of its own, which imports a
changed copy of it.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutations.extensions.fault import Fault

ROOT = Path(__file__).parents[3]

#: What a copy consists of: the scenarios, without what no fault is about.
_PARTS = ("conftest.py", "pytest.ini")

#: Longer than all of them take on a busy machine.
_SECONDS = 1500


@dataclass(frozen=True)
class Verdict:
    """What became of one claim with one fault."""

    status: str
    reason: str


#: Verdicts by copy and test; a claim with parameters has several.
Verdicts = dict[tuple[str, str], list[Verdict]]


class NotPlanted(Exception):
    """A text that a fault replaces is not there, or not once."""


def plant(fault: Fault, root: Path) -> None:
    """Change a copy of the project's files below ``root``; raises ``NotPlanted``."""
    file = root / fault.edited
    text = file.read_text(encoding="utf-8")
    own = function(text, fault.test)
    for old, new in fault.replace:
        if not fault.file and own.count(old) == 1:
            changed = own.replace(old, new)
            text, own = text.replace(own, changed), changed
            continue
        if (count := text.count(old)) != 1:
            raise NotPlanted(f"{fault.edited} has {old!r} {count} times and not once")
        text = text.replace(old, new)
    ast.parse(text)  # a fault that is no Python would turn everything red
    file.write_text(text, encoding="utf-8")


def function(text: str, name: str) -> str:
    """Return the source of a function of a module, empty when it has none of that name."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return ast.get_source_segment(text, node) or ""
    return ""


def copy(names: Mapping[str, Fault | None], room: Path) -> None:
    """Make a copy of the scenarios for each name, with its fault; None is a copy without any."""
    for name, fault in names.items():
        root = room / name
        target = root / "scenarios"
        target.mkdir(parents=True)
        for part in _PARTS:
            shutil.copy(ROOT / "scenarios" / part, target)
        for area in ("aws", "babelfish", "duckdb_client", "extensions", "iam", "pgstream", "upgrade"):
            if (ROOT / "scenarios" / area).is_dir():
                shutil.copytree(
                    ROOT / "scenarios" / area, target / area, ignore=shutil.ignore_patterns("__pycache__")
                )
        if fault is not None:
            if fault.edited.startswith("rdscheck/"):
                shutil.copytree(
                    ROOT / "rdscheck", root / "rdscheck", ignore=shutil.ignore_patterns("__pycache__")
                )
                # The package looks for its data beside itself.
                (root / "fixtures").symlink_to(ROOT / "fixtures")
            plant(fault, root)


def run(claims: Mapping[str, Sequence[str]], room: Path, major: int, *, package: str = "") -> Verdicts:
    """Run claims, given by copy, and return their verdicts.

    ``package`` names the copy whose ``rdscheck`` is imported in place of the real one.
    """
    told = room / f"verdicts-{package or 'all'}-{major}"
    nodes = [
        str(room / name / "scenarios" / claim)
        for name, wanted in claims.items()
        for claim in dict.fromkeys(wanted)
    ]
    path = os.pathsep.join(filter(None, [str(room / package) if package else "", str(ROOT)]))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"),
            *("-p", "tests.mutations.extensions.telling", f"--rootdir={room}", "-c", os.devnull),
            *("-n", "0" if package else "2", "--dist=load", f"--rds-pg={major}", *nodes),
        ],
        cwd=room,
        env=os.environ | {"RDSCHECK_VERDICTS": str(told), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    if not told.exists():
        raise AssertionError(f"no claim ran:\n{done.stdout[-3000:]}\n{done.stderr[-2000:]}")
    found: Verdicts = {}
    for line in told.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        found.setdefault((one["copy"], one["test"]), []).append(Verdict(one["status"], one["reason"]))
    return found
