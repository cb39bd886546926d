"""Subscriptions whose tables are still being copied."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import changes
from rdscheck.assess.names import plain
from rdscheck.assess.pages import PG_LOGICAL_UPGRADE
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move

#: First source major whose subscriptions pg_upgrade carries over with the state of their tables.
_KEPT = 17


@rule(
    id="subscription-not-ready",
    problem="Tables of a subscription are not ready.",
    why="From 17 on pg_upgrade refuses subscriptions with tables that are being copied; before, the state "
    "of tables is lost, and what was not copied yet stays missing.",
    fix="Wait until all tables are ready (pg_subscription_rel.srsubstate = 'r').",
    severity=Severity.BLOCKER,
    source=PG_LOGICAL_UPGRADE,
    date="2026-10-01",
    effort=Effort(0.5, 0.25),
    moves=(Move.UPGRADE,),
    guilty=Example(
        sql="CREATE TABLE public.t (a int PRIMARY KEY); CREATE SUBSCRIPTION {new} CONNECTION "
        "'host=db.example.com dbname=x' PUBLICATION out WITH (connect = false);"
        " INSERT INTO pg_subscription_rel (srsubid, srrelid, srsubstate)"
        " SELECT oid, 'public.t'::regclass, 'd' FROM pg_subscription WHERE subname = '{new}'",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
        subject="subscription {new}",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        not_dumped="a dump does not tell how far a subscription is",
    ),
    innocent=Example(
        sql="CREATE TABLE public.t (a int PRIMARY KEY); CREATE SUBSCRIPTION {new} CONNECTION "
        "'host=db.example.com dbname=x' PUBLICATION out WITH (connect = false);"
        " INSERT INTO pg_subscription_rel (srsubid, srrelid, srsubstate)"
        " SELECT oid, 'public.t'::regclass, 'r' FROM pg_subscription WHERE subname = '{new}'",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def subscription_not_ready(context: Context) -> Iterator[Hit]:
    """Find subscriptions with tables in another state than ready."""
    if not changes(context):
        return
    refused = not context.source_major or context.source_major >= _KEPT
    for one in context.facts.subscriptions:
        if one.pending:
            yield hit(
                one,
                f"subscription {plain(one.name)}",
                f"{one.pending} tables of the subscription {plain(one.name)} are not ready.",
                "SELECT srrelid::regclass, srsubstate FROM pg_subscription_rel WHERE srsubstate <> 'r';",
                severity=Severity.BLOCKER if refused else Severity.WARNING,
            )
