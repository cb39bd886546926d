"""What one pytest process knows of the run: options, servers, S3.

The process the user started owns the run; pytest-xdist workers join it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from rdscheck.catalog.versions import SANDBOX_MAJORS, parse_versions
from rdscheck.errors import EngineUnavailable, StartError, UsageError
from rdscheck.model import Version
from rdscheck.sandbox.dsn import server_from_dsn
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool, guard
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Server
from rdscheck.sandbox.sweep import end_run

if TYPE_CHECKING:
    from rdscheck.aws.endpoint import S3Endpoint
    from rdscheck.aws.functions.endpoint import LambdaEndpoint

WORKER_INPUT = "rdscheck_run"
REUSED = "reused"

_Kind = TypeVar("_Kind", bound=Instance)


@dataclass(frozen=True)
class Options:
    """The plugin's command line options."""

    pg: str | None
    engine: str
    s3: str
    functions: str
    report: Path | None
    reuse: bool
    keep: bool
    dsn: str | None
    required: bool

    @classmethod
    def of(cls, config: pytest.Config) -> "Options":
        """Read the options of a pytest run."""
        report = config.getoption("rds_report")
        return cls(
            pg=config.getoption("rds_pg") or config.getini("rds_pg") or None,
            engine=config.getoption("rds_engine"),
            s3=config.getoption("rds_s3"),
            functions=config.getoption("rds_lambda"),
            report=Path(report) if report else None,
            reuse=config.getoption("rds_reuse"),
            keep=config.getoption("rds_keep"),
            dsn=config.getoption("rds_dsn"),
            required=config.getoption("rds_required"),
        )


class Session:
    """Servers and S3 of this process, started when first asked for."""

    def __init__(self, config: pytest.Config) -> None:
        self.options = Options.of(config)
        worker: dict[str, str] = getattr(config, "workerinput", {})
        self._joined = worker.get(WORKER_INPUT)
        self._run: RunDir | None = None
        self._grouped: dict[tuple[object, ...], Server] = {}

    @property
    def owns(self) -> bool:
        """Tell whether this process ends the run."""
        return self._joined is None

    @property
    def run(self) -> RunDir:
        """Return the run's directory, made on first use."""
        if self._run is None:
            self._run = RunDir(Path(self._joined)) if self._joined else RunDir.create(Owner.me())
        return self._run

    @cached_property
    def engine(self) -> Engine:
        """Return the engine asked for; raises ``EngineUnavailable``."""
        return choose(self.options.engine)

    @cached_property
    def versions(self) -> tuple[Version, ...]:
        """Return the versions tests run on: those asked for, else the newest that is ready here."""
        if self.options.dsn:
            return (Version(self._dsn_server.major),)
        if self.options.pg:
            return parse_versions(self.options.pg)
        try:
            ready = [m for m in SANDBOX_MAJORS if self.engine.offer(Version(m)).available]
        except EngineUnavailable:
            ready = []
        return (Version(max(ready, default=max(SANDBOX_MAJORS))),)

    @cached_property
    def pool(self) -> Pool:
        """Return the servers; with ``--rds-reuse`` those that an earlier run left running."""
        if self.options.reuse or self.options.keep:
            name = f"{REUSED}-{self.engine.name}"
            return Pool(RunDir.named(name, Owner.kept()), self.engine)
        return Pool(self.run, self.engine)

    def server(self, version: Version) -> Server:
        """Return the server of a version, shared by all workers."""
        if self.options.dsn:
            return self._dsn_server
        offer = self.engine.offer(version)
        if not offer.available:
            raise EngineUnavailable(offer.reason, hint=offer.mend)
        return self.pool.server(version)

    def grouped(self, version: Version, parameters: Mapping[str, str]) -> Server:
        """Return the run's server with these values in its parameter group, shared by all workers."""
        key = (str(version), *sorted(parameters.items()))
        if key not in self._grouped:
            self._grouped[key] = self.pool.grouped(version, parameters)
            self._grouped[key].open()
        return self._grouped[key]

    def prepared(
        self,
        kind: type[_Kind],
        name: str,
        version: Version,
        parameters: Mapping[str, str],
        prepare: Callable[[_Kind], dict[str, Any]],
    ) -> tuple[_Kind, dict[str, Any]]:
        """Return a server that tests of a version share under a name, and what was noted when it was made.

        Whoever asks first starts it and prepares it, whichever worker that is. What ``prepare`` returns
        must be JSON. The server lives as long as the run. Raises what ``Instance.start`` and ``prepare``
        raise; then nothing is left running, and who asks later gets ``StartError`` with the same text.
        """
        pool, key = Pool(self.run, self.engine), f"prepared-{name}-{version}"
        with self.run.lock(key):
            known = self.run.read(key)
            if known is None:
                instance = pool.dedicated(kind, version, parameters)
                try:
                    known = {"record": instance.record, "notes": prepare(instance)}
                except BaseException as error:
                    instance.end()
                    # What took long and failed once is not tried again by each test.
                    if isinstance(error, Exception):
                        missing = isinstance(error, EngineUnavailable)
                        self.run.write(key, {"failed": str(error), "missing": missing})
                    raise
                self.run.write(key, known)
                return instance, known["notes"]
        if "failed" in known:
            raise (EngineUnavailable if known["missing"] else StartError)(known["failed"])
        info = self.run.read(known["record"])
        if info is None:
            raise StartError(f"the server {name} is gone")
        instance = kind.attach(ServerInfo.from_json(info), self.engine, self.run, known["record"])
        return instance, known["notes"]

    @cached_property
    def _dsn_server(self) -> Server:
        if not self.options.dsn:
            raise UsageError("--rds-dsn is empty", hint="give a connection URI or service=NAME")
        return server_from_dsn(self.options.dsn)

    @cached_property
    def s3(self) -> "S3Endpoint":
        """Return the S3 endpoint of the run, started by whoever needs it first."""
        from rdscheck.aws import backends  # noqa: PLC0415  boto3 loads slowly; most tests need none
        from rdscheck.aws.endpoint import S3Endpoint  # noqa: PLC0415

        guard(self.run)
        with self.run.lock("s3"):
            known = self.run.read("s3")
            if known is not None:
                return S3Endpoint.from_json(known)
            engine = None if self.options.dsn else self.engine
            endpoint = backends.start_for(engine, self.run, self.options.s3)
            self.run.write("s3", endpoint.to_json())
            return endpoint

    @cached_property
    def functions(self) -> "LambdaEndpoint":
        """Return the Lambda endpoint of the run, started by whoever needs it first."""
        from rdscheck.aws.functions import endpoint as functions  # noqa: PLC0415  boto3 loads slowly

        guard(self.run)
        return functions.of_run(None if self.options.dsn else self.engine, self.run, self.options.functions)

    def started(self) -> list[Server]:
        """Return the servers that ran."""
        if self.options.dsn:
            return [self._dsn_server]
        if self._run is None and not (self.options.reuse or self.options.keep):
            return []
        return self.pool.servers()

    def s3_name(self) -> str:
        """Return the name of the S3 backend that was used, empty when none was."""
        known = self._run.read("s3") if self._run else None
        return str(known["name"]) if known else ""

    def lambda_name(self) -> str:
        """Return the name of the Lambda endpoint that was used, empty when none was."""
        known = self._run.read("lambda") if self._run else None
        return str(known["name"]) if known else ""

    def close(self) -> None:
        """End what this process owns."""
        for server in self._grouped.values():
            server.close()
        if self.owns and self._run is not None:
            end_run(self._run)
            self._run = None


KEY = pytest.StashKey[Session]()


def session_of(config: pytest.Config) -> Session:
    """Return this process's session, made on first use."""
    if KEY not in config.stash:
        config.stash[KEY] = Session(config)
    return config.stash[KEY]
