"""``rdscheck list`` and ``rdscheck explain``: the catalogue."""

import argparse
from collections import Counter
from dataclasses import asdict
from typing import Any

import pytest

from rdscheck.assess.rule import rules
from rdscheck.catalog.extensions import EXTENSION, listed, offered
from rdscheck.catalog.numbering import is_version
from rdscheck.catalog.parameters import parameters
from rdscheck.catalog.store import as_of
from rdscheck.catalog.versions import (
    SANDBOX_MAJORS,
    emulated,
    find,
    newest,
    parse_versions,
    read_version,
    support,
)
from rdscheck.cli import babelfish, ruling
from rdscheck.cli.console import Console
from rdscheck.cli.scenarios import run_pytest
from rdscheck.deviations import DEVIATIONS, DOCUMENTATION_FINDINGS
from rdscheck.errors import ExitCode, UsageError
from rdscheck.guides import guides
from rdscheck.model import Deviation, DocumentationFinding, Scenario, Version
from rdscheck.plugin.marks import Claim, claim_of, scenario_of
from rdscheck.resources import scenarios_dir

_KINDS = ("scenarios", "rules", "versions", "extensions", "parameters", "deviations", "findings")
_DEFAULT_PG = "17"


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the commands."""
    listing = commands.add_parser(
        "list",
        help="list scenarios, rules, versions, extensions, parameters, deviations or documentation findings",
        description="List what rdscheck knows. Extensions and parameters are those of one version. "
        "Not on a terminal: one entry a line, separated by tabs.",
    )
    listing.add_argument("what", nargs="?", choices=_KINDS, default="scenarios")
    listing.add_argument(
        "--pg",
        default=_DEFAULT_PG,
        metavar="VERSION",
        help=f"version whose extensions or parameters are wanted: 15 or 15.4 (default {_DEFAULT_PG})",
    )
    listing.add_argument("--format", choices=("text", "json"), default="text")
    listing.set_defaults(command=_list)
    explain = commands.add_parser(
        "explain",
        help="one entry with why, fix and source",
        description="Explain a scenario (s3/export), an area of scenarios (privileges), a rule of check "
        "(extension-not-offered), a deviation, a documentation finding, a version (15, 15.4), or what "
        f"PostgreSQL calls a table of T-SQL ({babelfish.ID} 'db.schema.table').",
        epilog=babelfish.EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    explain.add_argument("id", metavar="ID", help=f"as printed by rdscheck list, or {babelfish.ID}")
    explain.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what {babelfish.ID} explains: database.schema.table"
    )
    explain.set_defaults(command=_explain)


class _Collected:
    """A pytest plugin that keeps the claims it sees collected."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep every claim of a scenario once."""
        for item in session.items:
            if isinstance(item, pytest.Function) and scenario_of(item) is not None:
                self.claims.append(claim_of(item))


def claims() -> list[Claim]:
    """Return the claims of all scenarios, without running any."""
    collected = _Collected()
    run_pytest(collected, "--collect-only", "--rds-pg=17")
    return collected.claims


def _list(options: argparse.Namespace, console: Console) -> ExitCode:
    columns, rows = (
        _rows_of(options.what, options.pg, console)
        if options.what in {"extensions", "parameters"}
        else _rows(options.what)
    )
    if options.format == "json":
        entries = [dict(zip(columns, row, strict=True)) for row in rows]
        console.json({"schema": 1, "kind": options.what, "entries": entries})
    else:
        console.table(columns, rows)
        if not rows:
            console.note(f"there are no {options.what} yet")
    return ExitCode.OK


def _rows(what: str) -> tuple[list[str], list[list[str]]]:
    if what == "scenarios":
        found = claims()
        number = Counter(claim.scenario.id for claim in found)
        scenarios: dict[str, Scenario] = {claim.scenario.id: claim.scenario for claim in found}
        return ["id", "claims", "versions", "title"], [
            [id_, str(number[id_]), _range(scenario), scenario.title]
            for id_, scenario in sorted(scenarios.items())
        ]
    if what == "versions":
        return [
            "version",
            "newest on RDS",
            "standard support until",
            "extended support until",
            "extensions",
        ], [_version_row(major) for major in SANDBOX_MAJORS]
    if what == "deviations":
        return ["key", "certainty", "subject"], [
            [one.key, one.certainty, one.subject] for _, one in sorted(DEVIATIONS.items())
        ]
    if what == "findings":
        return ["key", "document", "says"], [
            [one.key, one.document, one.says] for _, one in sorted(DOCUMENTATION_FINDINGS.items())
        ]
    return ruling.COLUMNS, ruling.rows()


def _rows_of(what: str, text: str, console: Console) -> tuple[list[str], list[list[str]]]:
    """Return the extensions or parameters of one version; what they are of is told beside them."""
    versions = parse_versions(text)
    if len(versions) != 1:
        raise UsageError(f"--pg {text}: one version at a time", hint=f"for example --pg {versions[0]}")
    one = emulated(versions[0])
    console.note(f"RDS for PostgreSQL {one.version}, as of {as_of(what, one.version)}")
    if what == "extensions":
        return ["extension", "version", "kind", "source"], [
            [it.name, it.version, it.kind, it.source] for it in offered(one.version).values()
        ]
    return ["parameter", "default", "applies", "modifiable", "allowed", "note", "source"], [
        [it.name, it.default, it.apply_type, it.modifiable, it.allowed, it.note, it.source]
        for it in parameters(one.version).values()
    ]


def _version_row(major: int) -> list[str]:
    latest, row = newest(major), support(major)
    return [
        str(major),
        latest.version if latest else "",
        row.standard_support_end if row else "",
        row.extended_support_end if row else "",
        str(len(offered(emulated(Version(major)).version))),
    ]


def _range(scenario: Scenario) -> str:
    since = str(scenario.since or SANDBOX_MAJORS[0])
    return f"{since}-{scenario.until}" if scenario.until else f"{since}+"


def _explain(options: argparse.Namespace, console: Console) -> ExitCode:
    wanted: str = options.id
    if wanted == babelfish.ID:
        babelfish.explain(options.names, console)
        return ExitCode.OK
    if options.names:
        raise UsageError(
            f"{wanted} {' '.join(options.names)}: one entry at a time",
            hint=f"only {babelfish.ID} takes names after it",
        )
    if wanted in DEVIATIONS:
        _print(DEVIATIONS[wanted], console)
    elif wanted in DOCUMENTATION_FINDINGS:
        _print(DOCUMENTATION_FINDINGS[wanted], console)
    elif wanted in rules():
        ruling.explain(rules()[wanted], console)
    elif is_version(wanted):
        _explain_version(wanted, console)
    elif "/" not in wanted and (scenarios_dir() / wanted).is_dir():
        _explain_area(wanted, console)
    else:
        _explain_scenario(wanted, console)
    return ExitCode.OK


def _explain_area(wanted: str, console: Console) -> None:
    """Print what an area of scenarios is about, from the text beside them, and its scenarios."""
    about = scenarios_dir() / wanted / "about.md"
    if about.is_file():
        console.data(about.read_text(encoding="utf-8"))
    columns, rows = _rows("scenarios")
    console.table(columns, [row for row in rows if row[0].startswith(f"{wanted}/")])
    for guide in guides():
        if guide.id.startswith(f"{wanted}/"):
            console.data(f"\n{guide.title}, step by step ({guide.docs})")
            steps = [
                [f"{one.section}, {one.step}", one.does, ", ".join(one.claims) or one.note]
                for one in guide.steps
            ]
            console.table(["step", "what it tells you to do", "shown by"], steps)


def _explain_version(wanted: str, console: Console) -> None:
    row = find(wanted)
    if row is None:
        emulated(read_version(wanted))  # says what stands near it
        raise UsageError(f"no page tells about {wanted}", hint="rdscheck list versions")
    for name, value in asdict(row).items():
        console.data(f"{name.replace('_', ' ')}: {value or '-'}")
    version = read_version(wanted)
    known = listed(version.major)
    if not version.minor and known:
        console.data(f"newest with a list of extensions: {known[-1]}")
        console.data(f"minors with a list of extensions: {', '.join(known)}")
    lists = wanted if version.minor else known[-1] if known else ""
    if lists not in known:
        console.data("extensions: no list is known")
        return
    entries = offered(lists).values()
    taken = sum(entry.kind == EXTENSION for entry in entries)
    console.data(f"extensions: {len(entries)}, of which CREATE EXTENSION takes {taken}")
    console.data(f"extensions as of: {as_of('extensions', lists)}")
    console.data(f"extensions source: {', '.join(sorted({entry.source for entry in entries}))}")


def _print(entry: Deviation | DocumentationFinding, console: Console) -> None:
    for name, value in asdict(entry).items():
        console.data(f"{name}: {value}")


def _explain_scenario(wanted: str, console: Console) -> None:
    found = [claim for claim in claims() if claim.scenario.id == wanted]
    if not found:
        raise UsageError(
            f"nothing is called {wanted!r}",
            hint="rdscheck list scenarios, rules, deviations, findings or versions shows what there is",
        )
    scenario = found[0].scenario
    console.data(f"{scenario.id}: {scenario.title}")
    console.data(f"documentation: {scenario.docs}")
    if scenario.document:
        console.data(f"follows: {scenario.document}")
    console.data(f"versions: {_range(scenario)}")
    if scenario.needs:
        console.data(f"needs: {', '.join(scenario.needs)}")
    console.data(f"claims ({len(found)}):")
    for claim in found:
        notes = [claim.basis.value, *([claim.certainty.value] if claim.certainty else [])]
        notes += [f"from {claim.since}"] if claim.since > scenario.since else []
        notes += [f"deviation {key}" for key in claim.deviations]
        notes += [f"finding {key}" for key in claim.documentation_findings]
        console.data(f"  - {claim.title} [{', '.join(notes)}]")
        if claim.source:
            console.data(f"    source: {claim.source}")
