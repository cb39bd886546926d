"""Archives are read by a pg_restore that is new enough, wherever there is one."""

import io
import os
import subprocess
from pathlib import Path

import pytest

from rdscheck.assess.dump import programs, restoring
from rdscheck.assess.dump.piping import Pipe
from rdscheck.assess.dump.reading import read_dump
from rdscheck.assess.dump.restoring import Archive
from rdscheck.errors import EngineUnavailable, ExitCode, UsageError
from rdscheck.sandbox import images

HEADER = b"PGDMP\x01\x10\x00\x04\x08\x01"

#: Says it is of a version, and writes what it is given as a comment behind a statement.
FAKE = """\
#!/bin/sh
if [ "$1" = --version ]; then echo "pg_restore (PostgreSQL) {version}"; exit; fi
echo "CREATE TABLE public.t (a oid);"
echo "-- $* $(cat | wc -c)"
{ending}
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a directory of programs that is all there is of PostgreSQL."""
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(programs, "installations", dict)
    monkeypatch.setattr(restoring, "images_from", lambda _needs: iter(()))
    return directory


def put(directory: Path, version: str, ending: str = "") -> None:
    path = directory / "pg_restore"
    path.write_text(FAKE.format(version=version, ending=ending))
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("header", "major"),
    [
        (b"PGDMP\x01\x0e\x00", 12),
        (b"PGDMP\x01\x0d\x00", 9),
        (b"PGDMP\x01\x0f\x00", 16),
        (b"PGDMP\x01\x10\x00", 17),
        (b"PGDMP\x01\x11\x00", 17),
    ],
)
def test_the_version_that_is_needed(header: bytes, major: int) -> None:
    assert Archive("custom", "x", header).needs == major


@pytest.mark.parametrize("version", ["17.0", "18beta1", "19.3 (Debian 19.3-1)"])
def test_a_program_that_is_new_enough_is_taken(place: Path, version: str) -> None:
    put(place, version)
    facts = read_dump(io.BytesIO(HEADER + b"\0" * 100), "x")
    assert [one.name for one in facts.relations] == ["t"]
    assert facts.origin.format == "custom"


def test_a_path_is_given_to_the_program(place: Path, tmp_path: Path) -> None:
    put(place, "17.0", 'case "$*" in *"a b"*) ;; *) exit 9;; esac')
    path = tmp_path / "a b"
    path.write_bytes(HEADER)
    assert read_dump(path).relations


def test_a_program_that_is_too_old_names_the_version_that_is_needed(place: Path) -> None:
    put(place, "15.4")
    with pytest.raises(UsageError, match="pg_restore 17 or newer") as raised:
        read_dump(io.BytesIO(HEADER), "my.dump")
    assert "postgresql-client-17" in str(raised.value)
    assert "my.dump" in str(raised.value)
    assert raised.value.exit_code == ExitCode.USAGE


def test_another_installation_is_taken_when_the_first_is_too_old(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Found:
        bin_dir = tmp_path / "newer"

    put(place, "15.4")
    Found.bin_dir.mkdir()
    put(Found.bin_dir, "18.1")
    monkeypatch.setattr(programs, "installations", lambda: {18: Found, 16: Found})
    assert read_dump(io.BytesIO(HEADER), "x").relations


def test_a_program_that_fails_tells_why(place: Path) -> None:
    put(place, "17.0", "echo 'pg_restore: error: it is torn' >&2; exit 1")
    with pytest.raises(UsageError, match="x: pg_restore cannot read it: pg_restore: error: it is torn"):
        read_dump(io.BytesIO(HEADER), "x")


def test_nothing_runs_on_when_the_rest_is_not_wanted(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(place, "17.0", "exec sleep 600")
    made = []
    real = subprocess.Popen

    def popen(command: list[str], **others: object) -> object:
        made.append(real(command, **others))  # type: ignore[call-overload]
        return made[-1]

    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.setattr(
        "rdscheck.assess.dump.reading.Splitter", lambda *_: (_ for _ in ()).throw(OSError("full"))
    )
    with pytest.raises(OSError, match="full"):
        read_dump(io.BytesIO(HEADER), "x")
    assert all(one.poll() is not None for one in made)


def test_without_docker_there_is_no_image(monkeypatch: pytest.MonkeyPatch) -> None:
    def exists(_image: str) -> bool:
        raise EngineUnavailable("the docker client is not installed")

    monkeypatch.setattr(images, "exists", exists)
    assert list(programs.images_from(13)) == []


def test_an_image_of_a_newer_major_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "exists", lambda image: image in {"postgres:16", "postgres:18"})
    assert list(programs.images_from(17)) == ["postgres:18"]
    assert list(programs.images_from(12)) == ["postgres:18", "postgres:16"]


def test_a_container_reads_the_file_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []
    monkeypatch.setattr(Pipe, "__init__", lambda _self, command, _feed: given.append(command))
    archive = Archive("custom", "x", HEADER, path=Path('/a,b"c/d'))
    restoring._in_container("postgres:18", archive, ["--create", "--file=-", "--x"], None)
    (command,) = given
    assert command[:2] == ["docker", "run"]
    assert 'type=bind,"source=/a,b""c/d",target=/dump,readonly' in command
    assert command[command.index("--network") + 1] == "none"
    assert command[-4:] == ["--create", "--file=-", "--x", "/dump"]
