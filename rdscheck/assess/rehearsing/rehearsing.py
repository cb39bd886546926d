"""The entry: restore a dump's schema into a sandbox of the target, and say what came of it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from rdscheck.assess.dump.reading import read_dump
from rdscheck.assess.dump.restoring import SCHEMA
from rdscheck.assess.facts import Facts
from rdscheck.assess.finding import Finding, Severity
from rdscheck.assess.judge import judge
from rdscheck.assess.rehearsing.explaining import Cause, Explained, explain
from rdscheck.assess.rehearsing.mending import Mend, mend
from rdscheck.assess.rehearsing.restoring import Restore, Restored
from rdscheck.assess.rehearsing.script import Script, Step, read_script
from rdscheck.assess.secrets import masked
from rdscheck.assess.target import Move, Target
from rdscheck.model import Version
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.refusals import LibraryMissing
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Connection
from rdscheck.sandbox.sweep import end_run

#: Extensions that a server has to be started for; the library of each is called alike.
_PRELOADED = frozenset({"pg_cron", "pg_hint_plan", "pg_stat_statements", "pg_tle", "pgaudit", "pglogical"})

#: What was left out makes something else fail; so many times at most.
_ROUNDS = 20

#: Statements that only keep what is used later, by the group of rules that speak of that use.
_DEFINES = re.compile(
    rb"CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE|VIEW|RULE|POLICY|TABLE)\s|ALTER\s+TABLE\s", re.I
)
_CONNECTS = re.compile(rb"CREATE\s+(?:SERVER|USER\s+MAPPING|SUBSCRIPTION)\s", re.I)
_KEPT = {
    "files": _DEFINES,
    "functions": _DEFINES,
    "large objects": _DEFINES,
    "foreign servers": _CONNECTS,
    "replication": _CONNECTS,
}

#: The rule about such statements themselves.
_REFUSED_AT_ONCE = "foreign-server-wrapper"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Rehearsal:
    """What a rehearsed restore showed.

    ``unconfirmed`` are blockers that no refusal bears out, ``unused`` those of what a restore makes and
    does not use. ``mend`` is the way through, ``passes`` whether a restore that followed it met no error.
    ``not_run`` tells what of the dump could not be rehearsed. Lines of an ``archive`` are those of a script
    that ``pg_restore`` wrote for the rehearsal.
    """

    target: str
    statements: int
    explained: tuple[Explained, ...]
    unconfirmed: tuple[Finding, ...]
    assumed_roles: tuple[str, ...]
    mend: Mend
    passes: bool
    not_run: tuple[str, ...] = ()
    archive: bool = False
    unused: tuple[Finding, ...] = ()

    @property
    def unexplained(self) -> tuple[Explained, ...]:
        """Return the refusals that no rule explains."""
        return tuple(one for one in self.explained if one.cause is Cause.UNEXPLAINED)


def rehearse(
    source: Path, label: str, target: Target, engine: Engine, progress: Progress = lambda _text: None
) -> Rehearsal:
    """Restore the schema of a dump, never its data, as the master user, going on after errors.

    Then leave out what was refused, and restore again to see whether that goes through. Raises
    ``UsageError`` for what is no dump, ``EngineUnavailable`` and ``StartError`` when no sandbox can be had.
    """
    facts = read_dump(source, label, SCHEMA)
    script = read_script(source, label)
    findings = judge(facts, target, Move.RESTORE).findings
    run = RunDir.create(Owner.me())
    stage = _Stage(facts, target, Pool(run, engine), progress)
    try:
        restored = stage.restore(script.steps)
        not_run = _not_run(script, restored)
        explained: list[Explained] = []
        roles: list[str] = []
        for _ in range(_ROUNDS):
            # What is left out may be missed by what went through before: the next round shows it.
            explained += explain(restored.refusals, findings, target.extensions)
            roles += restored.assumed_roles
            way = mend(script, explained, roles)
            restored = stage.restore(way.steps, way.statements)
            if not restored.refusals:
                break
    finally:
        end_run(run)
    confirmed = {finding.key for one in explained for finding in one.findings}
    unmet = [one for one in findings if one.severity is Severity.BLOCKER and one.key not in confirmed]
    unused = tuple(one for one in unmet if _is_kept(one, script))
    distinct = {one.refusal.step: one for one in reversed(explained)}.values()
    return Rehearsal(
        target=str(target),
        statements=len(script.steps),
        explained=tuple(sorted(distinct, key=lambda one: one.refusal.step.line)),
        unconfirmed=tuple(one for one in unmet if one not in unused),
        assumed_roles=tuple(roles),
        mend=way,
        passes=not (restored.refusals or restored.unreached or restored.assumed_roles),
        not_run=(*stage.not_run, *not_run),
        archive=script.format != "plain",
        unused=unused,
    )


def _is_kept(finding: Finding, script: Script) -> bool:
    """Tell whether a finding is about the use of what a restore only makes: it shows nothing of that."""
    pattern = _KEPT.get(finding.group)
    return (
        pattern is not None
        and finding.id != _REFUSED_AT_ONCE
        and any(
            step.line <= finding.line <= step.last and pattern.match(step.text.lstrip())
            for step in script.steps
        )
    )


class _Stage:
    """Fresh instances of the target to restore into, one for each restore."""

    def __init__(self, facts: Facts, target: Target, pool: Pool, progress: Progress) -> None:
        self._target, self._pool, self._progress = target, pool, progress
        self._libraries = _PRELOADED & {one.name for one in facts.extensions} & set(target.libraries)
        self.not_run: list[str] = []

    def restore(self, steps: Sequence[Step], fixes: Sequence[str] = ()) -> Restored:
        """Restore into a fresh instance, after what is to be run before."""
        instance = self._instance()
        try:
            database = instance.create_database("rehearsal")
            if fixes:
                with instance.connect(database) as conn:
                    for fix in fixes:
                        self._fix(conn, fix)
            return Restore(instance, database, progress=self._told(len(steps))).run(steps)
        finally:
            instance.release()

    def _fix(self, conn: Connection, fix: str) -> None:
        try:
            conn.execute(fix.encode())
        except psycopg.Error as error:
            told = f"a fix was refused: {masked(fix)}: {masked(str(error.diag.message_primary))}"
            if told not in self.not_run:
                self.not_run.append(told)

    def _told(self, total: int) -> Callable[[int], None]:
        def tell(ran: int) -> None:
            if ran % 500 == 0:
                self._progress(f"{ran} of {total} statements")

        return tell

    def _instance(self) -> Instance:
        minor = self._target.version.partition(".")[2] if self._target.exact else ""
        version = Version(self._target.major, minor)
        while True:
            group = {"shared_preload_libraries": ",".join(sorted(self._libraries))} if self._libraries else {}
            if "pglogical" in self._libraries:
                group["rds.logical_replication"] = "1"
            try:
                return self._pool.dedicated(Instance, version, group)
            except LibraryMissing as error:
                gone = next((one for one in sorted(self._libraries) if one in str(error)), "")
                if not gone:
                    raise
                self._libraries -= {gone}
                self.not_run.append(f"the sandbox lacks the library {gone}")


def _not_run(script: Script, restored: Restored) -> list[str]:
    commands = sorted({word for _, word in script.left_out})
    return [
        *(f"database {name}: {why}" for name, why in restored.unreached.items()),
        *(f"psql command \\{word}" for word in commands),
    ]
