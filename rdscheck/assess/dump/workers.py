"""Other processes that understand statements, for dumps large enough to be worth them.

They are plain child processes that talk through their standard input and output: nothing of the caller's
program is run again in them, and they end when it does.
"""

import gc
import os
import pickle
import struct
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from typing import IO

from rdscheck.assess.dump.scene import Scene
from rdscheck.assess.dump.understanding import Understood, understood

_LENGTH = struct.Struct(">Q")

#: More than this are kept busy by no splitter.
_MOST = 4

Batch = tuple[Scene, list[tuple[int, str]]]


class Workers:
    """Processes to which statements are given; close them after use."""

    def __init__(self, number: int = 0) -> None:
        self.number = number or min(_MOST, _processors())
        self._pool = ThreadPoolExecutor(self.number, thread_name_prefix="rdscheck-dump")
        self._free: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._all = [_start() for _ in range(self.number)]
        for one in self._all:
            self._free.put(one)

    def submit(self, scene: Scene, statements: list[tuple[int, str]]) -> "Future[Understood]":
        """Have statements understood."""
        return self._pool.submit(self._ask, (scene, statements))

    def _ask(self, batch: Batch) -> Understood:
        process = self._free.get()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            _send(process.stdin, batch)
            answer: Understood = _receive(process.stdout)
        except (OSError, EOFError):
            # It was ended, for example for want of memory: what it had is done here.
            return understood(*batch)
        finally:
            self._free.put(process)
        return answer

    def close(self) -> None:
        """End the processes."""
        for one in self._all:
            one.kill()
        self._pool.shutdown(cancel_futures=True)
        for one in self._all:
            one.wait()
            for pipe in (one.stdin, one.stdout):
                if pipe:
                    with suppress(OSError):
                        pipe.close()


def _processors() -> int:
    """Return how many processors we may use; not every system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start() -> "subprocess.Popen[bytes]":
    program = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import serve; serve()"
    return subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _send(pipe: IO[bytes], thing: object) -> None:
    data = pickle.dumps(thing, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Understood:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    # The other end is our own child.
    answer: Understood = pickle.loads(pipe.read(_LENGTH.unpack(head)[0]))  # noqa: S301
    return answer


def serve() -> None:
    """Answer until the input ends: what a child process does."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    # Whatever else is written must not get between the answers.
    sys.stdout = sys.stderr
    # Trees have no cycles; looking for some takes a fifth of the time.
    gc.disable()
    while len(head := source.read(_LENGTH.size)) == _LENGTH.size:
        batch: Batch = pickle.loads(source.read(_LENGTH.unpack(head)[0]))  # noqa: S301
        _send(sink, understood(*batch))
