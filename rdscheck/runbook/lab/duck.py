"""DuckDB for the pieces of a page: the real one, in a process of its own that can be ended."""

import importlib.util
import json
import os
import platform
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rdscheck.runbook.acting import Done
from rdscheck.runbook.lab.aws import Aws
from rdscheck.runbook.lab.ducking import EXTENSIONS
from rdscheck.runbook.lab.psql import Psql
from rdscheck.runbook.lab.vetting import hosts
from rdscheck.runbook.lab.world import MASTER, PORT, World, host_of
from rdscheck.sandbox.docker import DockerEngine

INSTALL = "pip install 'rdscheck[duckdb]'"
_LIMIT = 1 << 20
_START = 60.0

_SECRET_HOST = re.compile(r"\bHOST(?:ADDR)?\s+'([^']*)'", re.IGNORECASE)
_INSTALLED = re.compile(r"\s*INSTALL\s+(?:postgres|postgres_scanner|aws)\s*;?\s*\Z", re.IGNORECASE)
_OWN = frozenset({"", "localhost", "127.0.0.1"})


class Duck:
    """The session that DuckDB pieces use; started when one comes."""

    def __init__(self, world: World, psql: Psql, aws: Aws) -> None:
        self._world, self._psql, self._aws = world, psql, aws
        self._home = tempfile.TemporaryDirectory(prefix="duckdb-", dir=world.run.path)
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, text: str, seconds: float) -> Done:
        """Run a statement; what it prints is drawn as DuckDB's shell does."""
        for package in ("duckdb", *EXTENSIONS.values()):
            if importlib.util.find_spec(package) is None:
                return Done(not_run=f"{package.replace('_', '-')} is not installed: {INSTALL}")
        if text.lstrip().startswith("."):
            return Done(not_run="of DuckDB's shell only statements are run, none of its own commands")
        if _INSTALLED.match(text):
            return Done()  # loaded from its wheel
        for host in (*hosts(text), *_SECRET_HOST.findall(text)):
            if host not in _OWN and self._world.at(host) is None:
                told = f"rdscheck connects to the sandbox's own instances only, and {host} is none of them"
                return Done(not_run=told)
        until = time.monotonic() + seconds
        addresses = self._addresses(text)
        process = self._started()
        assert process.stdin is not None
        for name, (host, port) in addresses.items():
            text = _moved(text, name, host, port)
        try:
            process.stdin.write(json.dumps(text).encode() + b"\n")
            process.stdin.flush()
            line = self._line(until)
        except OSError:
            line = b""
        if not line or not line.endswith(b"\n"):
            self.end()
            ended = "DuckDB ended" if line == b"" else f"time limit of {seconds:g} s"
            if line:
                ended = "output limit of 1 MiB"
            return Done(status=1, ended=f"{ended}; the next piece begins a new session")
        told = json.loads(line)
        output = str(told["output"])
        for name, (host, port) in addresses.items():
            output = output.replace(host, host_of(name)) if host not in _OWN else output
            output = output.replace(f"port {port} ", f"port {PORT} ")
        output = output if not output or output.endswith("\n") else output + "\n"
        return Done(output, int(told["status"]))

    def _addresses(self, text: str) -> dict[str, tuple[str, int]]:
        """Return where this process reaches the instances, those a text names started."""
        for host in (*hosts(text), *_SECRET_HOST.findall(text)):
            if host not in _OWN and (name := self._world.at(host)):
                self._world.used(name)
        self._world.used(self._psql.login.instance if self._psql.login else "")
        found = {}
        for name, one in list(self._world.plane.state.databases.items()):
            if one.server is None:
                continue
            if isinstance(self._world.engine, DockerEngine) and platform.system() == "Linux":
                found[name] = one.server.peer_address()
            else:
                found[name] = self._world.from_here(name)
        return found

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is not None and self._process.poll() is None:
            return self._process
        instance = self._world.used(self._psql.login.instance if self._psql.login else "")
        host, port = self._addresses("")[instance]
        env = {name: value for name, value in self._aws.environment.items() if name != "PATH"}
        env |= {
            "PATH": self._aws.environment["HOME"],
            "HOME": self._home.name,
            "PYTHONPATH": os.pathsep.join(one for one in sys.path if one),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PGHOST": host,
            "PGPORT": str(port),
            "PGUSER": MASTER,
            "PGPASSWORD": self._world.master_password(instance),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "rdscheck.runbook.lab.ducking", self._home.name],
            env=env,
            cwd=Path(self._home.name),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._process = process
        self._line(time.monotonic() + _START)
        return process

    def _line(self, until: float) -> bytes | None:
        """Return its next line, less of it behind the limit, None when there was none in time."""
        assert self._process is not None
        assert self._process.stdout is not None
        number, found = self._process.stdout.fileno(), bytearray()
        while not found.endswith(b"\n"):
            ready, _, _ = select.select([number], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                return None
            piece = os.read(number, 1 << 16)
            found += piece
            if not piece or len(found) > _LIMIT:
                break
        return bytes(found)

    def end(self) -> None:
        """End the process; the next piece starts one anew."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            for one in (self._process.stdin, self._process.stdout):
                if one is not None:
                    with suppress(OSError):
                        one.close()
            self._process = None

    def close(self) -> None:
        """End everything."""
        self.end()
        self._home.cleanup()


def _moved(text: str, name: str, host: str, port: int) -> str:
    """Return a statement with an instance's name made the address that this machine knows it by."""
    if host_of(name) not in text and not re.search(rf"(?i)host\s*=?\s*'?{re.escape(name)}\b", text):
        return text
    text = text.replace(host_of(name), host)
    text = re.sub(rf"(?i)(\bhost\s*=?\s*'?){re.escape(name)}(?![\w.-])", rf"\g<1>{host}", text)
    if port != PORT:
        text = re.sub(rf"(?i)(\bport\s*=?\s*'?){PORT}\b|(?<={re.escape(host)}):{PORT}\b", _port(port), text)
    return text


def _port(port: int) -> Callable[[re.Match[str]], str]:
    return lambda found: f"{found[1]}{port}" if found[1] else f":{port}"
