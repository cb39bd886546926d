"""What is known is there, and is recognised by what it is about."""

import re

import pytest

from rdscheck.assess.rule import rules
from rdscheck.deviations import DEVIATIONS, DOCUMENTATION_FINDINGS, RECOGNISED, Recognised
from rdscheck.model import Basis
from rdscheck.runbook.model import Block, Judged, Kind, Piece, Printed, Verdict
from rdscheck.runbook.running.knowing import _DEVIATIONS, _RULES, Seen, known, lacking
from rdscheck.runbook.running.missing import made, missed


def seen(
    text: str,
    observed: str = "",
    verdict: Verdict = Verdict.FAILED,
    prose: str = "",
    version: str = "17",
) -> Seen:
    block = Block(1, Kind.SQL, 1, 1, text)
    printed = (Printed(Piece(text, 1), observed, 1),) if observed else ()
    return Seen(Judged(block, verdict, printed=printed, basis=Basis.REAL), prose, version, observed)


def keys(one: Seen) -> set[str]:
    return {found.key for found in known(one)}


def test_every_key_exists_and_every_pattern_compiles() -> None:
    assert RECOGNISED.keys() <= DOCUMENTATION_FINDINGS.keys()
    assert {key for _, key in _RULES} <= rules().keys()
    assert {key for _, key in _DEVIATIONS} <= DEVIATIONS.keys()
    for one in RECOGNISED.values():
        assert one.block or one.prose
        for pattern in (one.block, one.prose, one.heading, one.observed):
            re.compile(pattern)


@pytest.mark.parametrize(
    ("key", "text", "observed", "other"),
    [
        ("export-guide-feature-name", "aws … --feature-name S3_EXPORT", "InvalidParameterValue", "denied"),
        ("pglogical-command-tag", "CREATE EXTENSION x;\nEXTENSION CREATED", "CREATE EXTENSION", "no"),
        (
            "plrust-grant-user",
            "GRANT USAGE ON LANGUAGE PLRUST TO user;",
            'syntax error at or near "user"',
            "no",
        ),
        (
            "pglogical-drop-node-name",
            "SELECT pglogical.drop_node(node_name := 'docs-lab-subscriber');",
            "ERROR:  node docs-lab-subscriber not found",
            'ERROR:  schema "pglogical" does not exist',
        ),
        (
            "plv8-function-list-directory",
            "pg_restore -l x | grep FUNCTION > /tmp/function_list/",
            "cannot write: Is a directory",
            "permission denied",
        ),
        (
            "pgstream-schema-log",
            "ALTER TABLE pgstream.schema_log OWNER TO pgstreamsource;",
            'relation "pgstream.schema_log" does not exist',
            "permission denied",
        ),
        (
            "pgaudit-user-name",
            "psql --username=postgrespostgres",
            'FATAL:  role "postgrespostgres" does not exist',
            "no route",
        ),
    ],
)
def test_a_finding_needs_its_words_and_what_it_says(key: str, text: str, observed: str, other: str) -> None:
    assert key in keys(seen(text, observed))
    assert key not in keys(seen(text, other))
    assert key not in keys(seen("SELECT 1;", observed))
    # Where nothing ran, the page's words are enough to tell what was seen elsewhere.
    assert key in keys(seen(text, verdict=Verdict.NOT_RUNNABLE))


def test_a_list_of_libraries_that_is_replaced() -> None:
    prose = "Use the following command to add `pglogical` to the `shared_preload_libraries` parameter."
    text = 'aws … "ParameterName=shared_preload_libraries,ParameterValue={},ApplyMethod=pending-reboot"'
    key = "pglogical-preload-alone"
    assert key in keys(seen(text.format("pglogical"), "{}", Verdict.PASSED, prose))
    whole = text.format("'pgaudit,pglogical'")
    assert key not in keys(seen(whole, "{}", Verdict.PASSED, prose))
    assert key not in keys(seen(text.format("pglogical"), "{}", Verdict.PASSED, "Begin anew."))


@pytest.mark.parametrize("major", [13, 18])
def test_extensions_that_are_gone_are_told_in_the_words_of_each_version(major: int) -> None:
    told = {
        13: 'ERROR:  could not open extension control file "/usr/share/postgresql/13/extension/plls.control"',
        18: 'ERROR:  Extension "plls" is not supported by Amazon RDS',
    }
    text = "CREATE EXTENSION plcoffee; CREATE EXTENSION plls;"
    assert "plv8-dialects" in keys(seen(text, told[major]))
    assert "plv8-dialects" not in keys(seen(text, 'ERROR:  extension "plls" already exists'))


def test_prose_is_recognised_with_the_block_that_follows() -> None:
    prose = "change to another database with the `/c dbname` psql command"
    assert "extensions-guide-slash-c" in keys(
        seen("CREATE EXTENSION orafce;", verdict=Verdict.PASSED, prose=prose)
    )
    assert (
        keys(seen("CREATE EXTENSION orafce;", verdict=Verdict.PASSED, prose=prose.replace("/c", "\\c")))
        == set()
    )


def test_what_was_observed_alone_shows_nothing_before_it_ran() -> None:
    one = Recognised(prose="a", observed="b")
    assert one.fits(block="", prose="a", headings="", observed="b")
    assert not one.fits(block="", prose="a", headings="", observed=None)


@pytest.mark.parametrize(
    ("output", "key"),
    [
        ('ERROR:  extension "plls" is not available', "extension-not-offered"),
        ('ERROR:  permission denied to set parameter "session_replication_role"', "session-replication-role"),
        ("ERROR:  x must be loaded via shared_preload_libraries", "extension-needs-preload"),
        ('ERROR:  Extension "file_fdw" is not supported by Amazon RDS', "unsupported-extension-text"),
    ],
)
def test_errors_are_tied_to_rules_and_deviations(output: str, key: str) -> None:
    assert key in keys(seen("SELECT 1;", output))
    assert key not in keys(seen("SELECT 1;", "ERROR:  division by zero"))
    assert key not in keys(seen("SELECT 1;", output, verdict=Verdict.PASSED))


def test_a_library_that_rds_does_not_load_is_one_it_does_not_offer() -> None:
    refused = (
        "Invalid parameter value: {} for: shared_preload_libraries: RDS for PostgreSQL 18 does not load it"
    )
    assert "extension-not-offered" in keys(seen("aws …", refused.format("plrust"), version="18"))
    assert "extension-needs-preload" not in keys(seen("aws …", refused.format("plrust"), version="18"))
    # A library of a later minor version is refused, too, but its extension is offered.
    assert "extension-not-offered" not in keys(seen("aws …", refused.format("pg_cron"), version="18"))


@pytest.mark.parametrize(
    "told",
    [
        "pgaudit must be loaded via shared_preload_libraries",
        'pg_stat_statements must be loaded via "shared_preload_libraries"',
        "pg_cron can only be loaded via shared_preload_libraries",
        "pglogical is not in shared_preload_libraries",
    ],
)
def test_an_extension_that_wants_its_library_is_told_in_the_words_of_each(told: str) -> None:
    assert "extension-needs-preload" in keys(seen("CREATE EXTENSION x;", f"ERROR:  {told}"))
    other = 'ERROR:  parameter "shared_preload_libraries" cannot be changed without restarting the server'
    assert "extension-needs-preload" not in keys(seen("SET shared_preload_libraries = x;", other))


def test_an_extension_is_lacking_only_where_rds_has_it() -> None:
    missing = 'ERROR:  extension "{}" is not available'
    assert "offers plv8" in lacking(missing.format("plv8"), "17", lambda _: True)
    assert lacking(missing.format("plls"), "18", lambda _: True) == ""
    assert lacking(missing.format("no_such"), "17", lambda _: True) == ""
    absent = 'ERROR:  extension "plv8" does not exist'
    assert "offers plv8" in lacking(absent, "17", lambda _: False)
    assert lacking(absent, "17", lambda _: True) == ""
    library = "rdscheck: RDS loads plrust, but the PostgreSQL 17 here has no such library (install …)"
    assert "offers plrust" in lacking(library, "17", lambda _: True)
    assert lacking("ERROR:  plv8 is no good", "17", lambda _: False) == ""


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("CREATE TABLE IF NOT EXISTS public.T (a int);", Kind.SQL, ["t"]),
        ('CREATE OR REPLACE FUNCTION "F g"() …', Kind.SQL, ["f g"]),
        ("CREATE EXTENSION pglogical;", Kind.SQL, ["pglogical"]),
        ("SELECT a INTO u FROM t;", Kind.SQL, ["u"]),
        ("ATTACH 'dbname=x' AS pg (TYPE postgres);", Kind.DUCKDB, ["pg"]),
        ("SELECT 1;", Kind.SQL, []),
        ("pg_dump -Fc x > /tmp/x.dmp", Kind.SHELL, ["/tmp/x.dmp"]),
        ("createdb -h host labs", Kind.SHELL, ["labs"]),
        ("aws iam create-role --role-name r --x y", Kind.SHELL, ["r"]),
        (
            "ParameterName=shared_preload_libraries,ParameterValue=pgaudit,ApplyMethod=pending-reboot",
            Kind.SHELL,
            ["pgaudit"],
        ),
        ("add shared_preload_libraries pgaudit", Kind.CONSOLE, ["shared_preload_libraries", "pgaudit"]),
        ("reboot", Kind.CONSOLE, []),
    ],
)
def test_what_a_piece_makes(text: str, kind: Kind, names: list[str]) -> None:
    assert list(made(text, kind)) == names


@pytest.mark.parametrize(
    ("output", "sqlstate", "name"),
    [
        ('ERROR:  relation "pglogical.node" does not exist', "42P01", "pglogical"),
        ("ERROR:  function f(integer) does not exist", "42883", "f"),
        (
            'pg_restore: error: could not open input file "/tmp/x.dmp": No such file or directory',
            "",
            "/tmp/x.dmp",
        ),
        ("ERROR:  pgaudit must be loaded via shared_preload_libraries", "55000", "pgaudit"),
        ('ERROR:  unrecognized configuration parameter "pgaudit.role"', "42704", "pgaudit.role"),
        ("An error occurred (DBInstanceNotFound) … DBInstance mine not found.", "", "mine"),
    ],
)
def test_what_an_error_misses(output: str, sqlstate: str, name: str) -> None:
    assert name in missed(output, sqlstate)


@pytest.mark.parametrize(
    ("output", "sqlstate"),
    [
        ('ERROR:  permission denied for table "t"', "42501"),
        ('ERROR:  column "x" of relation "t" is of type integer', "42804"),
        ('ERROR:  relation "t" already exists', "42P07"),
    ],
)
def test_other_errors_miss_nothing(output: str, sqlstate: str) -> None:
    assert missed(output, sqlstate) == ()
