"""Cases of rules about extensions the target lacks."""

from rdscheck.assess.facts import Function
from rdscheck.assess.finding import Severity
from tests.assess.rules.made import Case, dictionary, ext

CASES = (
    # Extensions the target lacks
    Case("adminpack-not-offered", "rds-17", "extension adminpack", (ext("adminpack"),), (ext("hstore"),)),
    Case("chkpass-removed", "rds-13", "extension chkpass", (ext("chkpass"),), (ext("pgcrypto"),)),
    Case(
        "extension-not-offered",
        "rds-17",
        "extension timescaledb",
        (ext("timescaledb 2.1"),),
        (ext("pg_cron"),),
    ),
    Case(
        "extension-not-in-minor", "rds-17.6", "extension collection", (ext("collection"),), (ext("vector"),)
    ),
    Case(
        "extension-only-in-later-majors",
        "rds-14",
        "extension pg_walinspect",
        (ext("pg_walinspect"),),
        (ext("pageinspect"),),
    ),
    Case(
        "extension-only-on-other-engine",
        "rds-17",
        "extension apg_plan_mgmt",
        (ext("apg_plan_mgmt"),),
        (ext("amcheck"),),
    ),
    Case("extension-renamed", "rds-17", "extension orafunc", (ext("orafunc"),), (ext("orafce"),)),
    Case("extension-unknown", "rds-17", "extension acme", (ext("acme 1"),), (ext("timescaledb"),)),
    Case(
        "extension-made-by-pg-tle",
        "rds-17",
        "extension acme",
        (
            ext("acme"),
            Function(schema="pgtle", name="acme.control", arguments="", language="sql", database="app"),
        ),
        (
            ext("acme"),
            Function(schema="pgtle", name="acme.control", arguments="", language="sql", database="other"),
        ),
        severity=Severity.WARNING,
    ),
    Case(
        "old-snapshot-removed",
        "rds-17",
        "extension old_snapshot",
        (ext("old_snapshot"),),
        (ext("old_snapshot"),),
        "rds-16",
    ),
    Case(
        "postgis-topology-missing",
        "rds-18.1",
        "extension postgis_topology",
        (ext("postgis_topology"),),
        (ext("postgis_topology"),),
        "rds-18.3-R2",
    ),
    Case("timetravel-removed", "rds-17", "extension timetravel", (ext("timetravel"),), (ext("moddatetime"),)),
    Case(
        "tsearch2-removed",
        "rds-17",
        "extension tsearch2",
        (ext("tsearch2"),),
        (dictionary("stopwords=english"),),
    ),
    Case("plrust-discontinued", "rds-18", "extension plrust", (ext("plrust"),), (ext("plv8"),)),
    Case("plv8-dialect-removed", "rds-18", "extension plls", (ext("plls"),), (ext("plls"),), "rds-17"),
    Case("untrusted-language-extension", "rds-17", "extension plperlu", (ext("plperlu"),), (ext("plperl"),)),
    Case(
        "untrusted-transform-extension",
        "rds-17",
        "extension jsonb_plpython3u",
        (ext("jsonb_plpython3u"),),
        (ext("jsonb_plperl"),),
    ),
)
