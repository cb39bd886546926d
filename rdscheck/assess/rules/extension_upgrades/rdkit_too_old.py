"""RDKit before an upgrade to 17."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._numbers import numbers
from rdscheck.assess.rules.extensions._offers import installed, on
from rdscheck.assess.rules.extensions._pages import READ, UPGRADE
from rdscheck.assess.target import Move

_LAST_OLD = (4, 6)
_FIRST = {14: "14.14", 15: "15.9", 16: "16.5"}


@rule(
    id="rdkit-too-old",
    problem="RDKit 4.6.0 and older cannot be upgraded to 17.",
    why="The upgrade to 17 fails with these versions of the extension. Minor versions from 14.14, 15.9 and"
    " 16.5"
    " on have a later one.",
    fix="Upgrade to such a minor version and update RDKit there, then go on to 17.",
    severity=Severity.BLOCKER,
    source=UPGRADE,
    date=READ,
    moves=(Move.UPGRADE,),
    sources=(0, 16),
    targets=(17, 17),
    effort=Effort(2),
    guilty=Example(
        sql=disguised("rdkit 4.6.0"),
        subject="extension rdkit",
        target="rds-17",
        until=16,
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        not_dumped="a dump does not tell the version of an extension",
    ),
    innocent=Example(
        sql=disguised("rdkit 4.6.1"), target="rds-17", until=16, move=Move.UPGRADE, flavour=Flavour.RDS
    ),
)
def rdkit_too_old(context: Context) -> Iterator[Hit]:
    """Find the extension in these versions."""
    first = _FIRST.get(int(context.source_major), "14.14")
    for one in installed(context, "rdkit"):
        if () < numbers(one.version) <= _LAST_OLD:
            yield on(
                one,
                f"rdkit is at {one.version}; {context.target.name} takes later ones only.",
                f"-- after an upgrade to {first} or later\nALTER EXTENSION rdkit UPDATE;",
            )
