"""``rdscheck catalog``: what rdscheck knows about RDS, how old it is, reading it anew from an account."""

import argparse
import datetime as dt
import os
from pathlib import Path
from typing import Any

from rdscheck.catalog import account, refresh, store
from rdscheck.catalog.versions import SANDBOX_MAJORS
from rdscheck.cli.console import Console
from rdscheck.errors import ExitCode, UsageError
from rdscheck.sandbox.rundir import base_dir

_EXAMPLES = """\
examples:
  rdscheck catalog                                       how old what rdscheck knows is
  rdscheck catalog refresh --region eu-central-1         read your account's versions and parameters
  rdscheck catalog refresh --region eu-central-1 --profile work --major 16,17
  rdscheck catalog forget                                back to what came with rdscheck

Nothing but refresh talks to AWS, and rdscheck never needs it. It asks for
rds:DescribeDBEngineVersions and rds:DescribeEngineDefaultParameters, which only read.
"""


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command."""
    top = commands.add_parser(
        "catalog",
        help="how old the facts about RDS are; read them anew from an AWS account",
        description="Show what rdscheck knows about RDS and as of when, or read it anew from an AWS account.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.set_defaults(command=_show, format="text", notes=False)
    actions = top.add_subparsers(title="actions", metavar="ACTION")
    show = actions.add_parser(
        "show", help="dates, counts and origin of each table", description="Show dates, counts and origin."
    )
    show.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or json")
    show.add_argument("--notes", action="store_true", help="print what is uncertain in the tables, instead")
    show.set_defaults(command=_show)
    again = actions.add_parser(
        "refresh",
        help="read versions, parameters and extensions from an AWS account",
        description="Read engine versions, default parameters and the list of extensions of RDS for "
        "PostgreSQL from an AWS account, and prefer them from then on.",
    )
    again.add_argument("--region", required=True, help="region to ask, for example eu-central-1")
    again.add_argument(
        "--profile", help="profile of your AWS configuration (default: as the AWS CLI chooses)"
    )
    again.add_argument("--endpoint-url", metavar="URL", help="address to ask in place of the region's")
    again.add_argument("--major", metavar="MAJORS", help="15 or 15,16 (default: all the account offers)")
    again.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help=f"where to write (default: ${store.VARIABLE}, else catalog in the directory of rdscheck's runs)",
    )
    again.set_defaults(command=_refresh)
    forget = actions.add_parser(
        "forget",
        help="remove what was read from an account",
        description="Remove what was read from an account.",
    )
    forget.add_argument("--output", type=Path, metavar="DIR", help="where it was written, if elsewhere")
    forget.set_defaults(command=_forget)


def _show(options: argparse.Namespace, console: Console) -> ExitCode:
    if options.notes:
        console.table(
            ["table", "about", "note"], [[note.table, note.about, note.note] for note in store.notes()]
        )
        return ExitCode.OK
    columns = ["table", "rows", "as of", "where from"]
    rows = [[one.name, str(len(store.shipped(one.name))), one.as_of, one.reflects] for one in store.tables()]
    for (engine, major), row in sorted(store.origins().items()):
        counted = (
            f"{row['versions']} versions, {row['parameters']} parameters, {row['extensions']} extensions"
        )
        name = f"{engine} {major}"
        rows.append([name, row["parameters"], f"your account, {row['date']}", f"{row['region']}: {counted}"])
    if options.format == "json":
        entries = [dict(zip(columns, row, strict=True)) for row in rows]
        console.json({"schema": 1, "kind": "catalog", "entries": entries})
        return ExitCode.OK
    console.table(columns, rows)
    where = store.overlay()
    console.note(f"refreshed: {where}" if where else "as it came with rdscheck; never read from an account")
    return ExitCode.OK


def _refresh(options: argparse.Namespace, console: Console) -> ExitCode:
    majors = _majors(options.major)
    directory = options.output or _directory()
    today = dt.datetime.now(dt.UTC).date().isoformat()
    api = account.client(options.region, options.profile, options.endpoint_url)
    console.note(f"asking RDS in {options.region}")
    found = account.read(api, options.region, today, majors)
    refresh.write(found, directory, today)
    for major in found.majors:
        versions = [row for row in found.versions if row["pg_major"] == str(major)]
        extensions = [row for row in found.extensions if row["pg_major"] == str(major)]
        parameters = [row for row in found.parameters if row["pg_versions"] == str(major)]
        console.data(
            f"PostgreSQL {major}: {len(versions)} versions, {len(parameters)} parameters, "
            f"{len(extensions)} extensions"
        )
        if not extensions:
            console.note(
                f"PostgreSQL {major}: the account tells no list of extensions; the one of rdscheck stays"
            )
    console.note(f"written to {directory}; back to what came with rdscheck: rdscheck catalog forget")
    if options.output and options.output.resolve() != (store.directory() or Path()).resolve():
        console.note(f"to use it: export {store.VARIABLE}={options.output.resolve()}")
    return ExitCode.OK


def _forget(options: argparse.Namespace, console: Console) -> ExitCode:
    directory = options.output or _directory()
    there = refresh.forget(directory)
    console.note(f"forgot {directory}" if there else f"nothing to forget in {directory}")
    return ExitCode.OK


def _directory() -> Path:
    chosen = os.environ.get(store.VARIABLE)
    if chosen == store.NONE:
        raise UsageError(
            f"{store.VARIABLE}={store.NONE} switches it off", hint="unset it, or give --output DIR"
        )
    return Path(chosen) if chosen else base_dir() / "catalog"


def _majors(text: str | None) -> tuple[int, ...]:
    if text is None:
        return ()
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdecimal() and len(word) < 4 for word in words):
        known = ", ".join(str(major) for major in SANDBOX_MAJORS)
        raise UsageError(f"--major {text}: majors are whole numbers", hint=f"for example {known}")
    return tuple(int(word) for word in words)
