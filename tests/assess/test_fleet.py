"""Fleets: a list is read strictly, one source never stops the others, and nobody is left behind."""

import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rdscheck.assess.fleet import Interrupted, Limits, Member, Order, Result, check_fleet, read_fleet
from rdscheck.assess.live.connecting import SourceError
from rdscheck.assess.source import Examined, read_source
from rdscheck.assess.target import read_target
from rdscheck.errors import RdscheckError, UsageError

TARGET = read_target("rds-17")
ORDER = Order(("extension-not-offered", "table-without-key"))
DUMP = """--
-- PostgreSQL database dump
--

-- Dumped from database version 13.11
-- Dumped by pg_dump version 13.11

CREATE EXTENSION file_fdw;

--
-- PostgreSQL database dump complete
--
"""


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "shop.sql"
    path.write_text(DUMP)
    return path


@pytest.fixture
def silent() -> Iterator[tuple[int, list[float]]]:
    """Give the port of a server that takes connections and says nothing, and when it took them."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(20)
        taken: list[float] = []
        kept = []

        def serve() -> None:
            while True:
                try:
                    kept.append(server.accept()[0])
                except OSError:
                    return
                taken.append(time.monotonic())

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], taken
        server.shutdown(socket.SHUT_RDWR)
        for one in kept:
            one.close()
    thread.join(5)


def member(name: str, text: str) -> Member:
    return Member(name, read_source(text), TARGET)


def run(members: list[Member], **limits: float) -> tuple[dict[str, Result], list[str]]:
    told: list[str] = []
    found = check_fleet(members, ORDER, Limits(**limits), lambda one, _: told.append(one.name))  # type: ignore[arg-type]
    assert multiprocessing.active_children() == []
    return found, told


def test_one_that_fails_does_not_stop_the_rest(
    dump: Path, tmp_path: Path, silent: tuple[int, list[float]]
) -> None:
    (junk := tmp_path / "junk.bin").write_bytes(bytes(range(256)) * 20)
    port, taken = silent
    members = [
        member("stalls", f"postgresql://me:s3cret@127.0.0.1:{port}/x"),
        member("junk", str(junk)),
        member("good", str(dump)),
        member("nobody", "postgresql://me:s3cret@127.0.0.1:9/x"),
        member("again", str(dump)),
    ]
    found, told = run(members, jobs=3, seconds=4.0, retries=1)
    assert list(found) == ["stalls", "junk", "good", "nobody", "again"]
    assert sorted(told) == sorted(found)
    for name in ("good", "again"):
        result = found[name]
        assert isinstance(result, Examined)
        assert [one.subject for one in result.assessment.findings] == ["extension file_fdw"]
    for name in ("stalls", "nobody"):
        assert isinstance(found[name], SourceError)
        assert "s3cret" not in str(found[name])
    assert "within 4 seconds" in str(found["stalls"])
    assert isinstance(found["junk"], UsageError)
    assert len(taken) == 2, "the one that does not answer is tried twice"


def test_ctrl_c_keeps_what_is_known(dump: Path, silent: tuple[int, list[float]]) -> None:
    members = [member("good", str(dump)), member("stalls", f"host=127.0.0.1 port={silent[0]} dbname=x")]

    def tell(one: Member, result: Result) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    found = check_fleet(members, ORDER, Limits(2, 60.0, 0), tell)
    assert isinstance(found["good"], Examined)
    assert isinstance(found["stalls"], Interrupted)
    assert multiprocessing.active_children() == []


def test_those_that_do_not_answer_are_not_waited_for_one_after_the_other(
    dump: Path, silent: tuple[int, list[float]]
) -> None:
    members = [member(f"stalls {number}", f"host=127.0.0.1 port={silent[0]}") for number in range(5)]
    ended: list[float] = []

    def tell(one: Member, result: Result) -> None:
        ended.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    check_fleet([*members, member("good", str(dump))], ORDER, Limits(6, 60.0, 0), tell)
    assert time.monotonic() - ended[0] < 4
    assert multiprocessing.active_children() == []


def test_a_list_is_read(tmp_path: Path, dump: Path) -> None:
    path = tmp_path / "targets.csv"
    path.write_text(
        f"name,target,to,databases\nshop,{dump},,\nlive,postgresql://me@h/x,aurora-16,all\ngone,/no/file,,\n",
        encoding="utf-8-sig",
    )
    first, second, third = read_fleet(path, TARGET)
    assert (first.name, first.source.live, first.target, first.all_databases) == (
        "shop",
        False,
        TARGET,
        False,
    )
    assert (second.source.live, second.target.engine, second.all_databases) == (True, "aurora", True)
    assert (third.name, third.source.label) == ("gone", "gone")


def test_a_connection_string_that_cannot_be_read_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,target\nodd,postgresql://me:s3cret@word@h/x\n")
    members = list(read_fleet(path, TARGET))
    found, _ = run(members, jobs=1, seconds=20.0, retries=0)
    assert isinstance(found["odd"], UsageError)
    assert "connection string cannot be read" in str(found["odd"])
    assert "s3cret" not in str(found["odd"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a column is missing"),
        ("name,target\n", "names no source"),
        ("name,dsn\nx,y\n", "columns dsn are not known"),
        ("name,target\n,x\n", "name or target is missing"),
        ("name,target\nx,\n", "name or target is missing"),
        ("name,target\nx,y,z\n", "too much"),
        ("name,target\nx,-\n", "standard input"),
        ("name,target\nx,a\nx,b\n", "x is there twice"),
        ("name,target,databases\nx,a,some\n", "databases is all or empty"),
        ("name,target,to\nx,a,rds-1\n", "1"),
        ('name,target\nx,"postgresql://a:s3cret@b"c\n', "cannot be read"),
    ],
)
def test_a_wrong_list_is_refused_with_the_line(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(RdscheckError) as caught:
        read_fleet(path, TARGET)
    assert why in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_list_without_any_target_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("name,target\nx,a\n")
    with pytest.raises(UsageError, match="line 2: no target"):
        read_fleet(path, None)
