"""What the placeholders of a page are in the sandbox, and what a report shows for what differs."""

import re
from collections.abc import Mapping

from rdscheck.aws.control.shim import ACCESS_KEY
from rdscheck.runbook.lab.room import Room
from rdscheck.runbook.lab.world import ACCOUNT, DEFAULT_REGION, INSTANCE, MASTER, PORT, World, host_of
from rdscheck.runbook.model import Placeholder

_IDENTIFIER = re.compile(r"\A[a-z](?!.*--)[a-z0-9-]{0,62}(?<!-)\Z")
_BUCKET = re.compile(r"\A[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]\Z")
_ROLE = re.compile(r"\A[\w+=,.@-]{1,64}\Z")
_DATABASE = re.compile(r"\A[A-Za-z_]\w{0,62}\Z")

#: Words of a name that say no more than that it is the reader's instance.
_GENERIC = re.compile(
    r"\A(?:"
    r"your|my|an|a|the|example|sample|db|database|instance|instances|name|id|identifier|rds"
    r"|postgres|postgresql|aws|host|hostname|endpoint|server|test|custom|writer|babelfish"
    r"|[0-9]+"
    r")\Z"
)

#: Where a report shows the work directory.
SHOWN_HOME = "/home/dba"
SHOWN_PASSWORD = "********"  # noqa: S105


class Answers:
    """Values by role; what was promised here is made when a piece uses it."""

    def __init__(self, world: World, database: str) -> None:
        self._world, self._first = world, database

    def value(self, placeholder: Placeholder) -> str | None:
        """Return what a placeholder is here, None when that cannot be known."""
        text, role = placeholder.text, placeholder.role
        method = getattr(self, "_" + role.replace("-", "_"), None)
        found: str | None = method(text) if method else None
        return found

    def _instance(self, text: str) -> str:
        name = _slug(text)
        world = self._world
        if not name or _generic(name):
            if not world.main:
                world.main = name if name and _IDENTIFIER.match(name) else INSTANCE
            name = world.main
        world.promise("instance", name)
        return name

    def _endpoint(self, text: str) -> str:
        label = text.strip("<>{}$").partition(".")[0]
        if ".cluster" in text.lower() and self._world.promised["cluster"]:
            return host_of(self._cluster(label))
        return host_of(self._instance(label))

    def _cluster(self, text: str) -> str:
        promised = sorted(self._world.promised["cluster"])
        name = promised[0] if promised else _slug(text) or "rdscheck-cluster"
        self._world.promise("cluster", name)
        return name

    def _port(self, _text: str) -> str:
        return str(PORT)

    def _region(self, _text: str) -> str:
        return DEFAULT_REGION

    def _account(self, _text: str) -> str:
        return ACCOUNT

    def _group(self, text: str) -> str:
        name = _slug(text) or "custom-parameters"
        self._world.promise("group", name)
        return name

    def _bucket(self, text: str) -> str:
        name = text.strip("<>{}$").lower().replace("_", "-")
        name = name if _BUCKET.match(name) else _slug(text) or "my-bucket"
        self._world.promise("bucket", name)
        return name

    def _role_arn(self, text: str) -> str:
        return f"arn:aws:iam::{ACCOUNT}:role/{self._iam_role(text.rpartition('/')[2])}"

    def _policy_arn(self, text: str) -> str:
        return f"arn:aws:iam::{ACCOUNT}:policy/{text.rpartition('/')[2]}"

    def _iam_role(self, text: str) -> str:
        name = text.strip("<>{}$")
        name = name if _ROLE.match(name) else _slug(name) or "rds-role"
        self._world.promise("role", name)
        return name

    def _user(self, text: str) -> str | None:
        return MASTER if re.search(r"master|admin|postgres", text, re.IGNORECASE) else None

    def _password(self, _text: str) -> str:
        return self._world.password

    def _database(self, _text: str) -> str:
        return self._first

    def shown(self, room: Room) -> Mapping[str, str]:
        """Return real texts and what a report shows for each."""
        world = self._world
        found = {
            str(room.directory): SHOWN_HOME,
            world.password: SHOWN_PASSWORD,
            world.plane.url: "http://localhost:4566",
            ACCESS_KEY: "AKIAIOSFODNN7EXAMPLE",
        }
        for name, one in list(world.plane.state.databases.items()):
            found[one.resource] = "db-RESOURCEID"
            found[one.password] = SHOWN_PASSWORD
            if one.server is None:
                continue
            info = one.server.info
            found[f"{info.host}:{info.port}"] = f"{host_of(name)}:{PORT}"
            found[f'"Port": {info.port}'] = f'"Port": {PORT}'
            address, port = world.address(name)
            if address != host_of(name):
                found[f"port={port}"] = f"port={PORT}"
                found[f'port "{port}"'] = f'port "{PORT}"'
                found[f"port {port}"] = f"port {PORT}"
        found |= dict.fromkeys(world.peers(), "10.0.0.5")
        return found


def _slug(text: str) -> str:
    """Return an identifier as near to a text as AWS's rules allow; empty where nothing is left."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return name[:63].rstrip("-") if _IDENTIFIER.match(name[:63].rstrip("-")) else ""


def _generic(name: str) -> bool:
    return all(_GENERIC.match(word) for word in name.split("-"))
