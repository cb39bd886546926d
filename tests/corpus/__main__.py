"""``python -m tests.corpus``: precision and recall of the readiness check over ``fixtures/corpus``.

With ``--rehearse``: how much of what a real restore refuses the rules explain.
"""

import argparse
import sys

from rdscheck.model import Version
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.corpus.differences import unexplained
from tests.corpus.entries import entries
from tests.corpus.rehearsed import Rehearsals, rehearse_all
from tests.corpus.running import Count, Run, look, look_at_dumps

_LIMIT = 0.97
_EXPLAINED = 0.95


def main() -> int:
    top = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    top.add_argument("--pg", default="13,18", help="majors to make the databases on (13,18)")
    top.add_argument("--engine", choices=("auto", "docker", "local"), default="auto")
    top.add_argument("--only", default="", help="entries whose name contains this")
    top.add_argument(
        "--rehearse", action="store_true", help="restore the dumps too, and count what is refused"
    )
    options = top.parse_args()
    corpus = [one for one in entries() if options.only in one.name]
    run, explained = Run(), 1.0
    if not options.rehearse:
        look_at_dumps(run, corpus)
    rundir = RunDir.create(Owner.me())
    try:
        pool = Pool(rundir, choose(options.engine))
        for major in options.pg.split(","):
            pool.engine.prepare(Version(int(major)), lambda _text: None)
            if options.rehearse:
                found = rehearse_all(pool, int(major), corpus)
                tell_rehearsals(found, int(major))
                explained = min(explained, found.explained)
            else:
                look(run, pool.server(Version(int(major))), corpus)
    finally:
        end_run(rundir)
    if options.rehearse:
        return 0 if explained >= _EXPLAINED else 1
    tell(run)
    whole = run.count()
    good = whole.precision >= _LIMIT and whole.recall >= _LIMIT
    return 0 if good and not run.wrong and not unexplained(run) else 1


def tell(run: Run) -> None:
    """Print what was counted, and each thing that is not as it should be."""
    names = {one.entry.name for one in run.seen}
    guilty = {one.entry.name for one in run.seen if one.entry.expected}
    print(f"{len(names)} entries, {len(names - guilty)} of them innocent, seen {len(run.seen)} times")
    print(f"{'':22}{'right':>7}{'missed':>8}{'false':>7}{'precision':>11}{'recall':>8}")
    for group in run.groups():
        _row(group, run.count(group=group))
    for side in ("live", "dump"):
        _row(f"all, {side}", run.count(side))
    _row("all", run.count())
    for seen in run.seen:
        where = f"{seen.entry.name} ({seen.side}, {seen.major or 'its own text'})"
        for rule, subject in sorted(seen.missed):
            print(f"missed: {where}: {rule} {subject!r}")
        for rule, subject in sorted(seen.false_alarms):
            print(f"false alarm: {where}: {rule} {subject!r}")
    for entry, major, message in run.wrong:
        print(f"wrong: {entry.name} ({major}): {message}")
    for seen, side, rule, subject in unexplained(run):
        print(f"only {side}: {seen.entry.name} ({seen.major}): {rule} {subject!r}")
    for entry, major, message in run.skipped:
        print(f"skipped: {entry.name} ({major}): {message}")


def tell_rehearsals(found: Rehearsals, major: int) -> None:
    """Print what was counted, and each refusal nobody explains."""
    counted = ", ".join(f"{number} {cause}" for cause, number in sorted(found.causes().items()))
    passed = sum(one.passes for _, one in found.told)
    print(
        f"PostgreSQL {major}: {len(found.told)} dumps rehearsed, {passed} go through without what was refused"
    )
    print(f"refusals: {counted or 'none'}; explained {found.explained:.3f}")
    for entry, rehearsal in found.told:
        for one in rehearsal.unexplained:
            told = f"{one.refusal.sqlstate} {one.refusal.message}"
            print(f"unexplained: {entry.name}: line {one.refusal.step.line}: {told}")
        for finding in rehearsal.unconfirmed:
            print(f"not met: {entry.name}: {finding.id} {finding.subject!r}")
        if not rehearsal.passes:
            print(f"does not go through: {entry.name}")


def _row(name: str, count: Count) -> None:
    print(
        f"{name:22}{count.right:>7}{count.missed:>8}{count.false:>7}{count.precision:>11.3f}{count.recall:>8.3f}"
    )


if __name__ == "__main__":
    sys.exit(main())
