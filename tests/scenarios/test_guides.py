"""Guides: every step is shown by claims that exist, or says why not."""

from pathlib import Path

import pytest

from rdscheck.cli.catalogue import claims
from rdscheck.errors import UsageError
from rdscheck.guides import followed, guides


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Return all claims of the scenarios, without parameters."""
    return {f"{one.scenario.id}::{one.id.partition('[')[0]}" for one in claims()}


def test_every_claim_of_a_guide_exists(known: set[str]) -> None:
    missing = {
        f"{guide.id}: {step.section}, {step.step}: {claim}"
        for guide in guides()
        for step in guide.steps
        for claim in step.claims
        if claim not in known
    }
    assert missing == set()


def test_steps_are_told_apart() -> None:
    for guide in guides():
        places = [(step.section, step.step) for step in guide.steps]
        assert len(set(places)) == len(places) > 10
        assert guide.docs.startswith("https://")


def test_a_guide_belongs_to_the_scenarios_that_show_it() -> None:
    assert [guide.id for guide in followed(["extensions/orafce"])] == ["extensions/user-guide"]
    assert followed(["users/own"]) == ()


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ('step = "1"\ndoes = "x"\nclaims = ["a/b"]', "'a/b' is not of the form"),
        ('step = "1"\ndoes = "x"', "has to have claims or a note"),
        ('step = "1"\ndoes = "x"\nclaims = ["a/b::c"]\nnote = "why"', "has to have claims or a note"),
        ('step = "1"\ndoes = "x"\nclaim = ["a/b::c"]', "claim in a step of"),
        ('step = "1"\nclaims = ["a/b::c"]', "does"),
        ("step = ", "no guide"),
    ],
)
def test_a_wrong_guide_is_told(step: str, said: str, tmp_path: Path) -> None:
    folder = tmp_path / "s3" / "guides"
    folder.mkdir(parents=True)
    text = f'title = "t"\ndocs = "https://x"\n[[section]]\nname = "n"\n[[section.step]]\n{step}\n'
    (folder / "one.toml").write_text(text)
    with pytest.raises(UsageError, match=said):
        guides(tmp_path)


def test_a_guide_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "s3" / "guides"
    folder.mkdir(parents=True)
    (folder / "one.toml").write_text(
        'title = "t"\ndocs = "https://x"\n[[section]]\nname = "n"\n'
        '[[section.step]]\nstep = "1"\ndoes = "x"\nclaims = ["a/b::c"]\n'
        '[[section.step]]\nstep = "2"\ndoes = "y"\nnote = "in the console only"\n'
    )
    (guide,) = guides(tmp_path)
    assert (guide.id, guide.title, guide.docs) == ("s3/one", "t", "https://x")
    assert [(one.section, one.step, one.claims, one.note) for one in guide.steps] == [
        ("n", "1", ("a/b::c",), ""),
        ("n", "2", (), "in the console only"),
    ]
