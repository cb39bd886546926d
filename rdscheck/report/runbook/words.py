"""What every format says in words: how a page did, where a block stands, what is open."""

from collections import Counter
from collections.abc import Iterator

from rdscheck.runbook.model import RAN, Block, Judged, Knowledge, Placeholder, Ran, Verdict
from rdscheck.runbook.running.results import INTERRUPTED, Results, counts, failing, unchecked

#: The worst first: what a reader has to see.
LOUD = (Verdict.FAILED, Verdict.NOT_RUNNABLE, Verdict.DIFFERS)
#: The title of what is known of prose.
OF_PROSE = "What the page's text says, and what was seen"
_MOST_LINES = 12
_MOST_WIDTH = 160


def number(count: int, noun: str) -> str:
    """Return ``1 block`` or ``2 blocks``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def place(block: Block) -> str:
    """Return ``line 3`` or ``lines 3-9``."""
    return f"line {block.line}" if block.end <= block.line else f"lines {block.line}-{block.end}"


def name(block: Block) -> str:
    """Return the short name that tests and anchors have: ``L196-shell``."""
    return f"L{block.line}-{block.kind.value}"


def title(ran: Ran) -> str:
    """Return a page and the version it ran on."""
    return f"{ran.page.name} on RDS for PostgreSQL {ran.version}"


def tally(ran: Ran) -> str:
    """Return how many blocks have which verdict, those that none has left out."""
    return "; ".join(f"{count} {verdict.value}" for verdict, count in counts(ran).items() if count)


def verdict(ran: Ran, *, on_differs: bool = False) -> str:
    """Answer "does the page work?" in one sentence."""
    total = len(ran.judged)
    failed = sum(failing(one, on_differs=on_differs) for one in ran.judged)
    did = sum(one.verdict in RAN for one in ran.judged)
    if not total:
        return "The page has no block that could be run."
    ran_words = f"{did} of {number(total, 'block')} ran"
    if failed:
        return f"Does not work as it is written: {number(failed, 'block')} not as expected; {ran_words}."
    if any(one.detail == INTERRUPTED for one in ran.judged):
        return f"Not known whether it works, it was interrupted: {ran_words}."
    if not did:
        return f"Not known whether it works: {ran_words}."
    differs = sum(one.verdict is Verdict.DIFFERS and one.expected is None for one in ran.judged)
    but = f", {number(differs, 'output')} differing" if differs else ""
    excepted = f", except as expected ({told})" if (told := _excepted(ran)) else ""
    far = " as far as it could be run" if unchecked(ran) else ""
    return f"Works{far}{excepted}{but}: {ran_words}."


def _excepted(ran: Ran) -> str:
    """Return how many blocks are not well, and expected not to be."""
    found = Counter(one.verdict for one in _known_of(ran))
    told = []
    if count := found[Verdict.FAILED]:
        told.append(f"{number(count, 'block')} failing")
    if count := found[Verdict.NOT_RUNNABLE]:
        told.append(f"{count} not run")
    if count := found[Verdict.DIFFERS]:
        told.append(f"{number(count, 'output')} differing")
    return ", ".join(told)


def _known_of(ran: Ran) -> Iterator[Judged]:
    """Yield the blocks that are not well, as the configuration says."""
    yield from (one for one in ran.judged if one.expected is one.verdict and one.verdict in LOUD)


def expectations(ran: Ran) -> list[str]:
    """Return which blocks are not well, as the configuration says, and why; equal reasons are one."""
    found: dict[tuple[Verdict, str], list[int]] = {}
    for one in _known_of(ran):
        found.setdefault((one.verdict, one.reason), []).append(one.block.line)
    return [
        f"{'line' if len(lines) == 1 else 'lines'} {', '.join(map(str, lines))}, {verdict_.value}: {reason}"
        for (verdict_, reason), lines in found.items()
    ]


def overall(results: Results) -> str:
    """Answer for all pages and versions in one line."""
    if len(results.runs) == 1:
        return verdict(results.runs[0], on_differs=results.fail_on_differs)
    bad = sum(
        any(failing(one, on_differs=results.fail_on_differs) for one in ran.judged) for ran in results.runs
    )
    open_ = sum(unchecked(ran) for ran in results.runs)
    total = number(len(results.runs), "run of a page").replace("run of a pages", "runs of pages")
    return f"{total}: {bad} with failures, {open_} with something that could not be run."


def state(judged: Judged) -> str:
    """Return the verdict, and whether the configuration expects it."""
    if judged.expected is None:
        return judged.verdict.value
    if judged.as_expected:
        return f"{judged.verdict.value}, as expected"
    return f"{judged.verdict.value}, expected: {judged.expected.value}"


def remark(judged: Judged) -> str:
    """Return what is to be said of a block in one line."""
    parts = [judged.detail] if judged.detail else []
    if judged.reason and judged.reason not in judged.detail:
        parts.append(f"expected: {judged.reason}")
    parts += judged.remarks
    if judged.masks:
        parts.append(f"equal but for {', '.join(judged.masks)}")
    return "; ".join(parts)


def to_look_at(ran: Ran) -> Iterator[Judged]:
    """Yield the blocks that need a look, or of which something is known, in the order of the page."""
    for one in ran.judged:
        if one.verdict in LOUD or of_block(one) or one.remarks or not one.as_expected:
            yield one


def of_block(judged: Judged) -> list[Knowledge]:
    """Return what is known of a block itself, not of the prose above it."""
    return [one for one in judged.known if not one.line]


def of_prose(ran: Ran) -> list[Knowledge]:
    """Return what is known of the page's prose, by its lines."""
    found = dict.fromkeys(one for judged in ran.judged for one in judged.known if one.line)
    return sorted(found, key=lambda one: one.line)


def knowledge(one: Knowledge) -> str:
    """Return what is known, and where more is told."""
    return f"{one.text} (rdscheck explain {one.key})" if one.key else one.text


def excerpt(text: str) -> list[str]:
    """Return the beginning of a text, cut where it can be seen."""
    lines = text.splitlines()
    shown = [
        line if len(line) <= _MOST_WIDTH else line[: _MOST_WIDTH - 1] + "…" for line in lines[:_MOST_LINES]
    ]
    if len(lines) > _MOST_LINES:
        shown.append(f"… {len(lines) - _MOST_LINES} more lines")
    return shown


def outputs(judged: Judged) -> str:
    """Return what a block printed, piece by piece."""
    return "\n".join(one.output.rstrip("\n") for one in judged.printed if one.output.strip())


def unbound(ran: Ran) -> list[Placeholder]:
    """Return the placeholders that nothing is bound to."""
    return [one for one in ran.placeholders if not one.value]


def bound(ran: Ran) -> list[Placeholder]:
    """Return the placeholders that something is bound to."""
    return [one for one in ran.placeholders if one.value]


def told(one: Placeholder) -> str:
    """Return a placeholder with its role and lines."""
    role = f" ({one.role})" if one.role else ""
    lines = ", ".join(map(str, one.lines))
    return f"{one.text}{role}, {'line' if len(one.lines) == 1 else 'lines'} {lines}"
