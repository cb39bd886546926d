"""What happens on the way: refusals, locks, stalls, the server's end; what is known so far is kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from rdscheck.assess.facts import Fact, Facts, NotSeen
from rdscheck.assess.live import collecting, connecting
from rdscheck.assess.live.collecting import OF_DATABASE, collect
from rdscheck.assess.live.connecting import NAME, Limits, SourceError, connect, parameters_of
from rdscheck.assess.live.look import Look, Part, part
from rdscheck.sandbox.server import unique_name
from tests.assess.live.conftest import Made, as_admin, as_master, dsn
from tests.assess.live.proxy import Proxy, proxy

pytestmark = pytest.mark.xdist_group("live")


def unseen(facts: Facts) -> dict[str, NotSeen]:
    return {one.what: one for one in facts.not_seen}


def comparable(facts: Facts, *but: str) -> dict[str, Any]:
    """Return facts by list, without those that another role sees otherwise."""
    return {
        name: getattr(facts, name)
        for name in Facts.__dataclass_fields__
        if name not in {"origin", "not_seen", "slots", "databases", "settings", *but}
    }


def at(what: str, act: Callable[[], object], database: str = "") -> Callable[[str, str], None]:
    """Return a listener that does something once, before a part is looked at."""
    done: list[object] = []

    def progress(where: str, part: str) -> None:
        if part == what and database in {"", where} and not done:
            done.append(act())

    return progress


@contextmanager
def only_ours(made: Made, database: str) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
    """Give a function that asks the superuser about the sessions that look at a database."""
    with made.server.admin() as admin:

        def ask(query: str) -> list[tuple[Any, ...]]:
            who = "datname = %(database)s AND application_name = %(name)s AND pid <> pg_backend_pid()"
            return admin.execute(
                f"{query} FROM pg_stat_activity WHERE {who}".encode(), {"database": database, "name": NAME}
            ).fetchall()

        yield ask


def test_the_master_user_sees_all_but_kinds_of_passwords_and_where_subscriptions_lead(made: Made) -> None:
    facts = collect(as_master(made.server, made.new))
    but = ("roles", "subscriptions", "user_mappings", "login_rules")
    assert comparable(facts, *but) == comparable(made.facts, *but)
    assert {one.password for one in facts.roles} == {"hidden"}
    assert {one.name for one in facts.roles} == {one.name for one in made.facts.roles}
    (subscription,) = facts.subscriptions
    assert (subscription.name, subscription.connection, subscription.pending) == (made.new, "", 0)
    (mapping,) = facts.user_mappings
    assert (mapping.options, mapping.options_hidden) == ((), True)
    assert {what: one.groups for what, one in unseen(facts).items()} == {
        "kinds of passwords of roles": ("roles", "authentication", "names"),
        "connections of subscriptions": ("replication", "major upgrade"),
        "options of user mappings": ("foreign servers",),
    }
    assert "permission denied" in unseen(facts)["connections of subscriptions"].reason


def test_a_role_that_may_only_log_in_sees_the_same_and_says_what_it_does_not(
    made: Made, stranger: str
) -> None:
    facts = collect(stranger)
    but = ("roles", "subscriptions", "user_mappings", "login_rules")
    assert comparable(facts, *but) == comparable(made.facts, *but)
    assert set(unseen(facts)) == {
        "kinds of passwords of roles",
        "connections of subscriptions",
        "options of user mappings",
        "settings of the server that only superusers see",
    }
    assert "pw-of-nobody" not in repr(facts)


def test_a_wrong_password_is_not_repeated(made: Made) -> None:
    with pytest.raises(SourceError) as caught:
        collect(dsn(made.server, made.new, made.server.master_user, "s3cret-and-wrong"))
    assert "authentication failed" in caught.value.message
    assert "s3cret" not in str(caught.value)


def test_nothing_is_written_and_no_lock_is_more_than_that_of_a_reader(made: Made) -> None:
    locks: set[tuple[Any, ...]] = set()
    with only_ours(made, made.new) as ask:
        before = ask("SELECT count(*)")

        def watch(_database: str, _part: str) -> None:
            locks.update(
                ask(
                    "SELECT (SELECT string_agg(DISTINCT l.mode, ' ') FROM pg_locks l"
                    " WHERE l.pid = pg_stat_activity.pid AND l.locktype = 'relation'),"
                    " (SELECT count(*) FROM pg_locks l WHERE l.pid = pg_stat_activity.pid"
                    " AND l.locktype = 'transactionid'), backend_xid"
                )
            )

        collect(as_admin(made.server, made.new), progress=watch)
        assert before == [(0,)]
        # A transaction that writes has a number, and holds it as a lock.
        assert locks == {("AccessShareLock", 0, None)}
        deadline = monotonic() + 10
        while ask("SELECT count(*)") != [(0,)]:
            assert monotonic() < deadline, "a session was left behind"
            sleep(0.02)


def test_the_transaction_refuses_to_write(made: Made) -> None:
    with connect(parameters_of(as_admin(made.server, made.new)), Limits(7, 3)) as conn:
        shown = {
            name: conn.execute(f"SHOW {name}".encode()).fetchone()
            for name in (
                "transaction_read_only",
                "transaction_isolation",
                "search_path",
                "statement_timeout",
                "lock_timeout",
                "application_name",
                "idle_in_transaction_session_timeout",
            )
        }
        assert shown == {
            "transaction_read_only": ("on",),
            "transaction_isolation": ("repeatable read",),
            "search_path": ('""',),
            "statement_timeout": ("7s",),
            "lock_timeout": ("3s",),
            "application_name": (NAME,),
            "idle_in_transaction_session_timeout": ("5min",),
        }
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            conn.execute("CREATE TABLE written (a int)")


def test_a_lock_held_by_another_costs_what_is_put_into_words_and_nothing_else(made: Made) -> None:
    with made.server.admin(made.new) as other:
        other.autocommit = False
        other.execute("LOCK TABLE app.plain IN ACCESS EXCLUSIVE MODE")
        facts = collect(as_admin(made.server, made.new), lock_timeout=0.2)
    assert set(unseen(facts)) == {"queries of views", "collations of indexes on expressions"}
    assert "somebody holds a lock on it" in unseen(facts)["queries of views"].reason
    assert {(one.name, one.kind) for one in facts.relations} == {
        (one.name, one.kind) for one in made.facts.relations
    }
    assert [one.name for one in facts.indexes] == [one.name for one in made.facts.indexes]
    but = ("relations", "acts", "indexes")
    assert comparable(facts, *but) == comparable(made.facts, *but)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT pg_sleep(30)", "it took too long: canceling statement"),
        ("SELECT 1 / 0", "division by zero"),
        ("SELECT gone FROM gone", 'relation "gone" does not exist'),
        # As on a standby whose primary removed what is being read.
        (
            "DO $$ BEGIN RAISE serialization_failure USING MESSAGE = 'conflict with recovery'; END $$",
            "conflict with recovery",
        ),
    ],
)
def test_a_query_that_fails_is_said_and_the_rest_goes_on(
    made: Made, monkeypatch: pytest.MonkeyPatch, query: str, words: str
) -> None:
    @part("what fails", "names")
    def failing(look: Look, _part: Part) -> Iterator[Fact]:
        look.rows(query)
        yield from ()

    monkeypatch.setattr(collecting, "OF_DATABASE", (failing, *OF_DATABASE))
    facts = collect(as_admin(made.server, made.new), statement_timeout=4)
    (one,) = facts.not_seen
    assert (one.what, one.groups, one.database) == ("what fails", ("names",), made.new)
    assert words in one.reason
    assert comparable(facts) == comparable(made.facts)


def test_a_server_that_ends_the_connection_midway_leaves_what_is_known(made: Made) -> None:
    with only_ours(made, made.new) as ask:
        facts = collect(
            as_admin(made.server, made.new),
            progress=at("columns of special types", lambda: ask("SELECT pg_terminate_backend(pid)")),
        )
    assert facts.relations == made.facts.relations
    assert facts.functions == made.facts.functions
    assert facts.columns == []
    (one,) = facts.not_seen
    assert one.what.startswith("columns of special types, special indexes, types")
    assert "the connection was lost" in one.reason
    assert {"types", "locale", "replication"} <= set(one.groups)
    assert "functions" in one.groups  # what expressions do is not known


def through(way: Proxy, made: Made) -> str:
    return make_conninfo(as_admin(made.server, made.new), host="127.0.0.1", port=way.port)


def test_a_server_that_says_nothing_more_is_not_waited_for(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "GRACE", 0.2)
    with proxy(made.server.info.admin_host, made.server.info.port) as way:
        started = monotonic()
        facts = collect(through(way, made), statement_timeout=2, progress=at("special indexes", way.hold))
    assert monotonic() - started < 20
    assert facts.columns == made.facts.columns
    (one,) = facts.not_seen
    assert one.what.startswith("special indexes, types")
    assert "did not answer within 2.2 s" in one.reason


def test_a_server_that_dies_is_not_asked_for_every_other_database(made: Made) -> None:
    with proxy(made.server.info.admin_host, made.server.info.port) as way:
        facts = collect(through(way, made), all_databases=True, progress=at("large objects", way.cut))
        seen = {one.database for one in facts.extensions}
        assert seen == {made.new}
        own, others = facts.not_seen
        assert own.what.startswith("large objects, ")
        assert others.what == "the other databases"
        assert "the connection was lost" in others.reason


def test_a_server_that_dies_between_two_databases_is_waited_for_once(made: Made) -> None:
    with proxy(made.server.info.admin_host, made.server.info.port) as way:
        facts = collect(
            through(way, made), all_databases=True, progress=at("security labels", way.cut_behind)
        )
    assert {one.database for one in facts.extensions} == {made.new}
    missing = [one for one in facts.not_seen if one.what.startswith("database ")]
    assert {"database postgres", "database template1"} <= {one.what for one in missing}
    assert len({one.reason for one in missing}) == 1
    assert facts.security_labels == []


def test_all_databases_are_seen_and_one_that_is_dropped_meanwhile_does_not_stop_the_rest(made: Made) -> None:
    names = sorted(unique_name("other") for _ in range(3))
    for name in names:
        made.server.create_named_database(name)
        with made.server.admin(name) as admin:
            admin.execute("CREATE TABLE mine (o oid)")
    with made.server.admin() as admin:
        admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(names[2])))
    try:
        facts = collect(
            as_admin(made.server, made.new),
            all_databases=True,
            progress=at("large objects", lambda: made.server.drop_database(names[1]), names[0]),
        )
    finally:
        for name in names:
            made.server.drop_database(name)
    seen = {one.database for one in facts.columns}
    assert {made.new, names[0]} <= seen
    assert not {names[1], names[2]} & seen
    missing = {one.database: one.reason for one in facts.not_seen if one.database in names}
    assert missing.keys() == {names[1], names[2]}
    assert "does not exist" in missing[names[1]]
    assert missing[names[2]] == "it accepts no connections"
    assert {one.name for one in facts.databases} >= {made.new, "template1", "template0", names[0]}
    assert len({one.name for one in facts.roles}) == len(facts.roles)
    assert {one.database for one in facts.extensions} >= {"template1", "postgres", names[0]}
