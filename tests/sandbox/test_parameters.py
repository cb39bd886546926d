"""Parameter groups without a server: what a group renders, what is refused and in which words."""

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.catalog.parameters import parameters
from rdscheck.catalog.versions import SANDBOX_MAJORS, emulated
from rdscheck.errors import RdscheckError, UsageError
from rdscheck.model import Version
from rdscheck.sandbox.parameters import (
    OWN,
    default_text,
    defaults,
    effective,
    is_formula,
    quote,
    render,
)
from rdscheck.sandbox.refusals import (
    FormulaValue,
    IncompatibleParameters,
    LibraryMissing,
    ParameterRefused,
)
from rdscheck.sandbox.settings import Capabilities, Setting
from rdscheck.sandbox.upgrading import UpgradeFailed
from rdscheck.sandbox.validation import Rules

HERE = Capabilities(
    {
        one.name.lower(): one
        for one in (
            Setting("max_connections", "postmaster", "integer", "", "1", "262143", ()),
            Setting("work_mem", "user", "integer", "kB", "64", "2147483647", ()),
            Setting("TimeZone", "user", "string", "", "", "", ()),
            Setting("enable_sort", "user", "bool", "", "", "", ()),
            Setting("seq_page_cost", "user", "real", "", "0", "1.79769e+308", ()),
            Setting("log_statement", "superuser", "enum", "", "", "", ("none", "ddl", "mod", "all")),
            Setting("wal_block_size", "internal", "integer", "", "8192", "8192", ()),
            Setting("restore_command", "sighup", "string", "", "", "", ()),
            Setting("rdscheck.trusted_extensions", "postmaster", "string", "", "", "", ()),
            Setting("auto_explain.log_min_duration", "superuser", "integer", "ms", "-1", "2147483647", ()),
        )
    },
    frozenset({"rdsutils", "pg_stat_statements", "auto_explain"}),
)
RULES = Rules("17.5", HERE)


def take(name: str, value: str | None, rules: Rules = RULES) -> str:
    known = rules.name(name)
    rules.check(known, value)
    return known


@pytest.mark.parametrize("major", SANDBOX_MAJORS)
def test_every_default_of_the_catalog_is_rendered_or_left_out_for_a_reason(major: int) -> None:
    version = emulated(Version(major)).version
    group = effective(defaults(version), {})
    for one in parameters(version).values():
        if one.default and one.name not in OWN and not is_formula(one.default) and one.name != "pgaudit.role":
            assert one.name in group, one
    assert all(OWN.values())


@pytest.mark.parametrize("major", SANDBOX_MAJORS)
def test_a_default_group_is_one_line_for_each_parameter(major: int) -> None:
    lines = default_text(major).splitlines()
    names = [line.partition(" ")[0] for line in lines]
    assert names == sorted(set(names))
    assert all(re.fullmatch(r"[a-z_]+(\.[a-z_]+)? = '[^'\\]*'", line) for line in lines)
    assert "shared_preload_libraries = 'rdsutils,pg_stat_statements'" in lines
    assert f"rds.force_ssl = '{int(major >= 15)}'" in lines
    assert ("password_encryption = 'md5'" in lines) == (major == 13)


def test_what_follows_from_a_value_is_set_with_it() -> None:
    base = defaults("17.5")
    assert effective(base, {})["wal_level"] == "replica"
    assert effective(base, {"rds.logical_replication": "1"})["wal_level"] == "logical"
    active = effective(base, {"rds.enable_pgactive": "1"})
    assert (active["wal_level"], active["track_commit_timestamp"]) == ("logical", "on")
    cron = effective(base, {"shared_preload_libraries": "pg_cron"})
    assert (cron["cron.use_background_workers"], cron["cron.database_name"]) == ("on", "postgres")
    named = {"shared_preload_libraries": "pg_cron", "cron.database_name": "app"}
    assert effective(base, named)["cron.database_name"] == "app"
    assert "cron.database_name" not in effective(base, {"cron.database_name": "app"})


@pytest.mark.parametrize(
    ("given_value", "shown"),
    [
        ("pgaudit", "rdsutils,pgaudit"),
        ("pgaudit, pglogical", "rdsutils,pgaudit,pglogical"),
        ("rdsutils,pgaudit,pgaudit", "rdsutils,pgaudit"),
        ("", "rdsutils"),
    ],
)
def test_rdsutils_always_stands_first(given_value: str, shown: str) -> None:
    group = effective(defaults("15.4"), {"shared_preload_libraries": given_value})
    assert group["shared_preload_libraries"] == shown


def test_parameters_of_a_library_are_in_force_once_it_is_loaded() -> None:
    values = {"pgaudit.log": "ddl"}
    assert "pgaudit.log" not in effective(defaults("15.4"), values)
    loaded = effective(defaults("15.4"), values | {"shared_preload_libraries": "pgaudit"})
    assert (loaded["pgaudit.log"], loaded.get("pgaudit.role")) == ("ddl", None)


def test_a_minor_has_the_list_of_its_own() -> None:
    assert "rds.allowed_delegated_extensions" not in parameters("15.4")
    assert "rds.allowed_delegated_extensions" in parameters("15.8")
    assert defaults("15.3")["rds.extensions"] != defaults(emulated(Version(15)).version)["rds.extensions"]


def unquote(word: str) -> str:
    """Read a value as PostgreSQL's guc-file.l and GUC_scanstr do."""
    assert re.fullmatch(r"'([^'\\\n]|\\.|'')*'", word, re.DOTALL), word
    named = {"n": "\n", "r": "\r", "b": "\b", "f": "\f", "t": "\t"}
    return re.sub(r"\\(.)|''", lambda m: named.get(m[1], m[1]) if m[1] else "'", word[1:-1], flags=re.DOTALL)


@given(st.text())
def test_no_value_breaks_out_of_its_line(value: str) -> None:
    try:
        text = render({"a.b": value, "z": "last"})
    except ParameterRefused:
        assert "\0" in value or any("\ud800" <= char <= "\udfff" for char in value)
        return
    first, last, rest = text.split("\n")
    assert first == f"a.b = {quote(value)}"
    assert unquote(quote(value)) == value
    assert (last, rest) == ("z = 'last'", "")


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
def test_what_no_setting_can_hold_is_refused(value: str) -> None:
    with pytest.raises(ParameterRefused):
        quote(value)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("no_such_parameter", "1", "Could not find parameter with name: no_such_parameter"),
        ("pgaudit.log = 1\nfsync", "1", "Could not find parameter with name: pgaudit.log"),
        ("pgaudit.log'", "1", "Could not find parameter with name"),
        ("pgaudit2.log", "1", "Could not find parameter with name: pgaudit2.log"),
        ("auto_explain.nothing", "1", "Could not find parameter with name: auto_explain.nothing"),
        ("wal_block_size", "1", "Could not find parameter with name: wal_block_size"),
        ("rdscheck.trusted_extensions", "x", "Could not find parameter with name"),
        ("fsync", "0", "The parameter fsync cannot be modified."),
        ("fsync", None, "The parameter fsync cannot be modified."),
        ("rds.extensions", "hstore", "The parameter rds.extensions cannot be modified."),
        ("wal_level", "logical", "The parameter wal_level cannot be modified."),
        ("restore_command", "id", "The parameter restore_command cannot be modified."),
        ("cron.host", "127.0.0.1", "The parameter cron.host cannot be modified."),
        ("cron.use_background_workers", "0", "The parameter cron.use_background_workers cannot be modified."),
        ("max_connections", "5", "allowed values are: 6-262143"),
        ("max_connections", "262144", "allowed values are: 6-262143"),
        ("max_connections", "many", "allowed values are: 6-262143"),
        ("work_mem", "63", "allowed values are: 64-2147483647"),
        ("work_mem", "8MB", "allowed values are: 64-2147483647"),
        ("work_mem", "1e3", "allowed values are: 64-2147483647"),
        ("work_mem", "\u0661\u0660", "allowed values are: 64-2147483647"),
        ("seq_page_cost", "nan", "allowed values are: 0-1.79769e+308"),
        ("enable_sort", "maybe", "allowed values are: 0,1"),
        ("log_statement", "some", "allowed values are: none,ddl,mod,all"),
        ("rds.force_ssl", "2", "allowed values are: 0,1"),
        ("rds.force_autovacuum_logging_level", "debug6", "allowed values are: disabled,debug5,debug4"),
        ("pgaudit.role", "postgres", "allowed values are: rds_pgaudit"),
        ("log_destination", "stderr,syslog", "allowed values are: stderr,csvlog"),
        ("shared_preload_libraries", "timescaledb", "timescaledb for: shared_preload_libraries"),
        ("shared_preload_libraries", "pg_stat_statements,$libdir/evil", "does not load this library"),
        ("timezone", "a\0b", "zero byte"),
    ],
)
def test_what_rds_refuses_is_refused(name: str, value: str | None, told: str) -> None:
    with pytest.raises(ParameterRefused, match=re.escape(told)) as caught:
        take(name, value)
    assert caught.value.code == "InvalidParameterValue"
    assert caught.value.certainty in {"observed", "guessed"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_connections", "6"),
        ("max_connections", None),
        ("work_mem", "8192"),
        ("TimeZone", "Europe/Berlin"),
        ("seq_page_cost", "1.5"),
        ("enable_sort", "0"),
        ("enable_sort", "on"),
        ("log_statement", "ddl"),
        ("rds.force_ssl", "0"),
        ("rds.force_autovacuum_logging_level", "debug3"),
        ("pgaudit.role", "rds_pgaudit"),
        ("pgaudit.log", "ddl"),
        ("log_destination", "stderr,csvlog"),
        ("shared_preload_libraries", "auto_explain,pg_stat_statements"),
        ("shared_preload_libraries", ""),
        ("auto_explain.log_min_duration", "-1"),
        ("log_line_prefix", "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a"),
    ],
)
def test_what_rds_takes_is_taken(name: str, value: str | None) -> None:
    assert take(name, value) == name.lower()


def test_a_library_this_machine_lacks_is_another_matter() -> None:
    with pytest.raises(LibraryMissing, match="RDS loads pgaudit") as caught:
        take("shared_preload_libraries", "pg_stat_statements,pgaudit")
    assert not isinstance(caught.value, ParameterRefused)
    with pytest.raises(ParameterRefused):
        take("shared_preload_libraries", "pgaudit,timescaledb")


def test_a_library_has_its_first_version() -> None:
    here = Capabilities({}, frozenset({"pg_tle"}))
    assert take("shared_preload_libraries", "pg_tle", Rules("13.12", here))
    with pytest.raises(ParameterRefused, match=r"it does from 13\.12"):
        take("shared_preload_libraries", "pg_tle", Rules("13.11", here))


def test_numbers_are_no_texts() -> None:
    with pytest.raises(UsageError, match="values of a parameter group are texts"):
        RULES.check("max_connections", 60)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["{DBInstanceClassMemory/9531392}", "LEAST({DBInstanceClassMemory/1},5)"])
def test_formulas_are_not_computed(value: str) -> None:
    with pytest.raises(FormulaValue, match="depends on the instance class"):
        take("max_connections", value)


def test_a_static_parameter_cannot_be_applied_at_once() -> None:
    assert RULES.method("max_connections", None) == "pending-reboot"
    assert RULES.method("work_mem", None) == "immediate"
    assert RULES.method("work_mem", "pending-reboot") == "pending-reboot"
    assert RULES.method("cron.database_name", None) == "pending-reboot"
    with pytest.raises(
        ParameterRefused, match="cannot use immediate apply method for static parameter"
    ) as told:
        RULES.method("max_connections", "immediate")
    assert (told.value.code, told.value.certainty) == ("InvalidParameterCombination", "observed")
    with pytest.raises(ParameterRefused, match="Invalid apply method"):
        RULES.method("work_mem", "now")


@pytest.mark.parametrize(
    "error",
    [
        ParameterRefused("no", hint="h", code="InvalidParameterCombination", certainty="observed"),
        IncompatibleParameters("down", hint="h", fatal="f", parameter="p"),
        LibraryMissing("none", hint="h"),
        UpgradeFailed("failed", hint="h", log="all of it"),
    ],
)
def test_errors_travel_between_workers(error: RdscheckError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)
