"""A runbook as text: a line for each block, then what needs a look; 80 columns where words allow it."""

from collections.abc import Iterator

from rdscheck.report.lines import WIDTH, Line, wrapped
from rdscheck.report.runbook import words
from rdscheck.report.text import one_line, visible
from rdscheck.runbook.model import Judged, Ran, Verdict
from rdscheck.runbook.running.results import Results, counts

_STYLES = {
    Verdict.PASSED: "green",
    Verdict.SIMULATED: "green",
    Verdict.DIFFERS: "yellow",
    Verdict.FAILED: "bold red",
    Verdict.NOT_RUNNABLE: "cyan",
    Verdict.NOT_A_COMMAND: "dim",
}


def text(results: Results) -> str:
    """Return the report."""
    return "".join(f"{one.text}\n" for one in lines(results))


def lines(results: Results) -> list[Line]:
    """Return the report line by line, with styles."""
    found: list[Line] = []
    for ran in results.runs:
        found += _page(ran, on_differs=results.fail_on_differs)
    for version, reason in results.not_run:
        found += wrapped(f"PostgreSQL {version} did not run: {reason}", style="bold red")
        found.append(Line())
    if len(results.runs) > 1:
        found += wrapped(words.overall(results), style="bold")
    if not results.complete:
        found += wrapped("Interrupted: this is what was known by then.", style="bold red")
    return found[:-1] if found and not found[-1].text else found


def _page(ran: Ran, *, on_differs: bool) -> Iterator[Line]:
    expected = words.expectations(ran)
    style = "bold green"
    if any(not one.as_expected for one in ran.judged):
        style = "bold red"
    elif expected:
        style = "bold yellow"
    yield from wrapped(f"{words.title(ran)} ({ran.server})", style="bold")
    yield from wrapped(words.verdict(ran, on_differs=on_differs), style=style)
    for told in expected:
        yield from wrapped(f"- {told}", "  ", "    ")
    yield Line()
    for one in ran.judged:
        yield _row(one)
    yield Line()
    looked = list(words.to_look_at(ran))
    for one in looked:
        yield from _block(one)
    yield from _prose(ran)
    yield from _placeholders(ran)
    for note in ran.notes:
        yield from wrapped(f"note: {note}", "", "      ")
    if ran.notes:
        yield Line()
    number = counts(ran)
    yield from wrapped(
        f"{words.number(len(ran.judged), 'block')}: "
        + "; ".join(f"{count} {verdict.value}" for verdict, count in number.items())
    )
    yield Line()


def _row(judged: Judged) -> Line:
    block = judged.block
    row = f"{block.line:>6}  {block.kind.value:<8}{words.state(judged)}"
    if told := one_line(words.remark(judged)):
        row = f"{row}: {told}"
    if len(row) > WIDTH:
        row = row[: WIDTH - 1].rstrip() + "…"
    return Line(visible(row), _STYLES[judged.verdict])


def _block(judged: Judged) -> Iterator[Line]:
    block = judged.block
    where = f", under {block.headings[-1]}" if block.headings else ""
    head = f"{words.place(block)}, {block.kind.value}{where}: {words.state(judged)}"
    yield from wrapped(head, "", "  ", style=_STYLES[judged.verdict])
    if told := words.remark(judged):
        yield from wrapped(told, "  ")
    if judged.verdict in words.LOUD:
        for line in words.excerpt(block.text):
            yield Line(f"    | {visible(line.expandtabs(4))}")
    if judged.diff:
        for line in judged.diff.splitlines():
            style = {"+": "green", "-": "red"}.get(line[:1], "")
            yield Line(f"      {visible(line)}", style)
    elif judged.verdict is Verdict.FAILED:
        for line in words.excerpt(words.outputs(judged)):
            yield Line(f"    > {visible(line.expandtabs(4))}")
    for known in words.of_block(judged):
        yield from wrapped(f"known: {words.knowledge(known)}", "  ", "         ")
        if known.source:
            yield Line(f"         {visible(known.source)}")
    yield Line()


def _prose(ran: Ran) -> Iterator[Line]:
    found = words.of_prose(ran)
    if not found:
        return
    yield Line(f"{words.OF_PROSE} ({len(found)})", "bold")
    for known in found:
        yield from wrapped(f"- line {known.line}: {words.knowledge(known)}", "  ", "    ")
        if known.source:
            yield Line(f"    {visible(known.source)}")
    yield Line()


def _placeholders(ran: Ran) -> Iterator[Line]:
    for title, some in (
        ("Unbound placeholders", words.unbound(ran)),
        ("Bound placeholders", words.bound(ran)),
    ):
        if not some:
            continue
        yield Line(f"{title} ({len(some)})", "bold")
        for one in some:
            value = f": {one.value} ({one.by})" if one.value else "; bind it with --bind or a runbook.toml"
            yield from wrapped(f"- {words.told(one)}{value}", "  ", "    ")
        yield Line()
