"""What a piece makes, and what an error misses: whether a block fails only for want of one not run."""

import re
from collections.abc import Iterator

from rdscheck.runbook.model import Kind

#: SQLSTATEs of something that is not there.
_STATES = frozenset(
    {"42P01", "42883", "42704", "3F000", "42703", "3D000", "58P01", "42809", "26000", "34000", "28000"}
)
_ABSENT = re.compile(
    r"does not exist|not found|NotFound|NoSuch|No such file|is not a known|could not find|doesn't exist",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"((?:[^"\n]|""){1,200})"')
_SINGLE = re.compile(r"'([^'\n]{1,200})'")
_BARE = re.compile(
    r"\b(?:function|procedure|type|aggregate|relation|schema|DBInstance|DBParameterGroup|file) ([\w.$-]+)"
)
_FILE = re.compile(r"([\w./-]+): No such file")
#: What a group of parameters should have loaded or set.
_UNSET = re.compile(
    r'(\w+) (?:must be loaded via|is not in|must be preloaded via) "?shared_preload_libraries'
    r'|unrecognized configuration parameter "([\w.]+)"'
)

_NAME = r'("(?:[^"]|"")+"|[\w$]+)(?:\s*\.\s*("(?:[^"]|"")+"|[\w$]+))?'
_CREATE = re.compile(
    r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|UNIQUE|TRUSTED|PROCEDURAL"
    r"|RECURSIVE|MATERIALIZED|FOREIGN|EVENT|CONSTRAINT)\s+)*"
    r"(?:TABLE|VIEW|FUNCTION|PROCEDURE|SCHEMA|EXTENSION|LANGUAGE|ROLE|USER|GROUP|DATABASE|TYPE|DOMAIN|SEQUENCE"
    r"|SERVER|INDEX|TRIGGER|PUBLICATION|SUBSCRIPTION|AGGREGATE|SECRET)\s+(?:CONCURRENTLY\s+)?"
    rf"(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}",
    re.IGNORECASE,
)
_INTO = re.compile(rf"\bSELECT\b[^;]{{1,2000}}?\bINTO\s+(?:TABLE\s+)?{_NAME}", re.IGNORECASE)
_ATTACH = re.compile(r"\bATTACH\b[^;]{0,500}?\bAS\s+(\w+)", re.IGNORECASE)
_SHELL = re.compile(
    r">>?\s*([\w./-]+)"  # a file that is written
    r"|(?:--file[= ]|\s-f\s+)([\w./-]+)"
    r"|\bcreatedb\b(?:\s+-\S+(?:\s+[\w.:-]+)?)*?\s+([\w$]+)\s*$"
    r"|\bParameterName=shared_preload_libraries,ParameterValue=[\"']*(\w+(?:,\w+(?!\w*=))*)"
    r"|\bParameterName=([\w.]+)"
    r"|\baws\s+\S+\s+(?:create|put|add|register)-\S+[^|]*?--[\w-]*(?:name|identifier|bucket)[= ]+([\w.-]+)"
)


def made(text: str, kind: Kind) -> Iterator[str]:
    """Yield the names of what a statement, a command line or an act of the console makes, in lower case."""
    if kind is Kind.CONSOLE:
        act, *words = text.lower().split()
        yield from words if act in {"add", "set"} else ()
        return
    if kind is Kind.SHELL:
        for found in _SHELL.finditer(text):
            yield from (one.lower() for group in found.groups() if group for one in group.split(","))
        return
    for pattern in (_CREATE, _INTO):
        for found in pattern.finditer(text):
            yield _plain(found[2] or found[1])
    for found in _ATTACH.finditer(text):
        yield found[1].lower()


def missed(output: str, sqlstate: str) -> tuple[str, ...]:
    """Return the names that an error says are not there, in lower case; nothing for other errors."""
    names: list[str] = []
    for found in _UNSET.finditer(output):
        names += [one.lower() for group in found.groups() if group for one in (group, group.split(".")[0])]
    for line in output.splitlines():
        if not _ABSENT.search(line) or (sqlstate and sqlstate not in _STATES):
            continue
        for pattern in (_QUOTED, _SINGLE, _BARE, _FILE):
            for found in pattern.finditer(line):
                names += [found[1].lower(), *(_plain(one) for one in found[1].split("."))]
    return tuple(dict.fromkeys(name for name in names if name))


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"').lower() if name.startswith('"') else name.lower()
