"""Signals that end a program, taken for Ctrl-C: what was begun is cleared away, what is known is told."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: What a service manager or a cancelled job sends, and what comes when a terminal goes away.
_ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ended_as_interrupted() -> Iterator[None]:
    """Raise ``KeyboardInterrupt`` at a signal that would end the program where it stands.

    One that is ignored (``nohup``), or that somebody else handles, stays as it is; so does everything
    outside of the main thread, which alone gets signals.
    """
    taken = []
    if threading.current_thread() is threading.main_thread():
        taken = [number for number in _ENDING if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
