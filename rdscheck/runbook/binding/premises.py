"""What a page takes for granted: databases and users that it speaks of and never creates."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from rdscheck.runbook.binding.contexts import CLIENTS, program
from rdscheck.runbook.binding.made import Made, made, pieces
from rdscheck.runbook.binding.occurrences import scan
from rdscheck.runbook.model import Kind, Page

_RUN = frozenset({Kind.SQL, Kind.PSQL, Kind.SHELL, Kind.DUCKDB})
#: Databases and users that every instance has.
_GIVEN_DATABASES = frozenset({"postgres", "template0", "template1", "rdsadmin"})
_GIVEN_USERS = frozenset({"postgres", "rdsadmin"})

_NAME = r"(\"[^\"]+\"|[A-Za-z_][\w$]*)"
_DATABASES = (
    re.compile(rf"\b(?:ALTER|ON|IN)\s+DATABASE\s+{_NAME}", re.IGNORECASE),
    re.compile(rf"\\c(?:onnect)?[ \t]+{_NAME}"),
    re.compile(r"(?<![\w-])dbname\s*=\s*'{0,2}([\w$-]+)"),
    re.compile(r"\b(?:DATABASE|DBNAME)\s+'([\w$-]+)'", re.IGNORECASE),
    re.compile(r"\bPGDATABASE=[\"']?([\w$-]+)"),
    re.compile(r"\bpostgres(?:ql)?://[^\s/'\"]*/([\w$-]+)"),
)
_USERS = (
    re.compile(r"(?<![\w-])user\s*=\s*'{0,2}([\w$-]+)"),
    re.compile(r"\bPGUSER=[\"']?([\w$-]+)"),
    re.compile(r"\bpostgres(?:ql)?://([\w$-]+)(?::[^\s@/'\"]*)?@"),
    re.compile(rf"\\c(?:onnect)?[ \t]+[\w\"$-]+[ \t]+{_NAME}"),
)
_SECRET_USER = re.compile(r"\bUSER\s+'([\w$-]+)'", re.IGNORECASE)
_PROMPT = re.compile(r"^[ \t]*([A-Za-z_]\w*)[=][>#]", re.MULTILINE)
#: Short options with a value: of all client programs, and what differs.
_VALUED = {
    "psql": "cdfFhLopPRTUv",
    "pg_repack": "tIcCsojiTdhpUD",
    "pgbench": "cjTtsfMDRrbLPhpUd",
    "pg_dump": "EfFjnNStTZdhpUe",
    "pg_restore": "dfFhIjLnNpPStTU",
}
_VALUED_LONG = re.compile(
    r"--(?:host|port|username|dbname|file|format|schema|table|jobs|command|set|variable)"
)


@dataclass(frozen=True)
class Premise:
    """One thing a page takes for granted."""

    name: str
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Premises:
    """What a page takes for granted, by the order of the page."""

    databases: tuple[Premise, ...] = ()
    users: tuple[Premise, ...] = ()


def premises(page: Page, known: Made | None = None) -> Premises:
    """Return the databases and users that a page speaks of as if they were there.

    A database: one that is connected to, altered or granted on, and never created by the page; a user:
    one that a connection is made as. What is a placeholder is none: it is bound.
    """
    known = known or made(page)
    databases: dict[str, set[int]] = {}
    users: dict[str, set[int]] = {}
    for block in page.blocks:
        if block.kind not in _RUN:
            continue
        if block.kind is Kind.PSQL:
            for found in _PROMPT.finditer(block.text):
                line = block.line + block.text.count("\n", 0, found.start())
                databases.setdefault(found.group(1), set()).add(line)
        for text, line in pieces(block):
            taken = {one.text for one in scan(text, block.kind, known)}
            for name, into in _named(text, block.kind, databases, users):
                plain = name.strip('"')
                if plain not in taken and "<" not in plain and "$" not in plain:
                    into.setdefault(plain, set()).add(line)
    return Premises(
        _listed(databases, known.databases | _GIVEN_DATABASES), _listed(users, known.users | _GIVEN_USERS)
    )


def _listed(found: dict[str, set[int]], but: frozenset[str]) -> tuple[Premise, ...]:
    listed = [Premise(name, tuple(sorted(lines))) for name, lines in found.items() if name not in but]
    return tuple(sorted(listed, key=lambda premise: (premise.lines, premise.name)))


def _named(
    text: str, kind: Kind, databases: dict[str, set[int]], users: dict[str, set[int]]
) -> Iterator[tuple[str, dict[str, set[int]]]]:
    for pattern in _DATABASES:
        for name in pattern.findall(text):
            yield name, databases
    for pattern in (*_USERS, *([_SECRET_USER] if kind is Kind.DUCKDB else [])):
        for name in pattern.findall(text):
            yield name, users
    if kind is Kind.SHELL:
        for command in re.split(r"[|;\n]|&&", re.sub(r"[\\^]\r?\n", " ", text)):
            database, user = _of_command(command)
            if database:
                yield database, databases
            if user:
                yield user, users


def _of_command(command: str) -> tuple[str, str]:
    """Return database and user of a client program's command line, as far as it names them."""
    name = program(command)
    try:
        words = shlex.split(command, comments=True)
    except ValueError:
        return "", ""
    while words and words[0].rsplit("/", 1)[-1] != name:
        words.pop(0)
    if name not in CLIENTS - {"createdb", "dropdb"} or not words:
        return "", ""
    database, user = "", ""
    positional: list[str] = []
    rest = iter(words[1:])
    for word in rest:
        if re.match(r"\d*[<>]", word):
            if re.fullmatch(r"\d*[<>]+", word):
                next(rest, "")
            continue
        option, value = _option(name, word, rest)
        if option in {"-d", "--dbname"}:
            database = value
        elif option in {"-U", "--username"}:
            user = value
        elif not option:
            positional.append(value)
    if (
        not database
        and positional
        and name in {"psql", "pg_dump", "pg_repack", "pgbench", "vacuumdb", "reindexdb"}
    ):
        database = positional[0]
    plain = re.compile(r"[A-Za-z_][\w$-]*")  # a connection string is read elsewhere
    return (database if plain.fullmatch(database) else ""), (user if plain.fullmatch(user) else "")


def _option(name: str, word: str, rest: Iterator[str]) -> tuple[str, str]:
    if word.startswith("--"):
        option, separator, value = word.partition("=")
        return option, value if separator or not _VALUED_LONG.fullmatch(option) else next(rest, "")
    if not word.startswith("-") or word == "-":
        return "", word
    valued = _VALUED.get(name, "dhpUfnt")
    for index, letter in enumerate(word[1:], 1):
        if letter in valued:
            return f"-{letter}", word[index + 1 :] or next(rest, "")
    return word, ""
