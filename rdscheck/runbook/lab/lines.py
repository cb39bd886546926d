"""Command lines as a shell reads them, and only as far as procedures need it. Nothing is run here.

What is not read (loops, functions, subshells, background jobs, backquotes) is refused as a whole line.
"""

import re
from dataclasses import dataclass

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_REDIRECT = re.compile(r"(&>>?|[012]?(?:<<-?|<|>>|>&|>\||>))")
_KEYWORDS = frozenset(
    {"for", "while", "until", "if", "case", "select", "function", "do", "then", "else", "fi", "done"}
    | {"{", "}", "[[", "!", "coproc", "time"}
)
_BLANK = " \t\r"
_ENDS_WORD = " \t\r\n;|&<>()"


class NotRead(Exception):
    """A line says something that is not read here; the text says what."""


@dataclass(frozen=True)
class Text:
    """Characters that stand for themselves."""

    text: str


@dataclass(frozen=True)
class Variable:
    """``$NAME``; outside of quotes its value is cut at blanks."""

    name: str
    quoted: bool


@dataclass(frozen=True)
class Substitution:
    """``$(…)``: what a line prints."""

    line: "Line"
    quoted: bool


Part = Text | Variable | Substitution
Word = tuple[Part, ...]


@dataclass(frozen=True)
class Redirect:
    """``2>file``: number, operator and word; the word of a here-document is its text."""

    number: int
    operator: str  # < > >> >& <<
    target: Word


@dataclass(frozen=True)
class Simple:
    """One program with its arguments."""

    assignments: tuple[tuple[str, Word], ...] = ()
    words: tuple[Word, ...] = ()
    redirects: tuple[Redirect, ...] = ()


Pipeline = tuple[Simple, ...]


@dataclass(frozen=True)
class Line:
    """Pipelines, each with what stands before it: ``;``, ``&&`` or ``||``."""

    pipelines: tuple[tuple[str, Pipeline], ...]

    def commands(self) -> list[Simple]:
        """Return every command of it, those in substitutions too."""
        found = []
        for _, pipeline in self.pipelines:
            for one in pipeline:
                found.append(one)
                words = [*one.words, *(word for _, word in one.assignments)]
                words += [redirect.target for redirect in one.redirects]
                for word in words:
                    for part in word:
                        if isinstance(part, Substitution):
                            found += part.line.commands()
        return found


def read(text: str) -> Line:
    """Read a command line; raises ``NotRead``."""
    reader = _Reader(text)
    line = reader.line(closing="")
    # The texts of here-documents have been taken out of it.
    if reader.at < len(reader.text):
        raise NotRead(f"a {reader.text[reader.at]} that nothing opens")
    return line


def plain(word: Word) -> str | None:
    """Return a word's text where it has no variable and no substitution in it."""
    if all(isinstance(part, Text) for part in word):
        return "".join(part.text for part in word if isinstance(part, Text))
    return None


@dataclass
class _Reader:
    text: str
    at: int = 0
    _depth: int = 0

    def line(self, closing: str) -> Line:
        """Read up to the end, or to the parenthesis that closes a substitution."""
        self._depth += 1
        if self._depth > 8:
            raise NotRead("so many substitutions in each other are not read here")
        found: list[tuple[str, Pipeline]] = []
        connector = ";"
        while True:
            self._blanks(newlines=True)
            if self.at >= len(self.text) or self.text[self.at] == closing:
                break
            commands = [self._simple()]
            while self._next() == "|" and not self._here("||"):
                self.at += 1
                self._blanks(newlines=True)
                commands.append(self._simple())
            found.append((connector, tuple(commands)))
            connector = self._connector(closing)
            if not connector:
                break
        if connector in {"&&", "||"}:
            raise NotRead(f"nothing follows {connector}")
        self._depth -= 1
        return Line(tuple(found))

    def _connector(self, closing: str) -> str:
        if self.at >= len(self.text) or self.text[self.at] == closing:
            return ""
        for one in ("&&", "||"):
            if self._here(one):
                self.at += 2
                return one
        char = self.text[self.at]
        if char == "&":
            raise NotRead("& runs a program in the background")
        if char in ";\n":
            self._after(char)
            return ";"
        raise NotRead(f"{char} is not read here")

    def _after(self, char: str) -> None:
        self.at += 1
        if char == ";" and self._next(blanks=False) == ";":
            raise NotRead(";; is not read here")

    def _here(self, text: str) -> bool:
        return self.text.startswith(text, self.at)

    def _next(self, *, blanks: bool = True) -> str:
        if blanks:
            self._blanks()
        return self.text[self.at] if self.at < len(self.text) else ""

    def _blanks(self, *, newlines: bool = False) -> None:
        while self.at < len(self.text):
            char = self.text[self.at]
            if self._here("\\\n") or self._here("^\n"):
                self.at += 2
            elif char == "#" and (self.at == 0 or self.text[self.at - 1] in _BLANK + "\n;"):
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif char in _BLANK:
                self.at += 1
            elif newlines and char == "\n":
                self._after(char)
            else:
                return

    def _simple(self) -> Simple:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while (char := self._next()) and char not in "\n;|)":
            if char == "&" and not self._here("&>"):
                break
            if char == "(":
                raise NotRead("functions and subshells are not read here")
            if found := _REDIRECT.match(self.text, self.at):
                self.at = found.end()
                redirects += self._redirect(found[0])
                continue
            if not words and (found := _ASSIGNMENT.match(self.text, self.at)):
                self.at = found.end()
                # What follows at once is the value, and nothing may.
                value = self._word() if self._next(blanks=False) not in set(_ENDS_WORD) | {""} else ()
                assignments.append((found[1], value))
                continue
            word = self._word()
            if not words and plain(word) in _KEYWORDS:
                raise NotRead(f"{plain(word)}: rdscheck reads no loops, conditions and functions of a shell")
            words.append(word)
        if not (assignments or words or redirects):
            raise NotRead("an empty command")
        return Simple(tuple(assignments), tuple(words), tuple(redirects))

    def _redirect(self, text: str) -> list[Redirect]:
        if text.startswith("&"):
            target = self._target()
            return [Redirect(1, text[1:], target), Redirect(2, ">&", (Text("1"),))]
        digits, operator = re.fullmatch(r"(\d?)(\D+)", text).groups()  # type: ignore[union-attr]
        number = int(digits) if digits else int(">" in operator)
        operator = operator.replace("|", "")
        if not operator.startswith("<<"):
            return [Redirect(number, operator, self._target())]
        if self._here("<"):
            self.at += 1
            return [Redirect(number, "<<", (*self._target(), Text("\n")))]
        begun = self.at
        word = plain(self._target())
        if word is None:
            raise NotRead("the end of a here-document is a plain word")
        quoted = bool(re.search(r"['\"\\]", self.text[begun : self.at]))
        body = self._take_document(word, quoted=quoted, strip=operator.endswith("-"))
        return [Redirect(number, "<<", body)]

    def _target(self) -> Word:
        if self._next() in set(_ENDS_WORD) | {""}:
            raise NotRead("a redirection to nothing")
        return self._word()

    def _take_document(self, word: str, *, quoted: bool, strip: bool) -> Word:
        """Cut the text of a here-document out of the lines behind this one."""
        line = self.text.find("\n", self.at)
        rest = "" if line < 0 else self.text[line + 1 :]
        lines, kept = rest.splitlines(keepends=True), ""
        for number, one in enumerate(lines):
            bare = one.lstrip("\t") if strip else one
            if bare.rstrip("\r\n") == word:
                after = "".join(lines[number + 1 :])
                self.text = self.text[: line + 1] + after
                return (Text(kept),) if quoted else _Reader(kept).document()
            kept += bare
        raise NotRead(f"the here-document has no line {word}")

    def document(self) -> Word:
        """Read the text of a here-document: variables and substitutions only."""
        parts: list[Part] = []
        while self.at < len(self.text):
            self._quoted_part(parts)
        return _joined(parts)

    def _word(self) -> Word:
        parts: list[Part] = []
        begun = self.at
        while self.at < len(self.text) and self.text[self.at] not in _ENDS_WORD:
            char = self.text[self.at]
            if self._here("\\\n") or self._here("^\n"):
                self.at += 2
            elif char == "\\":
                parts.append(Text(self.text[self.at + 1 : self.at + 2]))
                self.at += 2
            elif char == "'":
                end = self.text.find("'", self.at + 1)
                if end < 0:
                    raise NotRead("a quote that never ends")
                parts.append(Text(self.text[self.at + 1 : end]))
                self.at = end + 1
            elif char == '"':
                self.at += 1
                parts.append(Text(""))
                while self._next(blanks=False) != '"':
                    if self.at >= len(self.text):
                        raise NotRead("a quote that never ends")
                    self._quoted_part(parts)
                self.at += 1
            elif char in "$`":
                self._dollar(parts, quoted=False)
            else:
                parts.append(Text(char))
                self.at += 1
        if self.at == begun:
            raise NotRead(f"{self.text[self.at : self.at + 1]} is not read here")
        return _joined(parts)

    def _quoted_part(self, parts: list[Part]) -> None:
        char = self.text[self.at]
        if char == "\\":
            after = self.text[self.at + 1 : self.at + 2]
            parts.append(Text("" if after == "\n" else after if after in '$`"\\' else char + after))
            self.at += 2
        elif char in "$`":
            self._dollar(parts, quoted=True)
        else:
            parts.append(Text(char))
            self.at += 1

    def _dollar(self, parts: list[Part], *, quoted: bool) -> None:
        if self._here("`"):
            raise NotRead("backquotes are not read here; $(…) is")
        if self._here("$(("):
            raise NotRead("$((…)) is not read here")
        if self._here("$("):
            self.at += 2
            line = self.line(closing=")")
            if not self._here(")"):
                raise NotRead("a $( that nothing closes")
            self.at += 1
            parts.append(Substitution(line, quoted))
            return
        braced = self._here("${")
        begun = self.at + 1 + braced
        found = _NAME.match(self.text, begun)
        end = found.end() if found else begun
        if self._here("$?"):
            parts.append(Variable("?", quoted))
            self.at += 2
        elif found and (not braced or self.text[end : end + 1] == "}"):
            parts.append(Variable(found[0], quoted))
            self.at = end + braced
        elif braced or self.text[begun : begun + 1] in set("0123456789$!#@*-'\"[") - (
            {'"'} if quoted else set()
        ):
            raise NotRead(f"{self.text[self.at : self.at + 12]!r} is not read here")
        else:
            parts.append(Text("$"))
            self.at += 1


def _joined(parts: list[Part]) -> Word:
    """Return parts with texts beside each other made one."""
    found: list[Part] = []
    for part in parts:
        if isinstance(part, Text) and found and isinstance(last := found[-1], Text):
            found[-1] = Text(last.text + part.text)
        else:
            found.append(part)
    return tuple(found)
