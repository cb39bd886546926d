"""Every rule about extensions, languages and text search: a guilty case, and one that looks alike."""

from collections.abc import Iterable

import pglast
import pytest

from rdscheck.assess.facts import Fact, Flavour, Statement, Via
from rdscheck.assess.finding import Finding
from rdscheck.assess.judge import judge
from rdscheck.assess.rule import rules
from rdscheck.assess.target import Move, read_target
from tests.assess.rules import absent_cases, extension_cases, language_cases, upgrade_cases
from tests.assess.rules.made import Case, collected, ext, preload

GROUPS = {"extensions", "languages", "extension upgrades", "text search"}
MINE = {id_: rule for id_, rule in rules().items() if rule.group in GROUPS}
CASES = (*absent_cases.CASES, *extension_cases.CASES, *language_cases.CASES, *upgrade_cases.CASES)


def found(case: Case, facts: Iterable[Fact], target: str) -> list[Finding]:
    """Return what the case's rule alone finds."""
    source = collected(*facts, via=case.via, version=case.version, major=case.major, flavour=case.flavour)
    return list(judge(source, read_target(target), case.move, [MINE[case.rule]]).findings)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_guilty_is_found_and_named(case: Case) -> None:
    (finding,) = found(case, case.guilty, case.target)
    assert (finding.subject, finding.severity) == (case.subject, case.severity)
    assert finding.source.startswith("https://")
    assert finding.message.endswith(".")
    if not case.subject.startswith("setting"):
        # The object is named, pgRouting in the way it writes itself.
        assert case.subject.split(" ")[-1].lower() in finding.message.lower()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_what_looks_alike_is_not(case: Case) -> None:
    assert found(case, case.innocent, case.innocent_target or case.target) == []


def test_every_rule_has_a_case() -> None:
    assert sorted(case.rule for case in CASES) == sorted(MINE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_fix_that_looks_like_sql_is_sql(case: Case) -> None:
    (finding,) = found(case, case.guilty, case.target)
    if finding.fix.endswith(";"):
        pglast.parse_sql(finding.fix)


@pytest.mark.parametrize("target", ["rds-13", "rds-15.4", "rds-18", "aurora-12", "aurora-16", "aurora-18"])
@pytest.mark.parametrize("move", list(Move))
def test_an_empty_database_gives_nothing(target: str, move: Move) -> None:
    for major in (0, 9.6, 13, 17):
        empty = collected(ext("plpgsql 1.0"), preload("rdsutils,pg_stat_statements"), major=major, version="")
        assert judge(empty, read_target(target), move, MINE.values()).findings == ()


def test_aurora_refuses_an_old_pg_repack_on_the_way_from_10() -> None:
    upgrade = rules()["pg-repack-recreate"]

    def severity(version: str) -> str:
        source = collected(ext(f"pg_repack {version}"), version="10.21", major=10, flavour=Flavour.AURORA)
        (finding,) = judge(source, read_target("aurora-12"), Move.UPGRADE, [upgrade]).findings
        return finding.severity

    assert severity("1.4.3") == "blocker"
    assert severity("1.4.4") == "note"


@pytest.mark.parametrize(
    ("id_", "name", "version"),
    [
        ("extension-needs-preload", "pgaudit", "17.0"),
        ("extension-idle-without-preload", "pg_hint_plan", "1.7.0"),
        ("extension-needs-parameter", "pglogical", "2.4.5"),
        ("pg-cron-other-database", "pg_cron", "1.6"),
        ("pg-repack-recreate", "pg_repack", "1.5.2"),
        ("pgaudit-recreate", "pgaudit", "17.0"),
    ],
)
def test_an_upgrade_within_a_major_keeps_what_its_group_says(id_: str, name: str, version: str) -> None:
    source = collected(ext(f"{name} {version}"), version="17.4", major=17, flavour=Flavour.RDS)
    assert judge(source, read_target("rds-17"), Move.UPGRADE, [rules()[id_]]).findings == ()
    assert judge(source, read_target("rds-18"), Move.UPGRADE, [rules()[id_]]).findings != ()


def test_a_dump_without_comments_has_none_refused() -> None:
    refused = rules()["extension-comment-refused"]
    bare = collected(ext("pg_buffercache"), via=Via.DUMP)
    assert judge(bare, read_target("rds-17"), only=[refused]).findings == ()
    comment = Statement(kind="comment", detail="extension pg_buffercache", database="app")
    dumped = collected(ext("pg_buffercache"), comment, via=Via.DUMP)
    assert len(judge(dumped, read_target("rds-17"), only=[refused]).findings) == 1
