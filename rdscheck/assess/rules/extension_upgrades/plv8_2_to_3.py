"""PL/v8 over the border between 2.3 and 3."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extension_upgrades._versions import crosses
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import installed, on
from rdscheck.assess.rules.extensions._pages import READ, USER_GUIDE
from rdscheck.assess.target import Move


@rule(
    id="plv8-2-to-3",
    problem="PL/v8 goes from 2.3 to 3, which ALTER EXTENSION cannot do.",
    why="The extension has to be dropped, with its functions and all that uses them, and created again:"
    " AWS has a"
    " page of steps for it. PL/v8 3 also hands bigint over as BigInt and jsonb as an object of its own, so"
    " that"
    " functions may answer differently.",
    fix="Save the functions and what uses them, follow AWS's steps, and test the functions on the target.",
    severity=Severity.WARNING,
    source=f"{USER_GUIDE}/PostgreSQL.Concepts.General.UpgradingPLv8.html",
    date=READ,
    effort=Effort(4),
    guilty=Example(
        sql=disguised("plv8 2.3.15"),
        subject="extension plv8",
        not_dumped="a dump does not tell the version of an extension",
    ),
    innocent=Example(sql=disguised("plv8 3.1.4")),
)
def plv8_2_to_3(context: Context) -> Iterator[Hit]:
    """Find the extension before 3 where the target has 3 or later."""
    for one in installed(context, "plv8"):
        if crosses(context, one, (3,)):
            there = context.target.extensions[one.name].version
            yield on(
                one,
                f"plv8 is at {one.version}; {context.target.name} has {there}.",
                "-- after the upgrade, when the functions and what uses them are saved\n"
                "DROP EXTENSION plv8 CASCADE;\nCREATE EXTENSION plv8;"
                if context.move is Move.UPGRADE
                else "",
            )
