"""A subscription without a password."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="subscription-without-password",
    problem="A subscription connects without a password in its connection string.",
    why="From 16 on CREATE SUBSCRIPTION demands one of everybody but superusers. Before, it connects only"
    " where the publisher lets the instance in by its address alone.",
    fix="Put a user and a password into the connection string.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-createsubscription"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE SUBSCRIPTION {new} CONNECTION 'host=db.example.com dbname=app user=app' PUBLICATION"
        " news WITH (connect = false)",
        subject="subscription {new}",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
    ),
    innocent=Example(
        sql="CREATE SUBSCRIPTION {new} CONNECTION 'postgresql://app:Not-a-secret-1@db.example.com/app'"
        " PUBLICATION news WITH (connect = false)",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
    ),
)
def subscription_without_password(context: Context) -> Iterator[Hit]:
    """Find subscriptions whose connection string was seen and has none; a warning for targets before 16."""
    for one in context.facts.subscriptions:
        if one.connection and not one.has_password:
            yield hit(
                one,
                f"subscription {plain(one.name)}",
                f"The connection string of the subscription {plain(one.name)} has no password;"
                f" {context.target.name}"
                f" {'demands one' if context.target.major >= 16 else 'will hardly get in'}.",
                f"ALTER SUBSCRIPTION {quoted(one.name)} CONNECTION 'host=… dbname=… user=… password=…';",
                severity=None if context.target.major >= 16 else Severity.WARNING,
            )
