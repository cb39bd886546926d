"""A restore rehearsed from a plain server: every refusal was foretold."""

from pathlib import Path

import pytest

from rdscheck.assess.rule import rules
from rdscheck.assess.source import Stage, Wish, examine, read_source
from rdscheck.assess.target import read_target
from tests.assess.sources.conftest import there
from tests.assess.sources.rich import NAME, rich_server
from tests.sandbox.places import place


@pytest.mark.xdist_group("source-11")
def test_what_a_restore_refuses_was_foretold(tmp_path: Path) -> None:
    engine, major = place("docker-17")
    with rich_server(there(11)) as rich:
        source = read_source(rich.server.dsn(NAME))
        wish = Wish(rehearse=Stage(engine, tmp_path))
        told = examine(source, read_target(f"rds-{major}"), rules(), wish)
    assert told.rehearsal is not None
    assert [one for one in told.assessment.findings if one.id == "rehearsal-refused"] == []
    assert told.rehearsal.passes
    called = {"copy-program", "large-object-server-file", "server-file-read", "function-alters-system"}
    # What fails when it is called is not met by a restore.
    called |= {"reads-password-hashes", "removed-time-types"}
    assert {one.id for one in told.rehearsal.unconfirmed} == called
