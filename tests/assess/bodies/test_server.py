"""The functions of ``texts`` are functions to a server too, and its catalog gives the same acts of them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rdscheck.assess.bodies.analysing import acts_of_function
from rdscheck.model import Version
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Server
from rdscheck.sandbox.sweep import end_run
from tests.assess.bodies.test_texts import TEXTS, said, text_of
from tests.conftest import PACKAGED
from tests.sandbox.places import place


@pytest.fixture(scope="module", params=[f"docker-{PACKAGED[0]}", f"docker-{PACKAGED[-1]}"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    engine, major = place(request.param)
    run = RunDir.create(Owner.me())
    try:
        yield Pool(run, choose(engine)).server(Version(major))
    finally:
        end_run(run)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_the_catalog_gives_the_same_acts(server: Server, path: Path) -> None:
    text = text_of(path)
    if server.major < text.since:
        pytest.skip(f"such a body exists from {text.since} on")
    with server.admin() as conn, conn.transaction(force_rollback=True):
        conn.execute("CREATE SCHEMA app")
        conn.execute(f"{text.before};{text.create}".encode())
        found = conn.execute(
            "SELECT prosrc, pg_get_functiondef(p.oid), lanname FROM pg_proc p"
            " JOIN pg_language l ON l.oid = prolang ORDER BY p.oid DESC LIMIT 1"
        ).fetchone()
        assert found is not None
        body, create, language = found
        assert body == text.body
        for definition in (create, "") if body else (create,):
            acts, unreadable = acts_of_function(definition, language, body, "app.f()")
            assert unreadable == []
            if not body:  # the server writes a body of SQL itself anew, with lines of its own
                acts = [replace(one, body_line=int(text.acts[0].partition(":")[0])) for one in acts]
            assert said(acts) == text.acts
