"""How examples are judged: a silent rule and a noisy one are both told."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from rdscheck.assess.facts import Facts, Origin, Via
from rdscheck.assess.rule import Context, Example, Hit, Rule, rules
from tests.assess.making import Made, statements
from tests.assess.test_examples import Tried, verdict


def _tried(kind: str, *subjects: str, example: Example | None = None) -> Tried:
    def judged(_context: Context) -> Iterator[Hit]:
        for subject in subjects:
            yield Hit(subject)

    one = next(iter(rules().values()))
    example = example or Example(sql="SELECT 1", subject="role {new}")
    rule: Rule = replace(
        one,
        judge=judged,
        guilty=example,
        innocent=example,
        engines=("rds",),
        moves=(example.move,),
        targets=(0, 0),
        sources=(0, 0),
    )
    tried = Tried(rule, kind, Made(example.sql, new="new_1"))
    tried.facts = {side: Facts(origin=Origin(Via.LIVE, "x", "17.5", 17)) for side in ("live", "dump")}
    return tried


@pytest.mark.parametrize(
    ("kind", "subjects", "right"),
    [
        ("guilty", ["role new_1"], True),
        ("guilty", ["role new_1", "role other"], True),
        ("guilty", [], False),
        ("guilty", ["role other"], False),
        ("innocent", [], True),
        ("innocent", ["role anything"], False),
    ],
)
def test_a_verdict(kind: str, subjects: list[str], right: bool) -> None:
    assert (verdict(_tried(kind, *subjects), "live", 17) == "") is right


def test_what_is_named_after_another_example_does_not_count() -> None:
    tried = _tried("innocent", "role new_2")
    tried.beside = [tried.made, Made("", new="new_2")]
    assert verdict(tried, "live", 17) == ""


def test_a_dump_of_another_major_is_judged_as_such() -> None:
    tried = _tried("guilty", "role new_1", example=Example(dump="x", subject="role {new}", source_major=9.6))
    assert verdict(tried, "dump", 17) == ""
    assert tried.facts["dump"].origin.major == 9.6


def test_statements_of_any_major_are_cut() -> None:
    assert statements("SELECT 1; SELECT ';'") == ["SELECT 1", "SELECT ';'"]
    assert statements("CREATE TABLE t () WITH OIDS; SELECT 1") == ["CREATE TABLE t () WITH OIDS", "SELECT 1"]
