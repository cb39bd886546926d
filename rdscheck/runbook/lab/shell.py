"""Runs command lines that were read: pipelines, files, variables. No shell is started."""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from rdscheck.model import Basis
from rdscheck.runbook.acting import Done
from rdscheck.runbook.lab.calls import PASSED_ON, SHOWN, Call, Check, Program, Refused, Result
from rdscheck.runbook.lab.lines import (
    Line,
    NotRead,
    Pipeline,
    Simple,
    Substitution,
    Text,
    Variable,
    Word,
    plain,
    read,
)
from rdscheck.runbook.lab.room import Outside, Room
from rdscheck.runbook.lab.variables import why_left_out

_NULL = "/dev/null"

#: What a line is called when its programs differ in it.
_WEAKEST = (Basis.STAND_IN, Basis.EMULATED)
_VARIABLE = re.compile(r"\A[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass
class _Told:
    """What a line has printed so far, and how it stands."""

    output: bytes = b""
    status: int = 0
    ended: str = ""
    basis: set[Basis] = field(default_factory=set)


class Shell:
    """Command lines of a page; variables stay from line to line.

    ``programs`` are those that may be started, each with what checks its arguments.
    """

    def __init__(self, room: Room, programs: Mapping[str, tuple[Check, Program]]) -> None:
        self._room, self._programs = room, programs
        self.variables: dict[str, str] = {}
        self.exported: set[str] = set()
        self._status = 0
        self._left_out: dict[str, None] = {}  # remarks of the line that runs

    def run(self, text: str, seconds: float) -> Done:
        """Run a whole command line, or none of it where something in it is not run here."""
        try:
            line = read(text)
            for command in line.commands():
                self._check(command)
        except (NotRead, Refused, Outside) as error:
            return Done(not_run=str(error))
        until = time.monotonic() + seconds
        told = _Told()
        self._left_out.clear()
        self._room.collect()
        try:
            self._line(line, told, until, seconds, shown=True)
        except (Refused, Outside) as error:
            return Done(not_run=str(error))
        output = told.output.decode(errors="replace")
        basis = next((one for one in _WEAKEST if one in told.basis), Basis.REAL)
        return Done(output, told.status, ended=told.ended, basis=basis, remarks=tuple(self._left_out))

    def _check(self, command: Simple) -> None:
        """Raise ``Refused`` for what can be told before anything starts."""
        for redirect in command.redirects:
            name = plain(redirect.target)
            if redirect.operator in {"<", ">", ">>"} and name not in {None, _NULL}:
                self._room.path(name or "")
        if not command.words:
            return
        name = plain(command.words[0])
        if name is None:
            raise Refused("which program it is would be known only when it runs")
        check, _ = self._program(name)
        words = [plain(word) for word in command.words[1:]]
        if None not in words:
            check([word for word in words if word is not None])

    def _program(self, name: str) -> tuple[Check, Program]:
        short = PurePosixPath(name).name.removesuffix(".exe")
        if short not in self._programs:
            raise Refused(
                "rdscheck starts only PostgreSQL's client programs, aws and a few that read text;"
                f" {short or name} is none of them"
            )
        return self._programs[short]

    def _line(self, line: Line, told: _Told, until: float, seconds: float, *, shown: bool) -> None:
        for connector, pipeline in line.pipelines:
            if (connector == "&&" and self._status) or (connector == "||" and not self._status):
                continue
            self._pipeline(pipeline, told, until, seconds, shown=shown)
            self._status = told.status
            if told.ended:
                return

    def _pipeline(
        self, pipeline: Pipeline, told: _Told, until: float, seconds: float, *, shown: bool
    ) -> None:
        stdin: bytes | None = None
        for number, command in enumerate(pipeline):
            last = number == len(pipeline) - 1
            result = self._simple(command, stdin, until, seconds, shown=shown and last)
            told.basis.add(result.basis)
            told.output += result.errors
            told.status, stdin = result.status, result.output
            if result.ended:
                told.ended = result.ended
                if last:
                    told.output += result.output
                return
        told.output += stdin or b""
        if shown and len(told.output) > SHOWN:
            told.output = told.output[: SHOWN >> 6]
            told.ended, told.status = f"output limit of {SHOWN >> 20} MiB", told.status or 1

    def _simple(
        self, command: Simple, stdin: bytes | None, until: float, seconds: float, *, shown: bool
    ) -> Result:
        expand = _Expander(self, until, seconds)
        given = {name: " ".join(expand.word(word, split=False)) for name, word in command.assignments}
        arguments = [text for word in command.words for text in expand.word(word, split=True)]
        files = [(one, expand.word(one.target, split=False)[0]) for one in command.redirects]
        outputs: dict[int, tuple[str, str]] = {1: ("", ""), 2: ("", "")}
        merged = False
        for redirect, target in files:
            if redirect.operator == "<<":
                stdin = target.encode()
            elif redirect.operator == "<":
                path = self._room.path(target) if target != _NULL else None
                if path is not None and not path.is_file():
                    return Result(1, errors=f"bash: {target}: No such file or directory\n".encode())
                stdin = path.read_bytes() if path else b""
            elif redirect.operator == ">&":
                if (redirect.number, target) not in {(2, "1"), (1, "2")}:
                    raise Refused(f"{redirect.number}>&{target} is not read here")
                merged = redirect.number == 2
            else:
                if wrong := self._cannot_write(target):
                    return Result(1, errors=f"bash: {target}: {wrong}\n".encode())
                outputs[redirect.number] = (redirect.operator, target)
                if redirect.operator == ">" and target != _NULL:
                    self._room.path(target).write_bytes(b"")
        if not arguments:
            self._set(given, given=False)
            self.variables |= given
            return Result()
        self._set(given, given=True)
        check, program = self._program(arguments[0])
        check(arguments[1:])
        exported = {name: self.variables[name] for name in self.exported if name in self.variables}
        short = PurePosixPath(arguments[0]).name.removesuffix(".exe")
        direct = shown and outputs[1] == ("", "") and outputs[2] == ("", "")
        call = Call(short, arguments[1:], stdin, direct, until, seconds, {**exported, **given})
        result = program(call)
        self._room.collect()
        output, errors = result.output, result.errors
        if merged:
            output, errors = output + errors, b""
        output = self._written(outputs[1], output)
        errors = self._written(outputs[2], errors)
        return Result(result.status, output, errors, result.ended, result.basis)

    def _set(self, names: Iterable[str], *, given: bool) -> None:
        """Remember of variables that are set which of them programs do not get."""
        self._left_out |= dict.fromkeys(filter(None, (why_left_out(one, given=given) for one in names)))

    def _cannot_write(self, target: str) -> str:
        """Return what a shell says of a file it cannot write, empty when it can."""
        if target == _NULL:
            return ""
        path = self._room.path(target)
        if target.endswith("/") or path.is_dir():
            return "Is a directory"
        return "" if path.parent.is_dir() else "No such file or directory"

    def _written(self, where: tuple[str, str], data: bytes) -> bytes:
        """Write what a program printed where it was redirected to; return what is left to see."""
        operator, target = where
        if not target:
            return data
        if target != _NULL:
            path = self._room.path(target)
            size = path.stat().st_size if path.exists() else 0
            if size + len(data) > PASSED_ON:
                raise Refused(f"{target} would become too large")
            with path.open("ab" if operator == ">>" else "wb") as file:
                file.write(data)
        return b""

    def captured(self, line: Line, until: float, seconds: float) -> str:
        """Return what a line prints, for its place in another one."""
        told = _Told()
        self._line(line, told, until, seconds, shown=False)
        return told.output.decode(errors="replace").rstrip("\n")

    def value(self, name: str) -> str:
        """Return a variable's value, empty where it has none."""
        return str(self._status) if name == "?" else self.variables.get(name, "")

    def export(self, call: Call) -> Result:
        """Do ``export NAME=value``."""
        for one in call.arguments:
            name, equals, value = one.partition("=")
            if not _VARIABLE.match(name):
                raise Refused(f"export {one} is not read here")
            if equals:
                self._set([name], given=False)
                self.variables[name] = value
            self.exported.add(name)
        return Result()

    def unset(self, call: Call) -> Result:
        """Do ``unset NAME``."""
        for name in call.arguments:
            self.variables.pop(name, None)
            self.exported.discard(name)
        return Result()


class _Expander:
    def __init__(self, shell: Shell, until: float, seconds: float) -> None:
        self._shell, self._until, self._seconds = shell, until, seconds

    def word(self, word: Word, *, split: bool) -> list[str]:
        """Return what a word is; several words, or none, where something in it is cut at blanks."""
        found, current, any_text = [], "", not word
        for part in word:
            if isinstance(part, Text):
                current += part.text
                any_text = True
                continue
            value = self._value(part)
            if part.quoted or not split:
                current += value
                any_text = True
                continue
            pieces = value.split()
            if not pieces:
                continue
            if value[0].isspace() and current:
                found.append(current)
                current = ""
            found += [current + pieces[0], *pieces[1:]]
            current, any_text = found.pop(), True
            if value[-1].isspace():
                found.append(current)
                current, any_text = "", False
        if any_text or current or not split:
            found.append(current)
        return found

    def _value(self, part: Variable | Substitution) -> str:
        if isinstance(part, Variable):
            return self._shell.value(part.name)
        return self._shell.captured(part.line, self._until, self._seconds)
