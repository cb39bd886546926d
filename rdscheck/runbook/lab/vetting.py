"""Which of psql's own commands a page may use, and which files they may name.

What is refused here would reach a shell, a program, or a file outside of the work directory. psql itself
runs where it cannot start a program: this is the first net, that is the second one.
"""

import re

from rdscheck.runbook.lab.lexing import Command, Statement, cut, name_of, rest_of

#: A file of the work directory, or of the private directory that stands for /tmp.
PLAIN = re.compile(r"\A(?:/?tmp/)?[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")

_SHOWS = re.compile(r"\A(?:d[A-Za-z]*|l|list|z|sf|sv|dconfig)[Sx+]*\Z")
_HARMLESS = re.compile(
    r"\A(?:"
    r"a|C|H|T|t|f|x|pset|timing|set|unset|echo|qecho|warn|conninfo|errverbose|encoding|if"
    r"|elif|else|endif|gset|gexec|gdesc|crosstabview|crosstabviewx|watch|c|connect|q|p|r"
    r"|reset|h|help|bind|bind_named|parse|close_prepared|copyright"
    r")\Z"
)
_WITH_FILE = frozenset({"g", "gx", "o", "out", "w", "write", "i", "include", "ir", "include_relative"})
_INCLUDES = frozenset({"i", "include", "ir", "include_relative"})
_WHY = {
    "!": "\\! starts a shell",
    "prompt": "\\prompt asks the reader",
    "password": "\\password asks the reader",
    "e": "\\e starts an editor",
    "edit": "\\e starts an editor",
    "ef": "\\ef starts an editor",
    "ev": "\\ev starts an editor",
    "cd": "\\cd leaves the work directory",
}
_FROM_TO = re.compile(r"\b(?:from|to)\s+('(?:[^']|'')*'|\S+)", re.IGNORECASE)
_STREAMS = frozenset({"stdin", "stdout", "pstdin", "pstdout"})

#: Addresses in a statement that a server would connect to.
_HOSTS = re.compile(
    r"\bhost(?:addr)?\s*=\s*\\?'{0,2}([^\s'\",;)\\]+)|://(?:[^\s/'\"@]*@)?([^\s/'\":?]+)", re.IGNORECASE
)


def why_not(text: str) -> str:
    """Return why psql is not given a text, empty when it is: whatever the session's settings are."""
    for standard in (True, False):
        for item in cut(text, standard=standard):
            command = item.text if isinstance(item, Command) else item.command
            if command and (told := _command(command)):
                return told
    return ""


def _command(command: str) -> str:
    name, rest = name_of(command), rest_of(command)
    if "`" in rest and name not in {"d", "copy"}:
        return "backquotes start a program"
    if name == "copy":
        return _copy(rest)
    if name in _WITH_FILE:
        return _file(name, rest)
    if name == "encoding" and rest and rest.upper() not in {"UTF8", "UTF-8", "SQL_ASCII"}:
        return "what psql reads here is UTF-8"
    if _HARMLESS.match(name) or _SHOWS.match(name):
        return ""
    return _WHY.get(name, f"of psql's own commands rdscheck knows no harmless \\{name}")


def _file(name: str, rest: str) -> str:
    words = rest.split()
    if name in {"g", "gx"} and rest.startswith("("):
        closing = rest.find(")")
        words = rest[closing + 1 :].split() if closing >= 0 else ["("]
    if any(one.startswith("|") for one in words) or "|" in rest[:1]:
        return f"\\{name} | starts a program"
    for one in words:
        if not PLAIN.match(one.strip("'\"")):
            return f"\\{name} {one}: only files of the work directory are read or written"
    return ""


def _copy(rest: str) -> str:
    outside = _without_parens(rest)
    if re.search(r"\bprogram\b", outside, re.IGNORECASE):
        return "\\copy … program starts a program"
    found = _FROM_TO.findall(outside)
    for one in found:
        if one.lower() not in _STREAMS and not PLAIN.match(one.strip("'")):
            return f"\\copy {one}: only files of the work directory are read or written"
    return "" if found else "\\copy without from or to"


def _without_parens(text: str) -> str:
    """Return a text without what stands between parentheses, quotes understood as SQL does."""
    depth, kept, at = 0, "", 0
    while at < len(text):
        char = text[at]
        if char == "'":
            closing = text.find("'", at + 1)
            piece = text[at : closing + 1] if closing >= 0 else text[at:]
        else:
            piece = char
        depth += piece == "("
        if depth == 0:
            kept += piece
        depth -= piece == ")" and depth > 0
        at += len(piece)
    return kept


def included(text: str) -> list[str]:
    """Return the files that a text makes psql read statements from."""
    commands = [one.text for one in cut(text) if isinstance(one, Command)]
    return [rest_of(one).strip("'\"") for one in commands if name_of(one) in _INCLUDES and rest_of(one)]


def mapped(command: str) -> str:
    """Return a psql command with /tmp turned into the private directory of that name."""
    if name_of(command) not in _WITH_FILE | {"copy"}:
        return command
    return re.sub(r"(?<=[\s'])/tmp/(?=[\w.-])", "tmp/", command)


def hosts(text: str) -> list[str]:
    """Return the hosts that connection strings in a text name."""
    return [one or other for one, other in _HOSTS.findall(text)]


def statements(text: str) -> list[str]:
    """Return the statements of a text."""
    return [item.text for item in cut(text) if isinstance(item, Statement)]
