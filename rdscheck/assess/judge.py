"""Judge facts by all rules."""

from collections.abc import Iterable

from rdscheck.assess.facts import Facts, Flavour
from rdscheck.assess.finding import Assessment
from rdscheck.assess.rule import Context, Rule, rules
from rdscheck.assess.target import Move, Target


def move_of(facts: Facts) -> Move:
    """Return how facts of that origin get to a target: an instance of the service is upgraded in place."""
    return Move.UPGRADE if facts.origin.flavour in {Flavour.RDS, Flavour.AURORA} else Move.RESTORE


def judge(
    facts: Facts, target: Target, move: Move | None = None, only: Iterable[Rule] | None = None
) -> Assessment:
    """Return what stands in the way of moving the source of these facts to a target."""
    context = Context(facts, target, move or move_of(facts))
    asked = rules() if only is None else {one.id: one for one in only}
    found = {one.key: one for rule in asked.values() for one in rule.findings(context)}
    findings = tuple(sorted(found.values(), key=lambda one: one.order))
    return Assessment(
        origin=facts.origin,
        target=str(target),
        move=context.move,
        findings=findings,
        not_checked=tuple(facts.not_seen),
    )
