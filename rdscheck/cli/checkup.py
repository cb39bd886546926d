"""``rdscheck doctor``: what this machine can run, what is missing, what mends it."""

import argparse
from typing import Any

from rich.text import Text

from rdscheck.aws import backends
from rdscheck.catalog.versions import SANDBOX_MAJORS
from rdscheck.cli.console import Console
from rdscheck.errors import ExitCode
from rdscheck.model import Version
from rdscheck.sandbox.docker import DockerEngine
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.local import LocalEngine, installations
from rdscheck.sandbox.setup import set_up
from rdscheck.sandbox.shadow import why_no_stand_ins


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command."""
    doctor = commands.add_parser(
        "doctor",
        help="what this machine can run, and the command that mends the rest",
        description="Look at engines, versions, extensions and S3 backends. Ends with 0 when at least one "
        "version can run, else with 3.",
    )
    doctor.add_argument("--format", choices=("text", "json"), default="text")
    doctor.add_argument("--setup", action="store_true", help="install what is missing, as run --setup does")
    doctor.set_defaults(command=_doctor)


def _doctor(options: argparse.Namespace, console: Console) -> ExitCode:
    if options.setup:
        versions = tuple(Version(major) for major in SANDBOX_MAJORS)
        set_up("auto", versions, console.note)
        if installations():  # so that local servers, too, get what they lack
            set_up("local", versions, console.note)
    rows = [*_engines(), *_versions(DockerEngine()), *_versions(LocalEngine()), *_stand_ins(), *_s3()]
    if options.format == "json":
        console.json({"schema": 1, "kind": "doctor", "checks": rows})
    elif console.out.is_terminal:
        _show(rows, console)
    else:
        columns = ["part", "name", "state", "detail", "mend"]
        console.table(columns, [[row[column] for column in columns] for row in rows])
    usable = any(row["part"].endswith("version") and row["state"] == "ok" for row in rows)
    return ExitCode.OK if usable else ExitCode.UNCHECKED


def _show(rows: list[dict[str, str]], console: Console) -> None:
    """Print one part under the other: the commands that mend are too long for a column."""
    part = ""
    for row in rows:
        if row["part"] != part:
            part = row["part"]
            console.out.print(Text(part, style="bold"))
        line = Text(f"  {row['state']:<8}", style="green" if row["state"] == "ok" else "yellow")
        line.append(f"{row['name']:<11} {row['detail']}", style="default")
        console.out.print(line)
        if row["mend"]:
            console.out.print(Text(f"{'':22}mend: {row['mend']}"))


def _row(part: str, name: str, state: str, detail: str, mend: str = "") -> dict[str, str]:
    return {"part": part, "name": name, "state": state, "detail": detail, "mend": mend}


def _engines() -> list[dict[str, str]]:
    docker = DockerEngine()
    if told := docker.answers():
        first = _row("engine", "docker", "missing", told, "start Docker, or rdscheck doctor --setup")
    else:
        first = _row("engine", "docker", "ok", f"Docker {docker.version()}")
    found = installations()
    names = ", ".join(one.server_version for _, one in sorted(found.items()))
    if names:
        return [first, _row("engine", "local", "ok", f"servers installed: {names}")]
    return [first, _row("engine", "local", "missing", "no server is installed", "apt-get install postgresql")]


def _versions(engine: Engine) -> list[dict[str, str]]:
    rows = []
    for major in SANDBOX_MAJORS:
        offer = engine.offer(Version(major))
        state = "ok" if offer.available else "missing"
        rows.append(_row(f"{engine.name} version", str(major), state, offer.base or offer.reason, offer.mend))
    return rows


def _stand_ins() -> list[dict[str, str]]:
    rows = []
    for _, one in sorted(installations().items()):
        reason = why_no_stand_ins(one.bin_dir)
        rows.append(
            _row("local stand-ins", one.server_version, "missing", reason, "rdscheck doctor --setup")
            if reason
            else _row(
                "local stand-ins",
                one.server_version,
                "ok",
                "aws_commons, aws_lambda, aws_s3, plv8 can be built",
            )
        )
    return rows


def _s3() -> list[dict[str, str]]:
    return [
        _row("s3", one.kind, "ok" if one.usable else "missing", one.name if one.usable else one.reason)
        for one in backends.found()
    ]
