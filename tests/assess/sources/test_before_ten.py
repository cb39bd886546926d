"""The queries for 9.6, which no registry has: on 10, with the functions that 9.6 called otherwise.

Columns that came with 10 are there too; ``tests/assess/live/test_columns.py`` sees that none is asked for.
"""

from collections.abc import Iterator
from contextlib import closing

import pytest

from rdscheck.assess.facts import Fact, LoginRule, Relation, Slot
from rdscheck.assess.live.collecting import OF_DATABASE, OF_INSTANCE
from rdscheck.assess.live.connecting import Limits, connect, parameters_of
from rdscheck.assess.live.look import Look, number_of
from tests.assess.sources.conftest import there
from tests.assess.sources.plain import Plain, started

pytestmark = pytest.mark.xdist_group("source-10")

RENAMED = """
    CREATE FUNCTION pg_catalog.pg_current_xlog_location() RETURNS pg_lsn LANGUAGE sql
        AS 'SELECT pg_current_wal_lsn()';
    CREATE FUNCTION pg_catalog.pg_last_xlog_replay_location() RETURNS pg_lsn LANGUAGE sql
        AS 'SELECT pg_last_wal_replay_lsn()';
    CREATE FUNCTION pg_catalog.pg_xlog_location_diff(pg_lsn, pg_lsn) RETURNS numeric LANGUAGE sql
        AS 'SELECT pg_wal_lsn_diff($1, $2)'"""


@pytest.fixture(scope="module")
def old() -> Iterator[Plain]:
    with started(there(10)) as server:
        server.run(RENAMED)
        server.run("SELECT pg_create_physical_replication_slot('standby', true)")
        server.run("CREATE TABLE kept (a int PRIMARY KEY) WITH OIDS; CREATE VIEW v AS SELECT 1 AS a")
        yield server


def seen(server: Plain) -> tuple[Look, list[Fact]]:
    """Look at a server as at one of 9.6."""
    found: list[Fact] = []
    with closing(connect(parameters_of(server.dsn()), Limits())) as conn:
        look = Look(conn, "postgres", number_of(9.6), whole=True)
        for one in (*OF_INSTANCE, *OF_DATABASE):
            one.read_into(found, look)
    return look, found


def test_every_query_is_answered(old: Plain) -> None:
    _, found = seen(old)
    assert [one.name for one in found if isinstance(one, Slot)] == ["standby"]
    relations = {one.name: one.with_oids for one in found if isinstance(one, Relation)}
    assert relations == {"kept": True, "v": False}


def test_how_clients_log_in_is_said_not_to_be_seen(old: Plain) -> None:
    look, found = seen(old)
    assert [one for one in found if isinstance(one, LoginRule)] == []
    assert [(one.what, one.groups) for one in look.unseen] == [("lines of pg_hba.conf", ("authentication",))]
