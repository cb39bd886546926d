"""Loaded with ``-p`` into a run of the scenarios: the local server has a fault.

Environment: ``RDSCHECK_PLANTED`` names the directory made by ``planting.plant``, ``RDSCHECK_BAKED``
is not empty where the data directory has to be baked from it, ``RDSCHECK_RED`` has the claims to
run, one on each line, ``RDSCHECK_VERDICTS`` names the file that takes what came of them.
"""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rdscheck.model import Outcome
from rdscheck.sandbox import local, shadow
from rdscheck.sandbox.engine import Progress
from rdscheck.sandbox.process import spawn
from tests.mutations.profile.planting import IMAGES, LIBRARIES

#: Never undone: the process runs the claims of one fault and ends.
PATCH = pytest.MonkeyPatch()


def pytest_configure() -> None:
    """Let the engine use what was planted."""
    root = Path(os.environ["RDSCHECK_PLANTED"])
    if (root / LIBRARIES).exists():
        _use_library(root / LIBRARIES)
    if os.environ["RDSCHECK_BAKED"]:
        _use_data(root)


def _use_library(directory: Path) -> None:
    """Let servers look for libraries there first."""

    def changed(command: list[str], **options: Any) -> Any:
        return spawn([*command, "-c", f"dynamic_library_path={directory}:$libdir"], **options)

    PATCH.setattr(local, "spawn", changed)


def _use_data(root: Path) -> None:
    """Let servers begin with a data directory baked from the planted files."""
    build = shadow.build
    for module in (shadow, local):
        PATCH.setattr(module, "images_dir", lambda: root / IMAGES)

    def changed(bin_dir: Path, server_version: str, progress: Progress) -> shadow.Tree:
        tree = build(bin_dir, server_version, progress)
        if not (root / "data").exists():
            shadow._bake(root, tree.bin_dir, shadow._major(server_version))
        password = (root / "rdsadmin").read_text(encoding="ascii").strip()
        return replace(tree, data=root / "data", admin_password=password)

    PATCH.setattr(shadow, "build", changed)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the pinned claims."""
    wanted = set(os.environ["RDSCHECK_RED"].splitlines())
    items[:] = [item for item in items if isinstance(item, pytest.Function) and pinned(item) in wanted]
    for item in items:
        _BY_NODE[item.nodeid] = pinned(item)


_BY_NODE: dict[str, str] = {}


def pinned(item: Any) -> str:
    """Return the name by which a fault pins a test."""
    params = getattr(item, "callspec", None)
    if params and "attempt" in params.params:
        attempt = params.params["attempt"]
        return f"{attempt.claim.area}/{attempt.id}"
    name = f"{item.path.name}::{item.originalname}"
    others = [one for one in params._idlist if not str(one).startswith("pg")] if params else []
    return f"{name}[{'-'.join(map(str, others))}]" if others else name


def pytest_rdscheck_outcome(outcome: Outcome, nodeid: str) -> None:
    """Write a verdict down."""
    line = {"claim": _BY_NODE[nodeid], "status": outcome.status.value, "reason": outcome.reason}
    with Path(os.environ["RDSCHECK_VERDICTS"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
