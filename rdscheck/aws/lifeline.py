"""What our servers do in their own process: tell where they are, and end when their owner does.

``kill -9`` runs no clean-up in the owner, so the child itself must notice. A
parent-death signal would tie it to the thread that started it, and a pipe to
every process that inherited its other end; the kernel's handle on the owner's
process has neither flaw and also serves owners that are not the parent.
"""

import argparse
import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from rdscheck.sandbox.owner import Owner, wait_until_gone

#: Seconds between looks where the kernel offers no handle: other systems, and runs nobody owns.
_LOOK = 1.0


def parse(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    """Read the parser's options and those of ``child.arguments_of``; this process ends with that owner."""
    parser.add_argument("--bind", required=True)
    parser.add_argument("--owner", type=Owner.parse, required=True)
    parser.add_argument("--owner-file", type=Path)
    options = parser.parse_args(arguments)
    end_with(options.owner, options.owner_file)
    return options


def tell(**where: str | int) -> None:
    """Tell whoever started this process where it listens, and which process it is, in one line of JSON."""
    me = Owner.me()
    report = {**where, "pid": me.pid, "started": me.started}
    os.write(1, json.dumps(report).encode() + b"\n")
    os.dup2(2, 1)  # ends the report for the reader, and keeps stray prints out of a closed pipe


def end_with(owner: Owner, owner_file: Path | None = None) -> threading.Thread:
    """End this process as soon as the owner is gone.

    A run is handed on by rewriting its owner file. One that is kept has no owner to
    watch: its process ends when that file is removed.
    """
    thread = threading.Thread(target=_watch, args=(owner, owner_file), name="lifeline", daemon=True)
    thread.start()
    return thread


def _watch(owner: Owner, owner_file: Path | None) -> None:
    while True:
        if owner == Owner.kept():
            _wait_while_kept(owner_file)
        else:
            wait_until_gone(owner)
        heir = _heir(owner_file)
        if heir is None or heir == owner or not heir.alive():
            # The other threads hold nothing that needs closing, and a hung one must not keep us.
            os._exit(0)
        owner = heir


def _wait_while_kept(owner_file: Path | None) -> None:
    pause = threading.Event()
    while owner_file is None or _heir(owner_file) == Owner.kept():
        pause.wait(_LOOK)


def _heir(owner_file: Path | None) -> Owner | None:
    if owner_file is None:
        return None
    try:
        return Owner.parse(owner_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
