"""Major upgrades of a sandbox: what can go wrong with one, and what it leaves to do."""

from collections.abc import Iterator
from typing import NamedTuple

from rdscheck.errors import ExitCode, RdscheckError
from rdscheck.sandbox.info import ServerInfo
from rdscheck.upgrade.precheck import Obstacle, event

#: The ability of a server to be upgraded to another major here.
UPGRADE = "upgrade"


class Moved(NamedTuple):
    """A server after its upgrade; ``log`` is all that pg_upgrade wrote."""

    info: ServerInfo
    log: str


class UpgradeBlocked(RdscheckError):
    """The prechecks found something in the way; nothing was changed.

    ``obstacles`` has what was found, the message is that of the instance's event.
    """

    exit_code = ExitCode.FINDINGS

    def __init__(
        self, message: str, *, hint: str | None = None, obstacles: tuple[Obstacle, ...] = ()
    ) -> None:
        super().__init__(message, hint=hint)
        self.obstacles = obstacles

    @classmethod
    def by(cls, obstacles: tuple[Obstacle, ...]) -> "UpgradeBlocked":
        """Return the error for what was found."""
        return cls(event(obstacles), obstacles=obstacles)


class UpgradeFailed(RdscheckError):
    """pg_upgrade gave up; the server runs on as it was.

    ``log`` is all it wrote, with the lists it made of what stands in the way.
    """

    exit_code = ExitCode.FINDINGS

    def __init__(self, message: str, *, hint: str | None = None, log: str = "") -> None:
        super().__init__(message, hint=hint)
        self.log = log

    @classmethod
    def by(cls, log: str) -> "UpgradeFailed":
        """Return the error for what pg_upgrade wrote."""
        return cls(f"pg_upgrade failed: {reason(log)}", log=log)


def reason(log: str) -> str:
    """Return what pg_upgrade's output tells of why it gave up, without names of files."""
    lines = [line.strip() for line in log.splitlines()]
    for number, line in enumerate(lines):
        if error := line.partition("ERROR:")[2].strip():
            return error
        if line.endswith("fatal") or line.startswith("Data type checks failed"):
            told = " ".join(_paragraph(lines[number + 1 :]))
            return told or line
    return next((line for line in reversed(lines) if line), "it said nothing")


def _paragraph(lines: list[str]) -> Iterator[str]:
    begun = False
    for line in lines:
        if line.startswith("A list of") or (begun and not line):
            return
        if line:
            begun = True
            yield line
