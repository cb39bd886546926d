"""``rdscheck runbook``: run the code blocks of a markdown procedure and say block by block what happened."""

import argparse
import json
import sys
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rdscheck import __version__
from rdscheck.catalog.versions import SANDBOX_MAJORS, parse_versions
from rdscheck.cli.console import Console
from rdscheck.cli.ending import ended_as_interrupted
from rdscheck.cli.reporting import check_output, write_file
from rdscheck.errors import EngineUnavailable, ExitCode, RdscheckError, UsageError
from rdscheck.model import Version
from rdscheck.report.runbook.text import lines
from rdscheck.report.runbook.write import FORMATS, render
from rdscheck.report.text import one_line
from rdscheck.runbook.acting import Configuration
from rdscheck.runbook.binding.binder import Binder
from rdscheck.runbook.binding.configuration import configuration_of, parse_bind
from rdscheck.runbook.binding.placeholders import find
from rdscheck.runbook.model import Block, Judged, Page, Ran, Verdict
from rdscheck.runbook.reading import decode, load, read
from rdscheck.runbook.running.accepting import accepted
from rdscheck.runbook.running.opening import Order, opened
from rdscheck.runbook.running.results import Results, exit_code
from rdscheck.runbook.running.surroundings import block_at
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.engines import CHOICES, choose

_EXAMPLES = """\
examples:
  rdscheck runbook upgrade.md                       on the newest version that this machine has
  rdscheck runbook upgrade.md --pg 15,17 --format html -o upgrade.html
  rdscheck runbook upgrade.md --list                its blocks and placeholders; nothing is run
  rdscheck runbook upgrade.md --bind YOUR_BUCKET=exports
  rdscheck runbook upgrade.md --accept              a copy with the outputs that were observed
  rdscheck runbook upgrade.md --only 40 52          only the blocks at these lines

verdicts, one for each block:
  passed                   it ran, and printed what the page shows, if the page shows something
  passed, output differs   it ran and printed something else
  failed                   the server or a program refused it
  simulated                a step of the console, done through the control plane of the sandbox
  not runnable here        why: an unbound placeholder, an unknown program, a missing package
  not a command            policies, configuration, source text

what a page leaves open is said in page.runbook.toml beside it, or in the file of --config:
  setup = ["tables.sql"]                            run as the master user before the first block
  database = "labdb"                                where psql begins
  [started]                                         run when the sandbox made that instance
  target-instance = ["extension.sql"]
  [bind]
  YOUR_BUCKET = "exports"
  [[expected]]                                      or [[skip]], without a verdict
  line = 40
  verdict = "failed"
  reason = "shows what a missing grant does"
  pg = [13, 15]                                     on these majors only; left out: on all

exit status:
  0  all blocks as expected     1  a block failed, or is not as the configuration expects
  2  wrong usage, or a page that cannot be read
  3  something could not be run here, or nothing ran; [[expected]] or [[skip]] with a reason make it 0
"""

_STDIN = Path("-")


@dataclass
class _Seen:
    """What came of the pages so far."""

    runs: list[Ran] = field(default_factory=list)
    not_run: dict[str, str] = field(default_factory=dict)
    complete: bool = True


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command."""
    runbook = commands.add_parser(
        "runbook",
        help="run the code blocks of a markdown procedure",
        description="Run the code blocks of markdown pages (a vendor's page, a runbook of a wiki, a plan for "
        "a migration) in a sandbox of RDS for PostgreSQL, and say block by block what happened. No shell "
        "runs a page's text, and nothing outside of the sandbox is reached.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    runbook.add_argument(
        "pages",
        nargs="+",
        type=Path,
        metavar="FILE.md",
        help="a page, or - for standard input; each gets a sandbox",
    )
    runbook.add_argument(
        "--pg", metavar="VERSIONS", help="15 or 15.4 or 13,17 or all (default: the newest that is ready here)"
    )
    runbook.add_argument(
        "--bind",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what a placeholder stands for; may be given again",
    )
    runbook.add_argument(
        "--config", type=Path, metavar="FILE", help="a runbook.toml (default: beside the page)"
    )
    runbook.add_argument("--format", choices=sorted(FORMATS), default="text", help="text by default")
    runbook.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write there, not to standard output"
    )
    runbook.add_argument("--engine", choices=CHOICES, default="auto", help="where servers come from")
    runbook.add_argument(
        "--list",
        action="store_true",
        help="show blocks, kinds and placeholders, and run nothing (text, json)",
    )
    runbook.add_argument(
        "--only",
        nargs="+",
        action="extend",
        type=int,
        default=[],
        metavar="LINE",
        help="only the blocks at these lines",
    )
    runbook.add_argument(
        "--fail-on",
        choices=("failed", "differs"),
        default="failed",
        help="differs: an output that differs ends with 1, too",
    )
    runbook.add_argument(
        "--accept",
        nargs="?",
        type=Path,
        const=Path(),
        metavar="FILE",
        help="write a copy of the page with observed outputs (default PAGE.accepted.md)",
    )
    runbook.add_argument("--accept-in-place", action="store_true", help="write them into the page itself")
    runbook.add_argument(
        "--keep", action="store_true", help="keep each sandbox until Enter is pressed, to look at it"
    )
    runbook.set_defaults(command=_runbook)


def _runbook(options: argparse.Namespace, console: Console) -> ExitCode:
    with ended_as_interrupted():
        return _asked(options, console)


def _asked(options: argparse.Namespace, console: Console) -> ExitCode:
    check_output(options.output)
    binds = dict(map(parse_bind, options.bind))
    orders = _orders(options.pages, options.config, binds, options.only)
    if options.list:
        return _list(orders, options.format, options.output, console)
    engine = choose(options.engine)
    versions = _versions(options.pg, engine)
    _check_accept(options, versions)
    seen = _Seen()
    for order in orders:
        for version in versions:
            if seen.complete:
                _run(order, version, engine, seen, console, keep=options.keep)
    results = Results(
        tuple(seen.runs),
        complete=seen.complete,
        fail_on_differs=options.fail_on == "differs",
        not_run=tuple(sorted(seen.not_run.items())),
        rdscheck_version=__version__,
    )
    _show(results, options.format, options.output, console)
    if options.accept is not None or options.accept_in_place:
        for order, ran in zip(orders, results.runs, strict=False):
            _accept(order, ran, options, console)
    if not seen.complete:
        console.error("interrupted: what had not run by then says so")
    return exit_code(results)


def _page(path: Path) -> Page:
    """Read a page from a file, or from standard input."""
    if path != _STDIN:
        return load(path)
    name = "standard input"
    return read(name, decode(name, sys.stdin.buffer.read()))


def _orders(
    paths: Sequence[Path], config: Path | None, binds: Mapping[str, str], only: Sequence[int]
) -> list[Order]:
    """Read pages and what is said of them; everything that does not fit is told before anything runs."""
    if only and len(paths) > 1:
        raise UsageError("--only takes lines of one page", hint="give one FILE.md")
    if paths.count(_STDIN) > 1:
        raise UsageError("standard input can be read once", hint="give - once")
    orders = []
    for path in paths:
        page = _page(path)
        known = {one.text for one in find(page)}
        own = {name: value for name, value in binds.items() if len(paths) == 1 or name in known}
        settings = Configuration() if path == _STDIN and not config else configuration_of(path, config)
        order = Order(page, settings, own, tuple(only))
        Binder(page, order.configuration, own)
        for line in only:
            block_at(page, line)
        orders.append(order)
    for name in binds:
        if not any(name in order.binds for order in orders):
            raise UsageError(f"--bind {name}: no page has it", hint="--list shows the placeholders")
    return orders


def _versions(text: str | None, engine: Engine) -> tuple[Version, ...]:
    if text:
        return parse_versions(text)
    ready = [major for major in SANDBOX_MAJORS if engine.offer(Version(major)).available]
    if not ready:
        raise RdscheckError(
            "no version can run on this machine", hint="rdscheck doctor tells what is missing"
        )
    return (Version(max(ready)),)


def _check_accept(options: argparse.Namespace, versions: Sequence[Version]) -> None:
    if options.accept is None and not options.accept_in_place:
        return
    if options.accept is not None and options.accept_in_place:
        raise UsageError("--accept and --accept-in-place are two ways", hint="give one of them")
    if _STDIN in options.pages and options.accept in {None, Path()}:
        raise UsageError("a page of standard input has no file to write to", hint="--accept FILE")
    if len(versions) > 1:
        raise UsageError(
            "outputs of several versions cannot be accepted at once", hint="give --pg one version"
        )
    if options.accept not in {None, Path()} and len(options.pages) > 1:
        raise UsageError("--accept FILE is for one page", hint="leave FILE out")
    if options.accept is not None:
        for page in options.pages:
            copy = _copy(page, options.accept)
            if copy.exists() and copy.samefile(page):
                raise UsageError(f"--accept {copy} is the page itself", hint="--accept-in-place does that")
            check_output(copy)


def _run(
    order: Order, version: Version, engine: Engine, seen: _Seen, console: Console, *, keep: bool
) -> None:
    """Run a page on a version and add what became of it."""
    name = order.page.name
    console.progress(f"{name}: a sandbox of PostgreSQL {version}")
    try:
        engine.prepare(version, console.note)
        with opened(order, str(version), engine) as runner:
            number = len(runner.blocks)

            def tell(block: Block, judged: Judged | None) -> None:
                at = f"[{runner.blocks.index(block) + 1}/{number}] {name}:{block.line} {block.kind.value}"
                if judged is None:
                    console.progress(at)
                else:
                    console.note(one_line(f"{at}: {judged.verdict.value}"))

            ran = runner.run(tell)
            seen.runs.append(ran)
            seen.complete = not runner.interrupted
            if keep and seen.complete:
                _wait(runner.lab.shown(), console)
    except EngineUnavailable as error:
        seen.not_run[str(version)] = str(error)
        console.note(f"PostgreSQL {version} does not run here: {error}")
    except KeyboardInterrupt:
        seen.complete = False


def _wait(shown: Mapping[str, str], console: Console) -> None:
    """Keep the sandbox until Enter is pressed, and say where it is."""
    for real, told in shown.items():
        console.note(f"  {told}: {real}")
    console.note("the sandbox is kept; Enter ends it")
    try:
        input()
    except EOFError:
        console.note("standard input is closed: the sandbox ends")


def _show(results: Results, form: str, output: Path | None, console: Console) -> None:
    if output:
        write_file(output, render(results, form))
        console.note(f"report: {output}")
    elif form == "text" and console.out.is_terminal:
        for line in lines(results):
            console.styled(line.text, line.style)
    else:
        console.document(render(results, form), None if form == "text" else "utf-8")


def _copy(page: Path, given: Path | None) -> Path:
    return given if given not in {None, Path()} and given else page.with_suffix(f".accepted{page.suffix}")


def _accept(order: Order, ran: Ran, options: argparse.Namespace, console: Console) -> None:
    page = Path(order.page.name)
    found = accepted(ran, order.configuration)
    path = page if options.accept_in_place else _copy(page, options.accept)
    write_file(path, _ended_as(page, found.text))
    console.note(f"accepted: {path}, {len(found.replaced)} outputs replaced")
    for line in found.kept:
        console.note(f"  line {line} keeps its output: what was printed would end the block early")
    failed = sum(one.verdict is Verdict.FAILED for one in ran.judged)
    if failed:
        console.note(f"  {failed} blocks failed: what they printed is not accepted")


def _ended_as(page: Path, text: str) -> str:
    """Return a text with the line ends and the mark at the beginning that the page's file has."""
    try:
        data = page.read_bytes()
    except OSError:
        return text
    mark = "\ufeff" if data.startswith(BOM_UTF8) and not text.startswith("\ufeff") else ""
    return mark + (text.replace("\n", "\r\n") if b"\r\n" in data else text)


def _list(orders: Sequence[Order], form: str, output: Path | None, console: Console) -> ExitCode:
    if form not in {"text", "json"}:
        raise UsageError(f"--list has no format {form}", hint="text or json")
    if form == "json":
        entries = {
            "schema": 1,
            "kind": "runbook-list",
            "blocks": [
                {
                    "document": order.page.name,
                    "line": one.line,
                    "end": one.end,
                    "kind": one.kind.value,
                    "pieces": len(one.pieces),
                    "headings": list(one.headings),
                    "shows": one.shows,
                }
                for order in orders
                for one in order.page.blocks
            ],
            "placeholders": [
                {"document": order.page.name, "text": one.text, "role": one.role, "lines": list(one.lines)}
                for order in orders
                for one in find(order.page)
            ],
        }
        if output:
            write_file(output, json.dumps(entries, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
        else:
            console.json(entries)
        return ExitCode.OK
    if output:
        raise UsageError("--list -o takes --format json", hint="the text is for a terminal")
    for order in orders:
        _list_page(order.page, order.configuration, console)
    return ExitCode.OK


def _list_page(page: Page, configuration: Configuration, console: Console) -> None:
    console.note(f"{page.name}: {len(page.blocks)} blocks")
    rows = [
        [page.name, str(one.line), one.kind.value, str(len(one.pieces)), one_line(one.text)[:60]]
        for one in page.blocks
    ]
    console.table(["page", "line", "kind", "pieces", "begins"], rows)
    placeholders = find(page)
    if placeholders:
        console.note(f"{page.name}: {len(placeholders)} placeholders")
    rows = [
        [
            page.name,
            ",".join(map(str, one.lines)),
            one.role or "?",
            configuration.bind.get(one.text, ""),
            one.text,
        ]
        for one in placeholders
    ]
    if rows:
        console.table(["page", "lines", "role", "bound to", "placeholder"], rows)
