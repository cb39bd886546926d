"""Transcripts: what was typed after prompts, and what was printed below."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import accumulate, pairwise

from rdscheck.runbook.model import Piece
from rdscheck.runbook.reading.lexing import End, skip_between, statement_end
from rdscheck.runbook.reading.shapes import begins_statement, is_said, table_begins
from rdscheck.runbook.reading.words import DUCKDB_STATEMENTS, STATEMENTS, first_words

# psql's %/%R%x%#: the database, how far the statement is, whether in a transaction, superuser or not.
# https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-PROMPTING
_NAME = r"[^\W\d][\w$.-]{0,62}"
_PSQL = re.compile(rf"[ \t]*(?:{_NAME})?[=^!][*!?]?[>#](?=\s|\Z)")
_PSQL_MORE = re.compile(rf"""[ \t]*(?:{_NAME})?[-*'"$(][*!?]?[>#](?=\s|\Z)""")
_PSQL_NAMED = re.compile(rf"[ \t]*{_NAME}=[*!?]?[>#](?=\s|\Z)")
_DUCKDB = re.compile(r"[ \t]*D(?: |\Z)")
_DUCKDB_MORE = re.compile("[ \t]*(?:[\u00b7\u2023](?: |\\Z)|\\.\\.\\.>(?: |\\Z))")
_TDS = re.compile(r"[ \t]*1>(?=\s|\Z)")
_TDS_LINE = re.compile(r"[ \t]*\d+>(?=\s|\Z)")
_GO = re.compile(r"[ \t]*go(?:[ \t]+\d+)?[ \t]*\Z", re.IGNORECASE)


class Turn(StrEnum):
    """What a line of a transcript is."""

    FIRST = "first"  # after the prompt of a new statement
    MORE = "more"  # after the prompt of one that goes on
    BARE = "bare"  # without a prompt


def _psql_turn(line: str) -> tuple[Turn, str]:
    if found := _PSQL.match(line):
        return Turn.FIRST, line[found.end() :].removeprefix(" ")
    if found := _PSQL_MORE.match(line):
        return Turn.MORE, line[found.end() :].removeprefix(" ")
    return Turn.BARE, line


def _duckdb_turn(line: str) -> tuple[Turn, str]:
    if found := _DUCKDB.match(line):
        return Turn.FIRST, line[found.end() :]
    if found := _DUCKDB_MORE.match(line):
        return Turn.MORE, line[found.end() :]
    return Turn.BARE, line


def is_psql(lines: Sequence[str]) -> bool:
    """Tell whether lines are a psql transcript: one has psql's prompt and nothing or a statement behind it.

    ``name=> 'value'`` within a call is no prompt.
    """
    for at, line in enumerate(lines):
        found = _PSQL_NAMED.match(line) or (_PSQL.match(line) if not _before(lines, at) else None)
        if found:
            typed = line[found.end() :].strip()
            if not typed or begins_statement(typed) or typed.startswith("--") or not _before(lines, at):
                return True
    return False


def is_typed(line: str) -> bool:
    """Tell whether a line has psql's prompt with the name of a database, and a statement behind it."""
    found = _PSQL_NAMED.match(line)
    return bool(found) and begins_statement(line[found.end() if found else 0 :])


def _before(lines: Sequence[str], at: int) -> bool:
    """Tell whether something stands above a line."""
    return any(line.strip() for line in lines[:at])


def is_duckdb(lines: Sequence[str]) -> bool:
    """Tell whether lines are a transcript of DuckDB's shell."""
    for line in lines:
        if found := _DUCKDB.match(line):
            typed = line[found.end() :].strip()
            if typed.startswith(".") or first_words(typed)[0] in STATEMENTS | DUCKDB_STATEMENTS:
                return True
    return False


def is_tds(lines: Sequence[str]) -> bool:
    """Tell whether lines are a transcript of sqlcmd, or T-SQL with ``go`` on lines of its own."""
    first = next((line for line in lines if line.strip()), "")
    return bool(_TDS.match(first)) or any(_GO.match(line) for line in lines if not line.endswith(";"))


def psql_pieces(text: str, line: int) -> tuple[Piece, ...]:
    """Return the statements of a psql transcript with what it shows below each."""
    return tuple(_pieces(text.split("\n"), line, _psql_turn))


def duckdb_pieces(text: str, line: int) -> tuple[Piece, ...]:
    """Return the statements of a transcript of DuckDB's shell."""
    return tuple(_pieces(text.split("\n"), line, _duckdb_turn))


def _pieces(lines: list[str], first: int, turn: Callable[[str], tuple[Turn, str]]) -> list[Piece]:
    turns = [turn(line) for line in lines]
    begun = [at for at, (what, _typed) in enumerate(turns) if what is Turn.FIRST]
    found: list[Piece] = []
    # Before the first prompt stands what a client said; a prompt with nothing behind it asks for nothing.
    for at, end in pairwise([*begun, len(lines)]):
        if turns[at][1].strip():
            found += _typed(lines, turns, at, end, first)
    return found


def _typed(
    lines: Sequence[str], turns: Sequence[tuple[Turn, str]], start: int, end: int, first: int
) -> list[Piece]:
    """Return the statements typed at the prompt of a line; what is printed below belongs to the last.

    Lines without a prompt belong to a statement that has no end yet, as people paste them, unless nobody
    types such lines.
    """
    texts = [typed for _what, typed in turns[start:end]]
    text = "\n".join(texts)
    starts = list(accumulate((len(one) + 1 for one in texts), initial=0))
    stops = [
        starts[at - start]
        for at in range(start + 1, end)
        if turns[at][0] is Turn.BARE and (is_said(lines[at]) or table_begins(lines, at))
    ]
    found: list[Piece] = []
    at = skip_between(text, 0)
    below = 1
    while at < len(text):
        line = bisect_right(starts, at) - 1
        if found and turns[start + line][0] is Turn.BARE and line >= below:
            break  # behind a statement's end, and not typed
        if text.startswith(".", at):
            stop = End(starts[line + 1] - 1, complete=True)  # a command of DuckDB's shell
        else:
            stop = statement_end(text, at, stops)
        found.append(Piece(text[at : stop.at].rstrip(), first + start + line))
        below = bisect_right(starts, max(stop.at - 1, 0))
        at = skip_between(text, stop.at)
    while start + below < end and turns[start + below][0] is Turn.MORE:
        below += 1
    return _with_output(found, lines[start + below : end], first + start + below)


def _with_output(found: list[Piece], printed: Sequence[str], line: int) -> list[Piece]:
    """Return the pieces, the last one with what is printed, which begins at a line of the page."""
    shown = [number for number, one in enumerate(printed) if one.strip()]
    if found and shown:
        expected = "\n".join(printed[shown[0] : shown[-1] + 1])
        found[-1] = replace(found[-1], expected=expected, expected_line=line + shown[0])
    return found


def tds_pieces(text: str, line: int) -> tuple[Piece, ...]:
    """Return the batches of a transcript of sqlcmd, each with its ``go``."""
    found: list[Piece] = []
    batch: list[str] = []
    begun = below = 0
    printed: list[str] = []

    def end() -> None:
        _with_output(found, printed, line + below)
        printed.clear()

    lines = text.split("\n")
    prompted = any(_TDS_LINE.match(one) for one in lines)
    for number, one in enumerate(lines):
        prompt = _TDS_LINE.match(one)
        if prompted and not prompt and not batch:
            if not printed:
                below = number
            printed.append(one)
            continue
        typed = one[prompt.end() :].removeprefix(" ") if prompt else one
        if not typed.strip() and not batch:
            continue
        if not batch:
            end()
            begun = number
        batch.append(typed)
        if _GO.match(typed):
            found.append(Piece("\n".join(batch), line + begun))
            batch = []
    end()
    if batch and any(one.strip() for one in batch):
        found.append(Piece("\n".join(batch).rstrip(), line + begun))
    return tuple(found)
