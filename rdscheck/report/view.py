"""What the markdown templates are given: a run sorted into the questions a reader asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from rdscheck.model import (
    Basis,
    Deviation,
    DocumentationFinding,
    Environment,
    Guide,
    GuideStep,
    NotRun,
    Outcome,
    Run,
    Scenario,
    Status,
)
from rdscheck.report.order import normalized
from rdscheck.report.summary import applies, bases, counts, of_version, silent, verdict, versions, worst


@dataclass(frozen=True)
class Procedure:
    """A procedure with what became of its claims on one version."""

    scenario: Scenario
    outcomes: tuple[Outcome, ...]

    @property
    def heading(self) -> str:
        """Return the heading of its section: links are made from it."""
        return f"{self.scenario.id}: {self.scenario.title}"

    @property
    def counts(self) -> dict[Status, int]:
        """Return how many claims each status has."""
        return counts(self.outcomes)

    @property
    def outcome(self) -> str:
        """Return the worst status with all bases."""
        return f"{worst(self.outcomes) or 'no outcome'} · {_joined(self.outcomes)}"

    @property
    def cell(self) -> str:
        """Return the cell of the matrix: worst status, bases, how many passed."""
        return f"{self.outcome} · {self.counts[Status.PASSED]}/{len(self.outcomes)}"

    @property
    def explained(self) -> tuple[Outcome, ...]:
        """Return the claims whose reason is given in full."""
        return tuple(o for o in self.outcomes if o.status in {Status.FAILED, Status.ERRORED})


@dataclass(frozen=True)
class Seen:
    """A known difference or a documentation finding with the claims it showed itself in."""

    key: str
    entry: Deviation | DocumentationFinding | None
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Shown:
    """A step of a guide with what became of its claims on one version."""

    step: GuideStep
    outcomes: tuple[Outcome, ...]

    @property
    def cell(self) -> str:
        """Return the worst status, the bases, and how many claims passed."""
        if not self.outcomes:
            return "no outcome" if self.step.claims else "not shown"
        passed = counts(self.outcomes)[Status.PASSED]
        return f"{worst(self.outcomes)} · {_joined(self.outcomes)} · {passed}/{len(self.outcomes)}"


@dataclass(frozen=True)
class Page:
    """Everything the page of one version says."""

    version: str
    run: Run
    verdict: str
    outcomes: tuple[Outcome, ...]
    procedures: tuple[Procedure, ...]
    environments: tuple[Environment, ...]
    findings: tuple[Seen, ...]
    unconfirmed: tuple[Seen, ...]
    deviations: tuple[Seen, ...]
    silent: tuple[Scenario, ...]
    elsewhere: tuple[Scenario, ...]
    guides: tuple[tuple[Guide, tuple[Shown, ...]], ...] = ()
    counts: dict[Status, int] = field(default_factory=dict)

    def having(self, *statuses: str) -> tuple[Outcome, ...]:
        """Return the outcomes with one of these statuses."""
        return tuple(outcome for outcome in self.outcomes if outcome.status in statuses)

    def ran_on(self, basis: str) -> tuple[Outcome, ...]:
        """Return the outcomes of claims that ran, on one basis."""
        return tuple(o for o in self.outcomes if o.basis == basis and o.status is not Status.SKIPPED)

    @property
    def guess_keys(self) -> frozenset[str]:
        """Return the keys of ``guesses``."""
        return frozenset(it.key for it in self.guesses)

    @property
    def guesses(self) -> tuple[Seen, ...]:
        """Return the differences where what RDS does is not known."""
        return tuple(it for it in self.deviations if isinstance(it.entry, Deviation) and guessed(it.entry))


@dataclass(frozen=True)
class Line:
    """A row of the matrix: one cell for each version."""

    scenario: Scenario
    claim: str
    title: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Matrix:
    """Everything the matrix says."""

    run: Run
    versions: tuple[str, ...]
    verdicts: tuple[tuple[str, str], ...]
    procedures: tuple[Line, ...]
    claims: tuple[Line, ...]
    findings: tuple[tuple[Seen, tuple[str, ...]], ...]
    not_run: tuple[NotRun, ...]


def page_name(version: str) -> str:
    """Return the file name of a version's page."""
    return f"{evidence_directory(version)}.md"


def evidence_directory(version: str) -> str:
    """Return the directory, beside a version's page, of the files that tell what ran."""
    return f"pg{_plain(version)}"


def evidence_name(version: str, scenario: str) -> str:
    """Return the file, relative to the version's page, that tells what ran for a procedure."""
    name = _plain(scenario).replace("_", "%5F").replace("%2F", "_")
    return f"{evidence_directory(version)}/{name}.md"


def _plain(name: str) -> str:
    return quote(name.encode("utf-8", "backslashreplace"), safe="")


def guessed(deviation: Deviation) -> bool:
    """Say whether what RDS does is not known."""
    return deviation.certainty != "known"


def page(run: Run, version: str) -> Page:
    """Sort a run into the page of one version."""
    run = normalized(run)
    outcomes = tuple(of_version(run, version))
    took_part = tuple(outcome for outcome in outcomes if outcome.status is not Status.SKIPPED)
    findings = _seen(outcomes, "documentation_findings", run.documentation_findings)
    quiet = silent(run, version)
    heard = {outcome.scenario for outcome in outcomes}
    return Page(
        version=version,
        run=run,
        verdict=verdict(run, version),
        outcomes=outcomes,
        procedures=tuple(it for it in _procedures(run, outcomes) if it.outcomes or it.scenario in quiet),
        environments=tuple(env for env in run.environments if env.version == version),
        findings=tuple(it for it in findings if _confirmed(it)),
        unconfirmed=tuple(it for it in findings if not _confirmed(it)),
        deviations=_seen(took_part, "deviations", run.deviations),
        silent=quiet,
        elsewhere=tuple(it for it in run.scenarios if it.id not in heard and it not in quiet),
        guides=tuple((guide, _shown(guide, outcomes)) for guide in run.guides),
        counts=counts(outcomes),
    )


def overview(run: Run) -> Matrix:
    """Sort a run into the matrix."""
    run = normalized(run)
    ran = versions(run)
    scenarios = [procedure.scenario for procedure in _procedures(run, run.outcomes)]
    findings = _seen(run.outcomes, "documentation_findings", run.documentation_findings)
    return Matrix(
        run=run,
        versions=ran,
        verdicts=tuple((version, verdict(run, version)) for version in ran),
        procedures=tuple(_procedure_line(run, scenario, ran) for scenario in scenarios),
        claims=tuple(_claim_lines(run, scenarios, ran)),
        findings=tuple((it, _confirmed_on(it, ran)) for it in findings),
        not_run=run.not_run,
    )


def _shown(guide: Guide, outcomes: Iterable[Outcome]) -> tuple[Shown, ...]:
    by_claim: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_claim.setdefault(f"{outcome.scenario}::{outcome.claim.partition('[')[0]}", []).append(outcome)
    return tuple(
        Shown(step, tuple(one for claim in step.claims for one in by_claim.get(claim, ())))
        for step in guide.steps
    )


def _procedures(run: Run, outcomes: Iterable[Outcome]) -> tuple[Procedure, ...]:
    by_id: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_id.setdefault(outcome.scenario, []).append(outcome)
    known = {scenario.id: scenario for scenario in run.scenarios}
    everything = known | {id_: Scenario(id=id_, title=id_, docs="") for id_ in by_id if id_ not in known}
    return tuple(
        Procedure(scenario, tuple(by_id.get(id_, ()))) for id_, scenario in sorted(everything.items())
    )


def _seen(
    outcomes: Iterable[Outcome], where: str, entries: Sequence[Deviation | DocumentationFinding]
) -> tuple[Seen, ...]:
    """Return each key that outcomes name, even one that nobody described."""
    by_key: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        for key in getattr(outcome, where):
            by_key.setdefault(key, []).append(outcome)
    described = {entry.key: entry for entry in entries}
    return tuple(Seen(key, described.get(key), tuple(found)) for key, found in sorted(by_key.items()))


def _confirmed(seen: Seen) -> bool:
    return any(outcome.status is Status.PASSED for outcome in seen.outcomes)


def _confirmed_on(seen: Seen, ran: Sequence[str]) -> tuple[str, ...]:
    passed = {outcome.version for outcome in seen.outcomes if outcome.status is Status.PASSED}
    return tuple(version for version in ran if version in passed)


def _procedure_line(run: Run, scenario: Scenario, ran: Sequence[str]) -> Line:
    cells = []
    for version in ran:
        here = tuple(o for o in run.outcomes if (o.scenario, o.version) == (scenario.id, version))
        cells.append(Procedure(scenario, here).cell if here else _absent(scenario, version))
    return Line(scenario, "", scenario.title, tuple(cells))


def _claim_lines(run: Run, scenarios: Iterable[Scenario], ran: Sequence[str]) -> Iterable[Line]:
    """Yield the claims that did not pass on every version their procedure applies to.

    A claim without an outcome on one of them has not passed there.
    """
    known = {scenario.id: scenario for scenario in scenarios}
    by_claim: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in run.outcomes:
        by_claim.setdefault((outcome.scenario, outcome.claim), []).append(outcome)
    for (id_, claim), outcomes in sorted(by_claim.items()):
        expected = {version for version in ran if applies(known[id_], version)}
        heard = {outcome.version for outcome in outcomes}
        if expected <= heard and all(outcome.status is Status.PASSED for outcome in outcomes):
            continue
        cells = []
        for version in ran:
            here = tuple(outcome for outcome in outcomes if outcome.version == version)
            state = f"{worst(here)} · {_joined(here)}" if here else _absent(known[id_], version)
            cells.append(state)
        yield Line(known[id_], claim, outcomes[0].title, tuple(cells))


def _absent(scenario: Scenario, version: str) -> str:
    return "no outcome" if applies(scenario, version) else "does not apply"


def _joined(outcomes: Sequence[Outcome]) -> str:
    present: tuple[Basis, ...] = bases(outcomes)
    return "+".join(present) if present else "no basis"
