"""What a block is: by its content first, by its label where the content leaves it open."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pglast.parser
from pglast.error import Error

from rdscheck.runbook.model import Kind
from rdscheck.runbook.reading import commands, shapes, transcripts
from rdscheck.runbook.reading.lexing import skip_between, statement_end
from rdscheck.runbook.reading.words import DUCKDB_STATEMENTS, SECOND, STATEMENTS, first_words, label_kind

#: Of a longer text only the beginning is looked at: a kind shows early.
_ENOUGH = 64 << 10

_DUCKDB = re.compile(
    r"\b(?:ATTACH\b[^;]{0,2000}\(\s*TYPE\s+\w+|ATTACH\s+(?:DATABASE\s+|IF\s+NOT\s+EXISTS\s+){0,2}'"
    r"|CREATE\s+(?:OR\s+REPLACE\s+)?(?:PERSISTENT\s+|TEMPORARY\s+)?SECRET\b|LOAD\s+'[^']*duckdb_extension'"
    r"|(?:INSTALL|LOAD)\s+(?:postgres|postgres_scanner|httpfs|aws|parquet|json)\s*;|FROM\s+postgres_(?:scan|query|execute)\w*\s*\("
    r"|CALL\s+postgres_(?:attach|execute)\s*\(|SHOW\s+ALL\s+TABLES\b|FROM\s+read_(?:parquet|csv|json)\w*\s*\()",
    re.IGNORECASE,
)
_ALIAS = re.compile(r"\bATTACH\b[^;]{0,2000}?\bAS\s+(\w+)\s*\(\s*TYPE\s+postgres", re.IGNORECASE)
_POLICY = re.compile(r"\"(?:Statement|Principal|AssumeRolePolicyDocument)\"\s*:")
_EFFECT = re.compile(r"\"Effect\"\s*:\s*\"(?:Allow|Deny)\"|\"Version\"\s*:\s*\"20(?:12-10-17|08-10-17)\"")
_OPTION = re.compile(
    r"(?:host|hostaddr|port|dbname|user|password|passfile|sslmode|sslrootcert|service|options|application_name|connect_timeout"
    r"|target_session_attrs|channel_binding|client_encoding)\s?=\s?(?:'[^']*'|\S*)",
)
_URI = re.compile(r"(?:jdbc:)?postgres(?:ql)?://\S+\Z")
_YAML_KEY = re.compile(r"[ \t]*(?:- )?(?:[\w.$/-]+|\"[^\"]*\"|'[^']*'):(?:[ \t]|\Z)")
_YAML_ITEM = re.compile(r"[ \t]*- \S")
_ARGUMENT = re.compile(r"\w+\s*(?::=|=>)\s*[^;]+\Z")
_CODE = re.compile(
    r"(?:import [\w.]+|from [\w.]+ import |def \w+\s*\(|class \w+[\s(:]|fn \w+\s*[(<]|pub fn |use [\w:]+::|"
    r"let (?:mut )?\w+ ?=|#include|"
    r"package \w+|public class |const \w+ ?=|var \w+ ?=|function \w+\s*\(|exports\.|module\.exports|"
    r"async function|>>> |<\?php|<\w+[^>]*>\s*\Z|"
    r"@\w+\s*\Z|if __name__)"
)


@dataclass(frozen=True)
class Said:
    """A kind and, for those that nothing runs, what makes it one."""

    kind: Kind
    why: str = ""
    printable: bool = False  # it may as well be printed: prose decides


def aliases(text: str) -> set[str]:
    """Return the names under which DuckDB attaches databases in a block."""
    return {found[1].lower() for found in _ALIAS.finditer(text[:_ENOUGH])}


def kind(text: str, label: str, attached: frozenset[str] = frozenset()) -> Said:
    """Return what a block is; ``attached`` are the names of databases that DuckDB has attached by then."""
    text = text[:_ENOUGH].strip("\n")
    lines = text.split("\n")
    if not text.strip():
        return Said(Kind.TEXT, "it is empty")
    labelled = label_kind(label)
    return (
        _transcript(lines, text)
        or _data(text, lines, label)
        or _connection(lines)
        or _typed_or_printed(text, lines)
        or _statements(text, labelled, attached)
        or _others(text, lines, labelled)
        or _by_label(text, lines, labelled)
    )


def _transcript(lines: Sequence[str], text: str) -> Said | None:
    if shapes.is_prompted(text) and not _typed_after(lines):
        return Said(Kind.OUTPUT)
    if transcripts.is_psql(lines):
        return Said(Kind.PSQL)
    if transcripts.is_duckdb(lines):
        return Said(Kind.DUCKDB)
    if transcripts.is_tds(lines):
        return Said(Kind.TDS)
    return None


def _typed_after(lines: Sequence[str]) -> bool:
    """Tell whether a statement is typed below a client's greeting."""
    return bool(transcripts.psql_pieces("\n".join(lines), 1))


def _data(text: str, lines: Sequence[str], label: str) -> Said | None:
    first = text.lstrip()[:1]
    if first in {"{", "["}:
        if first == "{" and _POLICY.search(text) and _EFFECT.search(text):
            return Said(
                Kind.POLICY, "a policy is no command; commands name it by a file or hold it themselves"
            )
        if _is_json(text) or shapes.is_json_line(lines[0]):
            return Said(Kind.CODE, "JSON is no command", printable=True)
    if label_kind(label) is Kind.YAML and not begins_sql(text):
        return Said(Kind.YAML, "configuration is no command")
    return None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _connection(lines: Sequence[str]) -> Said | None:
    """Recognise connection strings, one a line, in libpq's words or as an address."""
    typed = [line.strip() for line in lines if line.strip()]
    if all(_URI.match(line) or _options(line) for line in typed[:100]):
        return Said(Kind.TEXT, "a connection string is no command")
    return None


def _options(line: str) -> bool:
    at = 0
    while at < len(line):
        found = _OPTION.match(line, at)
        if found is None:
            return False
        at = found.end()
        while at < len(line) and line[at] in " \t":
            at += 1
    return True


def _typed_or_printed(text: str, lines: Sequence[str]) -> Said | None:
    """Recognise command lines by their prompt, and what is printed by its shape."""
    begin = first_line(lines)
    if commands.prompt(begin) is not None and commands.is_command(begin):
        return Said(Kind.SHELL)
    return Said(Kind.OUTPUT) if _is_output(text, lines) else None


def _statements(text: str, labelled: Kind | None, attached: frozenset[str]) -> Said | None:
    if begins_sql(text) or (labelled is Kind.SQL and _may_be_sql(text)):
        return Said(_dialect(text, attached))
    return None


def _others(text: str, lines: Sequence[str], labelled: Kind | None) -> Said | None:
    """Recognise what has neither a prompt nor the words of PostgreSQL."""
    begin = first_line(lines)
    if labelled is Kind.CODE or (labelled is None and _CODE.match(begin.strip())):
        return Said(Kind.CODE, "source text of another language is no command")
    if _DUCKDB.match(text.lstrip()) or (first_words(begin.strip())[0] in DUCKDB_STATEMENTS and _ends(text)):
        return Said(Kind.DUCKDB)
    if commands.is_command(begin):
        return Said(Kind.SHELL)
    if labelled is None and _is_yaml(lines):
        return Said(Kind.YAML, "configuration is no command")
    return None


def _dialect(text: str, attached: frozenset[str]) -> Kind:
    """Tell PostgreSQL's statements from those for DuckDB, by its words and by the databases it attached."""
    if _DUCKDB.search(text):
        return Kind.DUCKDB
    if attached and re.search(
        rf"\b(?:{'|'.join(sorted(map(re.escape, attached)))})\.\w", text, re.IGNORECASE
    ):
        return Kind.DUCKDB
    return Kind.SQL


def _by_label(text: str, lines: Sequence[str], labelled: Kind | None) -> Said:
    if _ARGUMENT.match(text.strip()):
        return Said(Kind.TEXT, "an argument is no whole statement")
    if labelled in {Kind.SQL, Kind.SHELL, Kind.DUCKDB, Kind.TDS, Kind.OUTPUT}:
        return Said(labelled)
    if any(_CODE.match(line.strip()) for line in lines[:20]):
        return Said(Kind.CODE, "source text of another language is no command")
    return Said(Kind.TEXT, "it is neither a statement nor a command line nor what one prints", printable=True)


def first_line(lines: Sequence[str]) -> str:
    """Return the first line with something to do on it: behind comments of SQL and of shells."""
    for line in lines:
        stripped = line.strip()
        if not stripped or stripped.startswith(("--", "::", "REM ")):
            continue
        if (
            stripped.startswith("#")
            and commands.prompt(line) is None
            and not stripped.startswith(("#include", "#!"))
        ):
            continue
        return line
    return next(line for line in lines if line.strip())


def _is_output(text: str, lines: Sequence[str]) -> bool:
    """Tell whether a block begins as something printed does."""
    shown = [at for at, line in enumerate(lines) if line.strip() and line.strip() not in {"...", "\u2026"}]
    if not shown:
        return True
    at = shown[0]
    line = lines[at]
    if shapes.table_begins(lines, at):
        counted = any(map(shapes.COUNT.match, lines))
        return not line.rstrip().endswith(";") and (counted or not begins_sql(text))
    if shapes.is_tag(line) and not _parses(line):
        return len(shown) == 1 or shapes.is_tag(lines[shown[1]]) or shapes.is_said(lines[shown[1]])
    return shapes.is_said(line)


def begins_sql(text: str) -> bool:
    """Tell whether a text begins with a statement or psql command for sure."""
    start = skip_between(text, 0)
    if text.startswith("\\", start):
        return bool(re.match(r"\\[A-Za-z?!]", text[start:]))
    first, second = first_words(text[start:])
    if first not in STATEMENTS:
        return False
    if second in SECOND.get(first, ()):
        return True
    end = statement_end(text, start)
    statement = text[start : end.at]
    if end.complete:
        return first not in {"with", "import"} or _parses(statement)
    return _parses(statement) or _parses(statement.split("\n", 1)[0])


def _may_be_sql(text: str) -> bool:
    """Tell whether a text labelled SQL is meant to be one: it has an end, or words of a statement."""
    start = skip_between(text, 0)
    if start >= len(text):
        return False
    if _ARGUMENT.match(text[start:].strip()) or commands.is_command(text[start:].split("\n", 1)[0]):
        return False
    return _ends(text[start:]) or first_words(text[start:])[0] in STATEMENTS


def _ends(text: str) -> bool:
    return statement_end(text, 0).complete


def _parses(statement: str) -> bool:
    if "\0" in statement or len(statement) > _ENOUGH:
        return False
    try:
        pglast.parser.parse_sql_json(statement)
    except (Error, ValueError, RecursionError):
        return False
    return True


def _is_yaml(lines: Sequence[str]) -> bool:
    typed = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not typed or not _YAML_KEY.match(typed[0]) or any(map(shapes.is_message, typed[:5])):
        return False
    keys = sum(1 for line in typed if _YAML_KEY.match(line) or _YAML_ITEM.match(line))
    return keys * 2 > len(typed) and (len(typed) > 1 or typed[0].rstrip().endswith(":"))
