"""Ctrl-C that waits for what must not be left half done."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ASKING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def held() -> Iterator[None]:
    """Let SIGINT and SIGTERM wait until the block is over; then they have the effect they had before it.

    For seconds between two states of which each is whole. Only the main thread gets signals: in another
    one nothing has to wait.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[signal.Signals] = []
    before = {
        number: signal.signal(number, lambda caught, _frame: asked.append(signal.Signals(caught)))
        for number in _ASKING
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            # None: somebody outside Python set it, and only they can set it again.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        if asked:
            signal.raise_signal(asked[0])
