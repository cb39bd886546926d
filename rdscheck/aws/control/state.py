"""What the control plane remembers: parameter groups, instances, clusters, snapshots, events."""

import shutil
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import choice, token_hex
from string import ascii_uppercase, digits
from typing import Any

from rdscheck.sandbox.access import Association
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.snapshots import Copy

#: The account everything belongs to: the one AWS's documentation uses, and moto's.
ACCOUNT = "123456789012"

RDS, AURORA = "postgres", "aurora-postgresql"
ENGINES = (RDS, AURORA)

#: States of an instance, in AWS's words.
AVAILABLE, CREATING, REBOOTING, MODIFYING = "available", "creating", "rebooting", "modifying"
UPGRADING, DELETING, BACKING_UP, FAILED = "upgrading", "deleting", "backing-up", "failed"
INCOMPATIBLE = "incompatible-parameters"

#: States that end by themselves.
PASSING = frozenset({CREATING, REBOOTING, MODIFYING, UPGRADING, DELETING, BACKING_UP})

_LETTERS = ascii_uppercase + digits


def now() -> datetime:
    """Return the time of an act."""
    return datetime.now(UTC)


def resource_id(prefix: str) -> str:
    """Return an id as RDS makes them: ``db-`` and 26 letters and digits."""
    return f"{prefix}-" + "".join(choice(_LETTERS) for _ in range(26))


@dataclass
class Group:
    """A parameter group: values set by the user, and the method of each; ``cluster`` for Aurora's."""

    name: str
    family: str
    description: str
    arn: str
    cluster: bool = False
    values: dict[str, str] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)

    @property
    def default(self) -> bool:
        """Tell whether it is the group of a family that nobody can change."""
        return self.name.startswith("default.")


@dataclass
class Role:
    """A role associated for a feature, with what it may do; without that where ``why_not`` says so."""

    arn: str
    feature: str
    association: Association | None
    why_not: str = ""
    fixed: bool = False  # what it may do does not hang on IAM


@dataclass(kw_only=True)
class Resource:
    """What instances and clusters have; ``echo`` is what was asked for and changes nothing here."""

    identifier: str
    version: str
    group: str
    master: str
    password: str = field(repr=False)
    arn: str = ""
    region: str = ""
    name: str = ""
    status: str
    iam: bool = False
    resource: str
    created: datetime = field(default_factory=now)
    roles: list[Role] = field(default_factory=list)
    echo: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class Database(Resource):
    """A DB instance; ``server`` is None until it has started, ``lock`` is for who works on it."""

    engine: str
    cluster: str = ""
    status: str = CREATING
    server: Instance | None = None
    adopted: bool = False
    group_changed: bool = False
    resource: str = field(default_factory=lambda: resource_id("db"))
    pending: dict[str, Any] = field(default_factory=dict)
    logs_since: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)


@dataclass(kw_only=True)
class Cluster(Resource):
    """An Aurora cluster; its members are the instances that name it."""

    status: str = AVAILABLE
    resource: str = field(default_factory=lambda: resource_id("cluster"))


@dataclass
class Snapshot:
    """A copy of an instance's data, with ``copy`` once it is available."""

    identifier: str
    instance: str
    arn: str
    engine: str
    version: str
    group: str
    master: str
    resource: str
    password: str = field(repr=False)
    name: str = ""
    status: str = CREATING
    kind: str = "manual"
    copy: Copy | None = None
    token: str = field(default_factory=lambda: token_hex(4))
    created: datetime = field(default_factory=now)
    echo: dict[str, Any] = field(default_factory=dict)

    def remove(self) -> None:
        """Delete the copy."""
        if self.copy is not None:
            shutil.rmtree(self.copy.directory, ignore_errors=True)


@dataclass(frozen=True)
class Event:
    """Something that happened to an instance, a snapshot or a group."""

    source: str
    kind: str
    arn: str
    message: str
    categories: tuple[str, ...]
    date: datetime = field(default_factory=now)


class State:
    """All of it; whoever reads or changes the tables holds ``changed``, a condition that tells of changes."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.groups: dict[str, Group] = {}
        self.cluster_groups: dict[str, Group] = {}
        self.databases: dict[str, Database] = {}
        self.clusters: dict[str, Cluster] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.events: list[Event] = []

    def set_status(self, one: Resource | Snapshot, status: str) -> None:
        """Change a status and wake up who waits for it."""
        with self.changed:
            one.status = status
            self.changed.notify_all()
