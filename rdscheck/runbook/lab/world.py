"""The AWS account of a page: its control plane, instances, and what the page takes for granted there.

What a page names and never makes is made at its first use, and noted.
"""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

from psycopg import sql

from rdscheck.aws import backends
from rdscheck.aws.control.clients import client
from rdscheck.aws.control.plane import ControlPlane
from rdscheck.aws.control.state import ACCOUNT, FAILED, PASSING
from rdscheck.aws.endpoint import DEFAULT_REGION, Place, S3Endpoint
from rdscheck.aws.functions import endpoint as functions
from rdscheck.aws.functions.space import archive
from rdscheck.errors import EngineUnavailable, RdscheckError
from rdscheck.model import Version
from rdscheck.sandbox.docker import DockerEngine
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir

#: Names of instances end so in here; no name server knows them.
ZONE = "rds.test"
PORT = 5432

#: The group and the instance of a page that names none.
GROUP, INSTANCE = "rdscheck-parameters", "rdscheck-instance"

MASTER = "postgres"
_SECONDS = 120.0

#: Disk that the statements of one session may fill with temporary files.
_TEMPORARY = "1GB"

_POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:ListBucket",'
    ' "s3:GetBucketLocation", "s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload",'
    ' "lambda:InvokeFunction"], "Resource": "*"}]}'
)
_TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal":'
    ' {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
)

#: What makes a thing, and the option that names it.
_MAKERS = {
    "instance": r"create-db-instance\b|restore-db-instance-\S+",
    "cluster": r"create-db-cluster\b",
    "group": r"create-db-parameter-group\b|create-db-cluster-parameter-group\b",
    "role": r"create-role\b",
    "bucket": r"create-bucket\b|s3 +mb\b|s3api +create-bucket\b",
    "function": r"create-function\b",
}
_NAMED = {
    "instance": r"--db-instance-identifier[= ]+(\S+)",
    "cluster": r"--db-cluster-identifier[= ]+(\S+)",
    "group": r"--db-(?:cluster-)?parameter-group-name[= ]+(\S+)",
    "role": r"--role-name[= ]+(\S+)",
    "bucket": r"(?:--bucket[= ]+|s3://)([\w.-]+)",
    "function": r"--function-name[= ]+(\S+)",
}


@dataclass(frozen=True)
class Wanted:
    """What the account is to hold; ``page`` is the text of the page, for what it makes itself."""

    page: str = ""
    databases: Sequence[str] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, str] = field(default_factory=dict)  # names: files of Python


def made_by(page: str) -> set[tuple[str, str]]:
    """Return what the commands of a page make: kinds and names."""
    found = set()
    joined = re.sub(r"[\\^]\n", " ", page)
    for line in joined.splitlines():
        for kind, maker in _MAKERS.items():
            if re.search(maker, line):
                found |= {(kind, one.strip("'\"").lower()) for one in re.findall(_NAMED[kind], line)}
    return found


class World:
    """The account; everything it started ends with ``close``."""

    def __init__(self, version: Version, engine: Engine, run: RunDir, wanted: Wanted, s3: str) -> None:
        self.version, self.engine, self.run, self.wanted = version, engine, run, wanted
        self._s3_choice, self._opened = s3, ExitStack()
        self.password = token_hex(12)
        self._lock = threading.Lock()
        self.plane = ControlPlane(Pool(run, engine), s3=self._s3, functions=self._functions)
        self._opened.enter_context(self.plane)
        self.plane.addresses = lambda name: (f"{host_of(name)}:{PORT}", f"{name}:{PORT}")
        self._makes = made_by(wanted.page)
        self.promised: dict[str, dict[str, None]] = {kind: {} for kind in _MAKERS}  # in their order
        self.main = ""
        self.member_of = ""  # the cluster that instances made here belong to
        self.current = ""
        self.notes: list[str] = []
        self._known: dict[str, str] = {}  # instance: address its hosts file has
        self._deployed: set[str] = set()
        self.on_start: Callable[[str], None] = lambda _identifier: None

    def client(self, service: str) -> Any:
        """Return a boto3 client."""
        return client(self.plane.url, service, DEFAULT_REGION)

    def close(self) -> None:
        """End the control plane and what it started."""
        self._opened.close()

    def _s3(self) -> S3Endpoint:
        with self._lock:
            known = self.run.read("s3")
            if known is not None:
                return S3Endpoint.from_json(known)
            endpoint = backends.start_for(self.engine, self.run, self._s3_choice)
            self.run.write("s3", endpoint.to_json())
            return endpoint

    def _functions(self) -> functions.LambdaEndpoint:
        with self._lock:
            known = self.run.read("lambda")
            if known is not None:
                return functions.LambdaEndpoint.from_json(known)
            endpoint = functions.start(Place.for_run(self.run, self.engine), account=ACCOUNT)
            self.run.write("lambda", endpoint.to_json())
            return endpoint

    # What the page speaks of

    def promise(self, kind: str, name: str) -> None:
        """Take notice that a name stands for something the reader already has."""
        self.promised[kind][name.lower() if kind in {"instance", "cluster", "group"} else name] = None

    def _to_make(self, kind: str, name: str) -> bool:
        known = {one.lower() for one in self.promised[kind]}
        return name.lower() in known and (kind, name.lower()) not in self._makes

    def note(self, text: str) -> None:
        """Remember what was supplied."""
        if text not in self.notes:
            self.notes.append(text)

    def need(self, kind: str, name: str) -> None:
        """Make what a command names, where the page takes it for granted."""
        if kind == "instance":
            # The first one that is named may be anything: a reader has one.
            databases = self.plane.state.databases
            first = not databases and (kind, name.lower()) not in self._makes
            if name.lower() not in databases and (first or self._to_make(kind, name)):
                self.start(name.lower())
        elif kind == "cluster":
            if name.lower() not in self.plane.state.clusters and self._to_make(kind, name):
                self._cluster(name.lower())
        elif kind == "group":
            if name.lower() not in self.plane.state.groups and self._to_make(kind, name):
                self._group(name.lower())
        elif kind == "role":
            self._role(name)
        elif kind == "bucket":
            self._bucket(name)
        elif kind == "function":
            self._function(name)

    def need_all(self, text: str) -> None:
        """Make the buckets and functions that a text names."""
        for name in sorted(self.promised["bucket"]):
            if name in text:
                self.need("bucket", name)
        for name in self.wanted.functions:
            if name in text:
                self.need("function", name)

    def group_name(self) -> str:
        """Return the group that instances made here have."""
        made = {name for kind, name in self._makes if kind == "group"}
        own = [name for name in self.promised["group"] if name not in made]
        return own[0] if own else GROUP

    def group(self) -> str:
        """Return the group that instances made here have, made when it is not there."""
        name = self.group_name()
        if name not in self.plane.state.groups:
            self._group(name)
        return name

    def _group(self, name: str) -> None:
        family = f"postgres{self.version.major}"
        if self.member_of:
            family = f"aurora-postgresql{self.version.major}"
        rds = self.client("rds")
        rds.create_db_parameter_group(
            DBParameterGroupName=name, DBParameterGroupFamily=family, Description="Parameters of the page"
        )
        self.note(f"the parameter group {name} was created")
        if self.wanted.parameters:
            asked = [
                {"ParameterName": one, "ParameterValue": value, "ApplyMethod": "pending-reboot"}
                for one, value in self.wanted.parameters.items()
            ]
            rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=asked)
            listed = ", ".join(f"{one} = {value}" for one, value in self.wanted.parameters.items())
            self.note(f"its parameters began as the configuration says: {listed}")

    def _cluster(self, name: str) -> None:
        self.member_of = name
        self.client("rds").create_db_cluster(
            DBClusterIdentifier=name,
            Engine="aurora-postgresql",
            EngineVersion=str(self.version.major),
            MasterUsername=MASTER,
            MasterUserPassword=self.password,
        )
        self.note(f"the cluster {name} was created, with PostgreSQL in place of Aurora")
        if self.main and self.main not in self.plane.state.databases:
            self.start(self.main)

    def _role(self, name: str) -> None:
        iam = self.client("iam")
        if not self._to_make("role", name):
            return
        try:
            iam.get_role(RoleName=name)
        except iam.exceptions.NoSuchEntityException:
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=_TRUST)
            iam.put_role_policy(RoleName=name, PolicyName="rdscheck", PolicyDocument=_POLICY)
            self.note(f"the role {name} was created; it may use every bucket and function")

    def _bucket(self, name: str) -> None:
        if not self._to_make("bucket", name):
            return
        s3 = self.client("s3")
        known = {one["Name"] for one in s3.list_buckets()["Buckets"]}
        if name not in known:
            s3.create_bucket(Bucket=name)
            self.note(f"the bucket {name} was created")

    def _function(self, name: str) -> None:
        if name in self._deployed or name not in self.wanted.functions:
            return
        self._deployed.add(name)
        source = Path(self.wanted.functions[name]).read_text(encoding="utf-8")
        self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=f"arn:aws:iam::{ACCOUNT}:role/lambda-role",
            Handler="lambda_function.lambda_handler",
            Code={"ZipFile": archive({"lambda_function.py": source})},
        )
        self.note(f"the function {name} was deployed")

    # Instances

    def start(self, identifier: str) -> None:
        """Create an instance as a page takes it for granted, and wait for it."""
        group = self.group()
        asked: dict[str, Any] = {
            "DBInstanceIdentifier": identifier,
            "DBParameterGroupName": group,
            "DBInstanceClass": "db.t3.medium",
        }
        if self.member_of:
            asked |= {"Engine": "aurora-postgresql", "DBClusterIdentifier": self.member_of}
        else:
            asked |= {
                "Engine": "postgres",
                "EngineVersion": str(self.version),
                "AllocatedStorage": 20,
                "MasterUsername": MASTER,
                "MasterUserPassword": self.password,
            }
        self.client("rds").create_db_instance(**asked)
        self.settle()
        self.note(f"the instance {identifier} was created, with the parameter group {group}")
        server = self.instance(identifier)
        with server.admin() as conn:
            known = {str(row[0]) for row in conn.execute("SELECT datname FROM pg_database")}
        for name in self.wanted.databases:
            if name not in known:
                server.create_named_database(name)
                self.note(f"the database {name} was created on {identifier}")
        self.on_start(identifier)

    def settle(self) -> None:
        """Wait until every instance stays as it is, and let all know each other's names."""
        state = self.plane.state
        with state.changed:
            done = state.changed.wait_for(
                lambda: all(one.status not in PASSING for one in state.databases.values()), _SECONDS
            )
            failed = [one.identifier for one in state.databases.values() if one.status == FAILED]
        if self.plane.failures:
            raise self.plane.failures.pop()
        if not done:
            raise RdscheckError("the instances did not become available in time")
        if failed:
            told = [one.message for one in state.events if one.source in failed]
            raise EngineUnavailable(f"the instance {failed[0]} did not start: {' '.join(told[-1:])}")
        self._introduce()

    def _introduce(self) -> None:
        """Write the names of all instances into the hosts file of each, and limit their temporary files."""
        servers = {
            name: one.server
            for name, one in list(self.plane.state.databases.items())
            if one.server is not None
        }
        for name, server in servers.items():
            if name not in self._known:
                with server.admin() as conn:
                    conn.execute(
                        sql.SQL("ALTER SYSTEM SET temp_file_limit = {}").format(sql.Literal(_TEMPORARY))
                    )
                    conn.execute("SELECT pg_reload_conf()")
        if not isinstance(self.engine, DockerEngine):
            self._known = {name: server.info.host for name, server in servers.items()}
            return
        addresses = {name: server.peer_address()[0] for name, server in servers.items()}
        if addresses == self._known:
            return
        self._known = addresses
        names = list(addresses.items())
        clusters = {one.cluster: name for name, one in self.plane.state.databases.items() if one.cluster}
        names += [(cluster, addresses[name]) for cluster, name in clusters.items() if name in addresses]
        lines = "".join(f"{address}\t{host_of(name)} {name}\n" for name, address in names)
        script = 'sed "/# rdscheck$/,\\$d" /etc/hosts > /tmp/hosts.$$ && printf "# rdscheck\\n%s" "$LINES_"'
        script += " >> /tmp/hosts.$$ && cat /tmp/hosts.$$ > /etc/hosts; rm -f /tmp/hosts.$$"
        for server in servers.values():
            self.engine.handle(server.info).exec_run(
                ["sh", "-c", script], environment={"LINES_": lines}, user="root"
            )

    def instance(self, identifier: str) -> Instance:
        """Return the server of an instance that is there."""
        return self.plane.instance(identifier)

    def used(self, identifier: str = "") -> str:
        """Return the instance that a piece without a name means, started when there is none yet."""
        name = identifier or self.current or self.main or next(iter(self.promised["instance"]), INSTANCE)
        databases = self.plane.state.databases
        if name not in databases and not identifier and databases:
            name = next(iter(databases))
        if name not in databases:
            if self.promised["cluster"] and not self.member_of:
                cluster = min(self.promised["cluster"])
                if ("cluster", cluster) not in self._makes:
                    self.main = self.main or INSTANCE
                    self._cluster(cluster)
            if name not in databases:
                self.start(name)
        self.current, self.main = name, self.main or name
        return name

    def at(self, host: str, port: str = "") -> str | None:
        """Return the instance that a host name or address means, None when it is none of them."""
        name = host.lower().rstrip(".")
        name = name.removesuffix(f".{ZONE}")
        state = self.plane.state
        if name in state.databases or self._to_make("instance", name):
            return name
        if name in state.clusters or self._to_make("cluster", name):
            self.need("cluster", name)
            members = [one.identifier for one in state.databases.values() if one.cluster == name]
            return members[0] if members else self.main or INSTANCE
        for identifier, one in state.databases.items():
            if one.server is None:
                continue
            info = one.server.info
            if (host, port) == (info.host, str(info.port)) or host == self._known.get(
                identifier
            ) != info.host:
                return identifier
        return None

    def address(self, identifier: str) -> tuple[str, int]:
        """Return host and port by which programs beside a server reach an instance."""
        server = self.instance(identifier)
        if isinstance(self.engine, DockerEngine):
            return host_of(identifier), PORT
        return server.info.host, server.info.port

    def from_here(self, identifier: str) -> tuple[str, int]:
        """Return host and port by which programs of this machine reach an instance."""
        info = self.instance(identifier).info
        return info.host, info.port

    def peers(self) -> list[str]:
        """Return the addresses by which servers reach each other, where those are not this machine's."""
        return sorted(set(self._known.values()) - {"127.0.0.1"})

    def master_password(self, identifier: str) -> str:
        """Return the master user's password of an instance."""
        return self.plane.state.databases[identifier].password


def host_of(identifier: str) -> str:
    """Return the host name of an instance in here."""
    return f"{identifier}.{ZONE}"


__all__ = [
    "ACCOUNT",
    "DEFAULT_REGION",
    "GROUP",
    "INSTANCE",
    "MASTER",
    "PORT",
    "ZONE",
    "Wanted",
    "World",
    "host_of",
]
