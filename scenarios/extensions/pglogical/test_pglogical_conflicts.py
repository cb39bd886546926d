"""pglogical: both sides write, who wins; and what its parameters take."""

from collections.abc import Iterator
from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import ParameterRefused, claim, documentation_finding, scenario

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.pglogical"
DOCS = f"{_GUIDE}.reference.html"
ABOUT = f"{_GUIDE}.html"
UPSTREAM = "https://github.com/2ndQuadrant/pglogical/blob/REL2_x_STABLE/docs/README.md"

pytestmark = scenario(
    "extensions/pglogical-conflicts",
    title="Resolve conflicts of pglogical, and set its parameters",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "pglogical"),
)
documented = claim(source=DOCS, certainty="documented")

#: Without it the server does not know which of two changes was first.
GROUP = {"track_commit_timestamp": "1"}

RESOLUTION, LEVEL = "pglogical.conflict_resolution", "pglogical.conflict_log_level"
DISABLE = "SELECT pglogical.alter_subscription_disable('docs_lab_subscription', true)"

CONFLICT = "CONFLICT: remote {} on relation public.item (local index item_pkey). Resolution: apply_remote."

#: Name, default, when it changes (sighup: at once; postmaster: by a reboot), kind of value.
PARAMETERS = [
    ("pglogical.batch_inserts", "on", "postmaster", "bool"),
    ("pglogical.conflict_log_level", "log", "superuser", "enum"),
    ("pglogical.conflict_resolution", "apply_remote", "superuser", "enum"),
    ("pglogical.extra_connection_options", "", "sighup", "string"),
    ("pglogical.synchronous_commit", "off", "postmaster", "bool"),
    ("pglogical.use_spi", "off", "postmaster", "bool"),
]
#: The words the table names for two of them.
WORDS = {
    LEVEL: "debug5 debug4 debug3 debug2 debug1 info notice warning error log fatal panic",
    RESOLUTION: "error apply_remote keep_local last_update_wins first_update_wins",
}
STATIC = [name for name, _, context, _ in PARAMETERS if context == "postmaster"]


@pytest.fixture
def written(running: Any) -> Iterator[Any]:
    """Give the pair with a replicated table ``item`` of the test's own, and no conflict settings."""
    settle(running)
    for session in (running.source, running.target):
        session.execute("DROP TABLE IF EXISTS item")
        session.execute("CREATE TABLE item (id int PRIMARY KEY, v text)")
    running.add_table("item")
    running.source.execute("INSERT INTO item VALUES (1, 'old'), (2, 'old')")
    running.until_copied("item", 2)
    yield running
    running.source.execute("SELECT pglogical.replication_set_remove_table('default', 'item')")


def settle(pair: Any, **settings: str) -> None:
    """Let the subscriber's group have these conflict settings and no others."""
    wanted = {f"pglogical.conflict_{name}": value for name, value in settings.items()}
    given = {name: one for name, one in pair.subscriber.group.items() if "conflict" in name}
    if wanted != given:
        pair.subscriber.modify(dict.fromkeys(given) | wanted)


def both_change(pair: Any) -> None:
    """Change rows on both sides before the publisher's changes arrive: 1 last here, 2 last there."""
    pair.target.execute(DISABLE)
    pair.until_stopped()
    change = "UPDATE item SET v = %s WHERE id = %s"
    pair.source.execute(change, ["remote", 1])
    pair.target.execute(change, ["local", 1])
    pair.target.execute(change, ["local", 2])
    pair.source.execute(change, ["remote", 2])


def values(pair: Any) -> list[str]:
    """Return the subscriber's values of both rows, once all that the publisher wrote has arrived."""
    pair.source.execute("INSERT INTO item VALUES (9, 'end')")
    pair.until_copied("item", 3)
    rows = pair.target.execute("SELECT v FROM item WHERE id < 9 ORDER BY id").fetchall()
    return [one for (one,) in rows]


@documented
@pytest.mark.parametrize(
    ("resolution", "stays"),
    [
        ("apply_remote", ["remote", "remote"]),
        ("keep_local", ["local", "local"]),
        ("last_update_wins", ["local", "remote"]),
        ("first_update_wins", ["remote", "local"]),
    ],
    ids=["apply_remote", "keep_local", "last_update_wins", "first_update_wins"],
)
def test_resolution(written: Any, resolution: str, stays: list[str]) -> None:
    """Each value of pglogical.conflict_resolution decides which of two changes of a row stays."""
    settle(written, resolution=resolution)
    both_change(written)
    written.enable()
    assert values(written) == stays


@documented
def test_error_stops_replication(written: Any) -> None:
    """With conflict_resolution error a conflict stops replication until another value decides it."""
    settle(written, resolution="error")
    both_change(written)
    mark = written.subscriber.logs.mark()
    written.enable()
    written.until_failed(mark)
    ((_, status),) = written.target.execute(
        "SELECT subscription_name, status FROM pglogical.show_subscription_status()"
    ).fetchall()
    assert status == "down"
    settle(written, resolution="apply_remote")
    written.restart()
    assert values(written) == ["remote", "remote"]


@documented
def test_log_level(written: Any) -> None:
    """A conflict is not logged when pglogical.conflict_log_level is below what the server logs."""
    settle(written, log_level="debug1")
    written.restart()
    mark = written.subscriber.logs.mark()
    written.target.execute("INSERT INTO item VALUES (3, 'local')")
    written.source.execute("INSERT INTO item VALUES (3, 'remote')")
    written.until(written.subscriber, "SELECT v FROM item WHERE id = 3", "remote")
    assert conflicts(written, mark) == []


@claim(source=DOCS, certainty="observed")
def test_running_workers_keep_their_values(written: Any) -> None:
    """Conflicts are logged as LOG; a subscription that runs takes another level when it is enabled anew."""
    written.restart()
    settle(written, log_level="warning")
    with written.subscriber.recorded(written.name) as session:
        assert session.execute(f"SHOW {LEVEL}").fetchone() == ("warning",)
    for number, logged in ((3, "LOG"), (4, "WARNING")):
        mark = written.subscriber.logs.mark()
        written.target.execute("INSERT INTO item VALUES (%s, 'local')", [number])
        written.source.execute("INSERT INTO item VALUES (%s, 'remote')", [number])
        written.until(written.subscriber, f"SELECT v FROM item WHERE id = {number}", "remote")
        assert conflicts(written, mark) == [f"{logged}: {CONFLICT.format('INSERT')}"]
        written.restart()


def conflicts(pair: Any, mark: Any) -> list[str]:
    """Return what the subscriber logged of conflicts after a mark; the report shows it."""
    records = pair.subscriber.logs.since(mark, database=pair.name)
    found = [f"{one.severity}: {one.message}" for one in records if one.message.startswith("CONFLICT")]
    for one in found:
        pair.target.recorder.act(f"-- logged: {one}")
    return found


@claim(source=DOCS, certainty="derived")
def test_log_level_error(written: Any) -> None:
    """With conflict_log_level error a conflict stops replication, though it could be resolved."""
    settle(written, log_level="error")
    written.restart()
    mark = written.subscriber.logs.mark()
    written.target.execute("INSERT INTO item VALUES (3, 'local')")
    written.source.execute("INSERT INTO item VALUES (3, 'remote')")
    written.until_failed(mark)
    assert conflicts(written, mark) == [f"ERROR: {CONFLICT.format('INSERT')}"]
    settle(written)
    written.restart()
    written.until(written.subscriber, "SELECT v FROM item WHERE id = 3", "remote")


@claim(source=ABOUT, certainty="documented")
def test_both_ways(replicating: Any) -> None:
    """Two instances that subscribe to each other both get all rows, each once: nothing goes round."""
    pair = replicating
    pair.target.execute("SELECT pglogical.replication_set_add_table('default', 'docs_lab_table')")
    pair.source.execute(
        "SELECT pglogical.create_subscription(subscription_name := 'way_back', provider_dsn := %s,"
        " replication_sets := ARRAY['default'], synchronize_data := false, forward_origins := '{}')",
        [pair.dsn(pair.subscriber)],
    )
    pair.until(pair.publisher, "SELECT status FROM pglogical.show_subscription_status()", "replicating")
    mark = pair.publisher.logs.mark()
    pair.source.execute("INSERT INTO docs_lab_table VALUES (6001)")
    pair.until_copied("docs_lab_table", 5001)
    pair.target.execute("INSERT INTO docs_lab_table VALUES (6002)")
    pair.until(pair.publisher, "SELECT count(*) FROM docs_lab_table", 5002)
    added = "SELECT a FROM docs_lab_table WHERE a > 5000 ORDER BY a"
    for session in (pair.source, pair.target):
        assert session.execute(added).fetchall() == [(6001,), (6002,)]
    told = [one.message for one in pair.publisher.logs.since(mark, database=pair.name)]
    assert [one for one in told if one.startswith("CONFLICT")] == []


@documented
@documentation_finding("pglogical-batch-inserts")
def test_parameters(running: Any) -> None:
    """The parameters of the table exist, with these defaults: batch_inserts is on unless it is turned off."""
    settle(running)
    query = (
        "SELECT name, boot_val, context, vartype FROM pg_settings WHERE name = ANY(%s) AND setting = boot_val"
        ' ORDER BY name COLLATE "C"'
    )
    assert running.target.execute(query, [[name for name, *_ in PARAMETERS]]).fetchall() == PARAMETERS
    for name, words in WORDS.items():
        (found,) = running.target.execute(
            "SELECT enumvals FROM pg_settings WHERE name = %s", [name]
        ).fetchone()
        assert sorted(found) == sorted(words.split())


@documented
@pytest.mark.parametrize(("name", "context"), [(name, context) for name, _, context, _ in PARAMETERS])
def test_session_may_not_set(running: Any, name: str, context: str) -> None:
    """No session sets them, not even the master user's: they belong into the parameter group."""
    error = pg.InsufficientPrivilege if context == "superuser" else pg.CantChangeRuntimeParam
    with pytest.raises(error):
        running.target.execute(f"SET {name} = '1'")


@pytest.fixture(scope="module")
def plain(rds_fleet: Any, rds_version: str) -> Any:
    """Start a server with the library and without commit timestamps."""
    (server,) = rds_fleet.start([(rds_version, {"shared_preload_libraries": "pglogical"})])
    return server


@pytest.fixture
def group(plain: Any, rds_recording: Any) -> Any:
    """Give the server without commit timestamps; its group is reset and in force before a test."""
    rds_recording({"": plain})
    plain.modify(dict.fromkeys(name for name in plain.group if name.startswith("pglogical.")))
    if plain.pending:
        plain.reboot()
    return plain


@claim(source=UPSTREAM, certainty="documented", basis="emulated")
@pytest.mark.parametrize("resolution", ["keep_local", "last_update_wins", "first_update_wins"])
def test_timestamps_are_needed(group: Any, resolution: str) -> None:
    """Without track_commit_timestamp only error and apply_remote can be set."""
    with pytest.raises(ParameterRefused, match=f"Invalid parameter value: {resolution}"):
        group.modify({RESOLUTION: resolution}, apply_method="immediate")
    for taken in ("error", "apply_remote"):
        group.modify({RESOLUTION: taken}, apply_method="immediate")
        with group.recorded() as master:
            assert master.execute(f"SHOW {RESOLUTION}").fetchone() == (taken,)


@claim(source=DOCS, certainty="documented", basis="emulated")
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        (RESOLUTION, "newest"),
        (LEVEL, "loud"),
        ("pglogical.batch_inserts", "2"),
        ("pglogical.use_spi", "maybe"),
    ],
)
def test_wrong_values(group: Any, name: str, wrong: str) -> None:
    """A value that the table does not name is refused by the parameter group."""
    with pytest.raises(ParameterRefused, match=f"Invalid parameter value: {wrong} for: {name}"):
        group.modify({name: wrong})
    assert name not in group.group


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_dynamic_parameters(group: Any) -> None:
    """Conflict settings and connection options of the group come into force at once."""
    values = {RESOLUTION: "error", LEVEL: "info", "pglogical.extra_connection_options": "keepalives=0"}
    group.modify(values, apply_method="immediate")
    assert group.parameter_status == "in-sync"
    with group.recorded() as master:
        for name, wanted in values.items():
            assert master.execute(f"SHOW {name}").fetchone() == (wanted,)


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_static_parameters(group: Any, step: Any) -> None:
    """batch_inserts, synchronous_commit and use_spi wait for a reboot."""
    values = {"pglogical.batch_inserts": "0", "pglogical.synchronous_commit": "1", "pglogical.use_spi": "1"}
    for name in STATIC:
        with pytest.raises(ParameterRefused, match="cannot use immediate apply method for static parameter"):
            group.modify({name: values[name]}, apply_method="immediate")
    with step("Change them: they wait"):
        group.modify(values, apply_method="pending-reboot")
        assert group.pending == values
    with step("Reboot"):
        group.reboot()
    with group.recorded() as master:
        found = [master.execute(f"SHOW {name}").fetchone()[0] for name in STATIC]
    assert found == ["off", "on", "on"]
