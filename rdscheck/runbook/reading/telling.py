"""Whose output an output block is, by what the prose before it says and by its shape."""

import re
from collections.abc import Sequence

from rdscheck.runbook.model import Block, Kind
from rdscheck.runbook.reading import shapes

#: Why an excerpt of a log is no output of a command.
FROM_LOG = "it is from a log, and no command prints it"
#: Kinds whose blocks print something.
PRINTS = frozenset({Kind.SQL, Kind.PSQL, Kind.SHELL, Kind.DUCKDB, Kind.TDS})

_SAYS = re.compile(
    r"\b(?:outputs?|returns?|returned|results?|response|responds|prints?|printed|displays?|displayed|reports?"
    r"|you(?:'ll| will)? (?:then )?see|shows?|shown|(?:look|looks|looking) (?:similar|like)|similar to"
    r"|messages?|errors?|fails? with)\b",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\b(?:outputs?|results?|response)\b", re.IGNORECASE)
_LOG = re.compile(r"\b(?:logs?|log (?:file|entry|entries|line))\b", re.IGNORECASE)
_IF = re.compile(
    r"(?:\A|[.:!?] )\W*(?:If|Otherwise|Without|In case)\b[^.]*\b(?:fails?|errors?|see|refus\w+)\b"
)
_PASSED_ON = re.compile(r"\b(?:tail|cat|grep|less|aws rds (?:download-db-log|describe-db-log))\b")


def is_output_heading(text: str) -> bool:
    """Tell whether a section holds the output of the one before it."""
    return bool(_HEADING.search(text))


def is_told(before: str) -> bool:
    """Tell whether prose announces what something printed."""
    return bool(_SAYS.search(_last_sentences(before)))


def shows(text: str, before: str, blocks: Sequence[Block], heading: int) -> tuple[int, str]:
    """Return the number of the block whose output a text is, and why it is of none.

    ``heading`` is the number of blocks before the section: what stands further up prints nothing here.
    """
    if shapes.is_prompted(text):
        return 0, "a client asks or greets so at a terminal; no command prints it"
    previous = next((block for block in reversed(blocks) if block.kind is not Kind.CONSOLE), None)
    again = previous is not None and previous.kind is Kind.OUTPUT
    if previous is not None and again:
        previous = _source(previous, blocks)
    why = _why_not(text, before, previous)
    if not why and previous and previous.number <= heading:
        why = "no command stands before it in its section"
    if not why and again and not is_told(before):
        why = "nothing says that a command prints it"
    if why and _is_log(text, before):
        why = FROM_LOG
    return (0, why) if why or previous is None else (previous.number, "")


def _source(output: Block, blocks: Sequence[Block]) -> Block | None:
    """Return the block whose output an earlier output is; behind a greeting, the one before it."""
    if output.shows:
        return blocks[output.shows - 1]
    above = blocks[max(0, output.number - 6) : output.number - 1]
    if shapes.is_prompted(output.text):
        return next((block for block in reversed(above) if block.kind in PRINTS), None)
    return None


def _why_not(text: str, before: str, previous: Block | None) -> str:
    """Return why a text is not what a block printed; empty if it may be."""
    if _is_log(text, before) and not (previous and _PASSED_ON.search(previous.text)):
        return FROM_LOG
    if previous is None or previous.kind not in PRINTS:
        return "no command that prints stands right before it"
    if _IF.search(before) and any(map(shapes.is_message, text.split("\n")[:3])):
        return "it tells what would happen, not what happens"
    return ""


def _is_log(text: str, before: str) -> bool:
    lines = [line for line in text.split("\n")[:20] if line.strip() not in {"", "...", "\u2026"}]
    if any(map(shapes.is_logged, lines)):
        return True
    return bool(_LOG.search(_last_sentences(before))) and not any(map(shapes.DASHES.match, lines))


def _last_sentences(before: str) -> str:
    return before[-400:]
