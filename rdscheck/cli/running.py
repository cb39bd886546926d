"""``rdscheck run``: the scenarios, on every version this machine can have."""

import argparse
import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rdscheck.aws import backends
from rdscheck.aws.url import check_url
from rdscheck.catalog.numbering import order_key
from rdscheck.catalog.versions import parse_versions
from rdscheck.cli.console import Console
from rdscheck.cli.progress import Progress
from rdscheck.cli.scenarios import run_pytest
from rdscheck.errors import ExitCode, RdscheckError, UsageError
from rdscheck.model import NotRun, Run, Version
from rdscheck.plugin import babelfish
from rdscheck.report.summary import counts, exit_code, of_version, verdict
from rdscheck.report.write import write
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.engines import CHOICES, choose
from rdscheck.sandbox.setup import set_up

_MOST_WORKERS = 4

#: Scenarios that ``--durations`` shows by itself.
_SLOWEST = 10

_EXAMPLES = """\
examples:
  rdscheck run                             every version this machine has, reports in ./reports
  rdscheck run --setup                     the same, and install what is missing first
  rdscheck run --pg 15.4                   the lists of RDS 15.4, on the PostgreSQL 15 that is here
  rdscheck run --pg 15,17 --scenario 's3/*'
  rdscheck run --pg 17 --s3 http://127.0.0.1:9000 --reports out

exit status:
  0  no claim failed    1  a claim failed    2  wrong usage
  3  something could not be checked: no engine, a version asked for by name is missing,
     an outcome is "errored", or the run was interrupted
"""


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command."""
    run = commands.add_parser(
        "run",
        help="run the documented procedures and write the reports",
        description="Run the scenarios on each PostgreSQL version and write one report per version, "
        "a matrix, and results.json.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument(
        "--pg", default="all", metavar="VERSIONS", help="15 or 15.4 or 13,15,17 or all (default)"
    )
    run.add_argument(
        "--scenario",
        nargs="+",
        action="extend",
        default=[],
        metavar="GLOB",
        help="only scenarios of these ids, for example 's3/*' (rdscheck list scenarios)",
    )
    run.add_argument(
        "--setup",
        action="store_true",
        help="consent to install what is missing: a Docker engine, else PostgreSQL packages (root, apt)",
    )
    run.add_argument("--engine", choices=CHOICES, default="auto", help="where servers come from")
    run.add_argument(
        "--s3",
        default="auto",
        metavar="BACKEND",
        help="auto, moto, localstack or the address of an S3 endpoint",
    )
    run.add_argument(
        "--lambda-url",
        default="auto",
        metavar="URL",
        help="address of a Lambda endpoint, LocalStack's for example (default: our own is started)",
    )
    run.add_argument(
        "--babelfish-dsn",
        metavar="DSN",
        help="PostgreSQL port of a Babelfish for tests, which babelfish/tds changes: postgresql://…/babelfish_db",
    )
    run.add_argument(
        "--babelfish-tds",
        metavar="URL",
        help="its TDS port: tds://user@host:1433/master, the password in RDSCHECK_TDS_PASSWORD or in it",
    )
    run.add_argument(
        "--reports", type=Path, default=Path("reports"), metavar="DIR", help="where reports go (./reports)"
    )
    run.add_argument(
        "-n",
        type=int,
        default=min((os.cpu_count() or 1) + 1, _MOST_WORKERS),
        metavar="N",
        dest="workers",
        help=f"tests side by side (default: one more than processors, at most {_MOST_WORKERS})",
    )
    run.add_argument(
        "--durations",
        type=int,
        nargs="?",
        const=_SLOWEST,
        metavar="N",
        help=f"print the seconds the N slowest scenarios took on each version (default {_SLOWEST}, 0: all)",
    )
    run.set_defaults(command=_run)


def _run(options: argparse.Namespace, console: Console) -> ExitCode:
    versions = parse_versions(options.pg)
    if options.workers < 0:
        raise UsageError(f"-n {options.workers}: a number of workers is 0 or more", hint="leave -n out")
    if options.durations is not None and options.durations < 0:
        raise UsageError(f"--durations {options.durations}: a number is 0 or more", hint="0 shows all")
    _check_directory(options.reports)
    if options.s3 != "auto":
        backends.check(options.s3)  # told before the work, not by every claim of it
    if options.lambda_url != "auto":
        check_url(options.lambda_url)
    babelfish.ask(options.babelfish_dsn, options.babelfish_tds)
    if options.setup:
        set_up(options.engine, versions, console.note)
    engine = choose(options.engine)
    ready, missing = _prepare(engine, versions, console)
    wanted = () if options.pg == "all" else tuple(str(version) for version in versions)
    if not ready:
        for one in missing:
            console.error(f"PostgreSQL {one.version}: {one.reason}")
        raise RdscheckError(
            "no version can run on this machine",
            hint="rdscheck doctor tells what is missing, --setup installs it",
        )
    run, interrupted, seconds = _pytest(options, engine.name, ready, missing, console)
    # What ran stands in a directory for each version, one file for each procedure: too many to name.
    paths = [path for path in write(run, options.reports) if path.parent == options.reports]
    if options.durations is not None:
        console.table(*durations(seconds, options.durations))
    _summary(run, paths, console)
    if interrupted:
        console.error("interrupted: the reports hold what was known by then and say that they are incomplete")
    return exit_code(run, wanted=wanted)


def _check_directory(directory: Path) -> None:
    """Find out before the work, not after it, that reports cannot be written."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"--reports {directory}: {error.strerror}", hint="give a directory you may write to"
        ) from error
    if not os.access(directory, os.W_OK):
        raise UsageError(f"--reports {directory}: not writable", hint="give a directory you may write to")


def _prepare(
    engine: Engine, versions: tuple[Version, ...], console: Console
) -> tuple[list[Version], list[NotRun]]:
    """Build what is missing; return the versions that can run and why the others cannot."""
    ready, missing = [], []
    for version in versions:
        try:
            engine.prepare(version, console.note)
        except RdscheckError as error:
            reason = f"{error.message}; to get it: {error.hint}" if error.hint else error.message
        else:
            ready.append(version)
            continue
        console.note(f"PostgreSQL {version} will not run: {reason}")
        missing.append(NotRun(str(version), reason))
    return ready, missing


def _pytest(
    options: argparse.Namespace, engine: str, ready: list[Version], missing: list[NotRun], console: Console
) -> tuple[Run, bool, Mapping[tuple[str, str], float]]:
    arguments = [
        f"--rds-pg={','.join(map(str, ready))}",
        f"--rds-engine={engine}",
        f"--rds-s3={options.s3}",
        f"--rds-lambda={options.lambda_url}",
        "--rds-required",
        *(f"--rds-babelfish-dsn={one}" for one in [options.babelfish_dsn] if one),
        *(f"--rds-babelfish-tds={one}" for one in [options.babelfish_tds] if one),
        *(f"--rds-scenario={glob}" for glob in options.scenario),
        *(["-n", str(options.workers), "--dist", "loadgroup"] if options.workers > 1 else []),
    ]
    progress = Progress(console, [str(version) for version in ready])
    with progress:
        status = run_pytest(progress, *arguments)
    if progress.trouble:
        raise progress.trouble
    if status == pytest.ExitCode.NO_TESTS_COLLECTED or not progress.expected:
        globs = " ".join(options.scenario)
        raise UsageError(f"no scenario is called {globs}", hint="rdscheck list scenarios shows their ids")
    if progress.run is None:
        raise RdscheckError(f"pytest ended with status {status} and no outcome", hint="run again with -n 0")
    return progress.run_with(missing), status == pytest.ExitCode.INTERRUPTED, progress.seconds


def durations(seconds: Mapping[tuple[str, str], float], most: int) -> tuple[list[str], list[list[str]]]:
    """Return columns and rows of what scenarios took, by scenario and version, slowest first.

    ``most`` is how many rows there are, 0 for all. Claims run side by side: together they took longer
    than the run.
    """
    versions = sorted({version for _, version in seconds}, key=order_key)
    totals: defaultdict[str, float] = defaultdict(float)
    for (scenario, _), one in seconds.items():
        totals[scenario] += one
    slowest = sorted(totals, key=lambda scenario: (-totals[scenario], scenario))[: most or None]
    return ["seconds", *(f"pg{version}" for version in versions)], [
        [scenario, *(f"{seconds.get((scenario, version), 0):.1f}" for version in versions)]
        for scenario in slowest
    ]


def _summary(run: Run, paths: list[Path], console: Console) -> None:
    rows = []
    for environment in run.environments:
        outcomes = of_version(run, environment.version)
        number = counts(outcomes)
        told = ", ".join(f"{count} {status}" for status, count in number.items() if count)
        rows.append([environment.version, environment.server, environment.engine, environment.s3, told])
    rows += [[one.version, "", "", "", f"not run: {one.reason}"] for one in run.not_run]
    rows.sort(key=lambda row: order_key(row[0]))
    console.table(["version", "server", "engine", "s3", "claims"], rows)
    console.data(verdict(run))
    console.note("reports: " + ", ".join(str(path) for path in paths))
