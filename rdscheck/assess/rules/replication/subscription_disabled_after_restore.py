"""A subscription, which a dump restores switched off."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="subscription-disabled-after-restore",
    problem="A subscription comes back switched off, and names a slot that the old server still uses.",
    why="pg_dump writes CREATE SUBSCRIPTION with connect = false: it knows no tables, and nothing is"
    " applied until it is refreshed and enabled. With both servers on one slot each gets a part of the"
    " changes.",
    fix="Disable it on the source, then refresh and enable it on the target.",
    severity=Severity.WARNING,
    source=pages.postgresql("app-pgdump#PG-DUMP-NOTES"),
    date=pages.READ,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE SUBSCRIPTION {new} CONNECTION 'host=db.example.com dbname=app user=app"
        " password=Not-a-secret-1' PUBLICATION news WITH (connect = false)",
        subject="subscription {new}",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
    ),
    innocent=Example(sql="CREATE TABLE subscription (id integer PRIMARY KEY, connect boolean)"),
)
def subscription_disabled_after_restore(context: Context) -> Iterator[Hit]:
    """Find subscriptions."""
    for one in context.facts.subscriptions:
        name = quoted(one.name)
        yield hit(
            one,
            f"subscription {plain(one.name)}",
            f"The subscription {plain(one.name)} is restored on {context.target.name} without tables and"
            " switched off.",
            f"ALTER SUBSCRIPTION {name} DISABLE; -- on the source\n"
            f"ALTER SUBSCRIPTION {name} ENABLE; -- on the target, once the old server is off\n"
            f"ALTER SUBSCRIPTION {name} REFRESH PUBLICATION WITH (copy_data = false);",
        )
