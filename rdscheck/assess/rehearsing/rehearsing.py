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
from rdscheck.assess.rehearsing.explaining import Cause, Explained, Explainer
from rdscheck.assess.rehearsing.mending import Mend, mend
from rdscheck.assess.rehearsing.restoring import Restore, Restored
from rdscheck.assess.rehearsing.script import Script, Step, read_script
from rdscheck.assess.secrets import masked
from rdscheck.assess.target import AURORA, Move, Target
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

#: The rule about libraries, which the sandbox is started with.
_FORESTALLED = "extension-needs-preload"

#: What a rehearsal for Aurora lacks.
_OF_AURORA = "what Aurora alone has or refuses: the sandbox is one of RDS"

#: The rule about such statements themselves.
_REFUSED_AT_ONCE = "foreign-server-wrapper"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Rehearsal:
    """What a rehearsed restore showed.

    ``unconfirmed`` are blockers that no refusal bears out, ``hidden`` those that this restore could not meet,
    with the reason. ``mend`` is the way through, ``passes`` whether a restore that followed it met no error.
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
    hidden: tuple[tuple[Finding, str], ...] = ()

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
        restored = first = stage.restore(script.steps)
        not_run = _not_run(script, restored)
        explainer = Explainer(findings, target.extensions, {one.name for one in facts.schemas})
        explained: list[Explained] = []
        roles: list[str] = []
        for _ in range(_ROUNDS):
            # What is left out may be missed by what went through before: the next round shows it.
            explained += map(explainer.explain, restored.refusals)
            roles += restored.assumed_roles
            way = mend(script, explained, roles)
            kept = set(way.steps)
            explainer.left_out(step for step in script.steps if step not in kept)
            restored = stage.restore(way.steps, way.statements)
            if not restored.refusals:
                break
    finally:
        end_run(run)
    confirmed = {finding.key for one in explained for finding in one.findings}
    unmet = [one for one in findings if one.severity is Severity.BLOCKER and one.key not in confirmed]
    reasons = {one.key: _hidden(one, script, first, stage) for one in unmet}
    distinct = {one.refusal.step: one for one in reversed(explained)}.values()
    return Rehearsal(
        target=str(target),
        statements=len(script.steps),
        explained=tuple(sorted(distinct, key=lambda one: one.refusal.step.line)),
        unconfirmed=tuple(one for one in unmet if not reasons[one.key]),
        assumed_roles=tuple(roles),
        mend=way,
        passes=not (restored.refusals or restored.unreached or restored.assumed_roles),
        not_run=(*stage.not_run, *not_run),
        archive=script.format != "plain",
        hidden=tuple((one, reasons[one.key]) for one in unmet if reasons[one.key]),
    )


def _hidden(finding: Finding, script: Script, restored: Restored, stage: "_Stage") -> str:
    """Return why a restore could not meet what a finding speaks of, empty where it could."""
    if finding.database in restored.unreached:
        return "its database could not be restored"
    if _is_kept(finding, script):
        return "it is made and not used"
    if finding.id == _FORESTALLED and finding.subject.removeprefix("extension ") in stage.libraries:
        return "the sandbox was started with its library"
    if stage.target.engine == AURORA and finding.group == "extensions":
        return "the sandbox is one of RDS"
    return ""


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
        self.target, self._pool, self._progress = target, pool, progress
        self.libraries = _PRELOADED & {one.name for one in facts.extensions} & set(target.libraries)
        self.not_run = [_OF_AURORA] if target.engine == AURORA else []

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
        minor = self.target.version.partition(".")[2] if self.target.exact else ""
        version = Version(self.target.major, minor)
        while True:
            group = {"shared_preload_libraries": ",".join(sorted(self.libraries))} if self.libraries else {}
            if "pglogical" in self.libraries:
                group["rds.logical_replication"] = "1"
            try:
                return self._pool.dedicated(Instance, version, group)
            except LibraryMissing as error:
                gone = next((one for one in sorted(self.libraries) if one in str(error)), "")
                if not gone:
                    raise
                self.libraries -= {gone}
                self.not_run.append(f"the sandbox lacks the library {gone}")


def _not_run(script: Script, restored: Restored) -> list[str]:
    commands = sorted({word for _, word in script.left_out})
    return [
        *(f"database {name}: {why}" for name, why in restored.unreached.items()),
        *(f"psql command \\{word}" for word in commands),
    ]
