"""``rdscheck new``: a file that fails until it is filled in."""

import argparse
import re
from pathlib import Path
from typing import Any

from rdscheck.cli import ruling
from rdscheck.cli.console import Console
from rdscheck.errors import ExitCode, UsageError

_SCENARIO = '''"""{title}: what the documented procedure promises, in one or two sentences."""

import pytest

from rdscheck import Basis, scenario

pytestmark = scenario(
    "{id}",
    title="{title}",
    docs="",  # address of the page that documents the procedure
    since=13,
    needs=(),  # extensions the server must offer
    basis=Basis.REAL,  # or STAND_IN, EMULATED: how the outcome is obtained
)


def test_what_the_document_promises(rds, step):
    """The first line says, as a sentence, what is true if this passes."""
    with step("1. The first step of the document"):
        rds.execute("SELECT 1")

    pytest.fail("fill in: assert which object, which bytes, which error")


def test_its_refused_twin(rds, step):
    """What RDS allows here it refuses to an ordinary role."""
    pytest.fail("fill in: every allowed act has a refused twin")
'''


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command."""
    new = commands.add_parser(
        "new",
        help="start a scenario or a rule from a template",
        description="Write a file that fails its own test until it is filled in.",
    )
    kinds = new.add_subparsers(title="kinds", metavar="KIND", required=True)
    scenario = kinds.add_parser("scenario", help="scenarios/AREA/test_PROCEDURE.py")
    scenario.add_argument("id", metavar="AREA/PROCEDURE", help="for example s3/export")
    scenario.add_argument(
        "--dir", type=Path, default=Path("scenarios"), metavar="DIR", help="where scenarios are (./scenarios)"
    )
    scenario.set_defaults(command=_scenario)
    rule = kinds.add_parser("rule", help="rdscheck/assess/rules/GROUP/RULE_ID.py")
    rule.add_argument("id", metavar="GROUP/RULE-ID", help="for example files/file-foreign-table")
    rule.add_argument(
        "--dir",
        type=Path,
        default=Path("rdscheck/assess/rules"),
        metavar="DIR",
        help="where rules are (./rdscheck/assess/rules)",
    )
    rule.set_defaults(command=_rule)


def _rule(options: argparse.Namespace, console: Console) -> ExitCode:
    return ruling.new(options.id, options.dir, console)


def _scenario(options: argparse.Namespace, console: Console) -> ExitCode:
    match = re.fullmatch(r"([a-z][a-z0-9_]*)/([a-z][a-z0-9_-]*)", options.id)
    if not match:
        raise UsageError(
            f"{options.id!r} is no id for a scenario",
            hint="the form is area/procedure in lower case: s3/export",
        )
    area, procedure = match.groups()
    path: Path = options.dir / area / f"test_{procedure.replace('-', '_')}.py"
    if path.exists():
        raise UsageError(f"{path} exists already", hint="choose another id")
    path.parent.mkdir(parents=True, exist_ok=True)
    title = procedure.replace("-", " ").replace("_", " ").capitalize()
    path.write_text(_SCENARIO.format(id=options.id, title=title), encoding="utf-8")
    console.data(str(path))
    console.note(f"it fails until it is filled in: pytest {path} --rds-pg 17")
    return ExitCode.OK
