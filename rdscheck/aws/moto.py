"""moto's S3 as a process of its own."""

import importlib.metadata
import importlib.util
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from rdscheck.aws.answers import require_s3
from rdscheck.aws.endpoint import DEFAULT_REGION, Found, Place, S3Endpoint, http_url
from rdscheck.errors import S3Unavailable, StartError
from rdscheck.sandbox.process import end_process, spawn

_START_TIMEOUT = 60.0
_STOP_TIMEOUT = 5.0


class Moto:
    """The backend that needs neither Docker nor a network."""

    def found(self) -> Found:
        """Tell whether moto and its server part are installed."""
        missing = [name for name in ("moto", "werkzeug", "flask") if importlib.util.find_spec(name) is None]
        if missing:
            return Found("moto", "moto", False, f"{missing[0]} is missing: pip install 'moto[s3,server]'")
        return Found("moto", _name(), True)

    def start(self, place: Place) -> S3Endpoint:
        """Start a server on a port the kernel chooses and return once it answers."""
        found = self.found()
        if not found.usable:
            raise S3Unavailable("moto is not installed", hint="pip install 'moto[s3,server]'")
        log = place.run_dir / "moto.log"
        process = _launch(place, log)
        try:
            report = _report(process, log)
            port = int(report["port"])
            endpoint = S3Endpoint(
                kind="moto",
                name=_name(),
                url_for_host=http_url(place.bind, port),
                url_for_server=http_url(place.server_host or place.bind, port),
                region=DEFAULT_REGION,
                # moto checks no signature; the names say so to whoever meets them.
                access_key="moto",
                secret_key="moto",  # noqa: S106
                pid=process.pid,
                started=report["started"],
            )
            require_s3(endpoint)
        except BaseException:
            process.kill()
            process.wait(timeout=_STOP_TIMEOUT)
            raise
        return endpoint

    def stop(self, endpoint: S3Endpoint) -> None:
        """End the server; nothing happens where it is gone, or its id belongs to somebody else now."""
        # It holds nothing that needs closing, so there is no gentle way to try first.
        end_process(endpoint.pid, endpoint.started, signal.SIGKILL)


def _name() -> str:
    return f"moto {importlib.metadata.version('moto')}"


def _launch(place: Place, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "rdscheck.aws.moto_server", "--bind", place.bind]
    command += ["--owner", str(place.owner), "--owner-file", str(place.run_dir / "owner")]
    package = Path(__file__).resolve().parents[2]
    path = os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH"))))
    with log.open("ab") as errors:
        # In a session of its own: Ctrl-C is for the owner, who still needs S3 while it cleans up.
        return spawn(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=place.run_dir,
            env=os.environ | {"PYTHONPATH": path},
        )


def _report(process: subprocess.Popen[bytes], log: Path) -> dict[str, str]:
    """Read the line in which the child tells its port."""
    assert process.stdout is not None
    deadline = time.monotonic() + _START_TIMEOUT
    text = b""
    with process.stdout as pipe:
        while not text.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise StartError(f"moto did not start within {_START_TIMEOUT:.0f} s", hint=f"see {log}")
            piece = os.read(pipe.fileno(), 4096)
            if not piece:
                raise StartError(f"moto ended while starting: {_last_line(log)}", hint=f"see {log}")
            text += piece
    report: dict[str, str] = json.loads(text)
    return report


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
