r"""One command told twice, for Linux and for Windows: a reader types one of them, and so does a run.

The second form, with ``^`` in the place of ``\``, is read as the first one is. Where both come to the same
command it is not run again: what a role, a bucket or a row is added to would have it twice. Where they
differ, it is a command of its own.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from rdscheck.runbook.lab.lines import Line, NotRead, read
from rdscheck.runbook.model import Block, Judged, Kind, Page, Verdict

WINDOWS = "the form for Windows"
OTHERS = "the form for Linux, macOS or Unix"

_CARETS = re.compile(r"[ \t]\^[ \t]*$", re.MULTILINE)
_PROMPT = re.compile(r"^[ \t]*(?:PS )?[A-Za-z]:\\[^>\n]{0,120}>", re.MULTILINE)
_LABELS = frozenset({"powershell", "pwsh", "ps1", "cmd", "bat", "batch", "dos"})
_SAYS_WINDOWS = re.compile(r"\bWindows\b[^.\n]{0,80}[:.]?[ \t]*\Z|\A[^.\n]{0,40}\bWindows\b", re.IGNORECASE)
_SAYS_OTHERS = re.compile(r"\b(?:Linux|macOS|Unix)\b", re.IGNORECASE)


def form(block: Block, prose: str) -> str:
    """Return which system a block of command lines is for, as it looks or as the line above says, if so."""
    if block.kind is not Kind.SHELL:
        return ""
    if _CARETS.search(block.text) or _PROMPT.search(block.text) or block.label in _LABELS:
        return WINDOWS
    said = next((line.strip() for line in reversed(prose.splitlines()) if _tells(line)), "")
    if _SAYS_OTHERS.search(said):
        return OTHERS
    return WINDOWS if _SAYS_WINDOWS.search(said) else ""


def _tells(line: str) -> bool:
    """Tell whether a line says something, and is no fence."""
    return bool(re.search(r"\w", line))


def forms(page: Page, prose: Callable[[Block], str]) -> Mapping[int, str]:
    """Return the forms of a page's blocks by their numbers, those that have one."""
    return {one.number: told for one in page.blocks if (told := form(one, prose(one)))}


def twins(page: Page, told: Mapping[int, str]) -> Mapping[int, int]:
    """Return the blocks that tell the command of the block before for another system, and that block."""
    found: dict[int, int] = {}
    before: Block | None = None
    for block in page.blocks:
        if block.kind is Kind.SHELL:
            if before and _two_forms(told, before, block) and _same(before, block):
                found[block.number] = before.number
            before = block
        elif block.kind is not Kind.OUTPUT:
            before = None
    return found


def repeated(block: Block, source: Judged, told: str) -> Judged:
    """Return what becomes of a block that tells a command again for another system."""
    verdict = Verdict.PASSED if source.verdict is Verdict.DIFFERS else source.verdict
    said = f"{told} of line {source.block.line}'s command, which is not run a second time"
    return Judged(
        block,
        verdict,
        said if verdict is Verdict.PASSED else f"{said}: {source.detail}",
        printed=tuple(
            replace(one, piece=piece) for one, piece in zip(source.printed, block.pieces, strict=False)
        ),
        basis=source.basis,
        expected=source.expected if verdict is source.expected else None,
        reason=source.reason if verdict is source.expected else "",
    )


def _two_forms(told: Mapping[int, str], first: Block, second: Block) -> bool:
    return {told.get(first.number, OTHERS), told.get(second.number, OTHERS)} == {WINDOWS, OTHERS}


def _same(first: Block, second: Block) -> bool:
    if any(piece.expected is not None for piece in second.pieces):
        return False
    commands = _commands(first)
    return bool(commands) and commands == _commands(second)


def _commands(block: Block) -> Sequence[Line]:
    """Return a block's command lines as they are read; nothing where one is not."""
    try:
        return [read(piece.text) for piece in block.pieces]
    except NotRead:
        return []
