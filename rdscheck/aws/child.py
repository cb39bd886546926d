"""Servers of ours that run as processes of their own, and tell in one line where they listen."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rdscheck.aws.endpoint import Place
from rdscheck.errors import StartError
from rdscheck.sandbox.process import spawn

_START_TIMEOUT = 60.0


def arguments_of(place: Place) -> list[str]:
    """Return what tells a server of ours where to listen, and whose end is its own."""
    return [
        "--bind",
        place.bind,
        "--owner",
        str(place.owner),
        "--owner-file",
        str(place.run_dir / "owner"),
    ]


def launch(module: str, arguments: Sequence[str], directory: Path, log: Path) -> "subprocess.Popen[bytes]":
    """Start a module as a process; what it has to say besides its one line goes to ``log``."""
    package = Path(__file__).resolve().parents[2]
    path = os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH"))))
    with log.open("ab") as errors:
        # In a session of its own: Ctrl-C is for the owner, who still needs it while it cleans up.
        return spawn(
            [sys.executable, "-P", "-m", module, *arguments],
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=directory,
            env=os.environ | {"PYTHONPATH": path},
        )


def report(process: "subprocess.Popen[bytes]", name: str, log: Path) -> dict[str, str]:
    """Read the line in which the child tells where it is; raises ``StartError`` when none comes."""
    assert process.stdout is not None
    deadline = time.monotonic() + _START_TIMEOUT
    text = b""
    with process.stdout as pipe:
        while not text.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise StartError(f"{name} did not start within {_START_TIMEOUT:.0f} s", hint=f"see {log}")
            piece = os.read(pipe.fileno(), 4096)
            if not piece:
                raise StartError(f"{name} ended while starting: {_last_line(log)}", hint=f"see {log}")
            text += piece
    told: dict[str, str] = json.loads(text)
    return told


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
