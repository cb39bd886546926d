"""Servers of ours that run as processes of their own, and tell in one line where they listen.

What they do themselves for that is in ``rdscheck.aws.lifeline``.
"""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rdscheck.aws.endpoint import Place
from rdscheck.errors import StartError
from rdscheck.sandbox.process import spawn

_START_TIMEOUT = 60.0
_STOP_TIMEOUT = 5.0


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


@contextlib.contextmanager
def launched(module: str, arguments: Sequence[str], name: str, log: Path) -> Iterator[dict[str, str]]:
    """Start a module as a process and give what it tells; it is killed when the block fails.

    Everything else that it says goes to ``log``, in the directory in which it runs. ``name`` is for messages.
    Raises ``StartError`` when it tells nothing.
    """
    process = _launch(module, arguments, log)
    try:
        yield _report(process, name, log)
    except BaseException:
        process.kill()
        process.wait(timeout=_STOP_TIMEOUT)
        raise


def _launch(module: str, arguments: Sequence[str], log: Path) -> "subprocess.Popen[bytes]":
    package = Path(__file__).resolve().parents[2]
    path = os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH"))))
    with log.open("ab") as errors:
        # In a session of its own: Ctrl-C is for the owner, who still needs it while it cleans up.
        return spawn(
            [sys.executable, "-P", "-m", module, *arguments],
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=log.parent,
            env=os.environ | {"PYTHONPATH": path},
        )


def _report(process: "subprocess.Popen[bytes]", name: str, log: Path) -> dict[str, str]:
    """Read the line in which the child tells where it is."""
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
