"""Claims run on a server with a fault, one pytest session for each fault.

A worker process runs many such sessions one after another: starting Python and loading the
scenarios would take most of the time otherwise.
"""

import io
import os
import signal
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from rdscheck.model import Outcome
from rdscheck.resources import scenarios_dir
from rdscheck.sandbox import local, shadow
from rdscheck.sandbox.engine import Progress
from rdscheck.sandbox.process import spawn
from tests.mutations.profile.fault import Fault
from tests.mutations.profile.planting import IMAGES, LIBRARIES, NotPlanted, plant

#: More than any fault takes on a busy machine; a server that hangs must not hang the suite.
_SECONDS = 400


@dataclass(frozen=True)
class Verdicts:
    """Status and reason of each claim with one fault, or why nothing ran."""

    claims: dict[str, tuple[str, str]] = field(default_factory=dict)
    trouble: str = ""


def initialize() -> None:
    """Prepare a worker process."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"


def run(fault: Fault, room: Path, bin_dir: Path, major: int) -> Verdicts:
    """Plant a fault in a local server and run the claims pinned to it, in this process."""
    signal.alarm(_SECONDS)  # its default is to end the process
    try:
        return _run(fault, plant(fault, room, bin_dir), major)
    except NotPlanted as error:
        return Verdicts(trouble=str(error))
    finally:
        signal.alarm(0)


def _run(fault: Fault, root: Path, major: int) -> Verdicts:
    modules = sorted({str(scenarios_dir() / "privileges" / _module(claim)) for claim in fault.red})
    planted = Planted(fault, root)
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        pytest.main(
            [
                *("-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "rdscheck.plugin"),
                *("--rds-engine=local", f"--rds-pg={major}", *modules),
            ],
            plugins=[planted],
        )
    if not planted.verdicts:
        return Verdicts(trouble=f"no claim ran: {said.getvalue()[-2000:]}")
    return Verdicts(planted.verdicts)


def _module(claim: str) -> str:
    """Return the file of the scenarios that has a claim."""
    return claim.partition("::")[0] if "::" in claim else f"test_{claim.partition('/')[0]}.py"


class Planted:
    """A pytest plugin: the local server has a fault, pinned claims run, verdicts are kept."""

    def __init__(self, fault: Fault, root: Path) -> None:
        self.verdicts: dict[str, tuple[str, str]] = {}
        self._fault = fault
        self._root = root
        self._patch = pytest.MonkeyPatch()
        self._names: dict[str, str] = {}

    def pytest_configure(self) -> None:
        """Let the engine use what was planted."""
        if self._fault.compiled:
            self._use_library()
        if self._fault.baked:
            self._use_data()

    def pytest_unconfigure(self) -> None:
        """Leave the engine as it was."""
        self._patch.undo()

    def _use_library(self) -> None:
        """Let servers look for libraries in the planted directory first."""
        where = f"dynamic_library_path={self._root / LIBRARIES}:$libdir"

        def changed(command: list[str], **options: Any) -> Any:
            return spawn([*command, "-c", where], **options)

        self._patch.setattr(local, "spawn", changed)

    def _use_data(self) -> None:
        """Let servers begin with a data directory baked from the planted files."""
        build, root = shadow.build, self._root
        for module in (shadow, local):
            self._patch.setattr(module, "images_dir", lambda: root / IMAGES)

        def changed(bin_dir: Path, server_version: str, progress: Progress) -> shadow.Tree:
            tree = build(bin_dir, server_version, progress)
            if not (root / "data").exists():
                shadow._bake(root, tree.bin_dir, shadow._major(server_version))
            password = (root / "rdsadmin").read_text(encoding="ascii").strip()
            return replace(tree, data=root / "data", admin_password=password)

        self._patch.setattr(shadow, "build", changed)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the pinned claims."""
        found = {item: pinned(item) for item in items if isinstance(item, pytest.Function)}
        items[:] = [item for item, name in found.items() if name in self._fault.red]
        self._names = {item.nodeid: name for item, name in found.items()}

    def pytest_rdscheck_outcome(self, outcome: Outcome, nodeid: str) -> None:
        """Keep a verdict."""
        self.verdicts[self._names[nodeid]] = (outcome.status.value, outcome.reason)


def pinned(item: pytest.Function) -> str:
    """Return the name by which a fault pins a test."""
    params = getattr(item, "callspec", None)
    if params and "attempt" in params.params:
        attempt = params.params["attempt"]
        return f"{attempt.claim.area}/{attempt.id}"
    name = f"{item.path.name}::{item.originalname}"
    others = [str(one) for one in params._idlist if not str(one).startswith("pg")] if params else []
    return f"{name}[{'-'.join(others)}]" if others else name
