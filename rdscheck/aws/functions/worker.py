"""A warm process that runs one version of a function, one event at a time."""

import base64
import json
import os
import selectors
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")

#: Seconds a module may take to be imported, besides the function's own time.
#: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
INIT_SECONDS = 10.0

#: Of a log, the end is kept; more of it nobody can ask for.
_LOG_BYTES = 1 << 20

#: An answer may be 6 MB; escaped as JSON once more it grows.
_FRAME_BYTES = 64 << 20


@dataclass(frozen=True)
class Event:
    """What a handler is given."""

    payload: bytes
    arn: str
    request_id: str
    seconds: float
    client_context: Mapping[str, Any] | None = None


@dataclass
class Done:
    """What became of an event: the payload as JSON text, or an error as Lambda writes it."""

    payload: str = ""
    error: dict[str, Any] = field(default_factory=dict)
    log: bytes = b""
    usable: bool = True  # may the process take another event?


class Worker:
    """The process; ``end`` ends it with everything it started."""

    def __init__(self, code: Path, environment: Mapping[str, str]) -> None:
        own, theirs = os.pipe()
        log, their_log = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-u", str(_BOOTSTRAP), str(theirs)],
                stdin=subprocess.PIPE,
                stdout=their_log,
                stderr=their_log,
                pass_fds=(theirs,),
                cwd=code,
                env=dict(environment),
                start_new_session=True,
            )
        except BaseException:
            os.close(own)
            os.close(log)
            raise
        finally:
            os.close(theirs)
            os.close(their_log)
        self._frames, self._log_pipe = own, log
        os.set_blocking(own, False)
        os.set_blocking(log, False)
        self._buffer = bytearray()
        self._log = bytearray()
        self.cold = True

    @property
    def pid(self) -> int:
        """Return the id of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Tell whether the process can take another event."""
        return self._process.poll() is None

    def peak_megabytes(self) -> int:
        """Return the most memory the process ever held, 0 where the kernel does not tell."""
        try:
            told = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        except OSError:
            return 0
        peak = [line for line in told.splitlines() if line.startswith("VmHWM:")]
        return int(peak[0].split()[1]) >> 10 if peak else 0

    def run(self, event: Event) -> Done:
        """Let the handler have an event; a handler that takes too long is ended, and so is its process."""
        if self.cold:
            frame = self._frame(INIT_SECONDS)
            if frame is None or "error" in frame:
                return self._failed(frame, event, f"{INIT_SECONDS:.2f}")
        told = {
            "payload": base64.b64encode(event.payload).decode(),
            "arn": event.arn,
            "request_id": event.request_id,
            "seconds": event.seconds,
            "client_context": dict(event.client_context) if event.client_context else None,
        }
        if not self._send(told):
            return self._failed(None, event, "")
        self.cold = False
        frame = self._frame(event.seconds)
        if frame is None:
            return self._failed(frame, event, f"{event.seconds:.2f}")
        if "error" in frame:
            return Done(error=frame["error"] | {"requestId": event.request_id}, log=self._taken())
        return Done(payload=frame["payload"], log=self._taken())

    def end(self) -> None:
        """End the process and what it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()
        for fd in (self._frames, self._log_pipe):
            with suppress(OSError):
                os.close(fd)

    def _failed(self, frame: dict[str, Any] | None, event: Event, limit: str) -> Done:
        """Tell what an event came to that the handler did not answer."""
        if frame is not None:
            return Done(
                error=frame["error"] | {"requestId": event.request_id}, log=self._taken(), usable=False
            )
        code = self._process.poll()
        if code is None:
            kind, message = "Sandbox.Timedout", f"Task timed out after {limit} seconds"
        elif code < 0:
            name = signal.Signals(-code).name.removeprefix("SIG").lower()
            kind, message = "Runtime.ExitError", f"Runtime exited with error: signal: {name}"
        else:
            kind = "Runtime.ExitError"
            message = (
                f"Runtime exited with error: exit status {code}"
                if code
                else "Runtime exited without providing a reason"
            )
        text = f"RequestId: {event.request_id} Error: {message}"
        return Done(
            error={"errorType": kind, "errorMessage": text},
            log=self._taken() + f"{text}\n".encode(),
            usable=False,
        )

    def _send(self, value: dict[str, Any]) -> bool:
        data = json.dumps(value).encode()
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(struct.pack("!I", len(data)) + data)
            self._process.stdin.flush()
        except OSError:
            self._wait_briefly()
            return False
        return True

    def _frame(self, seconds: float) -> dict[str, Any] | None:
        """Return the next frame; None when the time is over or the process has ended."""
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as ready:
            ready.register(self._frames, selectors.EVENT_READ)
            ready.register(self._log_pipe, selectors.EVENT_READ)
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                for key, _ in ready.select(left):
                    data = _read(key.fd)
                    if data is None:
                        continue
                    if key.fd == self._log_pipe:
                        if not data:
                            ready.unregister(self._log_pipe)
                        self._note(data)
                        continue
                    self._buffer += data
                    if not data or len(self._buffer) > _FRAME_BYTES:
                        self._wait_briefly()
                        return None
                frame = self._complete()
                if frame is not None:
                    return frame

    def _complete(self) -> dict[str, Any] | None:
        if len(self._buffer) < 4:
            return None
        size = struct.unpack("!I", self._buffer[:4])[0]
        if len(self._buffer) < 4 + size:
            return None
        data = bytes(self._buffer[4 : 4 + size])
        del self._buffer[: 4 + size]
        try:
            value = json.loads(data)
        except ValueError:  # a handler wrote to our descriptor
            return None
        return value if isinstance(value, dict) else None

    def _wait_briefly(self) -> None:
        """Wait for the end of a process that has closed its descriptor: it is about to."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)

    def _note(self, data: bytes) -> None:
        self._log += data
        del self._log[:-_LOG_BYTES]

    def _taken(self) -> bytes:
        """Return what was logged since the last time."""
        while data := _read(self._log_pipe):
            self._note(data)
        taken = bytes(self._log)
        self._log.clear()
        return taken


def _read(fd: int) -> bytes | None:
    """Return what is there, nothing at the end, None when there is nothing yet."""
    try:
        return os.read(fd, 1 << 16)
    except BlockingIOError:
        return None
    except OSError:
        return b""
