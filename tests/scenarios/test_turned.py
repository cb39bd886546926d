"""Claims that were turned round must fail: a claim nothing can contradict proves nothing.

Every data claim is observed once on a real server, and then judged as it stands, with allow and
refuse exchanged, and with each of its expectations wrong. An allowed act that a check proves is
done a second time without the act: the check has to notice.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rdscheck.claims.data import ALLOW, REFUSE, ByVersion, DataClaim, Range
from rdscheck.claims.marking import Attempt, attempts
from rdscheck.claims.running import Observed, Stage, judge, observe
from rdscheck.model import Version
from rdscheck.recording import Recorder
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Server
from rdscheck.sandbox.sweep import end_run
from tests.conftest import THOROUGH, quickest

pytestmark = pytest.mark.xdist_group("turned")

CLAIMS = Path(__file__).resolve().parents[2] / "scenarios" / "privileges" / "claims"
ALL = sorted(path for path in CLAIMS.glob("*.toml") if path.stem != "sources")
#: Every second is tried each time, all of them when the tests are asked to be thorough.
FILES = ALL if THOROUGH else ALL[::2]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Start one server for all claims."""
    found = quickest()
    if found is None:
        pytest.skip("no engine here can start a server (rdscheck doctor)")
    engine, major = found
    run = RunDir.create(Owner.me())
    try:
        server = Pool(run, choose(engine)).server(Version(major))
        server.open()
        yield server
        server.close()
    finally:
        end_run(run)


def turned(claim: DataClaim, major: int) -> Iterator[tuple[str, DataClaim]]:
    """Yield the claim with one of its expectations made wrong at a time."""
    everywhere = Range()
    if claim.expect == ALLOW:
        yield (
            "refused",
            replace(
                claim,
                expect=REFUSE,
                shows=None,
                notice="",
                sqlstate=ByVersion(((everywhere, "42501"),)),
                text=ByVersion(((everywhere, "…"),)),
            ),
        )
        if claim.shows is not None:
            yield "other rows", replace(claim, shows=(*claim.shows, ("one row more",)))
        if claim.notice:
            yield "another notice", replace(claim, notice="this notice is never given")
    else:
        yield (
            "allowed",
            replace(claim, expect=ALLOW, sqlstate=ByVersion(), text=ByVersion(), checks=(), hint=ByVersion()),
        )
        yield "another SQLSTATE", replace(claim, sqlstate=ByVersion(((everywhere, "XX999"),)))
        for name in ("text", "detail", "hint"):
            said = getattr(claim, name).of(major, "")
            if said and said != "…":
                wrong: dict[str, Any] = {name: ByVersion(((everywhere, "said by nobody"),))}
                yield f"another {name}", replace(claim, **wrong)
    for number, check in enumerate(claim.checks):
        checks = list(claim.checks)
        checks[number] = replace(check, shows=(*check.shows, ("one row more",)))
        yield f"check {number + 1} with other rows", replace(claim, checks=tuple(checks))


def wrong_turns(attempt: Attempt, server: Server) -> Iterator[str]:
    """Yield what the judge did not notice about one claim."""
    claim, major = attempt.claim, server.major
    database = Database.create(server)
    try:
        with Stage(database, Recorder()) as stage:
            observed = observe(claim, attempt.role, stage)
            fill = stage.fill(stage.role(attempt.role))
            if found := judge(claim, major, observed, fill):
                yield f"{attempt.id} does not hold: {'; '.join(found)}"
            for name, other in turned(claim, major):
                seen = replace(observed, checks=observed.checks[: len(other.checks)])
                if not judge(other, major, seen, fill):
                    yield f"{attempt.id} holds when it is turned: {name}"
    finally:
        database.drop()


def unproven(attempt: Attempt, server: Server) -> Iterator[str]:
    """Yield an allowed act whose checks hold without it."""
    claim = attempt.claim
    if claim.expect != ALLOW or claim.shows is not None or claim.notice or not claim.checks:
        return  # rows and notices are the act's own, and turned by themselves
    database = Database.create(server)
    try:
        with Stage(database, Recorder()) as stage:
            idle = observe(claim, attempt.role, stage, act=False)
            done = Observed(idle.statements, idle.statements, None, None, (), idle.checks)
            if not judge(claim, server.major, done, stage.fill(stage.role(attempt.role))):
                yield f"{attempt.id} is proven by checks that hold without the act"
    finally:
        database.drop()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_turned_claim_is_noticed(path: Path, server: Server) -> None:
    tried = [
        one
        for one in attempts(path)
        if server.major in one.claim.applies
        and not [need for need in one.claim.needed(server.major) if not server.has(need)]
    ]
    assert tried
    assert [said for one in tried for said in wrong_turns(one, server)] == []
    assert [said for one in tried for said in unproven(one, server)] == []
