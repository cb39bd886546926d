"""Subscriptions, which keep a blue/green deployment from being made."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import BLUE_GREEN
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.blue_green._subjects import UPGRADES, concerned
from rdscheck.assess.target import Move


@rule(
    id="blue-green-subscription",
    problem="The database has a subscription: no blue/green deployment can be made.",
    why="Both sides would apply the same changes from the publisher, so AWS asks to drop subscriptions "
    "first.",
    fix="Drop the subscription before the deployment, or upgrade in place.",
    severity=Severity.WARNING,
    source=BLUE_GREEN,
    date="2026-10-01",
    effort=Effort(1, 0.5),
    moves=UPGRADES,
    guilty=Example(
        sql="CREATE SUBSCRIPTION {new} CONNECTION 'host=db.example.com dbname=x' PUBLICATION out "
        "WITH (connect = false)",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
        subject="subscription {new}",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE TABLE public.subscription (a int PRIMARY KEY)",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def blue_green_subscription(context: Context) -> Iterator[Hit]:
    """Find subscriptions."""
    if not concerned(context):
        return
    for one in context.facts.subscriptions:
        yield hit(
            one,
            f"subscription {plain(one.name)}",
            fix=f"DROP SUBSCRIPTION {quoted(one.name)};",
        )
