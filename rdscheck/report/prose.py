"""The sentences of a page: what a reader asks first, and what the run could not tell.

Everything returned is markdown whose foreign parts are already escaped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rdscheck.model import Basis, Deviation, Outcome, Scenario, Status
from rdscheck.report.summary import claims, plural
from rdscheck.report.text import anchor, code, link, linked, md, remark
from rdscheck.report.view import Page

_NAMED = 5  # how many claims a sentence names before it only counts


@dataclass(frozen=True)
class Limit:
    """One thing the run could not tell, with the entries it is about."""

    sentence: str
    entries: tuple[str, ...] = ()


def lead(page: Page) -> list[str]:
    """Return the first paragraph, a sentence per line, worst news first."""
    sentences = []
    if not page.run.complete:
        sentences.append("**This run was cut short: claims that are missing below were not looked at.**")
    sentences.append(f"**{md(page.verdict)}**")
    failed, errored = page.having(Status.FAILED), page.having(Status.ERRORED)
    if failed:
        sentences.append(f"Failed: {_titles(page, failed)}.")
    if errored:
        sentences.append(f"Could not be decided: {_titles(page, errored)}.")
    if page.silent:
        sentences.append(f"Left no outcome at all: {', '.join(code(it.id) for it in page.silent)}.")
    if page.outcomes:
        sentences.append(_tally(page))
        sentences.append(_grounds(page))
    if page.findings:
        number = plural(len(page.findings), "documentation finding")
        sentences.append(f"{number} confirmed: the documents are wrong or outdated there, see below.")
    sentences += _emulation(page)
    sentences.append("Nothing here was compared with a real RDS instance.")
    return sentences


def limits(page: Page) -> list[Limit]:
    """Return what this run could not tell, the cut and the general first."""
    found = []
    if not page.run.complete:
        found.append(Limit("Everything that was still to come when the run was cut short."))
    found.append(Limit("Whether a real RDS instance does the same: nothing here was compared with one."))
    found += _parts_not_real(page)
    if page.guesses:
        found.append(
            Limit(
                "What RDS does where it is not known and this sandbox had to choose:",
                tuple(_guess(it.key, it.entry, it.outcomes) for it in page.guesses),
            )
        )
    found += _by_reason(page.having(Status.ERRORED), "Could not be decided")
    found += _by_reason(page.having(Status.SKIPPED), "Skipped")
    if page.unconfirmed:
        entries = tuple(f"{code(it.key)}: {_claim_list(it.outcomes)}" for it in page.unconfirmed)
        found.append(Limit("Documentation findings that this run did not confirm:", entries))
    if page.silent:
        entries = tuple(code(it.id) for it in page.silent)
        found.append(Limit("Procedures that apply to this version and left no outcome:", entries))
    if page.elsewhere:
        entries = tuple(f"{code(it.id)} ({applicability(it)})" for it in page.elsewhere)
        found.append(Limit("Procedures that do not apply to this version:", entries))
    if page.run.not_run:
        entries = tuple(f"PostgreSQL {md(it.version)}: {linked(it.reason)}" for it in page.run.not_run)
        found.append(Limit("Versions that were wanted and could not run:", entries))
    return found


def applicability(scenario: Scenario) -> str:
    """Return the version range of a procedure in words, empty where it has no limit."""
    since, until = scenario.since, scenario.until
    if since and until:
        return f"PostgreSQL {since} to {until}"
    if since:
        return f"PostgreSQL {since} and later"
    return f"PostgreSQL {until} and earlier" if until else ""


def _emulation(page: Page) -> Iterable[str]:
    """Yield whose lists were shown by which server, and that its minor is another where it is."""
    pairs = dict.fromkeys((it.emulates, it.server) for it in page.environments if it.emulates)
    for emulates, server in pairs:
        yield f"Lists of {md(emulates)}, on a PostgreSQL {md(server)} server."
        # 15.4-R2 is PostgreSQL 15.4 built anew.
        minor = emulates.rsplit(" ", 1)[-1].split("-", 1)[0]
        if minor != server:
            yield (
                f"**That server is not PostgreSQL {md(minor)}**: extensions and parameters are listed as "
                f"there, and whatever else differs between {md(minor)} and {md(server)} does not show."
            )


def _tally(page: Page) -> str:
    number = page.counts
    parts = [
        f"{number[Status.PASSED]} passed",
        f"{number[Status.FAILED]} failed",
        f"{number[Status.DEVIATED]} deviated as known",
        f"{number[Status.ERRORED]} could not be decided",
        f"{number[Status.SKIPPED]} skipped",
    ]
    return f"Of {claims(len(page.outcomes))}: {', '.join(parts)}."


def _grounds(page: Page) -> str:
    on = {basis: len(page.ran_on(basis)) for basis in Basis}
    ran = sum(on.values())
    if not ran:
        return "None of them ran."
    parts = [
        (on[Basis.REAL], "on the real component"),
        (on[Basis.STAND_IN], "on our stand-in for a part that cannot be had here"),
        (on[Basis.EMULATED], "on RDS behaviour imitated by us"),
    ]
    return f"Of the {ran} that ran: {', '.join(f'{number} {how}' for number, how in parts if number)}."


def _parts_not_real(page: Page) -> Iterable[Limit]:
    stood_in, emulated = page.ran_on(Basis.STAND_IN), page.ran_on(Basis.EMULATED)
    if stood_in:
        s3 = sorted({environment.s3 for environment in page.environments if environment.s3})
        answered = f" S3 requests were answered by {md(', '.join(s3))}." if s3 else ""
        sentence = "How the real part behaves: in these claims our stand-in took its place."
        yield Limit(sentence + answered, _per_procedure(stood_in))
    else:
        yield Limit("How parts that cannot be had here behave: none took part, and no stand-in for one.")
    if emulated:
        yield Limit(
            "What RDS itself decides: in these claims its behaviour was imitated by us.",
            _per_procedure(emulated),
        )


def _per_procedure(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    number: dict[str, int] = {}
    for outcome in outcomes:
        number[outcome.scenario] = number.get(outcome.scenario, 0) + 1
    return tuple(f"{code(id_)}: {claims(count)}" for id_, count in sorted(number.items()))


def _by_reason(outcomes: Sequence[Outcome], what: str) -> Iterable[Limit]:
    """Yield one limit per reason: forty claims often miss the same extension."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(remark(outcome.reason), []).append(outcome)
    for reason, members in sorted(groups.items()):
        why = linked(reason) or "no reason was recorded"
        yield Limit(f"{what}: {why}", tuple(_claim(member) for member in members))


def _guess(key: str, entry: object, outcomes: Sequence[Outcome]) -> str:
    subject = f"{md(entry.subject)} " if isinstance(entry, Deviation) else ""
    return f"{subject}({code(key)}): {claims(len(outcomes))}"


def _claim(outcome: Outcome) -> str:
    return f"{code(outcome.scenario)}: {md(outcome.title)} ({code(outcome.claim)})"


def _claim_list(outcomes: Sequence[Outcome]) -> str:
    return ", ".join(f"{code(it.scenario)} {code(it.claim)} ({it.status})" for it in outcomes)


def _titles(page: Page, outcomes: Sequence[Outcome]) -> str:
    sections = {it.scenario.id: link(it.scenario.id, f"#{anchor(it.heading)}") for it in page.procedures}
    named = [f"“{md(outcome.title)}” in {sections[outcome.scenario]}" for outcome in outcomes[:_NAMED]]
    if len(outcomes) > _NAMED:
        named.append(f"and {len(outcomes) - _NAMED} more")
    return "; ".join(named)
