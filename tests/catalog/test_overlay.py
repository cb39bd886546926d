"""A refreshed catalog beside the one of the package: preferred where it covers, gone when forgotten."""

import os
import tempfile
from pathlib import Path

import pytest

from rdscheck.catalog import refresh, store
from rdscheck.catalog.account import Account, read
from rdscheck.catalog.account import client as client_for
from rdscheck.catalog.extensions import creatable, listed, offered
from rdscheck.catalog.parameters import parameters
from rdscheck.catalog.versions import emulated, find, newest, parse_versions
from rdscheck.errors import RdscheckError, UsageError
from rdscheck.model import Version
from rdscheck.sandbox.rundir import base_dir
from tests.catalog.fake_rds import FakeRds

REGION = "eu-central-1"
DAY = "2031-02-03"


def ask(fake: FakeRds, *majors: int) -> Account:
    return read(client_for(REGION, endpoint_url=fake.url), REGION, DAY, majors)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the directory a refreshed catalog is looked for in; it does not exist yet."""
    directory = tmp_path / "catalog"
    monkeypatch.setenv(store.VARIABLE, str(directory))
    return directory


@pytest.fixture
def refreshed(fake: FakeRds, home: Path) -> Path:
    refresh.write(ask(fake), home, DAY)
    return home


def test_refreshed_versions_are_added_and_known_ones_keep_their_dates(refreshed: Path) -> None:
    latest = newest(15)
    assert latest is not None
    assert latest.version == "15.20"
    assert latest.note == f"available in {latest.source}"
    assert f"{REGION}, {DAY}" in latest.source
    known = find("15.4-R2")
    assert known is not None
    assert known.release_date
    assert f"deprecated in an AWS account, {REGION}, {DAY}" in known.note
    assert known.source.startswith("https://")
    assert find("19beta1") is None


def test_the_refreshed_list_is_that_of_the_newest_version(refreshed: Path) -> None:
    assert listed(15)[-2:] == ("15.19", "15.20")
    assert emulated(Version(15)).version == "15.20"
    assert parse_versions("15.20") == (Version(15, "20"),)
    assert list(offered("15.20")) == ["brand_new", "hstore", "vector", "wal2json"]
    assert creatable("15.20") == ("brand_new", "hstore", "vector")
    assert "rds.extensions of the family postgres15" in offered("15.20")["vector"].source
    assert "vector" in offered("15.19")
    assert len(offered("15.19")) == 95
    assert emulated(Version(17)).version == "17.11"


def test_a_list_of_a_known_version_keeps_its_version_numbers(
    fake: FakeRds, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(store.VARIABLE, store.NONE)
    before = offered("15.19")["vector"].version
    monkeypatch.setenv(store.VARIABLE, str(home))
    fake.versions = [row for row in fake.versions if row["EngineVersion"] != "15.20"]
    refresh.write(ask(fake, 15), home, DAY)
    assert set(offered("15.19")) == {"brand_new", "hstore", "vector", "wal2json"}
    assert offered("15.19")["vector"].version == before
    assert offered("15.19")["brand_new"].version == "yes"


def test_refreshed_parameters_take_the_place_of_ours_for_their_major_only(refreshed: Path) -> None:
    for version in ("15", "15.4", "15.20"):
        assert set(parameters(version)) == {"archive_mode", "rds.extensions", "work_mem"}
    mine = parameters("15.4")["work_mem"]
    assert (mine.default, mine.apply_type, mine.modifiable) == ("{DBInstanceClassMemory/1}", "dynamic", "yes")
    assert mine.allowed == "64-2147483647"
    assert mine.note == "(kB) Sets the memory & more."
    assert parameters("15.4")["archive_mode"].modifiable == "unknown"
    assert parameters("15.4")["rds.extensions"].modifiable == "no"
    assert "rds.force_ssl" in parameters("16.1")
    assert "rds.force_ssl" in parameters("15.18", "aurora")


def test_dates_say_what_is_from_the_account(refreshed: Path) -> None:
    account = f"your account, {DAY}"
    assert store.as_of("parameters", "15.4") == store.as_of("parameters", "15") == account
    assert store.as_of("extensions", "15.20") == store.as_of("extension_lists", "15.20") == account
    assert store.as_of("engine_versions", "15.20") == account
    assert store.as_of("extensions", "15.4") == "2026-10"
    assert store.as_of("extensions", "14.24") == "2026-10"  # it told no list of 14
    assert store.as_of("parameters", "16.1") == "2026-10"
    assert store.as_of("parameters", "15.4", "aurora") == "2026-10"
    assert store.as_of("trusted_extensions", "15.4") == "2026-10"
    assert store.as_of("parameters") == "2026-10"


def test_a_set_that_does_not_say_when_it_was_read_is_damaged(refreshed: Path) -> None:
    (refreshed / store.CURRENT / "origin.csv").unlink()
    with pytest.raises(RdscheckError, match=r"origin\.csv cannot be read"):
        store.as_of("extensions", "15.20")


def test_majors_that_were_not_asked_for_stay_as_they_were_read(refreshed: Path, fake: FakeRds) -> None:
    fake.parameters["postgres14"] = [{"ParameterName": "brand_new"}]
    refresh.write(ask(fake, 14), refreshed, "2032-01-01")
    assert set(parameters("14.24")) == {"brand_new"}
    assert "work_mem" in parameters("15.4")
    assert {major: row["date"] for (_, major), row in store.origins().items()} == {14: "2032-01-01", 15: DAY}
    assert emulated(Version(15)).version == "15.20"
    assert len(list(refreshed.iterdir())) == 2  # the set and the link to it


def test_forgetting_brings_back_what_came_with_rdscheck(
    refreshed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refresh.forget(refreshed)
    assert not refreshed.exists()
    assert not refresh.forget(refreshed)
    monkeypatch.setenv(store.VARIABLE, store.NONE)
    assert emulated(Version(15)).version == "15.19"
    assert "rds.force_ssl" in parameters("15.4")


def test_forgetting_touches_nothing_of_the_users(refreshed: Path) -> None:
    (refreshed / "mine.txt").write_text("x")
    assert refresh.forget(refreshed)
    assert [path.name for path in refreshed.iterdir()] == ["mine.txt"]
    (refreshed / store.CURRENT).mkdir()
    with pytest.raises(UsageError, match="was not made by rdscheck"):
        refresh.forget(refreshed)


def test_a_write_that_fails_leaves_the_old_set(
    refreshed: Path, fake: FakeRds, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store.overlay()
    replace = Path.replace

    def full(path: Path, target: Path) -> Path:
        if path.name.startswith(f".{store.CURRENT}"):
            raise OSError(28, "No space left on device", str(path))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RdscheckError, match="No space left"):
        refresh.write(ask(fake), refreshed, "2032-01-01")
    assert store.overlay() == before
    assert store.origins()["rds", 15]["date"] == DAY
    assert [path.name for path in refreshed.glob("set-*")] == [before.name if before else ""]


def test_an_account_that_answers_half_changes_nothing(refreshed: Path, fake: FakeRds) -> None:
    before = store.overlay()
    fake.refusal, fake.refused_action = (403, "AccessDenied"), "DescribeEngineDefaultParameters"
    with pytest.raises(RdscheckError, match="the account refuses"):
        ask(fake)
    assert store.overlay() == before
    assert emulated(Version(15)).version == "15.20"


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("extensions", "name\nvector\n"),
        ("parameters", "name,engine\nwork_mem,rds\n"),
        ("extension_lists", "engine,pg_major,engine_version,extensions\nrds,15,15.20,many\n"),
        ("extension_lists", "engine,pg_major,engine_version,extensions\nrds,15,15.20,3\n"),
        ("engine_versions", "\x00\xff"),
    ],
)
def test_damage_is_told_not_read(refreshed: Path, table: str, text: str) -> None:
    path = refreshed / store.CURRENT / f"{table}.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(RdscheckError) as caught:
        (offered("15.20"), parameters("15.4"), newest(15))
    assert caught.value.hint is not None
    assert "rdscheck catalog forget" in caught.value.hint


def test_a_directory_without_a_catalog_is_told_when_it_was_named(home: Path) -> None:
    with pytest.raises(UsageError, match="there is no catalog"):
        emulated(Version(15))
    home.mkdir()
    with pytest.raises(UsageError, match="there is no catalog"):
        emulated(Version(15))


def test_the_usual_directory_is_that_of_the_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(store.VARIABLE)
    monkeypatch.setenv("RDSCHECK_HOME", str(tmp_path / "home"))
    assert store.directory() == base_dir() / "catalog"
    assert store.overlay() is None
    monkeypatch.delenv("RDSCHECK_HOME")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert store.directory() == base_dir() / "catalog"


def test_somebody_elses_directory_is_refused(refreshed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = store.overlay()
    assert found is not None
    if os.getuid() != 0:
        monkeypatch.setattr(os, "getuid", lambda: 4242)
    else:
        os.chown(found, 4242, -1)
    with pytest.raises(RdscheckError, match="belongs to another user"):
        emulated(Version(15))
