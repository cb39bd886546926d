"""The control plane of one session: an HTTP endpoint, RDS's actions, and the servers they work on."""

import importlib
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl

from rdscheck.aws.control.faults import OURS, Fault
from rdscheck.aws.control.model import service
from rdscheck.aws.control.passing import Moto, pass_to_lambda, pass_to_s3
from rdscheck.aws.control.query import read, write, write_fault
from rdscheck.aws.control.registry import ACTIONS, Call
from rdscheck.aws.control.rights import Rights
from rdscheck.aws.control.serving import Endpoint
from rdscheck.aws.control.state import (
    AVAILABLE,
    FAILED,
    INCOMPATIBLE,
    Database,
    Event,
    Group,
    Role,
    State,
)
from rdscheck.aws.control.wire import Handler, Request, Response
from rdscheck.aws.endpoint import DEFAULT_REGION, S3Endpoint
from rdscheck.catalog.versions import emulated
from rdscheck.errors import RdscheckError
from rdscheck.model import Version
from rdscheck.sandbox import settings
from rdscheck.sandbox.associations import ROLE_ARN
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.pool import Pool, servers_of
from rdscheck.sandbox.server import Server
from rdscheck.sandbox.validation import Rules

#: Modules that register actions.
MODULES = (
    "groups",
    "parameters",
    "instances",
    "changes",
    "roles",
    "engines",
    "logs",
    "about",
    "snapshots",
    "clusters",
)

if TYPE_CHECKING:
    # boto3 is what a start would wait for longest.
    from rdscheck.aws.functions.endpoint import LambdaEndpoint

_XML = {"Content-Type": "text/xml"}


class ControlPlane:
    """One AWS endpoint for a session of sandboxes: ``with ControlPlane(pool) as plane: plane.url``.

    ``kind`` is the class of the servers it starts; ``s3`` and ``functions`` give the endpoints that requests
    of S3 and Lambda are passed on to. Everything it started ends with ``close``. ``handlers`` answer for
    services by the name in a request's signature; ``rights`` decides what roles and users of IAM may do.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        kind: type[Instance] = Instance,
        s3: Callable[[], S3Endpoint] | None = None,
        functions: "Callable[[], LambdaEndpoint] | None" = None,
    ) -> None:
        self.pool, self.kind, self.s3, self.functions = pool, kind, s3, functions
        self.state = State()
        #: Hosts with ports by which clients know an instance, besides the endpoint it is described with.
        self.addresses: Callable[[str], tuple[str, ...]] = lambda _identifier: ()
        self.rights = Rights(self)
        self.moto = Moto()
        self.handlers: dict[str, Handler] = {
            "rds": self._rds,
            "iam": self._policies,
            "sts": self._sessions,
            "s3": self._s3,
            "lambda": self._lambda,
        }
        self._endpoint_s3: S3Endpoint | None = None
        self.failures: list[BaseException] = []
        self._endpoint = Endpoint(self._answer)
        self._threads = ThreadPoolExecutor(8, "control-plane")
        self._rules: dict[int, Rules] = {}
        self.parameters: dict[str, list[dict[str, Any]]] = {}  # by family, as they are described
        self._asking = threading.Lock()
        for name in MODULES:
            importlib.import_module(f"rdscheck.aws.control.{name}")

    def __enter__(self) -> Self:
        self._endpoint.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Return where it listens, on this machine's loopback."""
        return self._endpoint.url

    def close(self) -> None:
        """End the endpoint and every server it started."""
        self._endpoint.stop()
        self._threads.shutdown(wait=True)
        self.rights.close()
        for database in self.state.databases.values():
            if database.server is not None and not database.adopted:
                with suppress(RdscheckError):
                    database.server.end()
        for snapshot in self.state.snapshots.values():
            snapshot.remove()

    def _answer(self, request: Request) -> Response:
        """Answer one request of any service."""
        request_id = str(uuid.uuid4())
        try:
            return self._handler(request.service)(request)
        except Fault as error:
            return Response(error.status, write_fault(error, request_id), _XML)
        except Exception as error:  # noqa: BLE001  whatever it is, the client gets an answer
            self.failures.append(error)
            told = Fault("InternalFailure", f"{OURS}{type(error).__name__}: {error}", 500, sender=False)
            return Response(500, write_fault(told, request_id), _XML)

    def _handler(self, name: str) -> Handler:
        if not name:
            raise Fault("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
        if name not in self.handlers:
            known = ", ".join(sorted(self.handlers))
            raise Fault("UnknownService", f"{OURS}there is no {name} here, only {known}", 400)
        return self.handlers[name]

    def _rds(self, request: Request) -> Response:
        text = request.body().decode("utf-8", "replace") or request.target.partition("?")[2]
        form = dict(parse_qsl(text, keep_blank_values=True))
        name = form.get("Action", "")
        # Clients say in their user agent that a waiter asks: "m/…,B".
        agent = request.headers.get("user-agent", "")
        features = [part[2:].split(",") for part in agent.split() if part.startswith("m/")]
        waiting = any("B" in one for one in features)
        operation, answer = self.call(name, form, request.region, waiting=waiting)
        return Response(200, write(operation, answer, str(uuid.uuid4())), _XML)

    def call(
        self, name: str, form: Mapping[str, str], region: str = DEFAULT_REGION, *, waiting: bool = False
    ) -> tuple[Any, Mapping[str, Any]]:
        """Do one action of RDS; returns its model and its answer. Raises ``Fault``."""
        if name not in service().operation_names:
            raise Fault("InvalidAction", f"Could not find operation {name} for version 2014-10-31")
        if name not in ACTIONS:
            raise Fault("InvalidAction", f"{OURS}the local control plane does not do {name}")
        operation = service().operation_model(name)
        return operation, ACTIONS[name](Call(self, region, read(operation, form), waiting))

    def _policies(self, request: Request) -> Response:
        """Pass a request on to IAM; what roles may do is looked up anew after each change."""
        response, name = self.moto.answer(request)
        if not name.startswith(("Get", "List", "Simulate", "Generate")):
            self.rights.changed(response)
        return response

    def _sessions(self, request: Request) -> Response:
        """Pass a request on to STS; the keys it gives may log in to instances."""
        response, name = self.moto.answer(request)
        if name == "AssumeRole":
            self.rights.keys_given(response)
        return response

    def _s3(self, request: Request) -> Response:
        if self.s3 is None:
            raise Fault("UnknownService", f"{OURS}this session has no S3", 400)
        response = pass_to_s3(request, self.s3_endpoint())
        if request.method in {"PUT", "DELETE"} and "policy" in request.query:
            self.rights.refresh_roles()
        return response

    def _lambda(self, request: Request) -> Response:
        if self.functions is None:
            raise Fault("UnknownService", f"{OURS}this session has no Lambda", 400)
        return pass_to_lambda(request, self.functions())

    @property
    def knows_s3(self) -> bool:
        """Tell whether S3 has been started."""
        return self._endpoint_s3 is not None

    def s3_endpoint(self) -> S3Endpoint:
        """Return where S3 is, starting it when nobody has; servers are told then."""
        assert self.s3 is not None
        if self._endpoint_s3 is None:
            self._endpoint_s3 = self.s3()
            for database in list(self.state.databases.values()):
                if database.server is not None:
                    self.rights.write(database)
        return self._endpoint_s3

    # Servers

    def adopt(
        self,
        identifier: str,
        server: Instance,
        region: str = DEFAULT_REGION,
        open_to: Iterable[str] = (),
    ) -> Database:
        """Make a running server known as an instance; it goes on when the plane ends.

        ``open_to`` are features that it already has a role for, which may do everything.
        """
        version = server.emulates.rpartition(" ")[2]
        call = Call(self, region, {})
        with self.state.changed:
            database = Database(
                identifier=identifier,
                engine="postgres",
                version=version,
                group=self._group_of(call, server),
                master=server.master_user,
                password=server.info.master_password,
                arn=call.arn("db", identifier),
                region=region,
                status=AVAILABLE,
                server=server,
                adopted=True,
                roles=[self._open_role(feature) for feature in open_to],
            )
            self.state.databases[identifier] = database
        return database

    def _group_of(self, call: Call, server: Instance) -> str:
        """Return the name of a group with a server's values: its own one where it has any."""
        family = f"postgres{server.major}"
        if not server.group:
            return f"default.{family}"
        name = f"rdscheck-{family}"
        self.state.groups[name] = Group(
            name, family, "The parameters of the sandbox", call.arn("pg", name), values=dict(server.group)
        )
        return name

    def _open_role(self, feature: str) -> Role:
        arn = ROLE_ARN.format(feature=feature)
        found = self.rights.usual(arn, feature)
        action = f"{'lambda' if feature == 'Lambda' else 's3'}:*"
        return Role(arn, feature, replace(found, allow=((action, "*"),)), fixed=True)

    def instance(self, identifier: str, seconds: float = 120) -> Instance:
        """Return the server of an instance once it is there; raises ``RdscheckError``."""
        with self.state.changed:
            done = self.state.changed.wait_for(
                lambda: (
                    (one := self.state.databases.get(identifier)) is None
                    or one.server is not None
                    or one.status == FAILED
                ),
                seconds,
            )
            database = self.state.databases.get(identifier)
        if not done or database is None or database.server is None:
            raise RdscheckError(f"the control plane has no running instance {identifier!r}")
        return database.server

    def background(self, database: Database, status: str, work: Callable[[], None]) -> None:
        """Do what takes long: the instance has that status meanwhile and the right one afterwards."""
        self.state.set_status(database, status)

        def run() -> None:
            try:
                with database.lock:
                    work()
            except (RdscheckError, Fault) as error:
                self.tell(database, str(error), "failure")
            except BaseException as error:  # noqa: BLE001  the session's owner has to learn of it
                self.failures.append(error)
            finally:
                self.settle(database)

        self._threads.submit(run)

    def settle(self, database: Database) -> None:
        """Give an instance the status its server has."""
        if database.server is None:
            status = FAILED
        elif database.server.parameter_status == INCOMPATIBLE:
            status = INCOMPATIBLE
        else:
            status = AVAILABLE
        self.state.set_status(database, status)

    def tell(self, database: Database, message: str, *categories: str) -> None:
        """Remember an event of an instance."""
        with self.state.changed:
            self.state.events.append(
                Event(database.identifier, "db-instance", database.arn, message, categories)
            )

    def rules(self, family: str) -> Rules:
        """Return what a parameter group of a family may hold; asks a server of that major once."""
        major = int(family.removeprefix("aurora-").removeprefix("postgresql").removeprefix("postgres"))
        with self._asking:
            if major not in self._rules:
                with self._of_major(major) as server, server.admin() as conn:
                    known = settings.read(conn)
                self._rules[major] = Rules(emulated(Version(major)).version, known)
        return self._rules[major]

    @contextmanager
    def _of_major(self, major: int) -> Iterator[Server]:
        for server in servers_of(self.pool.run):
            if server.major == major:
                yield server
                return
        info = self.pool.engine.start(Version(major), self.pool.run)
        try:
            yield Server(info)
        finally:
            self.pool.engine.stop(info)
