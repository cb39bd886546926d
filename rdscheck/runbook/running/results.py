"""All pages of one command, and what it ends with."""

from collections import Counter
from dataclasses import dataclass

from rdscheck.errors import ExitCode
from rdscheck.runbook.model import RAN, Judged, Ran, Verdict

#: What is said of blocks that Ctrl-C kept from running.
INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Results:
    """Every page on every version, in the order asked for: the only input of every report."""

    runs: tuple[Ran, ...]
    complete: bool = True  # false after Ctrl-C
    fail_on_differs: bool = False
    not_run: tuple[tuple[str, str], ...] = ()  # versions asked for that this machine cannot have, and why
    rdscheck_version: str = ""


def counts(ran: Ran) -> dict[Verdict, int]:
    """Return how many blocks have each verdict, all of them, in the order of the verdicts."""
    found = Counter(one.verdict for one in ran.judged)
    return {verdict: found[verdict] for verdict in Verdict}


def failing(judged: Judged, *, on_differs: bool) -> bool:
    """Tell whether a block lets the command end with 1: it failed, or is not as the configuration says.

    One that cannot run here is not found to be otherwise, whatever is expected of it: see ``unchecked``.
    """
    if judged.expected is not None:
        return not judged.as_expected and judged.verdict is not Verdict.NOT_RUNNABLE
    return judged.verdict is Verdict.FAILED or (on_differs and judged.verdict is Verdict.DIFFERS)


def unchecked(ran: Ran) -> bool:
    """Tell whether something of a page could not be found out: a block cannot run here, or nothing ran."""
    if any(one.verdict is Verdict.NOT_RUNNABLE and not one.as_expected for one in ran.judged):
        return True
    return not any(one.verdict in RAN or one.expected is not None for one in ran.judged)


def exit_code(results: Results) -> ExitCode:
    """Return what the command ends with."""
    judged = [one for ran in results.runs for one in ran.judged]
    if any(failing(one, on_differs=results.fail_on_differs) for one in judged):
        return ExitCode.FINDINGS
    if (
        not results.complete
        or results.not_run
        or not results.runs
        or any(unchecked(ran) for ran in results.runs)
    ):
        return ExitCode.UNCHECKED
    return ExitCode.OK
