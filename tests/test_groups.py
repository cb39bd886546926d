"""Tests of a group run in one process: what they share takes minutes to make."""

import pytest


@pytest.mark.xdist_group("kept-together")
def test_groups_are_kept_together(request: pytest.FixtureRequest) -> None:
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("only with --dist loadgroup")
    assert request.node.nodeid.endswith("@kept-together")  # what pytest-xdist goes by
