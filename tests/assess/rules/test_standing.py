"""Of an extension the target lacks, one rule speaks, and only one."""

import pglast
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.assess.facts import Extension, Flavour
from rdscheck.assess.finding import Severity
from rdscheck.assess.judge import judge
from rdscheck.assess.rule import rules
from rdscheck.assess.rules.extensions._libraries import extension_of
from rdscheck.assess.rules.extensions._numbers import numbers, older, older_as_written
from rdscheck.assess.rules.extensions._offers import OWN_RULE, Standing, standing
from rdscheck.assess.rules.extensions._preload import library
from rdscheck.assess.rules.extensions._replacements import KNOWN
from rdscheck.assess.target import Move, read_target
from rdscheck.catalog.extensions import listed, offered
from tests.assess.rules.made import collected, ext

#: Rules that say an extension is not there.
ABSENCE = tuple(
    rules()[id_]
    for id_ in (
        "adminpack-not-offered",
        "chkpass-removed",
        "extension-not-in-minor",
        "extension-not-offered",
        "extension-only-in-later-majors",
        "extension-only-on-other-engine",
        "extension-renamed",
        "extension-unknown",
        "old-snapshot-removed",
        "plrust-discontinued",
        "plv8-dialect-removed",
        "postgis-topology-missing",
        "timetravel-removed",
        "tsearch2-removed",
        "untrusted-language-extension",
        "untrusted-transform-extension",
    )
)
EVERYWHERE = {
    name
    for engine in ("rds", "aurora")
    for major in range(11, 19)
    for version in listed(major, engine)[-1:]
    for name in offered(version, engine)
}
NAMES = sorted(EVERYWHERE | OWN_RULE | KNOWN | {"acme"})
TARGETS = ("rds-11", "rds-13.5", "rds-14", "rds-15.4-R2", "rds-16.1", "rds-17.6", "rds-18.1", "rds-18")
AURORAS = ("aurora-13", "aurora-16", "aurora-18")


@pytest.mark.parametrize("target_name", [*TARGETS, *AURORAS])
@pytest.mark.parametrize("move", list(Move))
def test_one_rule_speaks_of_what_is_not_there(target_name: str, move: Move) -> None:
    target = read_target(target_name)
    source = collected(*(ext(name) for name in NAMES), flavour=Flavour.RDS, major=0, version="")
    findings = judge(source, target, move, ABSENCE).findings
    blocked = sorted(
        one.subject.split()[1].strip('"') for one in findings if one.severity is Severity.BLOCKER
    )
    missing = [name for name in NAMES if standing(name, target) is not Standing.OFFERED]
    assert blocked == missing


@given(st.text(min_size=1, max_size=40))
def test_any_name_can_be_judged_and_its_fix_is_sql(name: str) -> None:
    strange = Extension(name=name, version="1", database="app")
    for finding in judge(collected(strange), read_target("rds-13.5"), only=ABSENCE).findings:
        if finding.fix.endswith(";") and "\0" not in name:
            assert len(pglast.parse_sql(finding.fix)) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024_09_6(4.6.1)", (4, 6, 1)),
        ("4.6.1 (Release 2024_09_3)", (4, 6, 1)),
        ("1.2_20250903", (1, 2)),
        ("1.0", (1,)),
        ("18", (18,)),
        ("1.4-1", (1, 4)),
        ("yes", ()),
        ("", ()),
    ],
)
def test_versions_are_read_as_they_are_written(text: str, expected: tuple[int, ...]) -> None:
    assert numbers(text) == expected


def test_a_version_without_numbers_is_neither_older_nor_newer() -> None:
    assert not older("yes", than="1.0")
    assert not older("1.0", than="yes")
    assert older("0.5.1", than="0.8")
    assert not older("1.10", than="1.9")


def test_a_version_written_shorter_is_not_older() -> None:
    assert not older_as_written("1.6", than="1.6.7")
    assert older_as_written("1.5", than="1.6.7")
    assert older_as_written("0.5.1", than="0.8.2")
    assert not older_as_written("1.0", than="1")


@pytest.mark.parametrize(
    ("path", "extension"),
    [
        ("$libdir/hstore", "hstore"),
        ("$libdir/_int", "intarray"),
        ("$libdir/postgis-2.5", "postgis"),
        ("$libdir/rtpostgis-2.5", "postgis_raster"),
        ("$libdir/pgxml", "xml2"),
        ("$libdir/uuid-ossp", "uuid-ossp"),
        ("$libdir/libpgrouting-3.1", "pgrouting"),
        ("/opt/acme/stamp.so", "stamp"),
    ],
)
def test_a_library_tells_its_extension(path: str, extension: str) -> None:
    assert extension_of(path) == extension


def test_libraries_are_named_without_directory_and_marks() -> None:
    assert [library(one) for one in ("pg_cron", ' "auto_explain"', "'$libdir/auth_delay.so'")] == [
        "pg_cron",
        "auto_explain",
        "auth_delay",
    ]
