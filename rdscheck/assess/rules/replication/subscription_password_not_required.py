"""A subscription with password_required = false."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.replication._connections import option
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="subscription-password-not-required",
    problem="A subscription has password_required = false, which only a superuser may set.",
    why="CREATE SUBSCRIPTION with the option fails as a whole.",
    fix="Set password_required to true, and put a password into the connection string.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-createsubscription"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    sources=(16, 0),
    guilty=Example(
        sql="CREATE SUBSCRIPTION {new} CONNECTION 'host=db.example.com dbname=app user=app"
        " password=Not-a-secret-1' PUBLICATION news WITH (connect = false, password_required = false)",
        subject="subscription {new}",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
        since=16,
    ),
    innocent=Example(
        sql="CREATE SUBSCRIPTION {new} CONNECTION 'host=db.example.com dbname=app user=app"
        " password=Not-a-secret-1' PUBLICATION news WITH (connect = false, password_required = true)",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
        since=16,
    ),
)
def subscription_password_not_required(context: Context) -> Iterator[Hit]:
    """Find subscriptions with the option off."""
    for one in context.facts.subscriptions:
        if option(one, "password_required") in {"false", "off", "no", "0", "f"}:
            yield hit(
                one,
                f"subscription {plain(one.name)}",
                f"The subscription {plain(one.name)} does without a password by an option that nobody may"
                f" set on {context.target.name}.",
                f"ALTER SUBSCRIPTION {quoted(one.name)} SET (password_required = true); -- on the source",
            )
