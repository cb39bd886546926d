"""What stands in the way on plain servers is found, nothing else is, and the same from their dumps."""

import psycopg

from rdscheck.assess.facts import Flavour
from rdscheck.assess.live.collecting import collect
from tests.assess.making import read
from tests.assess.sources.pitfalls import OF_LINES, OF_SETTINGS
from tests.assess.sources.rich import NAME, Rich

#: Rules of which only one side can have findings, with the reason.
LIVE_ALONE = {
    "alter-system-setting": "the server's own settings are in no dump",
    "login-method-not-offered": "pg_hba.conf is in no dump",
    "login-without-password": "pg_hba.conf is in no dump",
    "login-without-tls": "pg_hba.conf is in no dump",
    "logical-slot-left-behind": "slots are in no dump",
    "physical-slot": "slots are in no dump",
    "prepared-transactions-off": "the server's own settings are in no dump",
    "tables-with-oids": "pg_dump from 12 on leaves the hidden column out, and says so to its user",
    "tls-required": "the server's own settings are in no dump",
    "wal-level-logical": "the server's own settings are in no dump",
}
DUMP_ALONE = {"role-attributes-spelled-out": "it is about the statements of pg_dumpall"}


def test_the_flavour_and_the_version_are_those_of_the_server(rich: Rich) -> None:
    origin = rich.facts.origin
    assert (origin.flavour, origin.major) == (Flavour.PLAIN, rich.major)


def test_a_superuser_sees_everything(rich: Rich) -> None:
    assert rich.facts.not_seen == []
    assert rich.facts.unreadable == []


def test_all_that_stands_in_the_way_is_found_and_nothing_else(rich: Rich) -> None:
    wanted = {pair for piece in rich.pieces for pair in (*piece.found, *piece.live)}
    assert rich.alarms(rich.facts) == wanted | OF_LINES | OF_SETTINGS


def test_the_dump_gives_the_same(rich: Rich) -> None:
    text = rich.server.dump("pg_dumpall", "--globals-only") + rich.server.dump("pg_dump", "--create", NAME)
    facts = read(text.decode())
    assert (facts.not_seen, facts.unreadable) == ([], [])
    assert facts.origin.major == rich.major
    live = {(one.id, one.subject) for one in rich.findings(rich.facts)}
    dump = {(one.id, one.subject) for one in rich.findings(facts)}
    assert {one for one in live - dump if one[0] not in LIVE_ALONE} == set()
    assert {one for one in dump - live if one[0] not in DUMP_ALONE} == set()
    wanted = {pair for piece in rich.pieces for pair in piece.found}
    assert {one for one in rich.alarms(facts) if one[0] not in DUMP_ALONE} == wanted


def test_an_ordinary_role_is_told_what_it_cannot_see(rich: Rich) -> None:
    facts = collect(rich.server.dsn(NAME, "monitor"))
    less = collect(rich.server.dsn(NAME, "new_password"))
    everything = rich.alarms(rich.facts)
    assert rich.alarms(facts) <= everything
    assert rich.alarms(less) <= everything
    hidden = {one.what for one in less.not_seen}
    assert hidden >= {
        "settings of the server that only superusers see",
        "kinds of passwords of roles",
        "lines of pg_hba.conf",
        "connections of subscriptions",
    }
    # What is missing is in groups of rules that the answer says it knows less about.
    groups = {group for one in less.not_seen for group in one.groups}
    ours = {one.id: one.group for one in rich.findings(rich.facts)}
    assert {ours[rule] for rule, _ in everything - rich.alarms(less)} <= groups


def test_all_databases_are_seen(rich: Rich) -> None:
    facts = collect(rich.server.dsn("empty"), all_databases=True)
    assert {one.name for one in facts.databases} >= {"empty", NAME, "postgres", "template1"}
    assert facts.not_seen == []
    found = {(one.id, one.subject) for one in rich.findings(facts) if one.database in {"", NAME}}
    assert found >= rich.alarms(rich.facts)
    assert {one.database for one in rich.findings(facts)} == {"", NAME}


def test_one_database_says_nothing_of_the_others(rich: Rich) -> None:
    facts = collect(rich.server.dsn("empty"))
    assert {one.database for one in rich.findings(facts)} == {""}


def test_nothing_is_left_behind(rich: Rich) -> None:
    with psycopg.connect(rich.server.dsn(NAME)) as conn:
        row = conn.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'rdscheck'"
        ).fetchone()
    assert row == (0,)
