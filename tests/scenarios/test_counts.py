"""How many claims there are, and that none is without source: counted by collecting, without a server."""

import pytest

from rdscheck.claims.loading import load
from rdscheck.claims.marking import attempts
from rdscheck.cli.catalogue import claims
from rdscheck.model import Certainty
from tests.conftest import PACKAGED
from tests.scenarios.test_turned import FILES

#: What the issue asks for, per major.
LEAST = 150


@pytest.mark.parametrize("major", PACKAGED)
def test_enough_claims_apply_to_every_version(major: int) -> None:
    data = [one for path in FILES for one in attempts(path) if major in one.claim.applies]
    assert len(data) >= LEAST


def test_every_privilege_claim_has_a_source_and_a_certainty() -> None:
    found = [claim for claim in claims() if claim.scenario.id.startswith("privileges/")]
    assert len({claim.scenario.id for claim in found}) >= len(FILES)
    assert [claim.id for claim in found if not claim.source.startswith("https://")] == []
    assert [claim.id for claim in found if claim.certainty is Certainty.UNSTATED] == []
    guessed = [claim for claim in found if claim.certainty is Certainty.GUESSED]
    assert guessed
    assert [claim.id for claim in guessed if not claim.deviations] == []


def test_most_areas_have_both_sides() -> None:
    for path in FILES:
        expected = {one.expect for one in load(path)}
        assert expected == {"allow", "refuse"}, path.name
