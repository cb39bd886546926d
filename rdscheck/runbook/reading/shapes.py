"""What printed text looks like, line by line: tables of psql, tags, messages, logs, boxes."""

import re
from collections.abc import Sequence

from rdscheck.runbook.reading.words import SECOND, STATEMENTS, first_words

#: The line between names and rows of psql's tables; a page may have broken it: ``---====---+----``.
DASHES = re.compile(r"[ \t]*--[-+=][-+=|: ]*\Z")
#: How a table of psql ends.
COUNT = re.compile(r"[ \t]*\(\d+ rows?\)[ \t]*\Z")
_MESSAGE = re.compile(
    r"[ \t]*(?:[\w./ -]{1,40}: )?(?:\w+: )?"
    r"(?:ERROR|FATAL|PANIC|NOTICE|WARNING|INFO|LOG|DEBUG\d?|DETAIL|HINT|CONTEXT|QUERY|STATEMENT|LOCATION|"
    r"LINE \d+)\b ?:"
)
_PROGRAM = re.compile(r"(?:psql|pg_\w+|createdb|dropdb|vacuumdb|reindexdb|bash|-bash|sh|zsh|aws|\w+\.py): \S")
_CARET = re.compile(r"[ \t]*\^[ \t]*\Z")
_RECORD = re.compile(r"[ \t]*[-+]\[ RECORD \d+ \]")
_BOX = re.compile("[ \t]*[\u2500-\u257f]")
_PIPES = re.compile(r"[ \t]*(?:\|.*\||\+[-=+]{2,}\+?)[ \t]*\Z")
_JSON = re.compile(r"[ \t]*(?:[\[{][ \t]*(?:\Z|[\"{\[}\]])|[}\]],?[ \t]*\Z|\"[^\"]*+\"[ \t]*(?:[:,]|\Z))")
_STAMP = re.compile(r"[ \t]*\[?\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?")
_AUDIT = re.compile(r"[ \t]*(?:AUDIT: )?(?:OBJECT|SESSION),\d+,\d+,")
_BANNER = re.compile(r"psql \(\d[^)\n]*\)|SSL connection \(protocol|Type \"help\" for help\.")
_PASSWORD = re.compile(r"[ \t]*Password(?: for user [^:\n]{1,100})?:[ \t]*\Z")
_SAYINGS = re.compile(
    r"[ \t]*(?:Time: [\d.,]+ ms|Timing is o(?:n|ff)\.|Expanded display is |You are (?:now )?connected to |"
    r"SSL connection \(|Did not find any |No relations found|List of |Null display is |Output format is |"
    r"Tuples only is |Type \"help\"|psql \(\d|An error occurred \(|usage: aws|upload: |download: |"
    r"make_bucket: |remove_bucket: |delete: |waiting for |server st|tables? repacked)"
)

#: Command tags of PostgreSQL, and what follows the word. https://www.postgresql.org/docs/current/protocol-message-formats.html
_COUNTED = frozenset({"select", "insert", "update", "delete", "merge", "copy", "move", "fetch", "refresh"})
_TAG = re.compile(r"[A-Z][A-Z ]*[A-Z](?: \d+){0,2}\Z")
_ALONE_WORDS = """
abort analyze begin call checkpoint cluster comment commit deallocate discard do execute explain grant
listen load lock notify prepare release reset revoke rollback savepoint set show reindex truncate
unlisten vacuum start
"""
_ALONE = frozenset(_ALONE_WORDS.split())
_WRONG_TAG = re.compile(r"[A-Z ]+ (?:CREATED|ALTERED|DROPPED|GRANTED|INSERTED|UPDATED|DELETED|COMPLETED?)\Z")
_CREATED = frozenset({"create", "alter", "drop"})
_HOLDS = frozenset({"with", "execute"})
_ENDS = frozenset({"commit", "rollback"})


def is_tag(line: str, statement: str | None = None) -> bool:
    """Tell whether a line is a command tag, or meant to be one; of that statement where it is known.

    A tag ``CREATE TABLE`` may also be the first line of the next statement: behind another statement
    only its own tag counts.
    """
    line = line.strip()
    if not _TAG.match(line):
        return False
    if _WRONG_TAG.match(line):
        return True
    first, second = first_words(line.lower())
    if first in _COUNTED and not (line[-1].isdigit() or line in {"FETCH", "REFRESH MATERIALIZED VIEW"}):
        return False
    return _may_be_tag(first, second) if statement is None else _is_tag_of(first, second, statement)


def _may_be_tag(first: str, second: str) -> bool:
    return first in _ALONE or first in _COUNTED or (first in _CREATED and second in SECOND["create"])


def _is_tag_of(first: str, second: str, statement: str) -> bool:
    told, object_ = first_words(_without_comments(statement))
    if first in _COUNTED:
        # A query itself has no tag in psql; a table made of one has that of the query.
        typed = first in {"select", "fetch", "move"}  # these are whole statements as well
        return (
            not typed
            or told in _HOLDS
            or (first == told != "select")
            or (first, told) == ("select", "create")
        )
    if first in _CREATED:
        # CREATE OR REPLACE, UNIQUE, TEMP and the like are left out of tags; ALTER USER is tagged ALTER ROLE.
        return told == first and (first == "create" or second in {object_, "role"})
    return first == told or (first in _ENDS and told in _ENDS | {"end", "abort"})


def _without_comments(statement: str) -> str:
    return re.sub(r"\A(?:\s++|--[^\n]*+\n|/\*.*?\*/)*+", "", statement, flags=re.DOTALL)


def is_message(line: str) -> bool:
    """Tell whether a line is an error, a notice or the like, of a server or of a program."""
    return bool(_MESSAGE.match(line) or _PROGRAM.match(line))


def is_said(line: str) -> bool:
    """Tell whether a line is one that nobody types: a message, a row count, a box, what psql or aws says."""
    return bool(
        is_message(line)
        or COUNT.match(line)
        or _CARET.match(line)
        or _RECORD.match(line)
        or _BOX.match(line)
        or _PIPES.match(line)
        or _SAYINGS.match(line)
        or _BANNER.match(line)
        or _PASSWORD.match(line)
        or is_logged(line)
    )


def is_logged(line: str) -> bool:
    """Tell whether a line is of a server's log."""
    return bool(_STAMP.match(line) or _AUDIT.match(line))


def is_json_line(line: str) -> bool:
    """Tell whether a line is of JSON that was printed over several lines."""
    return bool(_JSON.match(line))


def is_box(line: str) -> bool:
    """Tell whether a line begins with the lines DuckDB draws."""
    return bool(_BOX.match(line))


def is_prompted(text: str) -> bool:
    """Tell whether a text is what a client says as it begins: it asks for a password, or greets."""
    first = text.strip().split("\n", 1)[0]
    return bool(_PASSWORD.match(first) or _BANNER.match(first))


def begins_statement(line: str) -> bool:
    """Tell whether a line may be the first one of a statement or of a psql command."""
    line = line.lstrip()
    return line.startswith("\\") or first_words(line)[0] in STATEMENTS


def table_end(lines: Sequence[str], at: int) -> int | None:
    """Return the line behind the table whose names stand in that line; None if there is none.

    A table ends with its row count; one without it ends at an empty line or where a statement begins.
    """
    body = _body(lines, at)
    if body is None:
        return None
    end = body
    while end < len(lines):
        line = lines[end]
        if COUNT.match(line):
            return end + 1
        if _ends_rows(lines, end):
            break
        end += 1
    # A value with an empty line in it: the count may stand further down.
    return end if end == len(lines) else _counted_later(lines, end) or end


def table_begins(lines: Sequence[str], at: int) -> bool:
    """Tell whether a table of psql begins with that line."""
    return _body(lines, at) is not None


def _ends_rows(lines: Sequence[str], at: int) -> bool:
    line = lines[at]
    if not line.strip():
        return True
    return (
        line[:1] != " "
        and "|" not in line
        and begins_statement(line)
        and (line.rstrip().endswith(";") or line[0] == "\\")
    )


def _counted_later(lines: Sequence[str], at: int) -> int | None:
    for later in range(at, min(at + 200, len(lines))):
        if COUNT.match(lines[later]):
            return later + 1
        if DASHES.match(lines[later]):
            return None
        if lines[later].strip() and begins_statement(lines[later]) and "|" not in lines[later]:
            return None
    return None


def _body(lines: Sequence[str], at: int) -> int | None:
    """Return the line of the first row of the table whose names, or whose title, stand in that line."""
    for names in (at, at + 1):
        if names + 1 >= len(lines) or not lines[names].strip() or DASHES.match(lines[names]):
            return None
        if DASHES.match(lines[names + 1]) and not lines[names].lstrip().startswith("--"):
            return names + 2
        if not lines[at].startswith("  "):
            return None
    return None


def counted_tables(lines: Sequence[str]) -> list[int]:
    """Return the lines that begin a table which has its row count, or are a tag with a number or an error.

    Such a line is output even where the statement before it has no end.
    """
    found = []
    last = -1  # the last line known to have, or to have not, a count behind it
    counted = False
    for at, line in enumerate(lines):
        if re.match(r"(?:INSERT 0 \d+|(?:ERROR|FATAL):  ?\S.*)\Z", line.strip()):
            found.append(at)
        elif at + 1 < len(lines) and DASHES.match(lines[at + 1]) and line.strip() and not DASHES.match(line):
            if at > last:
                last = next(
                    (later for later in range(at, len(lines)) if COUNT.match(lines[later])), len(lines)
                )
                counted = last < len(lines)
            if counted and not line.lstrip().startswith("--"):
                found.append(at)
    return found
