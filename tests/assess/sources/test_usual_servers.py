"""Servers as distributions and administrators set them up: nothing stands in the way of an empty one."""

import pytest

from rdscheck.assess.finding import Severity
from rdscheck.assess.judge import judge
from rdscheck.assess.live.collecting import collect
from rdscheck.assess.target import read_target
from tests.assess.sources.conftest import there
from tests.assess.sources.plain import started

#: What installations put into postgresql.conf.
CONFIGURATIONS = {
    "debian": {
        "cluster_name": "17/main",
        "datestyle": "iso, mdy",
        "default_text_search_config": "pg_catalog.english",
        "dynamic_shared_memory_type": "posix",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "log_timezone": "Etc/UTC",
        "max_connections": "100",
        "max_wal_size": "1GB",
        "ssl": "off",
        "timezone": "Etc/UTC",
    },
    "logging": {
        "log_destination": "stderr",
        "log_directory": "log",
        "log_filename": "postgresql-%a.log",
        "log_rotation_age": "1d",
        "log_truncate_on_rotation": "on",
        "logging_collector": "on",
    },
    "tuned": {
        "autovacuum_max_workers": "5",
        "checkpoint_completion_target": "0.9",
        "effective_cache_size": "4GB",
        "log_checkpoints": "on",
        "log_lock_waits": "on",
        "log_min_duration_statement": "500",
        "log_statement": "ddl",
        "max_connections": "200",
        "password_encryption": "md5",
        "random_page_cost": "1.1",
        "shared_preload_libraries": "pg_stat_statements",
        "synchronous_commit": "off",
        "track_activity_query_size": "4096",
        "wal_buffers": "16MB",
        "wal_compression": "on",
        "work_mem": "16MB",
    },
}

#: And into pg_hba.conf.
LINES = """\
host all all all scram-sha-256
host all all 10.0.0.0/8 md5
hostssl all all 0.0.0.0/0 scram-sha-256
host all all samenet scram-sha-256
host replication all 10.0.0.0/8 trust
local all all peer
"""


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
@pytest.mark.parametrize(
    "major", [pytest.param(one, marks=pytest.mark.xdist_group(f"source-{one}")) for one in (10, 18)]
)
def test_an_empty_server_is_ready(major: int, configuration: str) -> None:
    conf = "".join(f"{name} = '{value}'\n" for name, value in CONFIGURATIONS[configuration].items())
    files = {"postgresql.conf": conf, "pg_hba.conf": LINES}
    with started(there(major), {"ssl": "off"}, files=files) as server:
        facts = collect(server.dsn(), all_databases=True)
    found = judge(facts, read_target("rds-18")).findings
    assert [one for one in found if one.severity is not Severity.NOTE] == []
    assert facts.not_seen == []
    # That nothing is found is not for want of seeing it.
    assert {"cluster_name", "logging_collector", "work_mem"} & {one.name for one in facts.settings}


@pytest.mark.parametrize(
    "major", [pytest.param(one, marks=pytest.mark.xdist_group(f"source-{one}")) for one in (11, 18)]
)
def test_a_standby_is_looked_at_as_well(major: int) -> None:
    """Who checks a busy server asks its standby."""
    signal = {"recovery.conf": "standby_mode = 'on'\n"} if major < 12 else {"standby.signal": ""}
    with started(there(major), {"hot_standby": "on"}, files=signal) as server:
        with server.admin() as admin:
            assert admin.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
        facts = collect(server.dsn(), all_databases=True)
    assert facts.not_seen == []
    found = judge(facts, read_target("rds-18")).findings
    assert [one for one in found if one.severity is not Severity.NOTE] == []
