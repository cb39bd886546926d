"""The fixture ``rds_aws``: a control plane for one test, with the real clients of AWS."""

import json
import os
import re
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rdscheck.plugin.fixtures import SHOWN_ZONE, RdsInstance, recorder_of, skip_without
from rdscheck.plugin.session import session_of
from rdscheck.recording import Recorder
from rdscheck.sandbox.access import Credentials
from rdscheck.sandbox.server import Server

if TYPE_CHECKING:
    from rdscheck.aws.control.plane import ControlPlane

_SECONDS = 120.0

#: Operations that change nothing.
_ASKS = re.compile("Describe|Download|Get|Head|List")

#: Lines of a command's output that a report shows.
_LINES = 40

SHOWN_URL = "http://localhost:4566"
SHOWN_PASSWORD = "********"  # noqa: S105
PASSWORD = "a-password-of-the-lab"  # noqa: S105


@dataclass(frozen=True)
class Ran:
    """What became of a command line."""

    status: int
    output: str
    errors: str


class Aws:
    """The control plane of a test: ``client`` for boto3, ``aws`` for command lines as a person types them."""

    def __init__(
        self,
        plane: "ControlPlane",
        recorder: Recorder,
        version: str,
        directory: Path,
        region: str = "us-east-1",
    ) -> None:
        from rdscheck.aws.control.shim import environment  # noqa: PLC0415  boto3 loads slowly

        self.plane, self.version, self.region = plane, version, region
        self._recorder = recorder
        self._directory = directory
        self._env = environment(plane.url, directory / "home", region)
        recorder.mask(plane.url, SHOWN_URL)
        recorder.mask(str(directory), "/home/dba")

    @property
    def endpoint_url(self) -> str:
        """Return where it listens."""
        return self.plane.url

    @property
    def env(self) -> Mapping[str, str]:
        """Return the variables of programs that may reach the control plane and nothing else."""
        return self._env

    def client(self, service: str, region: str = "") -> Any:
        """Return a boto3 client of a service."""
        from rdscheck.aws.control.clients import client  # noqa: PLC0415

        found = client(self.plane.url, service, region or self.region)
        # Registered again under the same id it is one: clients are kept for an address.
        events = found.meta.events
        events.register(f"provide-client-params.{service}.*", self._asked, unique_id=f"asked-{service}")
        events.register(f"after-call.{service}.*", self._answered, unique_id=f"answered-{service}")
        return found

    def _asked(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        """Show in the report what changes something; waiters ask too often, and how often differs."""
        if not _ASKS.match(model.name):
            shown = {k: SHOWN_PASSWORD if "Password" in k else v for k, v in params.items()}
            self._recorder.act(f"-- {model.name} {json.dumps(shown, default=str)}")

    def _answered(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        error = parsed.get("Error")
        if error and not _ASKS.match(model.name):
            self._recorder.act(f"-- {error.get('Code')}: {error.get('Message')}")

    def mask(self, real: str, shown: str) -> None:
        """Print ``shown`` in the report wherever a name made up for one run occurs."""
        self._recorder.mask(real, shown)

    def create(self, identifier: str, **arguments: Any) -> RdsInstance:
        """Create an instance of the version the test runs on by boto3, wait for it and return its server.

        ``arguments`` are those of ``create_db_instance``; engine, class, size and log-in are filled in.
        """
        usual = {
            "Engine": "postgres",
            "EngineVersion": self.version,
            "DBInstanceClass": "db.t3.micro",
            "AllocatedStorage": 20,
            "MasterUsername": "postgres",
            "MasterUserPassword": PASSWORD,
        }
        if "DBClusterIdentifier" in arguments:
            usual = {"DBInstanceClass": "db.t3.medium", "Engine": "aurora-postgresql"}
        self.client("rds").create_db_instance(DBInstanceIdentifier=identifier, **{**usual, **arguments})
        self.wait(identifier)
        return self.instance(identifier)

    def wait(self, identifier: str, waiter: str = "db_instance_available") -> None:
        """Wait for an instance as ``aws rds wait`` does."""
        self.client("rds").get_waiter(waiter).wait(
            DBInstanceIdentifier=identifier, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )

    def settle(self, identifier: str) -> None:
        """Wait until an instance stays as it is, be it not available."""
        from rdscheck.aws.control.state import PASSING  # noqa: PLC0415

        with self.plane.state.changed:
            settled = self.plane.state.changed.wait_for(
                lambda: self.plane.state.databases[identifier].status not in PASSING, _SECONDS
            )
        assert settled, f"{identifier} did not settle"

    def cluster(self, identifier: str, **arguments: Any) -> None:
        """Create an Aurora cluster of the major the test runs on; ``create`` makes its instance."""
        self.client("rds").create_db_cluster(
            DBClusterIdentifier=identifier,
            Engine="aurora-postgresql",
            EngineVersion=self.version.partition(".")[0],
            MasterUsername="postgres",
            MasterUserPassword=PASSWORD,
            **arguments,
        )

    def describe(self, identifier: str) -> dict[str, Any]:
        """Return an instance as describe-db-instances shows it."""
        found: dict[str, Any] = self.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)[
            "DBInstances"
        ][0]
        return found

    def instance(self, identifier: str) -> RdsInstance:
        """Return the server behind an identifier; what it is asked is shown in the report."""
        server = self.plane.instance(identifier)
        assert isinstance(server, RdsInstance)
        name = f"{identifier}.{SHOWN_ZONE}"
        # Where there are several the report tells them apart.
        server.report_to(self._recorder, identifier if len(self.plane.state.databases) > 1 else "")
        self._recorder.mask(str(server.info.port), "5432")
        self._recorder.mask(f"{server.info.host}:{server.info.port}", f"{name}:5432")
        self._recorder.mask(self.plane.state.databases[identifier].resource, "db-RESOURCEID")
        return server

    def token(self, identifier: str, user: str, keys: Mapping[str, Any]) -> str:
        """Return a token for a database user of an instance, signed with keys as IAM or STS answer them."""
        from rdscheck.aws.tokens import generate  # noqa: PLC0415

        where = self.describe(identifier)["Endpoint"]
        credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("SessionToken", ""))
        self._recorder.act(f"-- $ aws rds generate-db-auth-token --hostname … --port 5432 --username {user}")
        return generate(credentials, host=where["Address"], port=where["Port"], user=user, region=self.region)

    def aws(self, line: str, *, show: bool = False, check: bool = True, seconds: float = _SECONDS) -> Ran:
        """Run ``aws`` with the rest of a command line as a person types it, see ``shell``."""
        return self.shell(
            line if line.split()[:1] == ["aws"] else f"aws {line}", show=show, check=check, seconds=seconds
        )

    def shell(self, line: str, *, show: bool = False, check: bool = True, seconds: float = _SECONDS) -> Ran:
        """Run a line of a shell; the report shows it, and with ``show`` what it printed.

        ``check`` fails the test when the line ends with another status than 0; what it wrote to standard
        error is shown then in any case. The test is skipped where there is no ``aws``.
        """
        self.require()
        self._recorder.act("-- $ " + line.replace("\n", "\n-- "))
        # A process group of its own, so that nothing of a pipeline outlives its time.
        with subprocess.Popen(
            ["sh", "-c", line],
            env=dict(self._env),
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                output, errors = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                raise AssertionError(f"{line!r} did not end within {seconds:.0f} s") from None
        told = output.splitlines() if show else []
        if process.returncode:
            told += [one for one in errors.splitlines() if one.strip()]
        for one in told[:_LINES]:
            self._recorder.act(f"-- {one}")
        if len(told) > _LINES:
            self._recorder.act("-- …")
        if check and process.returncode:
            raise AssertionError(f"{line!r} ended with {process.returncode}: {errors.strip()}")
        return Ran(process.returncode, output, errors)

    @staticmethod
    def require() -> None:
        """Skip the test where the ``aws`` program is missing."""
        from rdscheck.aws.control.shim import INSTALL, program  # noqa: PLC0415

        if program() is None:
            pytest.skip(f"the program aws is not installed: {INSTALL}")

    @staticmethod
    def quote(text: str) -> str:
        """Return a text as one word of a command line."""
        return shlex.quote(text)


@pytest.fixture
def rds_aws(request: pytest.FixtureRequest, rds_server: Server) -> Iterator[Aws]:
    """Give a control plane with no instance yet; everything it starts ends with the test."""
    from rdscheck.aws.control.plane import ControlPlane  # noqa: PLC0415  boto3 loads slowly; most tests need none

    session = session_of(request.config)
    if not rds_server.info.admin_host:
        pytest.skip("a server given by --rds-dsn has no control plane here")
    skip_without(request, rds_server)
    recorder = recorder_of(request.node)
    with (
        tempfile.TemporaryDirectory(prefix="rdscheck-aws-") as directory,
        ControlPlane(
            session.pool, kind=RdsInstance, s3=lambda: session.s3, functions=lambda: session.functions
        ) as plane,
    ):
        yield Aws(plane, recorder, rds_server.version, Path(directory))
        failures = plane.failures
    # A mistake of ours is none of the scenario's, and must not hide behind an error code.
    if failures:
        raise failures[0]


__all__ = ["Aws", "Ran", "rds_aws"]
