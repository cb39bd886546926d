"""pglogical: publish tables, subscribe to them, and what follows the changes of the publisher."""

from contextlib import ExitStack
from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import claim, documentation_finding, scenario

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.pglogical"
DOCS = f"{_GUIDE}.setup-replication.html"
SETUP = f"{_GUIDE}.basic-setup.html"
ABOUT = f"{_GUIDE}.html"
RELEASES = "https://github.com/2ndQuadrant/pglogical/releases"
UPSTREAM = "https://github.com/2ndQuadrant/pglogical/blob/REL2_x_STABLE/docs/README.md"

pytestmark = scenario(
    "extensions/pglogical-replication",
    title="Replicate tables between two instances with pglogical",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "pglogical"),
)
documented = claim(source=DOCS, certainty="documented")
upstream = claim(source=UPSTREAM, certainty="documented")

#: The subscriber is newer than the publisher: 13 to 17 and 15 to 18; 17 and 18 replicate to their like.
ACROSS = True


@documented
@documentation_finding("pglogical-second-reboot")
def test_publish_and_subscribe(pair: Any, step: Any) -> None:
    """The 5000 rows of the publisher's table are copied to the subscriber, without another reboot."""
    source, target = pair.source, pair.target
    with step("Publisher, 1. Create the table and fill it"):
        source.execute("CREATE TABLE docs_lab_table (a int PRIMARY KEY)")
        filled = source.execute("INSERT INTO docs_lab_table VALUES (generate_series(1,5000))")
        assert filled.statusmessage == "INSERT 0 5000"
    with step("Publisher, 2. Create the node"):
        node = "SELECT pglogical.create_node(node_name := %s, dsn := %s)"
        dsn = f"host=source-instance port=5432 dbname={pair.name}"
        assert source.execute(node, ["docs_lab_provider", dsn]).fetchone() == (3410995529,)
    with step("Publisher, 3. Add the table to the default replication set"):
        added = "SELECT pglogical.replication_set_add_table('default', 'docs_lab_table', 'true', NULL, NULL)"
        assert source.execute(added).fetchone() == (True,)
    with step("Subscriber, 2. and 3. Create the same table, empty"):
        target.execute("CREATE TABLE docs_lab_table (a int PRIMARY KEY)")
        assert target.execute("SELECT count(*) FROM docs_lab_table").fetchone() == (0,)
    with step("Subscriber, 4. Create the node"):
        assert target.execute(node, ["docs_lab_target", pair.dsn(pair.subscriber)]).fetchone() == (
            2182738256,
        )
    with step("Subscriber, 5. Create the subscription"):
        assert pair.subscribe() == 1038357190
        pair.until_copied("docs_lab_table", 5000)
        assert target.execute("SELECT count(*) FROM docs_lab_table").fetchone() == (5000,)
        pair.until_replicating()


@documented
def test_changes_follow(running: Any) -> None:
    """Rows that are inserted, updated, deleted or truncated at the publisher are so at the subscriber."""
    rows = "SELECT id, v FROM item ORDER BY id"
    for session in (running.source, running.target):
        session.execute("CREATE TABLE item (id int PRIMARY KEY, v text)")
    running.add_table("item")
    running.source.execute("INSERT INTO item VALUES (1, 'one'), (2, 'two'), (3, 'three')")
    running.source.execute("UPDATE item SET id = 4, v = 'four' WHERE id = 2")
    running.source.execute("DELETE FROM item WHERE id = 1")
    running.until(running.subscriber, "SELECT string_agg(id::text, ',' ORDER BY id) FROM item", "3,4")
    assert running.target.execute(rows).fetchall() == [(3, "three"), (4, "four")]
    running.source.execute("TRUNCATE item")
    running.until_copied("item", 0)
    assert running.target.execute(rows).fetchall() == []


@claim(source=ABOUT, certainty="documented")
@documentation_finding("pglogical-direction")
def test_changes_of_the_subscriber_stay_there(running: Any) -> None:
    """What is written at the subscriber does not reach the publisher: changes go the other way."""
    for session in (running.source, running.target):
        session.execute("CREATE TABLE way (id int PRIMARY KEY)")
    running.add_table("way")
    running.target.execute("INSERT INTO way VALUES (1)")
    running.source.execute("INSERT INTO way VALUES (2)")
    running.until_copied("way", 2)
    assert running.target.execute("SELECT id FROM way ORDER BY id").fetchall() == [(1,), (2,)]
    assert running.source.execute("SELECT id FROM way ORDER BY id").fetchall() == [(2,)]


@claim(source=RELEASES, certainty="observed", until=15)
def test_older_subscriber(running: Any) -> None:
    """A subscriber needs pglogical 2.4.5 for a publisher of 17 or later; an older one makes no slot there."""
    older, newer = running.publisher, running.subscriber
    with ExitStack() as opened:
        pair = type(running).create((newer, older), opened, older.recorder)
        pair.publish()
        pair.create_target()
        mark = older.logs.mark()
        pair.subscribe()
        version = tuple(int(part) for part in older.info.extension_versions["pglogical"].split("."))
        if version >= (2, 4, 5):
            pair.until_replicating()
        else:
            told = "could not create replication slot on provider: ERROR:  syntax error"
            older.logs.wait(mark, lambda one: told in one.message, database=pair.name)
            pair.until_status("down")


@claim(source=ABOUT, certainty="documented", until=15)
def test_same_version(running: Any, rds_instance: Any) -> None:
    """The subscriber may also be of the publisher's own version."""
    group = {"shared_preload_libraries": "pglogical", "rds.logical_replication": "1"}
    servers = running.publisher, rds_instance(parameters=group)
    with ExitStack() as opened:
        pair = type(running).create(servers, opened, running.publisher.recorder)
        pair.replicate()
        pair.source.execute("INSERT INTO docs_lab_table VALUES (5001)")
        pair.until_copied("docs_lab_table", 5001)
        assert pair.target.execute("SELECT count(*) FROM docs_lab_table").fetchone() == (5001,)


@documented
def test_without_copy(pair: Any) -> None:
    """With synchronize_data := false only what changes from now on arrives, not the rows that are there."""
    pair.replicate(copy=False)
    pair.source.execute("INSERT INTO docs_lab_table VALUES (5001)")
    pair.until_copied("docs_lab_table", 1)
    assert pair.target.execute("SELECT a FROM docs_lab_table").fetchall() == [(5001,)]


@upstream
def test_table_without_primary_key(running: Any) -> None:
    """A table without primary key is refused in the default set; default_insert_only takes it."""
    for session in (running.source, running.target):
        session.execute("CREATE TABLE keyless (a int)")
    with pytest.raises(
        pg.InvalidParameterValue, match="table keyless cannot be added to replication set default"
    ) as caught:
        running.add_table("keyless")
    assert caught.value.diag.message_detail == (
        "table does not have PRIMARY KEY and given replication set is configured to replicate"
        " UPDATEs and/or DELETEs"
    )
    running.add_table("keyless", to="default_insert_only")


@upstream
def test_insert_only(pair: Any) -> None:
    """Of a table in default_insert_only new rows arrive; updates and deletes do not."""
    pair.publish()
    pair.create_target()
    pair.subscribe(sets="{default,default_insert_only}")
    pair.until_replicating()
    for session in (pair.source, pair.target):
        session.execute("CREATE TABLE keyless (a int)")
    pair.add_table("keyless", to="default_insert_only")
    pair.source.execute("INSERT INTO keyless VALUES (1), (2)")
    pair.source.execute("UPDATE keyless SET a = 10 WHERE a = 1")
    pair.source.execute("DELETE FROM keyless WHERE a = 2")
    pair.source.execute("INSERT INTO keyless VALUES (3)")
    pair.until_copied("keyless", 3)
    assert pair.target.execute("SELECT a FROM keyless ORDER BY a").fetchall() == [(1,), (2,), (3,)]
    assert pair.source.execute("SELECT a FROM keyless ORDER BY a").fetchall() == [(3,), (10,)]


@upstream
def test_rows_and_columns(running: Any) -> None:
    """A row filter and a list of columns limit what the subscriber gets, in the copy and afterwards."""
    for session in (running.source, running.target):
        session.execute("CREATE TABLE part (id int PRIMARY KEY, v text, secret text)")
    running.source.execute("INSERT INTO part SELECT g, 'v', 's' FROM generate_series(1, 10) g")
    running.source.execute(
        "SELECT pglogical.replication_set_add_table('default', 'part', true, '{id,v}', 'id > 8')"
    )
    running.until_synchronized("part")
    running.source.execute("INSERT INTO part VALUES (0, 'v', 's'), (11, 'v', 's')")
    running.source.execute("UPDATE part SET v = 'w' WHERE id IN (8, 9)")
    running.until(running.subscriber, "SELECT count(*) FROM part WHERE v = 'w'", 1)
    assert running.target.execute("SELECT * FROM part ORDER BY id").fetchall() == [
        (9, "w", None), (10, "v", None), (11, "v", None)
    ]  # fmt: skip


@claim(source=UPSTREAM, certainty="observed")
def test_filters_fail_during_the_copy(running: Any) -> None:
    """While a table is copied the changes made to it come unfiltered, with all rows and columns."""
    for session in (running.source, running.target):
        session.execute("CREATE TABLE leak (id int PRIMARY KEY, v text, secret text)")
    running.source.execute("INSERT INTO leak SELECT g, 'v', 's' FROM generate_series(1, 10) g")
    with running.subscriber.recorded(running.name) as late:
        late.autocommit = False
        late.execute("LOCK TABLE leak")
        running.source.execute(
            "SELECT pglogical.replication_set_add_table('default', 'leak', true, '{id,v}', 'id > 8')"
        )
        waiting = "FROM pg_locks WHERE relation = 'leak'::regclass AND NOT granted"
        running.until(running.subscriber, f"SELECT count(*) > 0 {waiting}")
        running.source.execute("INSERT INTO leak VALUES (0, 'v', 's')")
        running.source.execute("INSERT INTO docs_lab_table VALUES (7001)")
        running.until(running.subscriber, "SELECT count(*) FROM docs_lab_table WHERE a = 7001", 1)
        late.commit()
    running.until_synchronized("leak")
    assert running.target.execute("SELECT * FROM leak ORDER BY id").fetchall() == [
        (0, "v", "s"), (9, "v", None), (10, "v", None)
    ]  # fmt: skip


@upstream
def test_sequences(running: Any) -> None:
    """A sequence in a set is carried over with a lead, so that the subscriber's next value is never taken."""
    for session in (running.source, running.target):
        session.execute("CREATE SEQUENCE number")
    added = "SELECT pglogical.replication_set_add_sequence('default', 'number', true)"
    assert running.source.execute(added).fetchone() == (True,)
    running.source.execute("SELECT nextval('number') FROM generate_series(1, 20)")
    running.source.execute("SELECT pglogical.synchronize_sequence('number')")
    running.until(running.subscriber, "SELECT last_value > 20 FROM number")
    (here,) = running.source.execute("SELECT last_value FROM number").fetchone()
    (there,) = running.target.execute("SELECT nextval('number')").fetchone()
    assert here < there <= here + 2000


@upstream
def test_definitions_do_not_follow(running: Any) -> None:
    """A table created at the publisher is not created at the subscriber; replicate_ddl_command does both."""
    running.source.execute("CREATE TABLE plain (a int PRIMARY KEY)")
    command = "SELECT pglogical.replicate_ddl_command(%s, ARRAY['default'])"
    running.source.execute(command, ["CREATE TABLE public.both (a int PRIMARY KEY)"])
    running.until(running.subscriber, "SELECT to_regclass('public.both') IS NOT NULL")
    tables = "SELECT tablename FROM pg_tables WHERE tablename IN ('plain', 'both') ORDER BY 1"
    assert running.source.execute(tables).fetchall() == [("both",), ("plain",)]
    assert running.target.execute(tables).fetchall() == [("both",)]


@claim(source=ABOUT, certainty="documented")
@pytest.mark.parametrize(
    ("there", "told"),
    [
        ("", 'relation "public.item" does not exist'),
        ("CREATE TABLE item (a int PRIMARY KEY)", "unknown column name b"),
        (
            "CREATE TABLE item (a int PRIMARY KEY, b int CHECK (b > 9))",
            'violates check constraint "item_b_check"',
        ),
    ],
    ids=["no-table", "no-column", "stricter"],
)
def test_tables_must_be_alike(replicating: Any, there: str, told: str) -> None:
    """Replication stops at a table that is missing or does not fit the rows, and goes on once it does."""
    replicating.source.execute("CREATE TABLE item (a int PRIMARY KEY, b int NOT NULL)")
    if there:
        replicating.target.execute(there)
    replicating.add_table("item")
    mark = replicating.subscriber.logs.mark()
    replicating.source.execute("INSERT INTO item VALUES (1, 2)")
    replicating.until_failed(mark)
    records = replicating.subscriber.logs.since(mark, database=replicating.name)
    assert [one.severity for one in records if told in one.message] == ["ERROR"]
    replicating.target.execute("DROP TABLE IF EXISTS item")
    # More permissive than the publisher's is allowed.
    replicating.target.execute("CREATE TABLE item (a int PRIMARY KEY, b int)")
    replicating.restart()
    replicating.until_copied("item", 1)
    assert replicating.target.execute("SELECT a, b FROM item").fetchall() == [(1, 2)]


@claim(source=SETUP, certainty="derived", basis="emulated")
def test_publisher_wants_rds_replication(pair: Any) -> None:
    """The user of a subscription has to be a member of rds_replication at the publisher."""
    pair.publish()
    pair.create_target()
    role = pair.role("reader")
    dsn = pair.dsn(pair.publisher, role, pair.PASSWORD)
    pair.source.execute(f"GRANT USAGE ON SCHEMA pglogical TO {role}")
    pair.source.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA pglogical TO {role}")
    pair.source.execute(f"GRANT SELECT ON docs_lab_table TO {role}")
    with pytest.raises(pg.InternalError_, match=r"FATAL:  .*(replication role|permission denied) to start"):
        pair.subscribe(dsn=dsn)
    pair.source.execute(f"GRANT rds_replication TO {role}")
    pair.subscribe(dsn=dsn)
    pair.until_replicating()
    assert pair.target.execute("SELECT count(*) FROM docs_lab_table").fetchone() == (5000,)


@claim(source=UPSTREAM, certainty="observed")
def test_passwords_are_shown(pair: Any) -> None:
    """A subscription that fails shows its connection string, password included, to the caller and the log."""
    pair.publish()
    pair.create_target()
    mark = pair.subscriber.logs.mark()
    with pytest.raises(pg.InternalError_) as caught:
        pair.subscribe(dsn=pair.dsn(pair.publisher, "nobody", "open-sesame"))
    assert "password=open-sesame" in str(caught.value.diag.message_detail)
    (error,) = [
        one for one in pair.subscriber.logs.since(mark, database=pair.name) if one.severity == "ERROR"
    ]
    assert "password=open-sesame" in error.detail
