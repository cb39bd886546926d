"""A runbook as markdown: for a wiki page or a pull request."""

from collections.abc import Iterator

from rdscheck.report.runbook import words
from rdscheck.report.text import code, fence, joined, link, md, row, rule
from rdscheck.runbook.model import Judged, Knowledge, Ran, Verdict
from rdscheck.runbook.running.results import Results


def markdown(results: Results) -> str:
    """Return the report."""
    return joined(_lines(results))


def _lines(results: Results) -> Iterator[str]:
    yield "# Runbook"
    yield ""
    yield f"**{md(words.overall(results))}**"
    yield ""
    if not results.complete:
        yield "**Interrupted: this is what was known by then.**"
        yield ""
    for version, reason in results.not_run:
        yield f"- PostgreSQL {md(version)} did not run: {md(reason)}"
    yield ""
    for ran in results.runs:
        yield from _page(ran, on_differs=results.fail_on_differs)


def _page(ran: Ran, *, on_differs: bool) -> Iterator[str]:
    yield f"## {md(words.title(ran))}"
    yield ""
    if ran.page.title:
        yield f"{md(ran.page.title)}; PostgreSQL {md(ran.server)}."
        yield ""
    yield f"{md(words.verdict(ran, on_differs=on_differs))} {md(words.tally(ran))}."
    yield ""
    if expected := words.expectations(ran):
        yield from (f"- {md(told)}" for told in expected)
        yield ""
    columns = ["line", "kind", "verdict", "remark", "basis"]
    yield row(columns)
    yield rule(len(columns))
    for one in ran.judged:
        basis = one.basis.value if one.basis else ""
        cells = [
            str(one.block.line),
            one.block.kind.value,
            md(words.state(one)),
            md(words.remark(one)),
            basis,
        ]
        yield row(cells)
    yield ""
    looked = list(words.to_look_at(ran))
    if looked:
        yield "### What needs a look"
        yield ""
    for one in looked:
        yield from _block(one)
    if prose := words.of_prose(ran):
        yield f"### {md(words.OF_PROSE)}"
        yield ""
        yield from (f"- line {known.line}: {_known(known)}" for known in prose)
        yield ""
    for title, some in (("Unbound", words.unbound(ran)), ("Bound", words.bound(ran))):
        if some:
            yield f"### {title} placeholders"
            yield ""
            for one_ in some:
                value = f": {code(one_.value)} ({md(one_.by)})" if one_.value else ""
                yield f"- {md(words.told(one_))}{value}"
            yield ""
    if ran.notes:
        yield "### Notes"
        yield ""
        yield from (f"- {md(note)}" for note in ran.notes)
        yield ""


def _block(judged: Judged) -> Iterator[str]:
    block = judged.block
    where = f", under {block.headings[-1]}" if block.headings else ""
    head = f"{words.place(block)}, {block.kind.value}{where}: {words.state(judged)}"
    yield f"#### {md(head[:1].upper() + head[1:])}"
    yield ""
    if told := words.remark(judged):
        yield md(told)
        yield ""
    if judged.verdict in words.LOUD:
        yield fence("\n".join(words.excerpt(block.text)), "")
        yield ""
    if judged.diff:
        yield fence(judged.diff, "diff")
        yield ""
    elif judged.verdict is Verdict.FAILED and words.outputs(judged):
        yield "printed:"
        yield ""
        yield fence("\n".join(words.excerpt(words.outputs(judged))))
        yield ""
    yield from (f"- known: {_known(known)}" for known in words.of_block(judged))
    yield ""


def _known(known: Knowledge) -> str:
    source = f" {link('source', known.source)}" if known.source.startswith("https://") else ""
    return f"{md(words.knowledge(known))}{source}"
