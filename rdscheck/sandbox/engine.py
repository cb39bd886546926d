"""What an engine is: it says which versions it can run, starts them and ends them."""

from collections.abc import Callable
from typing import Protocol

from rdscheck.model import Version
from rdscheck.sandbox.info import Offer, ServerInfo
from rdscheck.sandbox.rundir import RunDir

Progress = Callable[[str], None]


class Engine(Protocol):
    """A way to run PostgreSQL servers on this machine."""

    name: str

    def offer(self, version: Version) -> Offer:
        """Say whether a version can run here, without starting anything."""

    def prepare(self, version: Version, progress: Progress) -> None:
        """Build or fetch what a version needs; may take a minute the first time."""

    def start(self, version: Version, run: RunDir) -> ServerInfo:
        """Start a server and return once it answers. Raises ``StartError``."""

    def stop(self, info: ServerInfo) -> None:
        """End a server and remove everything of it."""

    def log(self, info: ServerInfo) -> str:
        """Return the whole server log."""

    def s3_addresses(self) -> tuple[str, str | None]:
        """Return the address an S3 server must bind to, and the name servers reach this host by.

        None where servers run on the host itself.
        """


def quiet(_message: str) -> None:
    """Progress for those who want none."""
