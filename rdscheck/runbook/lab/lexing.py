"""What psql makes of a text: statements and commands of its own, cut where psql cuts them.

psql cuts by rules that hang on a setting of the session, ``standard_conforming_strings``: who asks what a
text may do asks for both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(r"[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*")
_DOLLAR = re.compile(r"\$(?:[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*)?\$")
_NUMBER = re.compile(r"[0-9][0-9A-Za-z_$]*")
_ESCAPES = re.compile(r"(?:.*\W)?[eE]\Z", re.DOTALL)
_COMMAND = re.compile(r"\\(?:[A-Za-z_]+[+]?[A-Za-z+]*|[!?]|\S?)")
_CONTINUES = re.compile(r"[ \t\r\f\v]*\n\s*'")
_COPY_IN = re.compile(r"\s*copy\b.*\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)

#: Keywords that make BEGIN open the body of a function.
_MAKES = {"function", "procedure"}


@dataclass(frozen=True)
class Statement:
    """SQL up to its semicolon or to the psql command that sends it, ``command`` then.

    ``open_in`` says what is still open at the end of the text: ``'``, ``"``, a dollar quote, ``/*`` or ``(``.
    ``data`` are the lines that a COPY from stdin takes.
    """

    text: str
    command: str = ""
    ended: bool = True
    open_in: str = ""
    data: str | None = None


@dataclass(frozen=True)
class Command:
    r"""A command of psql's own, alone on its line: ``\d t1``."""

    text: str

    @property
    def name(self) -> str:
        """Return its name without the backslash."""
        return name_of(self.text)

    @property
    def rest(self) -> str:
        """Return what follows the name."""
        return rest_of(self.text)


Item = Statement | Command


def name_of(command: str) -> str:
    """Return the name of a psql command, without the backslash."""
    found = _COMMAND.match(command)
    return found[0][1:] if found else ""


def rest_of(command: str) -> str:
    """Return what follows the name of a psql command."""
    found = _COMMAND.match(command)
    return command[found.end() :].strip() if found else ""


def cut(text: str, *, standard: bool = True) -> list[Item]:
    """Cut a text into what psql does one after the other.

    ``standard`` is the session's ``standard_conforming_strings``.
    """
    return list(_Cutter(text, standard=standard).items())


class _Cutter:
    def __init__(self, text: str, *, standard: bool) -> None:
        self.text, self.standard = text, standard
        self.at = 0

    def items(self) -> Iterator[Item]:
        while self.at < len(self.text):
            yield from self._next()

    def _next(self) -> Iterator[Item]:
        """Give the next statement, or the next command."""
        text, begun = self.text, self.at
        nesting = _Nesting()
        while self.at < len(text):
            char = text[self.at]
            # A letter before a quote decides only where it is a word of its own.
            open_in = self._quoted(text[max(begun, self.at - 2) : self.at])
            if open_in:
                self.at = len(text)
                yield Statement(text[begun:], ended=False, open_in=open_in)
                return
            if open_in is not None:
                continue
            if char == "\\":
                if text[self.at + 1 : self.at + 2] in {";", ":"}:
                    self.at += 2
                    continue
                before = text[begun : self.at]
                command = self._command()
                yield Statement(before.rstrip(), command) if bare(before) else Command(command)
                return
            if word := _WORD.match(text, self.at):
                nesting.word(word[0].lower())
                self.at = word.end()
                continue
            self.at = found.end() if (found := _NUMBER.match(text, self.at)) else self.at + 1
            if nesting.ends(char):
                yield self._finished(text[begun : self.at])
                return
        left = text[begun:]
        if bare(left):
            yield Statement(left, ended=False, open_in=nesting.open_in)

    def _finished(self, statement: str) -> Statement:
        if not _COPY_IN.match(bare(statement)):
            return Statement(statement)
        # The lines behind it are data, up to \. or the end.
        line = self.text.find("\n", self.at)
        rest = "" if line < 0 else self.text[line + 1 :]
        found = re.search(r"^\\\.[ \t\r]*$", rest, re.MULTILINE)
        data = rest[: found.start()] if found else rest
        self.at = len(self.text) - len(rest) + (found.end() if found else len(rest))
        return Statement(statement, data=data)

    def _quoted(self, before: str) -> str | None:
        """Go behind a string, a quoted name or a comment; None where there is none.

        Returns what begins it when it never ends.
        """
        text = self.text
        char = text[self.at]
        if char == "'":
            escapes = not self.standard or bool(_ESCAPES.match(before))
            return "" if self._quote(escapes=escapes) else char
        if char == '"':
            return self._until('"', char)
        if char == "$" and (opening := _DOLLAR.match(text, self.at)):
            return self._until(opening[0], opening[0])
        if text.startswith("--", self.at):
            line = text.find("\n", self.at)
            self.at = len(text) if line < 0 else line
            return ""
        if text.startswith("/*", self.at):
            return "" if self._comment() else "/*"
        return None

    def _until(self, closing: str, opening: str) -> str:
        end = self.text.find(closing, self.at + len(opening))
        self.at = end + len(closing)
        return opening if end < 0 else ""

    def _quote(self, *, escapes: bool) -> bool:
        """Go behind a string; False when it never ends."""
        text = self.text
        self.at += 1
        while self.at < len(text):
            char = text[self.at]
            if char == "\\" and escapes:
                self.at += 2
            elif char != "'":
                self.at += 1
            elif text.startswith("''", self.at):
                self.at += 2
            elif more := _CONTINUES.match(text, self.at + 1):
                self.at = more.end()
            else:
                self.at += 1
                return True
        self.at = len(text)
        return False

    def _comment(self) -> bool:
        """Go behind a comment, others inside it counted; False when it never ends."""
        depth = 0
        for found in re.compile(r"/\*|\*/").finditer(self.text, self.at):
            depth += 1 if found[0] == "/*" else -1
            if depth == 0:
                self.at = found.end()
                return True
        self.at = len(self.text)
        return False

    def _command(self) -> str:
        """Take a psql command: to the end of the line, or to the next one on it."""
        line = self.text.find("\n", self.at)
        end = len(self.text) if line < 0 else line
        command = self.text[self.at : end]
        # Two backslashes end a command; a second command may follow on the line.
        if (again := command.find("\\", 1)) > 0 and name_of(command) not in {"copy", "!"}:
            end = self.at + again + (2 if command.startswith("\\\\", again) else 0)
            command = command[:again]
        self.at = end
        return command.rstrip()


class _Nesting:
    """Parentheses and bodies of functions, in which a semicolon ends nothing."""

    def __init__(self) -> None:
        self._parens = self._blocks = 0
        self._words: list[str] = []

    @property
    def open_in(self) -> str:
        """Return what is open."""
        if self._parens:
            return "("
        return "begin" if self._blocks else ""

    def word(self, word: str) -> None:
        """Take a word of the statement."""
        self._words.append(word)
        begins = word == "begin" and self._parens == 0 and (self._blocks or self._makes())
        if begins or (word == "case" and self._blocks):
            self._blocks += 1
        elif word == "end" and self._blocks:
            self._blocks -= 1

    def ends(self, char: str) -> bool:
        """Take another character; tell whether it ends the statement."""
        self._parens = max(0, self._parens + (char == "(") - (char == ")"))
        return char == ";" and not self.open_in

    def _makes(self) -> bool:
        """Tell whether the words begin as a statement that makes a function."""
        words = self._words
        return words[:1] == ["create"] and bool(
            _MAKES & set(words[1:2]) or (words[1:3] == ["or", "replace"] and _MAKES & set(words[3:4]))
        )


def bare(text: str) -> str:
    """Return a statement without the comments and blanks before it."""
    while True:
        text = text.lstrip()
        if text.startswith("--"):
            _, _, text = text.partition("\n")
        elif text.startswith("/*"):
            cutter = _Cutter(text, standard=True)
            if not cutter._comment():  # noqa: SLF001
                return ""
            text = text[cutter.at :]
        else:
            return text
