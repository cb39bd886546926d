"""What a page makes itself, so that its names are no placeholders and no premises."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rdscheck.runbook.model import Block, Kind, Page

#: Kinds of blocks whose words are looked at: those that run, and files that a command may read.
LOOKED_AT = frozenset({Kind.SQL, Kind.PSQL, Kind.SHELL, Kind.DUCKDB, Kind.TDS, Kind.POLICY, Kind.YAML})

_NAME = r"(\"(?:[^\"]|\"\")+\"|[\w$]+(?:\.[\w$]+)?)"
_CREATED = re.compile(
    r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|FOREIGN)\s+)*"
    rf"(DATABASE|ROLE|USER|SCHEMA|TABLE|VIEW|FUNCTION|PROCEDURE)\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:AUTHORIZATION\s+)?{_NAME}",
    re.IGNORECASE,
)
_RENAMED = re.compile(rf"\bALTER\s+(DATABASE|ROLE|USER|SCHEMA)\s+\S+\s+RENAME\s+TO\s+{_NAME}", re.IGNORECASE)
_CREATEDB = re.compile(r"\bcreatedb\b([^\n|;&]*)")
_PASSWORD = re.compile(r"\bPASSWORD\s+E?'([^'*]+)'", re.IGNORECASE)
_MASTER = re.compile(r"--master-user-password[ =]+[\"']?([^\s\"'*]+)")
_MAKES_A_ROLE = re.compile(r"\b(?:CREATE|ALTER)\s+(?:ROLE|USER|GROUP)\b(?!\s+MAPPING)[^;]*", re.IGNORECASE)
_ASSIGNED = re.compile(r"(?:^|[\s;&|({])(?:read\s+(?:-\w+\s+)*|for\s+)?([A-Za-z_]\w*)(?==|\s+in\b)")
_READ = re.compile(r"(?:^|[\s;&|({])read\s+(?:-\w+\s+(?:\"[^\"]*\"\s+|'[^']*'\s+)?)*([A-Za-z_]\w*)")
_IAM = re.compile(
    r"\bcreate-(?:role|policy|function)\b[^;|&]{0,600}?--(role|policy|function)-name[ =]+[\"']?([\w+=,.@-]+)",
    re.DOTALL,
)

#: Variables of a shell that are there without anybody setting them.
_THERE = frozenset(
    [
        "HOME",
        "PATH",
        "PWD",
        "OLDPWD",
        "USER",
        "LOGNAME",
        "SHELL",
        "TMPDIR",
        "HOSTNAME",
        "RANDOM",
        "SECONDS",
        "LINENO",
        "IFS",
        "UID",
        "EUID",
        "LANG",
        "TERM",
    ]
)


@dataclass(frozen=True)
class Made:
    """Names by what they are of; SQL names as they are written, without a schema in front."""

    databases: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()  # schemas, tables, functions
    passwords: frozenset[str] = frozenset()
    variables: frozenset[str] = _THERE
    iam: frozenset[tuple[str, str]] = frozenset()  # ("role", "rds-lambda-role")

    def has(self, name: str) -> bool:
        """Tell whether an SQL statement or a client program makes something of that name."""
        return name in self.databases or name in self.users or name in self.others


def pieces(block: Block) -> tuple[tuple[str, int], ...]:
    """Return what of a block is read: its pieces, or its text where it has none, each with its first line."""
    if block.pieces:
        return tuple((piece.text, piece.line) for piece in block.pieces)
    return ((block.text, block.line),)


def made(page: Page, more: Iterable[str] = ()) -> Made:
    """Return what the blocks of a page make; ``more`` is SQL that runs before, of a set-up file."""
    found: dict[str, set[str]] = {"databases": set(), "users": set(), "others": set(), "passwords": set()}
    variables, iam = set(_THERE), set()
    for block in page.blocks:
        if block.kind not in LOOKED_AT:
            continue
        for text, _ in pieces(block):
            _of_sql(text, found)
            if block.kind is Kind.SHELL:
                variables.update(_ASSIGNED.findall(text))
                variables.update(_READ.findall(text))
                iam.update(_IAM.findall(text))
                found["passwords"].update(_MASTER.findall(text))
                for arguments in _CREATEDB.findall(text):
                    found["databases"].update(arguments.split()[-1:])
    for text in more:
        _of_sql(text, found)
    return Made(
        frozenset(found["databases"]),
        frozenset(found["users"]),
        frozenset(found["others"]),
        frozenset(found["passwords"]),
        frozenset(variables),
        frozenset(iam),
    )


def _of_sql(text: str, found: dict[str, set[str]]) -> None:
    for kind, name in (*_CREATED.findall(text), *_RENAMED.findall(text)):
        plain = name.rpartition(".")[2] if not name.startswith('"') else name[1:-1].replace('""', '"')
        where = {"DATABASE": "databases", "ROLE": "users", "USER": "users"}.get(kind.upper(), "others")
        found[where].add(plain)
    for statement in _MAKES_A_ROLE.findall(text):
        found["passwords"].update(_PASSWORD.findall(statement))
