"""Ctrl-C waits for the end of a block, and has its effect then."""

import signal
import threading

import pytest

from rdscheck.sandbox.held import held


def test_an_interrupt_comes_after_the_block() -> None:
    through = []

    def work() -> None:
        with held(), held():
            signal.raise_signal(signal.SIGINT)
            through.append("the rest of it")
        through.append("what follows")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert through == ["the rest of it"]


def test_without_one_nothing_is_changed() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with held():
        assert signal.getsignal(signal.SIGINT) is not before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_other_threads_go_on() -> None:
    went = []

    def work() -> None:
        with held():
            went.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert went == [True]
