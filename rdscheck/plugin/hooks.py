"""Hooks of the plugin: options, versions as parameters, outcomes, reports."""

from collections.abc import Generator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from rdscheck import __version__
from rdscheck.catalog.numbering import order_key
from rdscheck.deviations import DEVIATIONS, DOCUMENTATION_FINDINGS
from rdscheck.errors import RdscheckError
from rdscheck.guides import followed
from rdscheck.model import Environment, Outcome, Run
from rdscheck.plugin import babelfish, runbooks
from rdscheck.plugin.fixtures import RECORDER
from rdscheck.plugin.marks import MARKS, claim_of, scenario_of, version_of
from rdscheck.plugin.outcomes import Collector, notes, reason, verdict
from rdscheck.plugin.session import KEY, WORKER_INPUT, session_of
from rdscheck.recording import Recorder
from rdscheck.sandbox.server import Server

#: Name under which the collecting plugin is registered.
OUTCOMES = "rdscheck-outcomes"


class Specs:
    """Hooks others may implement."""

    def pytest_rdscheck_outcome(self, outcome: Outcome, nodeid: str) -> None:
        """Take notice of the outcome of one claim."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Add our hook."""
    pluginmanager.add_hookspecs(Specs)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("rds", "Amazon RDS for PostgreSQL (rdscheck)")
    group.addoption(
        "--rds-pg",
        metavar="VERSIONS",
        help="PostgreSQL versions to run on: 15, 15.4, 13,17 or all (default: the newest that is ready here)",
    )
    group.addoption(
        "--rds-engine",
        choices=("auto", "docker", "local"),
        default="auto",
        help="where servers come from: Docker images, or servers installed on this machine",
    )
    group.addoption(
        "--rds-s3",
        metavar="BACKEND",
        default="auto",
        help="S3 to use: auto, moto, localstack or the address of any S3 endpoint",
    )
    group.addoption(
        "--rds-lambda",
        metavar="URL",
        default="auto",
        help="Lambda to use: auto for our own, or the address of a Lambda endpoint such as LocalStack's",
    )
    group.addoption("--rds-report", metavar="DIR", help="write results.json and reports per version to DIR")
    group.addoption(
        "--rds-reuse", action="store_true", help="keep servers running for the next run (end: rdscheck down)"
    )
    group.addoption(
        "--rds-keep",
        action="store_true",
        help="keep servers and the databases of tests, to look at them (end: rdscheck down)",
    )
    group.addoption("--rds-dsn", metavar="DSN", help="use an existing server: postgresql://… or service=…")
    babelfish.add_options(group)
    runbooks.add_options(group)
    group.addoption(
        "--rds-scenario",
        action="append",
        default=[],
        metavar="GLOB",
        help="run only scenarios of these ids; may be given again",
    )
    group.addoption(
        "--rds-required", action="store_true", help="a missing engine or version is an error, not a skip"
    )
    parser.addini("rds_pg", "default of --rds-pg", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks."""
    for mark in MARKS:
        config.addinivalue_line("markers", mark)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(OutcomePlugin(config), OUTCOMES)
    runbooks.configure(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a pytest-xdist worker whose run it belongs to."""
    node.workerinput[WORKER_INPUT] = str(session_of(node.config).run.path)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that needs a server once per version."""
    if "rds_version" not in metafunc.fixturenames:
        return
    names: list[str]
    try:
        real = babelfish.given(metafunc.config) if "rds_babelfish" in metafunc.fixturenames else None
        names = [real.major] if real else [str(one) for one in session_of(metafunc.config).versions]
    except RdscheckError as error:
        raise pytest.UsageError(str(error)) from error
    metafunc.parametrize(
        "rds_version",
        names,
        ids=[f"pg{name}" for name in names],
        indirect=True,
        scope="session",
    )


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in a hook of the same name
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out scenarios that were not asked for, and keep together what shares servers of its own."""
    _leave_out(config, items)
    babelfish.mark_real(config, items)
    for item in items:
        # With --dist loadgroup one worker starts the servers, without it each that gets one of the tests
        # starts its own, or waits for the one that does.
        if _SHARED.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}-{version_of(item)}"))


#: Fixtures that give servers which the tests of a module share.
_SHARED = frozenset({"rds_fleet", "rds_prepared"})


def _leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    globs = config.getoption("rds_scenario")
    if not globs:
        return
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        marked = scenario_of(item)
        wanted = marked is not None and any(fnmatchcase(marked.id, glob) for glob in globs)
        (kept if wanted else left).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a claim on versions it does not apply to."""
    version = version_of(item)
    if version is None or not isinstance(item, pytest.Function):
        return
    claim, major = claim_of(item), order_key(version)[0]
    if claim.since and major < claim.since:
        pytest.skip(f"applies from PostgreSQL {claim.since} on")
    if claim.until and major > claim.until:
        pytest.skip(f"applies up to PostgreSQL {claim.until}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report what only the process that ran the test knows."""
    report = yield
    version = version_of(item)
    if version is None or not isinstance(item, pytest.Function):
        return report
    recorder = item.stash.get(RECORDER, None)
    told = notes(claim_of(item), version, recorder)
    if call.excinfo is not None:
        error = call.excinfo.value
        told["verdict"] = verdict(error).value
        told["reason"] = reason(error, recorder or Recorder())
    elif report.failed:  # a deviation that went away
        told["reason"] = f"a known difference is gone: {', '.join(told['deviations'])}"
    if isinstance(report.longrepr, tuple) and report.skipped:
        told["reason"] = str(report.longrepr[2]).removeprefix("Skipped: ")
    report.rdscheck = told  # type: ignore[attr-defined]
    return report


class OutcomePlugin:
    """Collects outcomes and writes the reports, in the process the user started."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.collector = Collector()
        self.outcomes: list[Outcome] = []
        self.complete = True
        self.written: list[str] = []
        self.trouble = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Turn the reports of a test into one outcome."""
        outcome = self.collector.add(report)
        if outcome is not None:
            self.outcomes.append(outcome)
            self.config.hook.pytest_rdscheck_outcome(outcome=outcome, nodeid=report.nodeid)

    def pytest_keyboard_interrupt(self) -> None:
        """Remember that not everything ran."""
        self.complete = False

    def pytest_internalerror(self) -> None:
        """Remember that not everything ran."""
        self.complete = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, error: object) -> None:
        """Remember that a worker crashed; xdist itself reports the test it was running."""
        if error:
            self.complete = False

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports, whatever ended the run."""
        self.outcomes += self.collector.unfinished()
        if session.shouldstop or session.shouldfail:
            self.complete = False
        directory = session_of(self.config).options.report
        if directory is None:
            return
        from rdscheck.report.write import write  # noqa: PLC0415  templates load slowly

        try:
            self.written = [str(path) for path in write(self.run(), directory) if path.parent == directory]
        except RdscheckError as error:
            self.trouble = str(error)
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR

    def run(self) -> Run:
        """Return everything found out so far."""
        keys = {key for outcome in self.outcomes for key in outcome.deviations}
        findings = {key for outcome in self.outcomes for key in outcome.documentation_findings}
        return Run(
            scenarios=tuple(scenario for _, scenario in sorted(self.collector.scenarios.items())),
            outcomes=tuple(sorted(self.outcomes, key=lambda outcome: outcome.key)),
            environments=environments(self.config),
            documentation_findings=tuple(DOCUMENTATION_FINDINGS[key] for key in sorted(findings)),
            deviations=tuple(DEVIATIONS[key] for key in sorted(keys)),
            guides=followed(self.collector.scenarios),
            complete=self.complete,
            rdscheck_version=__version__,
        )

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where the reports are."""
        if self.trouble:
            terminalreporter.write_line(f"rdscheck: reports could not be written: {self.trouble}", red=True)
        elif self.written:
            terminalreporter.write_line(f"rdscheck: {len(self.written)} reports: {', '.join(self.written)}")


def environments(config: pytest.Config) -> tuple[Environment, ...]:
    """Return what each version ran on."""
    session = session_of(config)
    s3 = session.s3_name()
    return tuple(
        sorted(
            (
                *babelfish.environments(config),
                *(_environment(server, s3, session.lambda_name()) for server in session.started()),
            ),
            key=lambda env: order_key(env.version),
        )
    )


def _environment(server: Server, s3: str, functions: str) -> Environment:
    info = server.info
    stand_ins = {name: f"{info.extension_versions[name]}, stand-in" for name in info.stand_ins}
    if functions:
        stand_ins["AWS Lambda"] = functions
    return Environment(
        version=info.version,
        server=info.server_version,
        engine=info.engine,
        base=info.base,
        s3=s3,
        extensions=tuple(sorted(stand_ins.items())),
        emulates=server.emulates,
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what this process started."""
    if KEY in config.stash:
        config.stash[KEY].close()
