"""Servers reached by a socket alone, also by a pg_dump that runs in a container."""

import getpass
from pathlib import Path

import pytest

from rdscheck.assess.live.collecting import collect
from rdscheck.assess.rehearsing.dumping import client, dump_schema
from rdscheck.errors import UsageError
from tests.assess.sources.conftest import there
from tests.assess.sources.plain import started

MAJORS = (12, 17)


@pytest.mark.parametrize(
    "major", [pytest.param(one, marks=pytest.mark.xdist_group(f"source-{one}")) for one in MAJORS]
)
def test_the_schema_is_dumped_where_the_system_says_who_one_is(major: int, tmp_path: Path) -> None:
    try:
        client("pg_dump", there(major), "/tmp")
    except UsageError as error:
        pytest.skip(str(error))
    with started(major, None, "--auth-local=peer", superuser=getpass.getuser()) as server:
        server.home.chmod(0o755)
        server.run("CREATE TABLE kept (a int PRIMARY KEY)")
        assert collect(server.dsn()).not_seen == []
        dump_schema(server.dsn(), tmp_path / "schema.dump")
    assert (tmp_path / "schema.dump").read_bytes().startswith(b"PGDMP")
