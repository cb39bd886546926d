"""PL/v8 after an upgrade within version 3."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extension_upgrades._versions import crosses
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._numbers import older
from rdscheck.assess.rules.extensions._offers import installed, on
from rdscheck.assess.rules.extensions._pages import READ, USER_GUIDE
from rdscheck.assess.target import Move


@rule(
    id="plv8-recreate",
    problem="PL/v8 keeps its version in the catalog through the upgrade.",
    why="The new library is used at once; the catalog says otherwise until the extension is dropped, with all"
    " its functions, and created again. AWS calls these steps optional and recommends them. CASCADE also"
    " drops what used the functions: triggers, views, indexes, check constraints.",
    fix="Follow AWS's steps after the upgrade, with everything saved that CASCADE would drop.",
    severity=Severity.NOTE,
    source=f"{USER_GUIDE}/PostgreSQL.Concepts.General.UpgradingPLv8.html",
    date=READ,
    moves=(Move.UPGRADE,),
    effort=Effort(2),
    guilty=Example(
        sql=disguised("plv8 3.1.4"),
        subject="extension plv8",
        target="rds-18",
        until=17,
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        not_dumped="a dump does not tell the version of an extension",
    ),
    innocent=Example(
        sql=disguised("plv8 3.2.4"), target="rds-18", until=17, move=Move.UPGRADE, flavour=Flavour.RDS
    ),
)
def plv8_recreate(context: Context) -> Iterator[Hit]:
    """Find the extension before the target's version; version 2 has a rule of its own."""
    there = context.target.extensions.get("plv8")
    for one in installed(context, "plv8"):
        if there and older(one.version, than=there.version) and not crosses(context, one, (3,)):
            yield on(
                one,
                f"plv8 stays at {one.version} in the catalog; {context.target.name} has {there.version}.",
            )
