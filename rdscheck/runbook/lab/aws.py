"""``aws`` of a page: the real program, which reaches the sandbox's control plane and nothing else."""

import os
import re
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from rdscheck.aws.control.shim import INSTALL, environment, program
from rdscheck.model import Basis
from rdscheck.runbook.lab.calls import PASSED_ON, SHOWN, Call, Refused, Result, limit_text
from rdscheck.runbook.lab.room import Room, inside
from rdscheck.runbook.lab.world import World

#: What the sandbox answers. Everything else would ask AWS, write configuration, or start programs.
_SERVICES = frozenset({"rds", "s3", "s3api", "iam", "sts", "lambda"})

#: Commands by which code comes to Lambda: it would run on this machine.
_CODE = frozenset({"create-function", "update-function-code", "publish-layer-version"})

#: Options before the service that take a value.
_WITH_VALUE = frozenset(
    {"--region", "--output", "--profile", "--query", "--color", "--cli-read-timeout"}
    | {"--cli-connect-timeout", "--ca-bundle", "--cli-binary-format"}
)
_ENDPOINT = re.compile(r"\A--e(?:n(?:d(?:p(?:o(?:i(?:n(?:t.*)?)?)?)?)?)?)?(?:=|\Z)", re.DOTALL)

#: Options whose values are no files, whatever they begin with.
_NO_FILE = frozenset({"--path", "--path-prefix", "--query", "--log-file-name", "--marker"})
_FILE = re.compile(r"fileb?://([^\s,\]}]*)")

#: Variables of a page that the program may see.
SEEN = frozenset(
    {"AWS_PAGER", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_DEFAULT_OUTPUT"}
    | {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
)

#: Options that name what a page may take for granted.
_NEEDS = {
    "--db-cluster-identifier": "cluster",
    "--db-parameter-group-name": "group",
    "--db-instance-identifier": "instance",
    "--source-db-instance-identifier": "instance",
    "--role-name": "role",
    "--role-arn": "role",
    "--bucket": "bucket",
    "--function-name": "function",
}


def check(arguments: list[str]) -> None:
    """Raise ``Refused`` or ``Outside`` for a command that is not run here."""
    service = _service(arguments)
    if arguments == ["--version"]:
        return
    if service not in _SERVICES or "help" in arguments:
        known = ", ".join(sorted(_SERVICES))
        raise Refused(
            f"of aws the sandbox answers {known}; aws {service or ' '.join(arguments)} is none of it"
        )
    if service == "lambda" and _CODE & set(arguments):
        raise Refused("Lambda runs no code of a page here, only functions that the configuration names")
    for one in arguments:
        if _ENDPOINT.match(one):
            raise Refused(f"{one.partition('=')[0]}: this aws reaches the sandbox and nothing else")
        if one.partition("=")[0] in {"--ca-bundle", "--debug", "--profile"}:
            raise Refused(f"aws {one.partition('=')[0]} is not run here: there is one account, the sandbox's")
    _mapped(arguments)


def _service(arguments: list[str]) -> str:
    skip = False
    for one in arguments:
        if skip:
            skip = False
        elif one.startswith("-"):
            skip = one in _WITH_VALUE
        else:
            return one
    return ""


def _mapped(arguments: list[str]) -> list[str]:
    """Return arguments with /tmp turned into the private directory; raises ``Outside``."""
    found, before = [], ""
    for one in arguments:
        mapped = _FILE.sub(lambda m: m[0].replace(m[1], inside(m[1])), one)
        name, equals, value = one.partition("=")
        value = value if one.startswith("--") and equals else one
        named = name if one.startswith("--") else before
        parts = value.split("/")
        looks = value.startswith(("/", "~", "./")) or ".." in parts
        if looks and named not in _NO_FILE and "://" not in value and not value.startswith(("{", "[")):
            inside_name = inside(value)
            mapped = f"{name}={inside_name}" if value != one else inside_name
        found.append(mapped)
        before = one if one.startswith("--") and not equals else ""
    return found


class Aws:
    """Runs ``aws`` in the work directory, with a home of its own that no page can write to."""

    def __init__(self, world: World, room: Room) -> None:
        self._world, self._room = world, room
        self._home = tempfile.TemporaryDirectory(prefix="home-", dir=world.run.path)
        self._env: Mapping[str, str] = {}

    def close(self) -> None:
        """Remove the home."""
        self._home.cleanup()

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the variables of programs that may reach the control plane and nothing else."""
        if not self._env:
            home = Path(self._home.name)
            kept = environment(self._world.plane.url, home)
            # What else of ours is in there is none of the page's business.
            ours = ("PATH", "HOME", "LANG", "LC_", "TMPDIR", "HTTP", "NO_PROXY", "http", "no_proxy", "AWS_")
            self._env = {name: value for name, value in kept.items() if name.startswith(ours)}
        return self._env

    def run(self, call: Call) -> Result:
        """Run a command; what it takes for granted is made before."""
        if program() is None:
            raise Refused(f"the program aws is not installed: {INSTALL}")
        arguments = _mapped(call.arguments)
        self._supply(arguments)
        self._room.collect()
        env = dict(self.environment)
        home = env["HOME"]
        env |= {name: value for name, value in call.variables.items() if name in SEEN}
        # Version 1 of the program reads the one, version 2 the other; a page means either.
        if region := _region(call.variables):
            env |= {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
        with tempfile.TemporaryFile() as given:
            given.write(call.stdin or b"")
            given.seek(0)
            process = subprocess.Popen(
                [f"{home}/aws", *arguments],
                env={**env, "COLUMNS": "200"},
                cwd=self._room.directory,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if call.shown else subprocess.PIPE,
                start_new_session=True,
            )
        try:
            output, errors, ended = _communicate(process, call)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._world.settle()
        status = process.returncode if not ended else 1
        if status:
            # It prints an empty line before an error.
            output, errors = output.lstrip(b"\n"), errors.lstrip(b"\n")
        if call.shown:
            # What it overwrites in a line nobody sees.
            output = b"".join(_last(one) for one in re.findall(rb"[^\n]*\n|[^\n]+", output))
        text = limit_text(call, ended)
        return Result(status if status >= 0 else 128 - status, output, errors, text, Basis.EMULATED)

    def _supply(self, arguments: list[str]) -> None:
        """Make what the command takes for granted."""
        needed: list[tuple[str, str]] = []
        for number, one in enumerate(arguments):
            option, equals, value = one.partition("=")
            kind = _NEEDS.get(option)
            if kind:
                value = value if equals else "".join(arguments[number + 1 : number + 2])
                needed.append((kind, value.rpartition("/")[2] if kind == "role" else value))
            needed += [("bucket", name) for name in re.findall(r"s3://([\w.-]+)", one)]
        for kind, name in needed:
            self._world.need(kind, name)
            if kind == "instance" and name.lower() in self._world.plane.state.databases:
                self._world.current = name.lower()


def _region(variables: Mapping[str, str]) -> str:
    """Return the region that variables of a page name, empty where they name none."""
    return variables.get("AWS_REGION") or variables.get("AWS_DEFAULT_REGION", "")


def _last(line: bytes) -> bytes:
    text = line.rstrip(b"\r\n")
    return text.rpartition(b"\r")[2].rstrip(b" ") + line[len(text) :] if b"\r" in text else line


def _communicate(process: "subprocess.Popen[bytes]", call: Call) -> tuple[bytes, bytes, str]:
    """Return output and errors, and what ended the program."""
    room = {"out": bytearray(), "err": bytearray()}
    streams = {one.fileno(): key for key, one in (("out", process.stdout), ("err", process.stderr)) if one}
    limit = SHOWN if call.shown else PASSED_ON
    ended = ""
    while streams and not ended:
        ready, _, _ = select.select(list(streams), [], [], max(0.0, call.until - time.monotonic()))
        if not ready:
            ended = "time limit"
        for number in ready:
            piece = os.read(number, 1 << 16)
            if not piece:
                del streams[number]
            room[streams.get(number, "out")] += piece
            if sum(map(len, room.values())) > limit:
                ended = "output limit"
    for one in (process.stdout, process.stderr):
        if one is not None and ended:
            one.close()
    if not ended:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, call.until - time.monotonic()))
        for one in (process.stdout, process.stderr):
            if one is not None:
                one.close()
    return bytes(room["out"][:limit]), bytes(room["err"][:limit]), ended
