"""``rdscheck catalog show``, ``list`` and ``explain``: what users read of the catalog."""

import json

import pytest

from rdscheck.catalog import store
from rdscheck.catalog.extensions import listed, offered
from rdscheck.catalog.parameters import parameters
from rdscheck.catalog.versions import SANDBOX_MAJORS
from rdscheck.cli import main as cli


def told(capsys: pytest.CaptureFixture[str], *arguments: str, ends: int = 0) -> tuple[list[str], str]:
    assert cli.main(arguments) == ends
    done = capsys.readouterr()
    return done.out.splitlines(), done.err


def test_catalog_alone_shows_every_table_with_its_date(capsys: pytest.CaptureFixture[str]) -> None:
    lines, error = told(capsys, "catalog")
    assert lines == told(capsys, "catalog", "show")[0]
    rows = [line.split("\t") for line in lines]
    assert {row[0]: row[2] for row in rows} == {one.name: one.as_of for one in store.tables()}
    assert {row[0]: int(row[1]) for row in rows}["engine_versions"] == 340
    assert "never read from an account" in error


def test_notes_tell_what_is_uncertain(capsys: pytest.CaptureFixture[str]) -> None:
    lines, _ = told(capsys, "catalog", "show", "--notes")
    assert len(lines) == len(store.notes())
    assert any("two columns off" in line for line in lines)


def test_versions_tell_how_many_extensions_the_newest_has(capsys: pytest.CaptureFixture[str]) -> None:
    lines, _ = told(capsys, "list", "versions")
    rows = {line.split("\t")[0]: line.split("\t") for line in lines}
    assert list(rows) == [str(major) for major in SANDBOX_MAJORS]
    for major in SANDBOX_MAJORS:
        row = rows[str(major)]
        assert row[1] == listed(major)[-1]
        assert int(row[4]) == len(offered(row[1]))


def test_extensions_and_parameters_of_one_version(capsys: pytest.CaptureFixture[str]) -> None:
    lines, error = told(capsys, "list", "extensions", "--pg", "15.4")
    assert [line.split("\t")[0] for line in lines] == list(offered("15.4"))
    assert "RDS for PostgreSQL 15.4, as of 2026-10" in error
    lines, _ = told(capsys, "list", "parameters", "--pg", "15.4", "--format", "json")
    entries = json.loads("\n".join(lines))["entries"]
    assert [entry["parameter"] for entry in entries] == list(parameters("15.4"))
    assert all(entry["source"] for entry in entries)
    _, error = told(capsys, "list", "parameters", "--pg", "15,16", ends=2)
    assert "one version at a time" in error
    _, error = told(capsys, "list", "extensions", "--pg", "15.99", ends=2)
    assert "near it are" in error


def test_explain_tells_dates_number_and_source_of_a_minor(capsys: pytest.CaptureFixture[str]) -> None:
    text = "\n".join(told(capsys, "explain", "15.4")[0])
    assert "version: 15.4" in text
    assert "release date: 2023-08-24" in text
    assert f"extensions: {len(offered('15.4'))}, of which CREATE EXTENSION takes" in text
    assert "#postgresql-extensions-15x" in text
    major = "\n".join(told(capsys, "explain", "15")[0])
    assert "standard support end: 2028-02-29" in major
    assert "newest with a list of extensions: 15.19" in major
    assert "15.4, 15.4-R2, 15.4-R3, 15.5" in major
    assert "extensions: no list is known" in "\n".join(told(capsys, "explain", "15.2")[0])


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [("15.99", "near it are 15.17-R2"), ("19", "known are minors of 13"), ("15.x", "list")],
)
def test_explain_says_what_there_is_instead(
    capsys: pytest.CaptureFixture[str], wanted: str, hint: str
) -> None:
    _, error = told(capsys, "explain", wanted, ends=2)
    assert hint in error
