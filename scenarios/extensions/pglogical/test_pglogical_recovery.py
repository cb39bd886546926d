"""pglogical: see that replication is disrupted, and bring it back."""

from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import claim, documentation_finding, rests_on, scenario

DOCS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.pglogical.recover-replication-after-upgrade.html"
)
UPSTREAM = "https://github.com/2ndQuadrant/pglogical/blob/REL2_x_STABLE/docs/README.md"
ORIGINS = "https://www.postgresql.org/docs/current/replication-origins.html"

pytestmark = scenario(
    "extensions/pglogical-recovery",
    title="Detect that pglogical's replication is disrupted, and reestablish it",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "pglogical"),
)
documented = claim(source=DOCS, certainty="documented")

#: The subscriber is newer than the publisher, as after an upgrade of the subscriber.
ACROSS = True

SLOTS = (
    "SELECT slot_name, plugin, slot_type, active FROM pg_replication_slots"
    " WHERE database = current_database()"
)
ORIGIN = "SELECT roname FROM pg_replication_origin WHERE roname = %s"
STATUS = "SELECT subscription_name, status, slot_name FROM pglogical.show_subscription_status()"
DISABLE = "SELECT pglogical.alter_subscription_disable('docs_lab_subscription', true)"
CREATE_ORIGIN = "SELECT pg_replication_origin_create(%s)"


def told(pair: Any) -> tuple[Any, Any, Any]:
    """Return what publisher and subscriber tell: the slot's activity, the origin, the status."""
    ((name, plugin, kind, active),) = pair.source.execute(SLOTS).fetchall()
    assert (name, plugin, kind) == (pair.slot, "pglogical_output", "logical")
    origin = pair.target.execute(ORIGIN, [pair.slot]).fetchall()
    ((subscription, status, slot),) = pair.target.execute(STATUS).fetchall()
    assert (subscription, slot) == ("docs_lab_subscription", pair.slot)
    return active, [one for (one,) in origin], status


def failure(pair: Any, mark: Any) -> str:
    """Return how the log tells of a worker's failure, shown in the report with N for numbers."""
    record = pair.until_failed(mark)
    assert (record.severity, record.user, record.database) == ("LOG", "", "")
    name, _, exited = record.message.partition(" (PID ")
    text = f'{name.partition(" apply ")[0]} apply N" (PID N){exited.partition(")")[2]}'
    pair.target.recorder.act(f"-- logged: {text}")
    return text


def lose_origin(pair: Any) -> Any:
    """Take the replication origin from the subscriber, as an upgrade does; return a mark before that."""
    pair.target.execute(DISABLE)
    pair.until_stopped()
    pair.target.execute("SELECT pg_replication_origin_drop(%s)", [pair.slot])
    mark = pair.subscriber.logs.mark()
    pair.enable()
    return mark


def lose_slot(pair: Any) -> Any:
    """Drop the slot at the publisher, as its upgrade demands; return a mark before that."""
    pair.target.execute(DISABLE)
    pair.until_stopped()
    pair.source.execute("SELECT pg_drop_replication_slot(%s)", [pair.slot])
    mark = pair.subscriber.logs.mark()
    pair.enable()
    return mark


@documented
def test_disruption_shows_everywhere(replicating: Any, step: Any) -> None:
    """A lost replication origin shows at the publisher, in the log, as missing, and in the status."""
    with step("Before: all is well"):
        assert told(replicating) == (True, [replicating.slot], "replicating")
    with step("The subscriber loses its replication origin"):
        mark = lose_origin(replicating)
    with step("After: four ways to see it"):
        exited = 'background worker "pglogical apply N" (PID N) exited with exit code 1'
        assert failure(replicating, mark) == exited
        assert told(replicating) == (False, [], "down")


@documented
@documentation_finding("pglogical-recovered-name")
def test_reestablish(replicating: Any, step: Any) -> None:
    """Disabled, given its origin again and enabled, the subscription gets what it missed by its old slot."""
    target = replicating.target
    failure(replicating, lose_origin(replicating))
    replicating.source.execute("INSERT INTO docs_lab_table VALUES (5001)")
    with step("2. Deactivate the subscription"):
        assert target.execute(DISABLE).fetchone() == (True,)
    with step("3. Get the publisher node's identifier"):
        (slot,) = target.execute("SELECT sub_slot_name FROM pglogical.subscription").fetchone()
        assert target.execute(ORIGIN, [slot]).fetchall() == []
    with step("4. Create the origin"):
        assert target.execute(CREATE_ORIGIN, [slot]).fetchone()[0] > 0
    with step("5. Turn on the subscription"):
        replicating.enable()
    with step("Check"):
        replicating.until_replicating()
        assert told(replicating) == (True, [replicating.slot], "replicating")
        replicating.until_copied("docs_lab_table", 5001)
        assert target.execute("SELECT count(*) FROM docs_lab_table").fetchone() == (5001,)


@documented
@documentation_finding("pglogical-origin-order")
def test_origin_that_exists(replicating: Any) -> None:
    """An origin that step 3 finds is there, so that step 4 is refused; without step 4 it goes on."""
    replicating.target.execute(DISABLE)
    assert replicating.target.execute(ORIGIN, [replicating.slot]).fetchall() == [(replicating.slot,)]
    with pytest.raises(pg.UniqueViolation, match="pg_replication_origin_roname_index"):
        replicating.target.execute(CREATE_ORIGIN, [replicating.slot])
    replicating.enable()
    replicating.until_replicating()
    assert told(replicating) == (True, [replicating.slot], "replicating")


@documented
@documentation_finding("pglogical-origin-empty")
def test_lost_slot_shows_in_the_status(replicating: Any) -> None:
    """A slot that was dropped at the publisher shows in log and status; the origin is still there."""
    mark = lose_slot(replicating)
    failure(replicating, mark)
    assert replicating.source.execute(SLOTS).fetchall() == []
    assert replicating.target.execute(ORIGIN, [replicating.slot]).fetchall() == [(replicating.slot,)]
    assert replicating.target.execute(STATUS).fetchall() == [
        ("docs_lab_subscription", "down", replicating.slot)
    ]
    fatal = [
        one.message
        for one in replicating.subscriber.logs.since(mark, database=replicating.name)
        if one.severity == "FATAL"
    ]
    assert f'replication slot "{replicating.slot}" does not exist' in fatal[0]


@documented
@documentation_finding("pglogical-recovery-slot")
def test_reestablish_without_slot(replicating: Any, step: Any) -> None:
    """Without a slot the five steps leave replication down; a new slot and a new copy bring it back."""
    source, target = replicating.source, replicating.target
    failure(replicating, lose_slot(replicating))
    source.execute("INSERT INTO docs_lab_table VALUES (5001)")
    with step("2. to 5. as they are written"):
        target.execute(DISABLE)
        with pytest.raises(pg.UniqueViolation):
            target.execute(CREATE_ORIGIN, [replicating.slot])
        mark = replicating.subscriber.logs.mark()
        replicating.enable()
        failure(replicating, mark)
        assert target.execute(STATUS).fetchone()[1] == "down"
    with step("Create the slot at the publisher: later rows come, the one in between does not"):
        source.execute(
            "SELECT pg_create_logical_replication_slot(%s, 'pglogical_output')", [replicating.slot]
        )
        replicating.restart()
        replicating.until_replicating()
        source.execute("INSERT INTO docs_lab_table VALUES (5002)")
        replicating.until_copied("docs_lab_table", 5001)
        added = "SELECT a FROM docs_lab_table WHERE a > 5000"
        assert target.execute(added).fetchall() == [(5002,)]
    with step("Copy the table anew"):
        anew = "SELECT pglogical.alter_subscription_resynchronize_table(%s, 'docs_lab_table')"
        target.execute(anew, ["docs_lab_subscription"])
        replicating.until_copied("docs_lab_table", 5002)
        assert target.execute("SELECT count(*) FROM docs_lab_table").fetchone() == (5002,)


@claim(source=UPSTREAM, certainty="documented")
def test_disabled_is_not_down(replicating: Any) -> None:
    """A subscription that was disabled on purpose is disabled, not down, and keeps slot and origin."""
    replicating.target.execute(DISABLE)
    replicating.until_stopped()
    assert told(replicating) == (False, [replicating.slot], "disabled")


@claim(source=ORIGINS, certainty="derived", basis="emulated")
@rests_on("replication-origins-13")
def test_origins_need_rds_superuser(pair: Any) -> None:
    """The master user creates and drops replication origins; an ordinary user does not."""
    name = f"origin_{pair.name}"
    role = pair.role("app")
    with (
        pair.publisher.recorded(pair.name, role, pair.PASSWORD) as app,
        pytest.raises(pg.InsufficientPrivilege),
    ):
        app.execute(CREATE_ORIGIN, [name])
    assert pair.source.execute(CREATE_ORIGIN, [name]).fetchone()[0] > 0
    assert pair.source.execute(ORIGIN, [name]).fetchall() == [(name,)]
    pair.source.execute("SELECT pg_replication_origin_drop(%s)", [name])
    assert pair.source.execute(ORIGIN, [name]).fetchall() == []


@claim(source=DOCS, certainty="derived", basis="emulated")
def test_subscription_needs_rds_superuser(replicating: Any) -> None:
    """An ordinary user of the subscriber can neither disable the subscription nor look at it."""
    role = f"app_{replicating.name.removeprefix('labdb_')}"
    replicating.subscriber.recorder.mask(role, "app")
    replicating.target.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'open-sesame'")
    with replicating.subscriber.recorded(replicating.name, role, "open-sesame") as app:
        for statement in (DISABLE, STATUS):
            with pytest.raises(pg.InsufficientPrivilege, match="permission denied for schema pglogical"):
                app.execute(statement)
    assert told(replicating)[2] == "replicating"
