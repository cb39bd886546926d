"""Events and the processes they run in: reuse, concurrency, the queue of asynchronous ones."""

import contextlib
import json
import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from rdscheck.aws.functions.names import Name
from rdscheck.aws.functions.store import Function, Version
from rdscheck.aws.functions.wire import LambdaError
from rdscheck.aws.functions.worker import Done, Event, Worker

#: Lambda lets 1,000 run at once; this many processes are enough for one machine.
MOST_RUNNING = 32

#: Idle processes that are kept, of all functions together.
_MOST_IDLE = 8

#: Threads that work on the asynchronous events of one function.
_MOST_DRAINS = 4

#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_ANSWER = 6291556

_LOG_TAIL = 4096


@dataclass(frozen=True)
class Invocation:
    """One call of one version."""

    function: Function
    version: Version
    name: Name
    kind: str
    payload: bytes
    client_context: Mapping[str, Any] | None
    request_id: str = field(default_factory=lambda: str(uuid4()))


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to: a payload, whether it is an error, and the end of the log."""

    payload: bytes
    failed: bool
    log_tail: bytes


class Runner:
    """Runs invocations; ``close`` ends every process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._idle: deque[tuple[Version, Name, Worker]] = deque()
        self._busy: set[Worker] = set()
        self._queues: dict[int, deque[Invocation]] = {}
        self._drains: dict[int, int] = {}
        self._closed = False

    def invoke(self, one: Invocation) -> Outcome:
        """Run an invocation now; raises ``LambdaError`` when too many run already."""
        self._claim(one.function, wait=False)
        try:
            return self._run(one)
        finally:
            self._release(one.function)

    def enqueue(self, one: Invocation) -> None:
        """Run an invocation as soon as there is room for it."""
        key = id(one.function)
        with self._changed:
            self._queues.setdefault(key, deque()).append(one)
            if self._drains.get(key, 0) >= _MOST_DRAINS:
                return
            self._drains[key] = self._drains.get(key, 0) + 1
        threading.Thread(target=self._drain, args=(key,), name="lambda-events", daemon=True).start()

    def retire(self, function: Function) -> None:
        """End the idle processes of a function whose code or configuration is another one now."""
        with self._changed:
            old = [one for one in self._idle if one[1].arn == function.name.arn]
            self._idle = deque(one for one in self._idle if one not in old)
            self._changed.notify_all()
        for _, _, worker in old:
            worker.end()

    def forget(self, function: Function) -> None:
        """Drop what still waits for a function that is gone."""
        with self._changed:
            self._queues.pop(id(function), None)
        self.retire(function)

    def limits_changed(self) -> None:
        """Look again at what waits for room."""
        with self._changed:
            self._changed.notify_all()

    def processes(self) -> list[int]:
        """Return the ids of all processes."""
        with self._changed:
            return [worker.pid for worker in (*(one[2] for one in self._idle), *self._busy)]

    def close(self) -> None:
        """End every process; nothing runs after that."""
        with self._changed:
            self._closed = True
            workers = [*(one[2] for one in self._idle), *self._busy]
            self._idle.clear()
            self._changed.notify_all()
        for worker in workers:
            worker.end()

    def _claim(self, function: Function, *, wait: bool) -> None:
        with self._changed:
            while (throttled := self._throttled(function)) is not None:
                if not wait or self._closed:
                    raise throttled
                self._changed.wait(1)
            function.running += 1

    def _throttled(self, function: Function) -> LambdaError | None:
        if function.reserved is not None and function.running >= function.reserved:
            reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
        elif len(self._busy) >= MOST_RUNNING:
            reason = "ConcurrentInvocationLimitExceeded"
        else:
            return None
        return LambdaError(
            HTTPStatus.TOO_MANY_REQUESTS, "TooManyRequestsException", "Rate Exceeded.", reason=reason
        )

    def _release(self, function: Function) -> None:
        with self._changed:
            function.running -= 1
            self._changed.notify_all()

    def _drain(self, key: int) -> None:
        while True:
            with self._changed:
                waiting = self._queues.get(key)
                if self._closed or not waiting:
                    self._drains[key] -= 1
                    return
                one = waiting.popleft()
            with contextlib.suppress(LambdaError):
                self._claim(one.function, wait=True)
                try:
                    self._run(one)
                finally:
                    self._release(one.function)

    def _run(self, one: Invocation) -> Outcome:
        began = time.monotonic()
        with self._worker(one) as (worker, retired):
            done = worker.run(
                Event(
                    one.payload,
                    one.name.qualified_arn,
                    one.request_id,
                    one.version.timeout,
                    one.client_context,
                )
            )
            peak = worker.peak_megabytes()
            if not done.usable:
                retired.append(worker)
        spent = (time.monotonic() - began) * 1000
        payload = _payload(done)
        one.function.calls.append(
            {
                "payload": json.loads(one.payload or b"{}"),
                "invocation_type": one.kind,
                "request_id": one.request_id,
                "version": one.version.number,
                "client_context": one.client_context,
                "result": json.loads(payload),
                "failed": bool(done.error),
            }
        )
        return Outcome(payload, bool(done.error), _log(one, done, spent, peak)[-_LOG_TAIL:])

    @contextlib.contextmanager
    def _worker(self, one: Invocation) -> Iterator[tuple[Worker, list[Worker]]]:
        """Give a process that runs this version, warm if there is one; those put in the list are ended."""
        worker = self._warm(one)
        if worker is None:
            worker = Worker(one.version.code.path, _environment(one.version, one.name))
        retired: list[Worker] = []
        with self._changed:
            self._busy.add(worker)
        try:
            yield worker, retired
        except BaseException:
            retired.append(worker)
            raise
        finally:
            with self._changed:
                self._busy.discard(worker)
                # A version that was replaced while it ran is not used again.
                if not retired and not self._closed and _current(one):
                    self._idle.append((one.version, one.name, worker))
                    extra = [self._idle.popleft()[2]] if len(self._idle) > _MOST_IDLE else []
                else:
                    extra = [worker]
            for old in extra:
                old.end()

    def _warm(self, one: Invocation) -> Worker | None:
        """Take an idle process of the version; one that has ended by itself in the meantime is none."""
        while True:
            with self._changed:
                found = next(
                    (
                        entry
                        for entry in self._idle
                        if entry[0] == one.version and entry[1].arn == one.name.arn
                    ),
                    None,
                )
                if found is None:
                    return None
                self._idle.remove(found)
            if found[2].alive:
                return found[2]
            found[2].end()


def _current(one: Invocation) -> bool:
    return one.version in (one.function.latest, *one.function.published.values())


def _payload(done: Done) -> bytes:
    if done.error:
        return json.dumps(done.error, ensure_ascii=False).encode()
    payload = done.payload.encode(errors="replace")
    if len(payload) <= MAX_ANSWER:
        return payload
    message = f"Response payload size exceeded maximum allowed payload size ({MAX_ANSWER} bytes)."
    done.error = {"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}
    return json.dumps(done.error).encode()


def _log(one: Invocation, done: Done, spent: float, peak: int) -> bytes:
    """Return the log of an invocation in the lines Lambda frames it with."""
    text = done.log if done.log.endswith(b"\n") or not done.log else done.log + b"\n"
    first = f"START RequestId: {one.request_id} Version: {one.version.number}\n"
    last = (
        f"END RequestId: {one.request_id}\n"
        f"REPORT RequestId: {one.request_id}\tDuration: {spent:.2f} ms\t"
        f"Billed Duration: {int(spent) + 1} ms\t"
        f"Memory Size: {one.version.memory} MB\tMax Memory Used: {peak} MB\t\n"
    )
    return first.encode() + text + last.encode()


def _environment(version: Version, name: Name) -> dict[str, str]:
    """Return a handler's environment: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html."""
    own = {
        "_HANDLER": version.handler,
        "AWS_DEFAULT_REGION": name.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{version.runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(version.memory),
        "AWS_LAMBDA_FUNCTION_NAME": name.name,
        "AWS_LAMBDA_FUNCTION_VERSION": version.number,
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{time.strftime('%Y/%m/%d')}/[{version.number}]{uuid4().hex}",
        "AWS_REGION": name.region,
        "LAMBDA_TASK_ROOT": str(version.code.path),
        "LANG": "en_US.UTF-8",
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONUTF8": "1",
        "TZ": ":UTC",
    }
    return dict(version.variables) | own
