"""Owners: a process is itself only together with its start time."""

import os
import subprocess
import sys

import pytest

from rdscheck.sandbox.owner import Owner, labels, start_time


def test_the_running_process_is_alive() -> None:
    assert Owner.me().alive()


def test_a_process_that_ended_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = Owner(child.pid, start_time(child.pid))
    assert owner.alive()
    child.communicate()
    assert not owner.alive()


def test_another_process_of_the_same_id_is_not_the_owner() -> None:
    assert not Owner(os.getpid(), "1").alive()


def test_an_owner_is_read_back_as_written() -> None:
    assert Owner.parse(str(Owner.me())) == Owner.me()


@pytest.mark.parametrize("text", ["", "x", "x:1", ":"])
def test_what_is_no_owner_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        Owner.parse(text)


def test_what_is_kept_counts_as_owned() -> None:
    assert Owner.parse(str(Owner.kept())).alive()


def test_containers_carry_owner_and_run() -> None:
    assert labels(Owner(1, "2"), "abc") | {"rdscheck.host": ""} == {
        "rdscheck.owner": "1:2",
        "rdscheck.host": "",
        "rdscheck.run": "abc",
    }
