"""Where a live database and its dump rightly give different findings."""

from tests.corpus.running import Run, Seen

#: Rule and the side that alone has its findings, with the reason.
DIFFERENCES: dict[tuple[str, str], str] = {}


def unexplained(run: Run) -> list[tuple[Seen, str, str, str]]:
    """Return the differences of a run that the table does not explain."""
    return [one for one in run.differences() if (one[2], one[1]) not in DIFFERENCES]


def needless(run: Run) -> list[tuple[str, str]]:
    """Return what the table explains and no entry shows."""
    shown = {(rule, side) for _, side, rule, _ in run.differences()}
    return sorted(set(DIFFERENCES) - shown)
