"""Excerpts of a server's log that a page shows: its lines of pgAudit against those the server wrote.

What two servers never have in common is left out: everything before ``AUDIT:`` (time, client, user, database,
pid) and the numbers of statements in their session. https://github.com/pgaudit/pgaudit#format
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from rdscheck.runbook.running.comparing import diff

#: What the masks of such lines are called.
MASKS = ("beginning of a log line", "statement number")

_LINE = re.compile(r"\bAUDIT:[ \t]*(?:\n[ \t]*)?(?P<said>[^\n]*(?:\n\t[^\n]*)*)")
_NUMBERS = re.compile(r"\A(SESSION|OBJECT),\d+,\d+,")
_MOST = 1000


def audits(text: str) -> list[str]:
    """Return the lines of pgAudit that an excerpt shows, without what differs at each run."""
    return [_plain(found["said"]) for found in _LINE.finditer(text)]


def _plain(said: str) -> str:
    return _NUMBERS.sub(r"\1,<number>,<number>,", " ".join(said.split()))


def compared(wanted: Sequence[str], logged: Sequence[str]) -> str:
    """Return a diff of lines against the nearest that were logged, empty where each was."""
    found = [_plain(one) for one in logged]
    missing = [one for one in wanted if one not in found]
    nearest = [_nearest(one, found[-_MOST:]) for one in missing]
    return diff([f"AUDIT: {one}" for one in missing], [f"AUDIT: {one}" for one in nearest if one])


def _nearest(wanted: str, found: Sequence[str]) -> str:
    """Return the line that is most like one, the later of two; nothing where none was logged."""
    likeness = {one: SequenceMatcher(None, wanted.lower(), one.lower()).ratio() for one in found}
    return max(reversed(list(likeness)), key=lambda one: likeness[one], default="")
