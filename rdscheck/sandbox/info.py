"""What the engines know about a started server, in a form every process can read."""

from dataclasses import asdict, dataclass, field
from typing import Any

from rdscheck.model import Version


@dataclass(frozen=True)
class ServerInfo:
    """How to reach a server, how to end it, what it was made of."""

    version: str  # as asked for
    server_version: str  # as it answers, for example "15.18"
    engine: str  # docker, local or dsn
    base: str  # image or package it came from
    host: str
    port: int
    master_user: str
    master_password: str = field(repr=False)
    admin_host: str = ""  # where rdsadmin logs in: the same address, or a private socket directory
    admin_password: str = field(default="", repr=False)
    container: str = ""
    log_since: float = 0.0  # seconds; what the container's log holds from before is another server's
    data_dir: str = ""
    pid: int = 0
    started: str = ""  # start time of pid: together they name one process
    locale: str = ""
    #: ability (usually an extension's name) -> "" when it is there, else why it is not
    abilities: dict[str, str] = field(default_factory=dict)
    #: default version of every extension the server offers
    extension_versions: dict[str, str] = field(default_factory=dict)
    #: names of those that are ours, not the real ones
    stand_ins: list[str] = field(default_factory=list)
    #: values set in its parameter group
    group: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return a plain dictionary for the run directory."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ServerInfo":
        """Read what ``to_json`` gave."""
        return cls(**value)


@dataclass(frozen=True)
class Offer:
    """What an engine can say about a version before it starts it."""

    version: Version
    available: bool
    base: str = ""  # where it would come from
    reason: str = ""  # why it is not available
    mend: str = ""  # the command that changes that
