"""Small programs that read text, as procedures pipe things to them: their harmless options, and no others."""

import re
import threading
import time

from rdscheck.runbook.lab.calls import PASSED_ON, SHOWN, Call, Refused, Result, limit_text
from rdscheck.runbook.lab.psql import Psql
from rdscheck.runbook.lab.room import TMP, Room, inside
from rdscheck.runbook.lab.world import World

#: Options without a value, options with one, and how many arguments come before the files.
_KNOWN: dict[str, tuple[str, str, int]] = {
    "cat": (r"-[AbeEnstTuv]+", "", 0),
    "grep": (r"-[EFGPvicnowxlLhHsqa]+|--color(?:=\w+)?|-[ABC]?\d+|--[a-z-]*count|--ignore-case", "eABCm", 1),
    "egrep": (r"-[vicnowxlLhHsqa]+|-[ABC]?\d+", "eABCm", 1),
    "fgrep": (r"-[vicnowxlLhHsqa]+|-[ABC]?\d+", "eABCm", 1),
    "sort": (r"-[bdfghMnrRuVsc]+", "kt", 0),
    "uniq": (r"-[cdiu]+", "fsw", 0),
    "head": (r"-\d+|-[qv]+|-[nc]-?\d+", "nc", 0),
    "tail": (r"-\d+|-[qv]+|-[nc][-+]?\d+", "nc", 0),
    "wc": (r"-[clmwL]+", "", 0),
    "tr": (r"-[cCdst]+", "", 2),
    "cut": (r"-[nsz]+|--complement", "dfcb", 0),
    "printf": (r"(?!)", "", 1 << 20),
}
NAMES = (*_KNOWN, "echo", "true", "false", "sleep", "mkdir", "ls", "pwd")


def check(name: str, arguments: list[str]) -> None:
    """Raise ``Refused`` or ``Outside`` for arguments that are not run."""
    if name in {"echo", "true", "false", "pwd"}:
        return
    if name == "sleep":
        if len(arguments) != 1 or not re.fullmatch(r"\d{1,6}(?:\.\d+)?[sm]?", arguments[0]):
            raise Refused("sleep takes a number of seconds here")
    elif name in {"mkdir", "ls"}:
        _files_only(name, arguments)
    else:
        _arguments(name, arguments)


def _files_only(name: str, arguments: list[str]) -> list[str]:
    allowed = {"mkdir": {"-p"}, "ls": {"-1", "-a"}}[name]
    for one in arguments:
        if one.startswith("-") and one not in allowed:
            raise Refused(f"{name} {one} is not run here")
    return [inside(one) for one in arguments if not one.startswith("-")]


def _arguments(name: str, arguments: list[str]) -> list[str]:
    """Return the arguments with /tmp turned into the private directory."""
    plain, valued, before_files = _KNOWN[name]
    found, waiting, seen = [], list(arguments), 0
    while waiting:
        one = waiting.pop(0)
        if len(one) > 1 and one.startswith("-") and name != "printf":
            if valued and re.fullmatch(rf"-[{valued}]", one) and waiting:
                found += [one, waiting.pop(0)]
                before_files -= one == "-e"
                continue
            if not re.fullmatch(plain, one) and not (valued and re.match(rf"-[{valued}].", one)):
                raise Refused(f"{name} {one} is not run here")
            found.append(one)
            continue
        seen += 1
        found.append(one if seen <= before_files or one == "-" else inside(one))
    if name == "uniq" and seen > 1:
        raise Refused("uniq would write a file")
    return found


class Filters:
    """Runs them: the simplest here, the others beside a server, which has them all."""

    def __init__(self, world: World, room: Room, psql: Psql) -> None:
        self._world, self._room, self._psql = world, room, psql

    def run(self, call: Call) -> Result:
        """Run one."""
        own = getattr(self, f"_{call.name}", None)
        if own is not None:
            try:
                found: Result = own(call)
            except OSError as error:
                # The path of the page, not the lab's.
                told = f"{call.name}: {error.strerror or error}\n"
                return Result(1, errors=told.encode())
            return found
        arguments = _arguments(call.name, call.arguments)
        instance = self._world.used(self._psql.login.instance if self._psql.login else "")
        mirror = self._room.mirror(instance, self._world.instance(instance).info)
        done = mirror.client.raw(
            call.name,
            *arguments,
            stdin=call.stdin or b"",
            seconds=max(0.5, call.until - time.monotonic()),
            limit=SHOWN if call.shown else PASSED_ON,
            env={"LC_ALL": "C.UTF-8", "PGPASSWORD": ""},
        )
        output, errors = done.output, done.errors
        for name in sorted(one for one in arguments if one.startswith(f"{TMP}/")):
            output, errors = (one.replace(name.encode(), b"/" + name.encode()) for one in (output, errors))
        return Result(done.status, output, errors, limit_text(call, done.ended))

    def _echo(self, call: Call) -> Result:
        words = list(call.arguments)
        end = "\n"
        while words and words[0] in {"-n", "-e", "-E"}:
            end = "" if words.pop(0) == "-n" else end
        return Result(output=(" ".join(words) + end).encode())

    def _true(self, _call: Call) -> Result:
        return Result()

    def _false(self, _call: Call) -> Result:
        return Result(1)

    def _pwd(self, _call: Call) -> Result:
        return Result(output=f"{self._room.directory}\n".encode())

    def _sleep(self, call: Call) -> Result:
        seconds = float(call.arguments[0].rstrip("sm")) * (60 if call.arguments[0].endswith("m") else 1)
        left = call.until - time.monotonic()
        # Interrupted by Ctrl-C as any wait is.
        threading.Event().wait(max(0.0, min(seconds, left)))
        return Result(1, ended=limit_text(call, "time limit")) if seconds > left else Result()

    def _mkdir(self, call: Call) -> Result:
        for name in (one for one in call.arguments if not one.startswith("-")):
            path = self._room.path(name)
            if path.exists() and "-p" not in call.arguments:
                return Result(1, errors=f"mkdir: cannot create directory '{name}': File exists\n".encode())
            path.mkdir(mode=0o700, parents="-p" in call.arguments, exist_ok=True)
        return Result()

    def _ls(self, call: Call) -> Result:
        output, errors = "", ""
        given = [one for one in call.arguments if not one.startswith("-")] or ["."]
        for name in given:
            path = self._room.path(name)
            if path.is_dir():
                hidden = {TMP} if path == self._room.directory else set()
                output += "".join(f"{one.name}\n" for one in sorted(path.iterdir()) if one.name not in hidden)
            elif path.exists():
                output += f"{name}\n"
            else:
                errors += f"ls: cannot access '{name}': No such file or directory\n"
        return Result(2 if errors else 0, output.encode(), errors.encode())
