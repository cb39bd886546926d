"""What the package knows: as much as was compiled, and single facts anybody can look up."""

import hashlib
from collections import Counter

import pytest

from rdscheck.catalog import store
from rdscheck.catalog.extensions import NO_VERSION, creatable, listed, not_delegable, offered, trusted
from rdscheck.catalog.libraries import preload_libraries
from rdscheck.catalog.numbering import order_key
from rdscheck.catalog.parameters import parameters
from rdscheck.catalog.roles import reserved_roles
from rdscheck.catalog.versions import (
    SANDBOX_MAJORS,
    emulated,
    engine_versions,
    find,
    newest,
    parse_versions,
    read_version,
    support,
)
from rdscheck.errors import UsageError
from rdscheck.model import Version

MAJORS = range(11, 19)
RDS = (1505, 2063, 2729, 3054, 2797, 2246, 1392, 566)
AURORA = (651, 1096, 1561, 1610, 1276, 1030, 564, 192)
#: Of every row of the tables the lists were compiled from: engine, major, engine version, extension,
#: version and source between tabs, sorted, a line each. It changes only when facts do.
DIGEST = "6f6e3723fd3233c4058285e5800c82552455ec3aba8536faa213ffdd7a1b9ff8"


def rows() -> list[tuple[str, ...]]:
    return [
        (engine, str(major), version, one.name, one.version, one.source)
        for engine in ("rds", "aurora")
        for major in MAJORS
        for version in listed(major, engine)
        for one in offered(version, engine).values()
    ]


def test_the_lists_are_those_they_were_compiled_from() -> None:
    found = rows()
    number = Counter((row[0], int(row[1])) for row in found)
    assert {major: number["rds", major] for major in MAJORS} == dict(zip(MAJORS, RDS, strict=True))
    assert {major: number["aurora", major] for major in MAJORS} == dict(zip(MAJORS, AURORA, strict=True))
    text = "".join("\t".join(row) + "\n" for row in sorted(found))
    assert hashlib.sha256(text.encode()).hexdigest() == DIGEST


@pytest.mark.parametrize(
    ("engine_version", "name", "version"),
    [
        ("18.6", "address_standardizer", "3.6.3"),
        ("18.3", "address_standardizer", "3.6.0"),
        ("15.4", "address_standardizer", "3.3.3"),
        ("15.4", "amcheck", "1.3"),
        ("18.6", "auto_explain", NO_VERSION),
    ],
)
def test_single_facts(engine_version: str, name: str, version: str) -> None:
    assert offered(engine_version)[name].version == version
    assert offered(engine_version)[name].source.startswith("https://docs.aws.amazon.com/")


def test_what_is_not_there_is_not_offered() -> None:
    assert "old_snapshot" in offered("16.15")
    assert "old_snapshot" not in offered("17.11")
    assert "plpython3u" not in offered("17.11")
    assert "pg_overexplain" in offered("18.6")
    assert "pg_overexplain" not in offered("17.11")


def test_only_what_create_extension_takes_is_creatable() -> None:
    for major in SANDBOX_MAJORS:
        version = emulated(Version(major)).version
        names = creatable(version)
        assert list(names) == sorted(names)
        left = {name: one.kind for name, one in offered(version).items() if name not in names}
        assert left["auto_explain"] == "module"
        assert left["wal2json"] == "output_plugin"
        assert set(left.values()) == {"module", "output_plugin"}
        assert {"plpgsql", "hstore", "aws_s3", "vector", "uuid-ossp"} <= set(names)
        assert trusted(major) <= set(names)


def test_an_unknown_list_names_those_near_it() -> None:
    with pytest.raises(UsageError) as caught:
        offered("15.99")
    assert caught.value.hint == "near it are 15.18-R2, 15.19, 16.1, 16.1-R2"
    with pytest.raises(UsageError, match="engines are rds and aurora"):
        offered("15.4", "babelfish")


@pytest.mark.parametrize(
    ("major", "version"),
    [(18, "18.6"), (17, "17.11"), (16, "16.15"), (15, "15.19"), (14, "14.24"), (13, "13.23-rds.20260514")],
)
def test_a_major_means_its_newest_minor_with_a_list(major: int, version: str) -> None:
    assert emulated(Version(major)).version == version == listed(major)[-1]
    found = newest(major)
    assert found is not None
    assert found.version == version


def test_a_minor_means_itself_or_nothing() -> None:
    assert emulated(Version(15, "4")).release_date == "2023-08-24"
    assert emulated(Version(15, "4-R2")).version == "15.4-R2"
    assert emulated(Version(15), "aurora").version == "15.18"
    with pytest.raises(UsageError, match="the list of its extensions is not known") as caught:
        emulated(Version(15, "2"))
    assert caught.value.hint == "near it are 15.2-R2, 15.3, 15.3-R2, 15.4"
    with pytest.raises(UsageError, match="no such version is known"):
        emulated(Version(15, "99"))
    for wrong in (Version(19), Version(9, "6"), Version(15, "x")):
        with pytest.raises(UsageError, match="is not known"):
            emulated(wrong)


def test_versions_are_read_as_users_type_them() -> None:
    assert parse_versions("15.4") == (Version(15, "4"),)
    assert parse_versions(" 17 , 15.4-R2,17,15,15.4-R2") == (Version(17), Version(15, "4-R2"), Version(15))
    assert parse_versions("13.23-rds.20260514") == (Version(13, "23-rds.20260514"),)
    assert parse_versions("all") == tuple(Version(major) for major in SANDBOX_MAJORS)
    assert str(read_version("15.4-R2")) == "15.4-R2"


@pytest.mark.parametrize(
    "wrong", ["", "12", "12.22", "19", "15.", "15,", "15.99", "15.2", "v15", "15.4.1", "all,15"]
)
def test_other_versions_are_refused_with_what_there_is(wrong: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_versions(wrong)
    assert caught.value.hint
    assert "15" in caught.value.hint


def test_the_calendar_is_in_order_and_its_dates_are_found() -> None:
    for engine in ("rds", "aurora"):
        minors = [row for row in engine_versions() if row.engine == engine and row.version != row.major]
        keys = [order_key(row.version) for row in minors]
        assert keys == sorted(keys, reverse=True)
    fifteen = support(15)
    assert fifteen is not None
    assert (fifteen.standard_support_end, fifteen.extended_support_end) == ("2028-02-29", "2031-02-28")
    assert find("15.99") is None
    assert {version for major in MAJORS for version in listed(major)} <= {
        row.version for row in engine_versions()
    }


def test_trusted_and_not_delegable() -> None:
    assert len(trusted(15)) == 22
    assert {"hstore", "pgcrypto", "plperl"} <= trusted(13)
    assert not trusted(12)
    assert "lo" not in trusted(17)
    assert not_delegable() == {
        *("log_fdw", "pg_cron", "pg_tle", "pgactive", "pglogical"),
        *("postgis_raster", "postgis_tiger_geocoder", "postgis_topology"),
    }


def test_preload_libraries_carry_their_certainty() -> None:
    seventeen = preload_libraries(17)
    assert seventeen["pgaudit"].certainty == "documented"
    assert seventeen["rdsutils"].certainty.startswith("fixed")
    assert preload_libraries(18)["pg_overexplain"].certainty == "observed"
    assert "pg_overexplain" not in seventeen
    assert "pg_partman_bgw" not in preload_libraries(18)
    assert preload_libraries(15, "aurora")["pg_ad_mapping"].source
    assert preload_libraries(99) == {}


def test_parameters_differ_as_the_pages_say() -> None:
    assert parameters("14.24")["rds.force_ssl"].default == "0"
    assert parameters("15.4")["rds.force_ssl"].default == "1"
    assert parameters("16.15", "aurora")["rds.force_ssl"].default == "0"
    assert "rds.allowed_delegated_extensions" not in parameters("15.7")
    assert "rds.allowed_delegated_extensions" in parameters("15.8")
    assert parameters("15.19")["log_line_prefix"].modifiable == "no"
    assert parameters("16.1")["log_line_prefix"].modifiable == "yes"
    assert parameters("17.11")["rds.logical_replication"].apply_type == "static"
    assert "rds.babelfish_status" not in parameters("17.11")
    assert "rds.babelfish_status" in parameters("17.10", "aurora")
    for one in parameters("18.6").values():
        assert one.apply_type in {"static", "dynamic", ""}
        assert one.modifiable in {"yes", "no", "unknown"}
        assert one.source


def test_a_parameter_without_a_known_beginning_says_so() -> None:
    unknown = [
        one for one in parameters("13.4").values() if "since which version is not documented" in one.note
    ]
    assert [one.name for one in unknown] == sorted(
        row["name"] for row in store.shipped("parameters") if not row["pg_versions"]
    )


@pytest.mark.parametrize("engine", ["rds", "aurora"])
def test_no_parameter_stands_twice_for_one_version(engine: str) -> None:
    for row in engine_versions():
        if row.engine == engine:
            assert parameters(row.version, engine)


def test_reserved_roles() -> None:
    roles = reserved_roles()
    assert {"rdsadmin", "rds_superuser", "rds_replication", "rds_password", "rds_iam", "rds_reserved"} <= set(
        roles
    )
    assert all(
        role.purpose and role.source.startswith("https://docs.aws.amazon.com/") for role in roles.values()
    )


def test_every_table_has_a_date_and_every_note_a_table() -> None:
    names = {one.name for one in store.tables()}
    assert all(store.shipped(name) for name in names)
    assert all(store.as_of(name).startswith("2026-") for name in names)
    assert {note.table for note in store.notes()} <= names
    assert any("two columns off" in note.note for note in store.notes("extensions"))
    assert all(note.table == "parameters" for note in store.notes("parameters"))
    with pytest.raises(UsageError, match="has no table"):
        store.as_of("weather")


def test_lists_are_small_enough_to_review() -> None:
    assert len(store.shipped("extensions")) < 4000
