"""A run as markdown: one page per version, and the matrix of all of them."""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rdscheck.model import SEVERITY, Basis, Certainty, Outcome, Run, Status
from rdscheck.report import text
from rdscheck.report.prose import applicability, lead, limits
from rdscheck.report.view import evidence_name, guessed, overview, page, page_name

_TEMPLATES = Path(__file__).parent / "templates"

#: Fixed column widths; see ``text.row`` for why nothing is measured.
_PROCEDURE_WIDTHS = (34, 6, 6, 8, 7, 7)
_CLAIM_WIDTHS = (8, 8, 76)
_GUIDE_WIDTHS = (44, 60, 26)
_NAME_WIDTH = 28
_CLAIM_NAME_WIDTH = 60
_CELL_WIDTH = 41
_STATE_WIDTH = 22

STATUS_MEANS: Mapping[Status, str] = {
    Status.PASSED: "the promise held when it was run",
    Status.FAILED: "the promise was broken",
    Status.DEVIATED: "a known difference between this sandbox and RDS showed itself, exactly as recorded",
    Status.ERRORED: "it could not be found out; this says nothing for or against the claim",
    Status.SKIPPED: "not applicable or not available here; this says nothing about RDS",
}
BASIS_MEANS: Mapping[Basis, str] = {
    Basis.REAL: "the real component ran, for example PostgreSQL itself",
    Basis.STAND_IN: "our replacement of a part that cannot be had here ran",
    Basis.EMULATED: "behaviour of RDS that we imitate decided the outcome",
}


def version_page(run: Run, version: str) -> str:
    """Return the page of one version."""
    found = page(run, version)
    return _rendered(
        "version.md.j2",
        page=found,
        lead=lead(found),
        limits=limits(found),
        claim_widths=_CLAIM_WIDTHS,
        procedure_widths=_PROCEDURE_WIDTHS,
        guide_widths=_GUIDE_WIDTHS,
    )


def evidence_pages(run: Run, version: str) -> dict[str, str]:
    """Return what ran for each procedure of a version, by file name relative to its page."""
    found = page(run, version)
    return {
        evidence_name(version, procedure.scenario.id): _rendered(
            "evidence.md.j2", page=found, procedure=procedure
        )
        for procedure in found.procedures
        if procedure.outcomes
    }


def matrix(run: Run) -> str:
    """Return the table of procedures and versions."""
    found = overview(run)
    columns = len(found.versions)
    return _rendered(
        "matrix.md.j2",
        matrix=found,
        widths=(_NAME_WIDTH, *[_CELL_WIDTH] * columns),
        claim_widths=(_CLAIM_NAME_WIDTH, *[_STATE_WIDTH] * columns),
    )


def remark(outcome: Outcome, guesses: Collection[str]) -> str:
    """Return the escaped last cell of a claim's row: what it rests on, and why it did not pass."""
    parts = [text.link("source", outcome.source)] if outcome.source else []
    if outcome.certainty not in {Certainty.UNSTATED, Certainty.DOCUMENTED}:
        parts.append(
            f"**{outcome.certainty}**" if outcome.certainty is Certainty.GUESSED else outcome.certainty
        )
    parts += [
        f"documentation finding {text.link(key, '#documentation-findings')}"
        for key in outcome.documentation_findings
    ]
    for key in outcome.deviations:
        relation = "rests on a guess" if key in guesses else "known difference"
        parts.append(f"{relation} {text.link(key, '#known-differences')}")
    if outcome.status is not Status.PASSED or outcome.reason:
        parts.append(text.linked(text.remark(outcome.reason)) or "no reason was recorded")
    return "; ".join(parts)


def page_link(version: str, label: str = "") -> str:
    """Return a link to the page of a version, for a file beside it."""
    return text.link(f"{label}{version}", quote(page_name(version)))


def evidence_link(version: str, scenario: str, label: str) -> str:
    """Return a link to what ran for a procedure, for the version's page."""
    return text.link(label, quote(evidence_name(version, scenario)))


def _rendered(template: str, **values: object) -> str:
    rendered = _environment().get_template(template).render(**values)
    # Control blocks of a template leave runs of empty lines.
    return text.joined(line.rstrip() for line in rendered.split("\n"))


@cache
def _environment() -> Environment:
    # Autoescape is for HTML; every foreign string passes a filter of report.text instead.
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters: Mapping[str, Callable[..., object]] = {
        "md": text.md,
        "linked": text.linked,
        "code": text.code,
        "fence": text.fence,
        "acts": text.acts,
        "anchor": text.anchor,
        "remark": remark,
        "page_link": page_link,
        "page_name": page_name,
        "guessed": guessed,
        "applicability": applicability,
    }
    environment.filters.update(filters)
    environment.globals.update(
        link=text.link,
        evidence_link=evidence_link,
        row=text.row,
        rule=text.rule,
        statuses=SEVERITY,
        status_means=STATUS_MEANS,
        basis_means=BASIS_MEANS,
    )
    return environment
