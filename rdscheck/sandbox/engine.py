"""What an engine is: it says which versions it can run, starts them and ends them."""

from collections.abc import Callable
from typing import Protocol

from rdscheck.errors import RdscheckError
from rdscheck.model import Version
from rdscheck.sandbox.info import Offer, ServerInfo
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.upgrading import Moved

Progress = Callable[[str], None]


class Engine(Protocol):
    """A way to run PostgreSQL servers on this machine."""

    name: str

    def offer(self, version: Version) -> Offer:
        """Say whether a version can run here, without starting anything."""

    def prepare(self, version: Version, progress: Progress) -> None:
        """Build or fetch what a version needs; may take a minute the first time."""

    def start(self, version: Version, run: RunDir, group: str = "") -> ServerInfo:
        """Start a server and return once it answers. Raises ``StartError``.

        ``group`` holds the lines of its parameter group, empty for the default one it was built with.
        """

    def configure(self, info: ServerInfo, group: str) -> None:
        """Put the lines of a parameter group into a server's data directory, whether it runs or not.

        A running server takes them at its next reload or restart. Raises ``StartError`` when that
        is impossible.
        """

    def restart(self, info: ServerInfo) -> ServerInfo:
        """Start a server anew on the same data and port, and return once it answers.

        A server that is down is just started. Raises ``StartError`` with the log's last lines
        when it does not come up; then it stays down, and can be configured and restarted again.
        """

    def prepare_upgrade(self, old: Version, new: Version, progress: Progress) -> None:
        """Build or fetch what an upgrade between two majors needs; may take a minute the first time.

        Raises ``EngineUnavailable`` when this engine cannot do it.
        """

    def upgrade(
        self, info: ServerInfo, version: Version, group: str, run: RunDir, *, moved: Callable[[Moved], None]
    ) -> None:
        """Upgrade a server to another major by pg_upgrade, with the lines of a group of that major.

        Address, passwords, certificate and associated roles stay. ``moved`` is told of the new server; from
        the old one's end until ``moved`` is through an interrupt waits. Raises ``UpgradeFailed`` when
        pg_upgrade gives up, then the server runs as before; ``EngineUnavailable`` and ``StartError``
        when something is missing.
        """

    def stop(self, info: ServerInfo) -> None:
        """End a server and remove everything of it."""

    def release(self, info: ServerInfo, run: RunDir) -> None:
        """End a server; what it ran in may serve a later ``start`` of the same run."""

    def log(self, info: ServerInfo, last: int | None = None) -> str:
        """Return the server log, or no more than its ``last`` lines."""

    def peer_address(self, info: ServerInfo) -> tuple[str, int]:
        """Return host and port under which another server of this engine reaches a server of it.

        Not what a program on this machine uses. Raises ``RdscheckError`` for a server of another engine:
        nothing connects a container with a process of the host that listens on its loopback.
        """

    def s3_addresses(self) -> tuple[str, str | None]:
        """Return the address an S3 server must bind to, and the name servers reach this host by.

        None where servers run on the host itself.
        """


def same_engine(name: str, info: ServerInfo) -> None:
    """Raise ``RdscheckError`` when a server belongs to another engine than the one of that name."""
    if info.engine != name:
        raise RdscheckError(
            f"a server of the engine {name} cannot reach one of the engine {info.engine}",
            hint="start both by the same engine: --engine docker or --engine local",
        )


def quiet(_message: str) -> None:
    """Progress for those who want none."""
