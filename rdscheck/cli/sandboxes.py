"""``rdscheck up``, ``down`` and ``ps``: a sandbox to work with."""

import argparse
import re
import shlex
from typing import Any
from urllib.parse import quote

from rdscheck.aws import backends
from rdscheck.aws.client import s3_client
from rdscheck.aws.control import process as control
from rdscheck.aws.endpoint import S3Endpoint
from rdscheck.catalog.versions import parse_versions
from rdscheck.cli.console import Console
from rdscheck.errors import ExitCode, RdscheckError, UsageError
from rdscheck.sandbox import sweep
from rdscheck.sandbox.associations import Associations
from rdscheck.sandbox.engines import by_name, choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool, servers_of
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Server

_BUCKET = "sandbox"
_DATABASE = "labdb"

_EXAMPLES = """\
examples:
  rdscheck up --pg 17                 start, print where it is
  eval "$(rdscheck up --pg 17)"       start, and set PGHOST, PGPORT, AWS_ENDPOINT_URL_S3 … in this shell
  psql -c 'create extension aws_s3 cascade'
  aws rds describe-db-instances       the sandbox as an instance; groups, reboots and roles have their effect
  rdscheck down
"""


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the commands."""
    up = commands.add_parser(
        "up",
        help="start a sandbox to work with",
        description="Start a server that behaves like RDS, with S3 beside it, and print how to reach both. "
        "It stays until rdscheck down.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    up.add_argument("--pg", default="17", metavar="N", help="PostgreSQL version: 17 (default) or 15.4")
    up.add_argument("--name", default="default", metavar="X", help="name of the sandbox (default: default)")
    up.add_argument("--engine", choices=("auto", "docker", "local"), default="auto", help="where it runs")
    up.add_argument("--s3", default="auto", metavar="BACKEND", help="auto, moto, localstack or an address")
    up.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a value of its parameter group, as rds.logical_replication=1; may be given again",
    )
    up.set_defaults(command=_up)
    down = commands.add_parser(
        "down", help="end a sandbox", description="End a sandbox and remove all of it."
    )
    down.add_argument("name", nargs="?", metavar="X", help="its name; may be left out when there is one only")
    down.set_defaults(command=_down)
    ps = commands.add_parser("ps", help="list sandboxes", description="List running sandboxes.")
    ps.set_defaults(command=_ps)


def _up(options: argparse.Namespace, console: Console) -> ExitCode:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,40}", options.name):
        raise UsageError(
            f"{options.name!r} is no name for a sandbox", hint="use letters, digits, dot and dash"
        )
    versions = parse_versions(options.pg)
    if len(versions) != 1:
        raise UsageError("a sandbox has one version", hint="start one for each, with --name")
    parameters = dict(map(parameter, options.parameter))
    engine = choose(options.engine)
    run = RunDir.named(f"up-{options.name}", Owner.kept())
    other = [server for server in servers_of(run) if server.version != str(versions[0])]
    if other:
        raise UsageError(
            f"sandbox {options.name!r} runs PostgreSQL {other[0].version}",
            hint=f"rdscheck down {options.name}, or choose another --name",
        )
    if parameters and servers_of(run):
        raise UsageError(
            f"sandbox {options.name!r} runs already, with its own parameter group",
            hint=f"rdscheck down {options.name}, or choose another --name",
        )
    fresh = not servers_of(run)
    try:
        engine.prepare(versions[0], console.note)
        server = Pool(run, engine).server(versions[0], parameters)
        known = run.read("s3")
        endpoint = S3Endpoint.from_json(known) if known else _start_s3(options.s3, run, server)
        plane = control.start(run, options.name)
    except BaseException:
        # Half a sandbox is none: what was started for it ends here.
        if fresh:
            sweep.end_run(run)
        raise
    for line in _exports(server, endpoint, plane):
        console.data(line)
    console.note(
        f"PostgreSQL {server.server_version} ({server.info.engine}), lists of {server.emulates}; "
        f"database {_DATABASE}; "
        f"S3: {endpoint.name}, bucket {_BUCKET}, roles associated for s3Export and s3Import; "
        f"aws rds, iam, sts, lambda: {plane.url}, where it is the instance {plane.identifier}; "
        f"end it with: rdscheck down {options.name}"
    )
    if reason := server.why_not("aws_s3"):
        console.note(f"aws_s3 is missing: {reason}")
    return ExitCode.OK


def parameter(text: str) -> tuple[str, str]:
    """Read ``NAME=VALUE``; raises ``UsageError`` for anything else."""
    name, equals, value = text.partition("=")
    if not name.strip() or not equals:
        raise UsageError(f"--parameter {text!r} names no value", hint="the form is NAME=VALUE")
    return name.strip(), value


def _start_s3(choice: str, run: RunDir, server: Server) -> S3Endpoint:
    endpoint = backends.start_for(by_name(server.info.engine), run, choice)
    run.write("s3", endpoint.to_json())
    s3_client(endpoint).create_bucket(Bucket=_BUCKET)
    server.create_named_database(_DATABASE)
    instance = Associations(server)
    instance.use_s3(endpoint.url_for_server, endpoint.region, endpoint.credentials, _BUCKET)
    instance.associate_role("s3Export", allow=["s3:*"], resource=["*"])
    instance.associate_role("s3Import", allow=["s3:*"], resource=["*"])
    return endpoint


def _exports(server: Server, endpoint: S3Endpoint, plane: control.Running) -> list[str]:
    info = server.info
    password = quote(info.master_password, safe="")
    values = {
        "DATABASE_URL": f"postgresql://{info.master_user}:{password}@{info.host}:{info.port}/{_DATABASE}",
        "PGHOST": info.host,
        "PGPORT": str(info.port),
        "PGUSER": info.master_user,
        "PGPASSWORD": info.master_password,
        "PGDATABASE": _DATABASE,
        "AWS_ENDPOINT_URL_S3": endpoint.url_for_host,
        "AWS_ENDPOINT_URL_RDS": plane.url,
        "AWS_ENDPOINT_URL_IAM": plane.url,
        "AWS_ENDPOINT_URL_STS": plane.url,
        "AWS_ENDPOINT_URL_LAMBDA": plane.url,
        "AWS_REGION": endpoint.region,
        "AWS_DEFAULT_REGION": endpoint.region,
        "AWS_ACCESS_KEY_ID": endpoint.access_key,
        "AWS_SECRET_ACCESS_KEY": endpoint.secret_key,
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
    if plane.programs:
        # The program's version 1 ignores AWS_ENDPOINT_URL_RDS in us-east-1.
        lines.append(f'export PATH={shlex.quote(plane.programs)}:"$PATH"')
    return lines


def sandboxes() -> list[RunDir]:
    """Return the runs that ``rdscheck up`` started."""
    return [run for run in RunDir.all() if run.owner() == Owner.kept()]


def shown(run: RunDir) -> str:
    """Return the name a sandbox was given."""
    return run.id.removeprefix("up-")


def _down(options: argparse.Namespace, console: Console) -> ExitCode:
    running = sandboxes()
    if options.name:
        running = [run for run in running if options.name in {run.id, shown(run)}]
        if not running:
            raise UsageError(f"no sandbox is called {options.name!r}", hint="rdscheck ps lists them")
    if len(running) > 1:
        names = ", ".join(shown(run) for run in running)
        raise UsageError(f"several sandboxes run: {names}", hint="say which: rdscheck down NAME")
    if not running:
        console.note("no sandbox runs")
    for run in running:
        control.stop(run)
        known = run.read("s3")
        if known is not None:
            backends.stop(S3Endpoint.from_json(known))
        sweep.end_run(run)
        console.note(f"ended {shown(run)}")
    return ExitCode.OK


def _ps(_options: argparse.Namespace, console: Console) -> ExitCode:
    rows = []
    for run in sandboxes():
        try:
            known = run.read("s3")
            s3 = S3Endpoint.from_json(known) if known else None
            for server in servers_of(run):
                info = server.info
                where = f"{info.host}:{info.port}"
                plane = control.find(run)
                urls = [s3.url_for_host if s3 else "", plane.url if plane else ""]
                row = [shown(run), info.server_version, info.engine, where, *urls]
                rows.append(row)
        except (RdscheckError, ValueError):
            rows.append([shown(run), "?", "?", "?", "?", "?"])
    console.table(["name", "postgresql", "engine", "address", "s3", "aws"], rows)
    return ExitCode.OK
