"""``rdscheck check``: what keeps a database from running on RDS."""

import argparse
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rdscheck import __version__
from rdscheck.assess import baseline
from rdscheck.assess.anon import Pseudonyms, anonymous
from rdscheck.assess.answering import Decisions, answer, broken, failed
from rdscheck.assess.checked import Checked, Checks, State, Trouble, exit_code, unique
from rdscheck.assess.effort import chosen, read_efforts, with_efforts
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.fleet import Interrupted, Limits, Member, Order, Result, check_fleet, read_fleet
from rdscheck.assess.rule import Rule, rules
from rdscheck.assess.source import Examined, Stage, Wish, examine, read_source
from rdscheck.assess.suppressing import DEFAULT, Accepted, read_accepted
from rdscheck.assess.suppressing import remarks as of_suppressions
from rdscheck.assess.target import Move, Target, read_target
from rdscheck.cli.console import Console
from rdscheck.cli.ending import ended_as_interrupted
from rdscheck.cli.reporting import check_directory, check_output, show
from rdscheck.errors import ExitCode, RdscheckError, UsageError
from rdscheck.report.check.write import FORMATS
from rdscheck.report.text import one_line

_EXAMPLES = """\
targets:
  postgresql://app@db.example.com/shop    a live database, looked at in one read-only transaction
  service=shop, 'host=db dbname=shop'     the same; passwords belong in PGPASSWORD or ~/.pgpass
  shop.sql, shop.dump, shop.tar, dir/     a dump of pg_dump or pg_dumpall, compressed or not
  -                                       a dump on standard input

examples:
  rdscheck check shop.dump --target rds-17
  rdscheck check service=shop --all-databases --target aurora-16 --format html -o shop.html
  pg_dump --schema-only shop | rdscheck check - --target rds-17.5 --fail-on warning
  rdscheck check shop.sql --target rds-17 --write-baseline known.json
  rdscheck check shop.sql --target rds-17 --baseline known.json     only what is new counts
  rdscheck check shop.dump --target rds-17 --rehearse     restore it into a sandbox, and tell what was met
  rdscheck check --fleet targets.csv --target rds-17 -j 16 --format markdown -o fleet.md

a fleet is a CSV file, one source a line; to and databases may be left out:
  name,target,to,databases
  shop,postgresql://check@db1.example.com/shop,rds-17,all
  old,/backups/old.dump,aurora-16,

suppressions are in rdscheck.toml of this directory, or in the file of --suppress:
  [[suppress]]
  rule = "extension-*"                    a glob of rule ids (rdscheck list rules)
  subject = "extension file_fdw"          a glob; database = "…" likewise
  reason = "replaced by log_fdw"          must be there
  expires = 2027-01-31                    its last day
  [[unchecked]]                           what could not be checked and may stay so
  what = "kinds of passwords*"            a glob; reason, database and expires as above

exit status:
  0  no new finding at --fail-on or worse     1  there are some
  2  wrong usage, or a dump that is none      3  something could not be checked: a server that does
                                                 not answer, or what rules at --fail-on needed to see
"""


@dataclass(frozen=True)
class _Ask:
    """What is asked of every source."""

    target: Target | None
    efforts: Mapping[str, Effort]
    wish: Wish
    decisions: Decisions
    known: baseline.Baseline

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Return the rules, with the user's efforts."""
        return self.decisions.rules


@dataclass
class _Seen:
    """What came of the sources so far."""

    checks: list[Checked] = field(default_factory=list)
    names: list[frozenset[str]] = field(default_factory=list)
    complete: bool = True


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command."""
    check = commands.add_parser(
        "check",
        help="what keeps a database or a dump from moving to RDS or Aurora",
        description="Look at databases or dumps and say what stands in the way of moving them to an engine "
        "version of RDS or Aurora, with reasons, fixes and sources. Nothing is written to any of them.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("sources", nargs="*", metavar="TARGET", help="a database or a dump, see below")
    check.add_argument("--target", metavar="ENGINE-VERSION", help="where to: rds-17, rds-17.5 or aurora-16")
    check.add_argument(
        "--move",
        choices=("auto", *(one.value for one in Move)),
        default="auto",
        help="how: a dump is restored, or an instance upgraded in place (auto: what the source can do)",
    )
    check.add_argument("--format", choices=sorted(FORMATS), default="text", help="text by default")
    check.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write there, not to standard output"
    )
    check.add_argument(
        "--fail-on",
        choices=[one.value for one in Severity],
        default=Severity.BLOCKER.value,
        help="the least severity of new findings that ends with 1 (default blocker)",
    )
    check.add_argument("--only", action="append", default=[], metavar="GLOB", help="only rules of these ids")
    check.add_argument("--skip", action="append", default=[], metavar="GLOB", help="not rules of these ids")
    check.add_argument(
        "--effort",
        action="append",
        default=[],
        metavar="FILE|ID=HOURS",
        help="hours of work: ID=4 once for a rule, ID=4+0.5 also for each finding, or a file with [effort]",
    )
    check.add_argument("--suppress", type=Path, metavar="FILE", help=f"accepted findings (default {DEFAULT})")
    check.add_argument(
        "--baseline", type=Path, metavar="FILE", help="findings known before, which do not count"
    )
    check.add_argument("--write-baseline", type=Path, metavar="FILE", help="keep the findings of this check")
    check.add_argument("--anon", action="store_true", help="names become pseudonyms, to give the report away")
    check.add_argument(
        "--all-databases", action="store_true", help="of a live server, not only the one named"
    )
    rehearsal = check.add_argument_group("rehearsal")
    rehearsal.add_argument(
        "--rehearse",
        action="store_true",
        help="restore the schema, never the data, into a sandbox of the target and compare",
    )
    rehearsal.add_argument(
        "--rehearsal-dir",
        type=Path,
        default=Path("rehearsal"),
        metavar="DIR",
        help="where fixes.sql and the filtered restore list go (./rehearsal)",
    )
    rehearsal.add_argument(
        "--engine", choices=("auto", "docker", "local"), default="auto", help="where the sandbox runs"
    )
    fleet = check.add_argument_group("fleet")
    fleet.add_argument("--fleet", type=Path, metavar="FILE.csv", help="many sources, see below")
    fleet.add_argument("-j", "--jobs", type=int, default=4, metavar="N", help="sources at once (4)")
    fleet.add_argument("--time-limit", type=float, default=600.0, metavar="SECONDS", help="for each (600)")
    fleet.add_argument(
        "--retries", type=int, default=1, metavar="N", help="where a server does not answer (1)"
    )
    check.set_defaults(command=_check)


def _check(options: argparse.Namespace, console: Console) -> ExitCode:
    target = read_target(options.target) if options.target else None
    asked = with_efforts(chosen(rules(), options.only, options.skip), efforts := read_efforts(options.effort))
    known = baseline.read(options.baseline) if options.baseline else baseline.Baseline()
    decisions = Decisions(
        rules=asked,
        threshold=Severity(options.fail_on),
        accepted=_accepted(options.suppress),
        known=known.keys,
        today=dt.datetime.now(tz=dt.UTC).date(),
    )
    check_output(options.output)
    check_output(options.write_baseline, "--write-baseline")
    if options.rehearse:
        check_directory(options.rehearsal_dir, "--rehearsal-dir")
    wish = Wish(
        None if options.move == "auto" else Move(options.move),
        options.all_databases,
        names=options.anon,
        rehearse=_stage(options),
    )
    ask = _Ask(target, efforts, wish, decisions, known)
    with ended_as_interrupted():
        seen = _fleet(options, ask, console) if options.fleet else _sources(options, ask, console)
    checks = _told(seen, decisions, fleet=bool(options.fleet))
    told = checks
    if options.anon:
        shown = anonymous(checks.checks, seen.names, Pseudonyms())
        told = replace(checks, checks=shown, anonymous=True, remarks=_without_names(checks.remarks))
    show(told, options.format, options.output, console)
    if options.write_baseline:
        _write_baseline(options.write_baseline, checks, console)
    return exit_code(checks)


def _stage(options: argparse.Namespace) -> Stage | None:
    """Return where restores are rehearsed; raises ``UsageError`` for what does not go together."""
    if not options.rehearse:
        return None
    for given, why in (
        (options.fleet, "--fleet: a rehearsal takes a server of its own for each source"),
        (options.anon, "--anon: a rehearsal quotes the server, which names objects"),
        ("-" in options.sources, "standard input: it can be read once, a rehearsal reads twice"),
        (options.move == Move.UPGRADE, "--move upgrade: rdscheck upgrade tries that on a sandbox"),
    ):
        if given:
            raise UsageError(f"--rehearse does not go with {why}", hint="rehearse one dump or database")
    return Stage(options.engine, options.rehearsal_dir)


def _accepted(path: Path | None) -> Accepted:
    if path is None and not Path(DEFAULT).is_file():
        return Accepted()
    return read_accepted(path or Path(DEFAULT))


def _sources(options: argparse.Namespace, ask: _Ask, console: Console) -> _Seen:
    target = ask.target
    if not options.sources or target is None:
        missing = "TARGET" if not options.sources else "--target"
        raise UsageError(
            f"{missing} is missing", hint="for example: rdscheck check shop.dump --target rds-17"
        )
    if options.sources.count("-") > 1:
        raise UsageError("standard input can be read once", hint="give - once")
    ask.known.check([target.line], str(options.baseline))
    sources = [read_source(text) for text in options.sources]
    seen = _Seen()
    for source in sources:
        name = unique(source.label, [one.name for one in seen.checks])
        if not seen.complete:
            seen.checks.append(broken(name, target, Trouble.INTERRUPTED, "interrupted before it was checked"))
            continue
        try:
            console.note(f"checking {one_line(source.label)}")
            wish = _for_one(ask.wish, name, len(sources))
            examined = examine(source, target, ask.rules, wish, _teller(console))
            seen.checks.append(answer(name, target, examined, _of_one(ask.decisions, name, sources)))
            seen.names.append(examined.names)
        except KeyboardInterrupt:
            seen.complete = False
            seen.checks.append(broken(name, target, Trouble.INTERRUPTED, "interrupted while it was checked"))
        except RdscheckError as error:
            # The report tells it too, for whoever reads only that.
            console.error(error.message, error.hint)
            seen.checks.append(failed(name, target, error))
    return seen


def _for_one(wish: Wish, name: str, number: int) -> Wish:
    """Give each of several sources a directory of its own for what its rehearsal writes."""
    if wish.rehearse is None or number == 1:
        return wish
    own = re.sub(r"[^\w.-]+", "_", name).strip("._") or "source"
    return replace(wish, rehearse=replace(wish.rehearse, directory=wish.rehearse.directory / own))


def _of_one(decisions: Decisions, name: str, sources: Sequence[object]) -> Decisions:
    """Let a baseline of one source hold for the one source of this check, wherever it lies today."""
    if len(sources) != 1 or len({one[0] for one in decisions.known}) != 1:
        return decisions
    return replace(decisions, known=frozenset((name, *one[1:]) for one in decisions.known))


def _teller(console: Console) -> Any:
    """Return what is told of each step: once for each database, on a terminal each part."""
    last = ""

    def tell(database: str, what: str) -> None:
        nonlocal last
        if console.interactive:
            console.progress(f"{one_line(database)}: {what}")
        elif database != last:
            console.note(f"  database {one_line(database)}")
        last = database

    return tell


def _fleet(options: argparse.Namespace, ask: _Ask, console: Console) -> _Seen:
    if options.sources:
        raise UsageError("--fleet takes its sources from its file", hint="leave TARGET out")
    if options.jobs < 1 or options.time_limit <= 0 or options.retries < 0:
        raise UsageError("-j and --time-limit are more than 0, --retries is 0 or more")
    members = read_fleet(options.fleet, ask.target, options.all_databases)
    ask.known.check((one.target.line for one in members), str(options.baseline))
    seen, done = _Seen(), 0

    def tell(member: Member, result: Result) -> None:
        nonlocal done
        done += 1
        told = (
            str(result)
            if isinstance(result, RdscheckError)
            else f"{len(result.assessment.findings)} findings"
        )
        console.note(f"[{done}/{len(members)}] {member.name}: {told}")

    limits = Limits(options.jobs, options.time_limit, options.retries)
    order = Order(tuple(ask.rules), ask.efforts, ask.wish)
    results = check_fleet(members, order, limits, tell)
    for member in members:
        result = results[member.name]
        if isinstance(result, Examined):
            seen.checks.append(answer(member.name, member.target, result, ask.decisions))
            seen.names.append(result.names | {member.name})
        elif isinstance(result, Interrupted):
            seen.complete = False
            seen.checks.append(broken(member.name, member.target, Trouble.INTERRUPTED, str(result)))
        else:
            seen.checks.append(failed(member.name, member.target, result))
    return seen


def _told(seen: _Seen, decisions: Decisions, *, fleet: bool) -> Checks:
    findings = [entry.finding for one in seen.checks for entry in one.entries]
    unseen = [(missed.what, missed.database) for one in seen.checks for missed in one.missed]
    told = of_suppressions(decisions.accepted, findings, unseen, decisions.today)
    if (left := len(decisions.rules)) < (every := len(rules())):
        told += (
            f"--only and --skip left {left} of {every} rules: nothing is said of what the others look for",
        )
    if decisions.known:
        now = sum(entry.state is State.BASELINE for one in seen.checks for entry in one.entries)
        # The one source of a baseline may have another name by now.
        accepted = {
            baseline.key("", entry.finding)[1:] for one in seen.checks for entry in one.of(State.SUPPRESSED)
        }
        told += baseline.remarks(sum(key[1:] not in accepted for key in decisions.known), now)
    return Checks(
        checks=tuple(seen.checks),
        threshold=decisions.threshold,
        remarks=told,
        rules=decisions.rules,
        complete=seen.complete,
        version=__version__,
        fleet=fleet,
    )


def _without_names(remarks: Iterable[str]) -> tuple[str, ...]:
    # A suppression's globs are in the user's words; its number stays, and what is the matter with it.
    parts = ((one.partition(" (")[0], one.rpartition(") ")[2]) if " (" in one else (one,) for one in remarks)
    return tuple(" ".join(one) for one in parts)


def _write_baseline(path: Path, checks: Checks, console: Console) -> None:
    keys = {baseline.key(check.name, entry.finding) for check in checks.checks for entry in check.open}
    if not checks.complete or any(one.trouble for one in checks.checks):
        raise RdscheckError(
            f"no baseline was written to {path}: not every source was checked",
            hint="what is not in it would count as new",
        )
    baseline.write(path, keys, (read_target(one.target).line for one in checks.checks))
    console.note(f"baseline of {len(keys)} findings: {path}")
