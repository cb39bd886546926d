"""A psql that stays from piece to piece, and says of each how it ended."""

import re
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex

from rdscheck.runbook.lab.lexing import Command, Item, Statement, bare
from rdscheck.runbook.lab.vetting import mapped
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.talking import MEMORY_KIB, Talk

#: What one piece may print, and how much of it is kept when it printed more.
LIMIT = 1 << 20
_KEPT = 1 << 14

_GRACE = 5.0
_NO_MEMORY = "out of memory for query result"

#: What psql says of a command of its own that failed; of statements it keeps the state itself.
_FAILED = re.compile(
    r"^(?:\\?[a-z_!]+: |invalid command |psql: error|error: |.*: (?:No such file|Permission denied)|\\\w+:? )"
    r"|^connection to server .* failed|^Did not find any relation|: extra argument ",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Said:
    """What psql printed for one thing it was given."""

    output: str
    failed: bool = False
    sqlstate: str = ""
    ended: str = ""  # what ended psql: a limit, or that it left
    status: int = 0


class Session:
    """One running psql; ``alive`` until it leaves or is ended."""

    def __init__(
        self, info: ServerInfo, directory: str, environment: Mapping[str, str], arguments: Sequence[str] = ()
    ) -> None:
        command = ["psql", "-X", "-n", "-w", "-P", "pager=off", *arguments]
        self._talk = Talk(info, directory, command, environment)
        self.alive = True

    def run(self, item: Item, until: float) -> Said:
        """Give psql one statement or command; ``until`` is a time of the monotonic clock."""
        mark = token_hex(16)
        try:
            self._talk.write(_typed(item).encode() + f"\\echo {mark} :ERROR :SQLSTATE\n".encode())
        except OSError:
            self.alive = False
        # With ECHO psql shows the mark's own line first.
        found = re.compile(
            rb"(?:\\echo %s [^\n]*\n)?(?<!\\echo )%s (\S*) (\S*)\n" % (mark.encode(), mark.encode())
        )
        said = bytearray()
        while True:
            try:
                piece = self._talk.read(until - time.monotonic())
            except KeyboardInterrupt:
                self._killed(said, "Ctrl-C")  # it would go on for as long as its statement takes
                raise
            if piece is None:
                return self._killed(said, "time limit")
            said += piece
            if done := found.search(said, max(0, len(said) - len(piece) - 256)):
                return _told(item, bytes(said[: done.start()]), done[1], done[2])
            if len(said) > LIMIT:
                return self._killed(said, "output limit")
            if not piece:
                self.alive = False
                status = self._talk.status()
                self._talk.close()
                text = said.decode(errors="replace")
                return Said(text, status != 0, ended=f"psql ended with status {status}", status=status)

    def _killed(self, said: bytearray, why: str) -> Said:
        self.alive = False
        self._talk.kill()
        self._talk.close()
        return Said(said[:_KEPT].decode(errors="replace"), True, ended=why, status=1)

    def close(self) -> None:
        """End it as Ctrl-D does, or by force when it does not."""
        if not self.alive:
            return
        self.alive = False
        with suppress(OSError):
            self._talk.end_of_input()
            deadline = time.monotonic() + _GRACE
            while self._talk.read(deadline - time.monotonic()):
                pass
        self._talk.kill()
        self._talk.close()


def _typed(item: Item) -> str:
    """Return what is typed for a statement or a command."""
    if isinstance(item, Command):
        return mapped(item.text) + "\n"
    text = item.text.strip()
    if item.command:
        return f"{text} {mapped(item.command)}\n"
    if not item.ended:
        # A comment at the end must not take the semicolon with it.
        text += "\n;"
    if item.data is not None:
        data = item.data if not item.data or item.data.endswith("\n") else item.data + "\n"
        return f"{text}\n{data}\\.\n"
    return text + "\n"


def _told(item: Item, output: bytes, error: bytes, sqlstate: bytes) -> Said:
    text = output.decode(errors="replace")
    if _NO_MEMORY in text:
        return Said(text, True, ended=f"memory limit of {MEMORY_KIB >> 10} MiB", status=1)
    if isinstance(item, Statement) or item.name in {"copy", "gexec", "watch"}:
        failed = error == b"true"
        return Said(text, failed, sqlstate.decode() if failed else "", status=int(failed))
    failed = item.name not in {"echo", "qecho", "warn", "sf", "sv"} and bool(_FAILED.search(text))
    return Said(text, failed, status=int(failed))


def feed(talk: Talk, content: bytes, until: float, limit: int = LIMIT) -> tuple[bytes, str]:
    """Give a program its whole input and return what it printed, and which limit ended it.

    The program is closed afterwards; its status can be asked for.
    """

    def write() -> None:
        with suppress(OSError):
            talk.write(content)
        with suppress(OSError):
            talk.end_of_input()

    # It may print before it has read everything.
    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    said, ended = bytearray(), ""
    try:
        while not ended:
            piece = talk.read(until - time.monotonic())
            if piece == b"":
                break
            said += piece or b""
            if piece is None:
                ended = "time limit"
            elif len(said) > limit:
                ended, said = "output limit", said[:_KEPT]
    finally:
        if ended:
            talk.kill()
    return bytes(said), ended


__all__ = ["LIMIT", "Said", "Session", "bare", "feed"]
