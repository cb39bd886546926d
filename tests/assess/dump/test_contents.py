"""Of an archive's data only what makes facts is read."""

from rdscheck.assess.dump.contents import contents_of
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
