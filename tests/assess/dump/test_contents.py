"""Of an archive's data only what makes facts is read."""

from pathlib import Path

import pytest

from rdscheck.assess.dump.contents import contents_of, missing_data
from rdscheck.assess.dump.restoring import Archive
from rdscheck.assess.facts import Relation

LISTING = b"""\
;
; Archive created at 2026-11-21 18:11:49 UTC
;     dbname: cron job
;
3743; 0 17281 TABLE DATA app thing me
3744; 0 17282 TABLE DATA cron job me
3745; 0 17283 TABLE DATA My Schema part_config the owner
3746; 0 17284 TABLE DATA app job me
3747; 0 17285 TABLE DATA app two lines me
200; 1259 17281 TABLE app thing me
3751; 2613 17352 BLOB METADATA - 17352..17353 me
3750; 2613 17351 BLOB - 17351 me
3752; 0 0 BLOBS - 17352..17353 me
3753; 0 0 COMMENT - LARGE OBJECT 17351 me
"""


def test_large_objects_and_tables_of_settings_are_wanted() -> None:
    assert [line.split(b";")[0] for line in contents_of(LISTING).wanted] == [
        b"3744",
        b"3745",
        b"3751",
        b"3750",
    ]


def test_tables_that_have_data_are_known() -> None:
    tables = [
        Relation(schema=schema, name=name, kind="table", owner=owner)
        for schema, name, owner in (
            ("app", "thing", "me"),
            ("app", "two\nlines", "me"),
            ("app", "thing", "you"),
            ("app", "empty", "me"),
            ("My Schema", "part_config", "the owner"),
        )
    ]
    assert [one.name for one in contents_of(LISTING).having_data(tables)] == [
        "thing",
        "two\nlines",
        "part_config",
    ]


def test_nothing_is_wanted_of_an_archive_without_data() -> None:
    assert contents_of(b";\n; Format: CUSTOM\n200; 1259 17281 TABLE app thing me\n").wanted == []


HEADER = b"PGDMP\x01\x0e\x00\x04\x08\x01" + bytes(5)


@pytest.mark.parametrize(
    ("end", "told"),
    [(b"data" + bytes(5), ""), (b"data" + bytes(4), "within its data"), (b"da", "within its data")],
)
def test_a_custom_archive_ends_with_the_end_of_its_data(tmp_path: Path, end: bytes, told: str) -> None:
    (tmp_path / "x.dump").write_bytes(HEADER + end)
    archive = Archive("custom", "x", HEADER, tmp_path / "x.dump")
    found = missing_data(archive, contents_of(LISTING))
    assert told in found
    assert bool(told) == bool(found)
    # One of the schema alone ends as its table of contents does.
    assert missing_data(archive, contents_of(b"200; 1259 17281 TABLE app thing me\n")) == ""


def test_a_directory_has_a_file_for_the_data_of_each_table(tmp_path: Path) -> None:
    archive = Archive("directory", "x", HEADER, tmp_path)
    for name in ("3743.dat.gz", "3744.dat", "3745.dat.lz4", "3746.dat.zst", "3747.dat.gz"):
        (tmp_path / name).touch()
    assert missing_data(archive, contents_of(LISTING)) == ""
    (tmp_path / "3745.dat.lz4").unlink()
    assert "lacks its data file 3745.dat and 0 more" in missing_data(archive, contents_of(LISTING))
