"""Commands of psql that matter to a dump."""

import re

import psycopg
from psycopg.conninfo import conninfo_to_dict

_ARGUMENT = re.compile(r"""\s*((?:'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|[^\s'"])+)""")
_PART = re.compile(r"""'((?:[^'\\]|\\.|'')*)'|"((?:[^"]|"")*)"|([^'"]+)""", re.DOTALL)

#: Commands by which psql runs SQL that the dump itself does not hold.
_INCLUDES = frozenset({"i", "include", "ir", "include_relative"})


def elsewhere(command: str) -> str:
    """Return why what a psql command brings into the database is not known, empty where it brings nothing."""
    if command in _INCLUDES:
        return "psql reads another file here, which was not looked at"
    if command == "gexec":
        return "psql runs here what a query returns, which is not in the dump"
    if command.startswith("!"):
        return "psql runs a program here, and what that does is not known"
    return ""


def arguments(command: str) -> list[str]:
    """Return the words of a psql command without their quotation marks, the command itself first."""
    return ["".join(map(_plain, _PART.finditer(word[1]))) for word in _ARGUMENT.finditer(command)]


def _plain(match: re.Match[str]) -> str:
    literal, name, bare = match.groups()
    if literal is not None:
        return re.sub(r"''|\\(.)", lambda one: one[1] or "'", literal)
    return name.replace('""', '"') if name is not None else str(bare)


def connected_to(command: str) -> str:
    r"""Return the database that a ``\connect`` goes to, empty where it stays.

    The name may stand alone, or in a connection string, as pg_dumpall writes odd names:
    ``connect -reuse-previous=on "dbname='a b'"``.
    """
    words = [word for word in arguments(command)[1:] if not word.startswith("-reuse-previous")]
    name = words[0] if words else "-"
    if name == "-":
        return ""
    if "=" in name or "://" in name:
        try:
            return str(conninfo_to_dict(name).get("dbname") or "")
        except psycopg.Error:
            return name if "=" in name else ""
    return name
