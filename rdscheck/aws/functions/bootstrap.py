"""The process of one handler, run by its path with ``python -I``: imports nothing of ours.

It is told by frames on standard input (four bytes of length, then JSON) and answers by frames
on the descriptor its argument names. Whatever the handler prints goes to the log. When the
frames end, because whoever started it is gone, it ends with everything it started.
"""

import base64
import contextlib
import importlib
import json
import os
import queue
import signal
import struct
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

#: Where code lies on Lambda: tracebacks name it in place of a directory of ours.
_TASK_ROOT = "/var/task"


class ClientContext:
    """What the caller passed besides the event."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.custom = told.get("custom")
        self.env = told.get("env")
        self.client = told.get("client")


class Context:
    """The second argument of a handler.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    def __init__(self, told: dict[str, Any]) -> None:
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn = told["arn"]
        self.aws_request_id = told["request_id"]
        self.client_context = ClientContext(told["client_context"]) if told["client_context"] else None
        self.identity = None
        self._deadline = time.monotonic() + told["seconds"]

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the function is ended."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def main() -> None:
    """Import the handler, then answer one event after the other."""
    out = int(sys.argv[1])
    frames: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_read_frames, args=(frames,), daemon=True).start()
    handler, failed = _load(os.environ["_HANDLER"])
    _write_frame(out, {"error": failed} if failed else {"ready": True})
    while handler is not None:
        told = frames.get()
        _write_frame(out, _answer(handler, told))
    frames.get()  # nothing to call: wait to be ended


def _read_frames(frames: "queue.Queue[dict[str, Any]]") -> None:
    with open(0, "rb", closefd=False) as pipe:
        while True:
            size = pipe.read(4)
            data = pipe.read(struct.unpack("!I", size)[0]) if len(size) == 4 else b""
            if not data:
                with contextlib.suppress(OSError):
                    os.killpg(0, signal.SIGKILL)
                os._exit(0)
            frames.put(json.loads(data))


def _write_frame(out: int, value: dict[str, Any]) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    data = json.dumps(value).encode()
    data = struct.pack("!I", len(data)) + data
    while data:
        data = data[os.write(out, data) :]


def _load(name: str) -> tuple[Any, dict[str, Any] | None]:
    """Return the handler, or the error Lambda reports in its place."""
    module_name, _, function_name = name.rpartition(".")
    sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        return None, _init_error(
            "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"
        )
    except SyntaxError as error:
        place = f"Syntax error in module '{module_name}': {error.msg} (line {error.lineno})"
        return None, _init_error("Runtime.UserCodeSyntaxError", place)
    except Exception as error:  # noqa: BLE001 (whatever the user's code raises is told)
        return None, _error(error)
    if not hasattr(module, function_name):
        return None, _init_error(
            "Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'"
        )
    return getattr(module, function_name), None


def _init_error(kind: str, message: str) -> dict[str, Any]:
    _log(f"[ERROR] {kind}: {message}")
    return {"errorMessage": message, "errorType": kind, "requestId": "", "stackTrace": []}


def _answer(handler: Any, told: dict[str, Any]) -> dict[str, Any]:
    event = json.loads(base64.b64decode(told["payload"]) or b"{}")
    try:
        answer = handler(event, Context(told))
    except Exception as error:  # noqa: BLE001 (whatever the user's code raises is told)
        return {"error": _error(error)}
    try:
        return {"payload": json.dumps(answer, ensure_ascii=False)}
    except (TypeError, ValueError) as error:
        message = f"Unable to marshal response: {error}"
        return {"error": _init_error("Runtime.MarshalError", message)}


def _error(error: BaseException) -> dict[str, Any]:
    here = str(Path.cwd())
    lines = [
        f'  File "{frame.filename.replace(here, _TASK_ROOT)}", line {frame.lineno}, in {frame.name}\n'
        f"    {frame.line}\n"
        # The first frame is ours.
        for frame in traceback.extract_tb(error.__traceback__)[1:]
        if "importlib" not in frame.filename
    ]
    kind = type(error).__name__
    _log(f"[ERROR] {kind}: {error}\nTraceback (most recent call last):\n{''.join(lines)}".rstrip())
    return {"errorMessage": str(error), "errorType": kind, "requestId": "", "stackTrace": lines}


def _log(text: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
