"""pglogical: find nodes, subscriptions and slots, and remove them before a major upgrade."""

from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import claim, documentation_finding, scenario

DOCS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.pglogical.handle-slots.html"
)
UPSTREAM = "https://github.com/2ndQuadrant/pglogical/blob/REL2_x_STABLE/docs/README.md"
SERVER = "https://www.postgresql.org/docs/current/functions-admin.html"

pytestmark = scenario(
    "extensions/pglogical-slots",
    title="Drop pglogical's subscriptions, nodes and slots before a major upgrade",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "pglogical"),
)
documented = claim(source=DOCS, certainty="documented")

NODES = "SELECT * FROM pglogical.node ORDER BY node_name"
DROP = "SELECT pglogical.drop_subscription(subscription_name := 'docs_lab_subscription')"
PROVIDER, TARGET = (3410995529, "docs_lab_provider"), (2182738256, "docs_lab_target")

#: What the check before a major upgrade looks for, in this database.
SLOTS = "SELECT slot_name, active FROM pg_replication_slots WHERE database = current_database()"


@documented
def test_nodes_are_listed(running: Any) -> None:
    """The subscriber lists both nodes, the publisher its own alone."""
    assert running.target.execute(NODES).fetchall() == [PROVIDER, TARGET]
    assert running.source.execute(NODES).fetchall() == [PROVIDER]


@documented
def test_subscription_tells_its_slot(running: Any) -> None:
    """The subscription names the slot that the publisher has for it; the subscriber has none."""
    query = "SELECT sub_name, sub_slot_name, sub_target FROM pglogical.subscription"
    assert running.target.execute(query).fetchall() == [("docs_lab_subscription", running.slot, 2182738256)]
    assert running.source.execute(query).fetchall() == []
    assert running.source.execute(SLOTS).fetchall() == [(running.slot, True)]
    assert running.target.execute(SLOTS).fetchall() == []


@documented
def test_node_stays_while_it_subscribes(running: Any) -> None:
    """A node cannot be dropped while it has a subscription."""
    with pytest.raises(
        pg.ObjectNotInPrerequisiteState, match='cannot drop node "docs_lab_target" because it still has subsc'
    ):
        running.target.execute("SELECT pglogical.drop_node(node_name := 'docs_lab_target')")
    assert running.target.execute(NODES).fetchall() == [PROVIDER, TARGET]


@documented
@documentation_finding("pglogical-drop-node-name")
def test_drop_subscription_and_node(replicating: Any, step: Any) -> None:
    """The subscription and its node can be dropped; the example's docs-lab-subscriber is no node, though."""
    target = replicating.target
    with step("1. Drop the subscription"):
        assert target.execute(DROP).fetchone() == (1,)
        assert target.execute("SELECT count(*) FROM pglogical.subscription").fetchone() == (0,)
        assert target.execute(NODES).fetchall() == [TARGET]
    with step("2. Drop the node, as it is written"):
        with pytest.raises(pg.InternalError_, match="node docs-lab-subscriber not found"):
            target.execute("SELECT pglogical.drop_node(node_name := 'docs-lab-subscriber')")
        assert target.execute(NODES).fetchall() == [TARGET]
    with step("2. Drop the node, by its name"):
        dropped = "SELECT pglogical.drop_node(node_name := 'docs_lab_target')"
        assert target.execute(dropped).fetchone() == (True,)
    with step("3. Verify"):
        assert target.execute(NODES).fetchall() == []


@documented
@documentation_finding("pglogical-slot-goes-along")
def test_slot_goes_with_the_subscription(replicating: Any) -> None:
    """Dropping the subscription drops its slot at the publisher: nothing is left to be dropped there."""
    assert replicating.source.execute(SLOTS).fetchall() == [(replicating.slot, True)]
    replicating.target.execute(DROP)
    assert replicating.source.execute(SLOTS).fetchall() == []
    with pytest.raises(pg.UndefinedObject, match="does not exist"):
        replicating.source.execute("SELECT pg_drop_replication_slot(%s)", [replicating.slot])


@claim(source=UPSTREAM, certainty="derived")
def test_slot_stays_when_the_publisher_is_out_of_reach(pair: Any) -> None:
    """A subscription dropped while its publisher lets nobody in leaves the slot, to be dropped there."""
    pair.publish()
    pair.create_target()
    role = f"link_{pair.name.removeprefix('labdb_')}"
    pair.publisher.recorder.mask(role, "link")
    pair.source.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'open-sesame' IN ROLE rds_superuser")
    pair.subscribe(dsn=pair.dsn(pair.publisher, role, "open-sesame"), copy=False)
    pair.until_replicating()
    pair.source.execute(f"ALTER ROLE {role} NOLOGIN")
    assert pair.target.execute(DROP).fetchone() == (1,)
    told = f'could not drop slot "{pair.slot}" on provider'
    assert [one for one in pair.target.notices if one.startswith(told)]
    pair.until_stopped()
    assert pair.source.execute(SLOTS).fetchall() == [(pair.slot, False)]
    pair.source.execute("SELECT pg_drop_replication_slot(%s)", [pair.slot])
    assert pair.source.execute(SLOTS).fetchall() == []


@documented
def test_publisher_node(replicating: Any) -> None:
    """The publisher's node, with its sets, is dropped at the publisher, once nobody subscribes."""
    replicating.target.execute(DROP)
    dropped = "SELECT pglogical.drop_node(node_name := 'docs_lab_provider')"
    assert replicating.source.execute(dropped).fetchone() == (True,)
    assert replicating.source.execute(NODES).fetchall() == []
    assert replicating.source.execute("SELECT count(*) FROM pglogical.replication_set").fetchone() == (0,)


@claim(source=UPSTREAM, certainty="documented")
def test_missing_node(running: Any) -> None:
    """Dropping a node that does not exist is refused, or tells f when asked for ifexists."""
    with pytest.raises(pg.InternalError_, match="node no_such_node not found"):
        running.target.execute("SELECT pglogical.drop_node('no_such_node')")
    assert running.target.execute("SELECT pglogical.drop_node('no_such_node', true)").fetchone() == (False,)


@claim(source=SERVER, certainty="documented")
def test_active_slot_stays(replicating: Any) -> None:
    """A slot cannot be dropped while it is in use; once the subscription is disabled it can."""
    drop = "SELECT pg_drop_replication_slot(%s)"
    with pytest.raises(pg.ObjectInUse, match="is active for PID") as caught:
        replicating.source.execute(drop, [replicating.slot])
    _, _, process = str(caught.value.diag.message_primary).rpartition("PID ")
    replicating.publisher.recorder.mask(process, "4711")
    replicating.target.execute("SELECT pglogical.alter_subscription_disable('docs_lab_subscription', true)")
    replicating.until_stopped()
    replicating.source.execute(drop, [replicating.slot])
    assert replicating.source.execute(SLOTS).fetchall() == []


@claim(source=SERVER, certainty="documented", basis="emulated")
def test_ordinary_user_drops_no_slot(running: Any) -> None:
    """A user who is no member of rds_replication may not drop a slot; a member may."""
    role, spare = running.role("app"), f"spare_{running.name}"
    running.source.execute("SELECT pg_create_logical_replication_slot(%s, 'pglogical_output')", [spare])
    with running.publisher.recorded(running.name, role, running.PASSWORD) as app:
        with pytest.raises(pg.InsufficientPrivilege):
            app.execute("SELECT pg_drop_replication_slot(%s)", [spare])
        running.source.execute(f"GRANT rds_replication TO {role}")
    with running.publisher.recorded(running.name, role, running.PASSWORD) as app:
        app.execute("SELECT pg_drop_replication_slot(%s)", [spare])
    assert running.source.execute(SLOTS).fetchall() == [(running.slot, True)]
