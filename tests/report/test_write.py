"""Files appear whole or not at all, and say clearly why they could not be written."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from rdscheck.errors import RdscheckError
from rdscheck.model import NotRun, Status
from rdscheck.report import page_name, render, write
from tests.report.builders import outcome, realistic, run


def contents(directory: Path) -> dict[str, bytes]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in files}


def test_one_page_per_version_that_ran(tmp_path: Path) -> None:
    paths = write(realistic(), tmp_path / "new" / "reports")
    directory = tmp_path / "new" / "reports"
    names = [str(path.relative_to(directory)) for path in paths]
    assert [name for name in names if "/" not in name] == ["results.json", "pg15.md", "pg17.md", "matrix.md"]
    assert sorted(contents(directory)) == sorted(names)


def test_what_ran_is_told_in_a_file_for_each_procedure(tmp_path: Path) -> None:
    ids = ("s3/export", "s3/import_1", "../up", "a%2Fb")
    write(run(*(outcome(scenario=one) for one in ids)), tmp_path)
    assert {path.name for path in (tmp_path / "pg15").iterdir()} == {
        "s3_export.md",
        "s3_import%5F1.md",
        ".._up.md",
        "a%252Fb.md",
    }


def test_what_another_run_told_of_other_procedures_goes(tmp_path: Path) -> None:
    write(run(outcome(scenario="s3/export"), outcome(scenario="s3/import")), tmp_path)
    (tmp_path / "pg15" / "notes.md").write_text("mine")
    (tmp_path / "pg17").mkdir()
    (tmp_path / "pg17" / "s3_export.md").write_text("# PostgreSQL 17: what ran for s3/export")
    write(run(outcome(scenario="s3/import")), tmp_path)
    assert sorted(path.name for path in (tmp_path / "pg15").iterdir()) == ["notes.md", "s3_import.md"]
    assert [path.name for path in (tmp_path / "pg17").iterdir()] == ["s3_export.md"]


def test_a_second_write_changes_no_byte(tmp_path: Path) -> None:
    write(realistic(), tmp_path)
    first = contents(tmp_path)
    write(replace(realistic(), outcomes=realistic().outcomes[::-1]), tmp_path)
    assert contents(tmp_path) == first


def test_pages_of_other_versions_stay_untouched(tmp_path: Path) -> None:
    for name in ("pg14.md", "pg16.md", "notes.txt"):
        (tmp_path / name).write_text("older")
    write(replace(realistic(), not_run=(NotRun("14", "no server"),)), tmp_path)
    kept = contents(tmp_path)
    assert {kept[name] for name in ("pg14.md", "pg16.md", "notes.txt")} == {b"older"}


def test_a_version_that_started_and_then_said_nothing_replaces_its_page(tmp_path: Path) -> None:
    (tmp_path / "pg15.md").write_text("older")
    write(run(), tmp_path)
    assert "no claim ran" in (tmp_path / "pg15.md").read_text()


@pytest.mark.parametrize("version", ["../x", "/etc/x", "a/b", "%2e", "\ud800", "15.4"])
def test_a_page_stays_in_its_directory(tmp_path: Path, version: str) -> None:
    inner = tmp_path / "a" / "b"
    write(run(outcome(version=version)), inner)
    assert sorted(path.name for path in inner.iterdir() if path.is_file()) == sorted(
        ["results.json", "matrix.md", "pg15.md", page_name(version)]
    )
    assert [path.name for path in inner.iterdir() if path.is_dir()] == [
        page_name(version).removesuffix(".md")
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("mine")
    for directory in (tmp_path / "reports", tmp_path / "reports" / "below"):
        with pytest.raises(RdscheckError, match=r"reports.*: a file is in the way"):
            write(realistic(), directory)
    assert (tmp_path / "reports").read_text() == "mine"


def test_a_directory_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "results.json").mkdir()
    with pytest.raises(RdscheckError, match=r"results\.json: a directory of that name is in the way"):
        write(realistic(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EACCES, "no rights"),
        (errno.EROFS, "the file system is read-only"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_a_failed_write_leaves_the_old_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, cause: str
) -> None:
    write(realistic(), tmp_path)
    before = contents(tmp_path)
    calls = 0

    def third_fails(_: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", third_fails)
    with pytest.raises(RdscheckError, match=f"cannot write .*: {cause}"):
        write(run(outcome(status=Status.FAILED)), tmp_path)
    assert contents(tmp_path) == before


def test_an_interrupt_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(realistic(), tmp_path)
    assert contents(tmp_path) == {}


def test_files_get_the_rights_of_ordinary_files(tmp_path: Path) -> None:
    (tmp_path / "ordinary").write_text("")
    write(realistic(), tmp_path)
    modes = {path.stat().st_mode for path in tmp_path.rglob("*") if path.is_file()}
    assert len(modes) == 1


def test_what_is_written_is_what_is_rendered(tmp_path: Path) -> None:
    write(realistic(), tmp_path)
    assert contents(tmp_path) == {name: text.encode() for name, text in render(realistic()).items()}
