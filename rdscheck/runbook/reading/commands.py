"""Command lines of a block for a shell, each whole and with what the page prints below it."""

import re
from collections.abc import Sequence

from rdscheck.runbook.model import Piece
from rdscheck.runbook.reading.shapes import COUNT, DASHES, is_json_line, is_said
from rdscheck.runbook.reading.words import COMPOUND, is_program

_DOLLAR = re.compile(r"[ \t]*(?:\[?[\w.@:~/ -]{0,80}\]?)?\$(?:[ \t]+|\Z)")
_HASH = re.compile(r"[ \t]*(?:\[[\w.@:~/ -]{1,80}\])?#[ \t]+")
_WINDOWS = re.compile(r"[ \t]*(?:PS )?[A-Za-z]:\\[^>\n]{0,120}>[ \t]*")
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=(?:\"[^\"]*\"|'[^']*'|[^\s'\"]*)(?:[ \t]+|\Z)")
_HEREDOC = re.compile(r"<<(-?)[ \t]*(?:'([\w.-]+)'|\"([\w.-]+)\"|\\?([\w.-]+))")
_WORD = re.compile(r"[^\s|;&<>()]+")
_TOKEN = re.compile(
    r"""
      (?P<single>'[^']*+(?P<single_end>')?)
    | (?P<double>"(?:[^"\\]|\\.)*+(?P<double_end>")?)
    | (?P<joined>[ \t]*\\\n[ \t]*|(?<=[ \t])\^\n[ \t]*)
    | (?P<escaped>\\.)
    | (?P<comment>(?<![^\s;|&])\#[^\n]*)
    | (?P<other>[^'"\\^#]+|.)
    """,
    re.DOTALL | re.VERBOSE,
)

_SESSION = re.compile(r"(?:\S*/)?psql(?:\.exe)?((?:\s+(?!\().*)?)\Z", re.DOTALL)
_GIVEN = re.compile(
    r"\s(?:-[a-zA-Z]*[cflV]\b|-[cf]\S|--(?:command|file|list|version|help)\b|-\?)|[|<]", re.IGNORECASE
)
_CLOSING = {"'": re.compile(r"[^']*+'"), '"': re.compile(r'(?:[^"\\]|\\.)*+"')}


def prompt(line: str) -> str | None:
    """Return the prompt a line begins with; None if there is none. ``# `` is one before a program only."""
    if found := _DOLLAR.match(line) or _WINDOWS.match(line):
        return found[0]
    found = _HASH.match(line)
    return found[0] if found and is_program(first_word(line[found.end() :])) else None


def first_word(line: str) -> str:
    """Return the first word of a command line behind assignments."""
    line = line.strip()
    while assigned := _ASSIGNED.match(line):
        rest = line[assigned.end() :]
        if not rest:
            return "export"  # a line of assignments alone
        line = rest
    found = _WORD.match(line)
    return found[0] if found else ""


def is_command(line: str) -> bool:
    """Tell whether a line is a command line: it has a prompt, or begins with a program or a shell's word."""
    if prompt(line) is not None:
        return True
    word = first_word(line)
    return is_program(word) or word in COMPOUND


def pieces(text: str, line: int, *, shell: bool) -> tuple[Piece, ...]:
    """Return the command lines of a block; ``shell`` where its label says that it is one."""
    return tuple(_Reader(text, line, shell=shell).pieces())


def behind_psql(text: str) -> int | None:
    """Return the line behind the first command of a block that opens a session of psql; None if none does."""
    return _Reader(text, 1, shell=False).behind_psql()


def _opens_psql(command: str) -> bool:
    """Tell whether a command line opens psql to type into, and does not give it all it shall do."""
    found = _SESSION.match(_unassigned(command))
    return bool(found) and not _GIVEN.search(found[1] if found else "")


def _unassigned(command: str) -> str:
    """Return a command line without the assignments before it."""
    command = command.strip()
    while assigned := _ASSIGNED.match(command):
        command = command[assigned.end() :]
    return command


class _Reader:
    def __init__(self, text: str, first: int, *, shell: bool) -> None:
        self._lines = text.split("\n")
        self._first, self._shell = first, shell
        begun = next((line for line in self._lines if line.strip() and not _comment(line)), "")
        dollar = not is_program(first_word(begun)) and any(
            _DOLLAR.match(line) or _WINDOWS.match(line) for line in self._lines
        )
        self._hash = not dollar and prompt(begun) is not None
        self._prompted = dollar or self._hash

    def pieces(self) -> list[Piece]:
        found: list[Piece] = []
        at = 0
        while at < len(self._lines):
            typed = self._typed(at)
            if typed is None:
                at += 1
                continue
            end, command = self._whole(at, typed)
            below = end
            while end < len(self._lines) and self._printed(end):
                end += 1
            shown = [number for number in range(below, end) if self._lines[number].strip()]
            if shown:
                expected = "\n".join(self._lines[shown[0] : shown[-1] + 1])
                found.append(Piece(command, self._first + at, expected, self._first + shown[0]))
            else:
                found.append(Piece(command, self._first + at))
            at = end
        return found

    def behind_psql(self) -> int | None:
        """Return the line behind the first command that opens a session of psql."""
        at = 0
        while at < len(self._lines):
            typed = self._typed(at)
            at, command = self._whole(at, typed) if typed else (at + 1, "")
            if _opens_psql(command):
                return at
        return None

    def _typed(self, at: int) -> str | None:
        """Return what a line types, without its prompt; None for a comment or where nothing is typed."""
        line = self._lines[at]
        if self._prompted:
            begun = self._prompt(line)
            line = line[len(begun) :] if begun else line
        line = line.strip()
        return None if not line or line.startswith(("#", "REM ", "rem ", "::")) else line

    def _prompt(self, line: str) -> str:
        begun = prompt(line)
        if begun is not None and (self._hash or not _HASH.match(line)):
            return begun
        return ""

    def _whole(self, at: int, typed: str) -> tuple[int, str]:
        """Return the line behind a command that begins there, and the command on one line."""
        whole = _Whole(typed, until=COMPOUND.get(first_word(typed)))
        if self._lines[at] != self._lines[at].rstrip() and typed.endswith(("\\", "^")):
            whole.more = False  # white space behind a backslash: for a shell the line ends there
        end = at + 1
        while end < len(self._lines) and whole.more:
            line = self._lines[end]
            if self._prompted and not whole.marks and line.lstrip().startswith("> "):
                line = line.lstrip()[2:]
            whole.add(line)
            end += 1
        return end, joined("\n".join(whole.lines))

    def _printed(self, at: int) -> bool:
        """Tell whether a line below a command is what it printed."""
        line = self._lines[at]
        if not line.strip():
            return True
        if self._prompted:
            return not self._prompt(line)
        if line.lstrip().startswith("#"):
            return False
        if is_said(line) or is_json_line(line) or DASHES.match(line):
            return True
        if at + 1 < len(self._lines) and DASHES.match(self._lines[at + 1]):
            return True
        return not (is_command(line) or self._shell) or _is_row(self._lines, at)


def _comment(line: str) -> bool:
    return line.lstrip().startswith(("#", "::", "REM ")) and prompt(line) is None


def _is_row(lines: Sequence[str], at: int) -> bool:
    """Tell whether a line is a row of a psql table that a command prints."""
    if lines[at][:1] != " " and "|" not in lines[at]:
        return False
    for above in range(at - 1, max(-1, at - 100), -1):
        if not lines[above].strip() or COUNT.match(lines[above]):
            return False
        if DASHES.match(lines[above]):
            return True
    return False


class _Whole:
    """A command line as it grows; ``more`` tells that it goes on, by what its lines so far say."""

    def __init__(self, line: str, until: str | None) -> None:
        self.lines: list[str] = []
        self.marks: list[tuple[bool, str]] = []  # of heredocs that are open
        self.more = True
        self._quote = ""
        self._until = re.compile(rf"(?:\A|[;\s]){until}\b") if until else None
        self.add(line)

    def add(self, line: str) -> None:
        """Take the next line."""
        self.lines.append(line)
        if self.marks:
            dash, mark = self.marks[0]
            if (line.lstrip("\t") if dash else line).strip() == mark:
                self.marks.pop(0)
            self.more = bool(self.marks or self._until)
            return
        if not self._quote:
            self.marks = _heredocs(line)
        self._quote, last = _quote(line, self._quote)
        if self._until and not self._quote and self._until.search(line):
            self._until = None
        self.more = bool(
            self.marks
            or self._until
            or self._quote
            or last == "\\"
            or (last == "^" and line[-2:-1] in {" ", "\t", ""})
            or last.rstrip().endswith(("|", "&&"))
        )


def _quote(line: str, quote: str) -> tuple[str, str]:
    """Return the quote that is open behind a line, and the last token outside of quotes and comments."""
    at = 0
    while quote:
        found = _CLOSING[quote].match(line, at)
        if found is None:
            return quote, ""
        at, quote = found.end(), ""
    last = ""
    for token in _TOKEN.finditer(line, at):
        if (token["single"] and not token["single_end"]) or (token["double"] and not token["double_end"]):
            return token[0][0], ""
        if not token["comment"]:
            last = token[0]
    return "", last


def _heredocs(line: str) -> list[tuple[bool, str]]:
    bare = re.sub(
        r"'[^']*'|\"[^\"]*\"", lambda found: found[0] if _follows(line, found.start()) else "", line
    )
    return [
        (bool(found[1]), found[2] or found[3] or found[4])
        for found in _HEREDOC.finditer(bare.replace("<<<", ""))
    ]


def _follows(line: str, at: int) -> bool:
    """Tell whether a quoted word is the mark of a heredoc."""
    return bool(re.search(r"<<-?[ \t]*\Z", line[max(0, at - 20) : at]))


def joined(text: str) -> str:
    r"""Return a command line with its ``\`` and ``^`` continuations undone, not in quotes or heredocs."""
    if "<<" in text and _heredocs(text.split("\n", 1)[0]):
        return text.rstrip()
    words: list[str] = []
    for token in _TOKEN.finditer(text):
        if not token["joined"]:
            words.append(token[0])
        elif words and not words[-1].endswith((" ", "\t")):
            words.append(" ")
    return "".join(words).strip()
