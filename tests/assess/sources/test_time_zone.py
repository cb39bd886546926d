"""The server's own time zone, which RDS's replaces, is not hidden by that of who looks."""

import pytest

from rdscheck.assess.judge import judge
from rdscheck.assess.live.collecting import collect
from rdscheck.assess.target import read_target
from tests.assess.sources.conftest import there
from tests.assess.sources.plain import Plain, started

MISSED = "the time zone of the server"


def looked(server: Plain, user: str = "") -> tuple[bool, bool]:
    """Tell whether the server's time zone is found out, and whether it is said not to be seen."""
    facts = collect(server.dsn(user=user))
    found = judge(facts, read_target("rds-18")).findings
    return "timezone-not-utc" in {one.id for one in found}, MISSED in {one.what for one in facts.not_seen}


@pytest.mark.parametrize(
    "major", [pytest.param(one, marks=pytest.mark.xdist_group(f"source-{one}")) for one in (10, 18)]
)
def test_the_time_zone_is_that_of_the_server(major: int, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"postgresql.conf": "timezone = 'Europe/Berlin'\n"}
    with started(there(major), files=files) as server, server.role("LOGIN PASSWORD 'x'") as role:
        assert looked(server) == (True, False)
        assert looked(server, role) == (True, False)
        server.run(
            f"ALTER ROLE {server.superuser} SET timezone = 'UTC'; ALTER ROLE {role} SET timezone = 'UTC'"
        )
        assert looked(server) == (True, False)
        assert looked(server, role) == (False, True)
        server.run(f"ALTER ROLE {server.superuser} RESET ALL; ALTER ROLE {role} RESET ALL")
        monkeypatch.setenv("PGTZ", "UTC")
        assert looked(server) == (True, False)
        assert looked(server, role) == (False, True)
        monkeypatch.delenv("PGTZ")
    with started(major) as server:
        server.run(f"ALTER ROLE {server.superuser} SET timezone = 'Europe/Berlin'")
        assert looked(server) == (False, False)
