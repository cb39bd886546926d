"""A subscription whose password stands in every dump."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="subscription-password-in-dump",
    problem="The password of a subscription stands in the dump.",
    why="pg_dump writes connection strings as they are, in clear text: whoever reads the file can log in to"
    " the publisher and read its changes.",
    fix="Leave subscriptions out of the dump (--no-subscriptions), create them by hand, and change the"
    " password.",
    severity=Severity.NOTE,
    source=pages.postgresql("app-pgdump"),
    date=pages.READ,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE SUBSCRIPTION {new} CONNECTION 'host=db.example.com dbname=app user=app"
        " password=Not-a-secret-1' PUBLICATION news WITH (connect = false)",
        subject="subscription {new}",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
    ),
    innocent=Example(
        sql="CREATE SUBSCRIPTION {new} CONNECTION 'host=db.example.com dbname=password user=app'"
        " PUBLICATION news WITH (connect = false)",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
    ),
)
def subscription_password_in_dump(context: Context) -> Iterator[Hit]:
    """Find subscriptions with a password; the password itself is in no fact."""
    for one in context.facts.subscriptions:
        if one.has_password:
            yield hit(
                one,
                f"subscription {plain(one.name)}",
                f"The connection string of the subscription {plain(one.name)} holds a password, which a"
                " dump shows.",
                "-- pg_dump --no-subscriptions; then CREATE SUBSCRIPTION by hand on the target",
            )
