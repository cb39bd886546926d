"""An extension of which the target has an older version than the source."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._numbers import MISPRINTED_ON_AURORA, NUMBERED_OTHERWISE, older
from rdscheck.assess.rules.extensions._of_postgresql import OF_POSTGRESQL
from rdscheck.assess.rules.extensions._offers import list_of, on
from rdscheck.assess.rules.extensions._pages import RDS_LIST, READ
from rdscheck.assess.target import AURORA
from rdscheck.model import Certainty


@rule(
    id="extension-older-on-target",
    problem="The target has an older version of this extension than the source.",
    why="CREATE EXTENSION installs the target's version. Functions, operators and types that came later are"
    " not there: what uses them is not restored or fails when it runs.",
    fix="Choose a newer minor version as target, or do without what the newer extension brought.",
    severity=Severity.WARNING,
    source=RDS_LIST,
    date=READ,
    certainty=Certainty.DERIVED,
    effort=Effort(2, 1),
    guilty=Example(
        sql=disguised("vector 0.8.2"),
        subject="extension vector",
        target="rds-16.1",
        until=16,
        not_dumped="a dump does not tell the version of an extension",
    ),
    innocent=Example(sql=disguised("vector 0.5.1"), target="rds-16.1", until=16),
)
def extension_older_on_target(context: Context) -> Iterator[Hit]:
    """Find extensions whose version is beyond the one in the target's list."""
    target = context.target
    for one in context.facts.extensions:
        there = target.extensions.get(one.name)
        if there is None or one.name in NUMBERED_OTHERWISE:
            continue
        if target.engine == AURORA and one.name in MISPRINTED_ON_AURORA:
            continue
        # Modules of PostgreSQL follow its major; AWS prints some of their versions wrongly.
        if one.name in OF_POSTGRESQL and context.source_major <= target.major:
            continue
        if older(there.version, than=one.version):
            yield on(
                one,
                f"The extension {plain(one.name)} is at {one.version}; {target.name} has {there.version}.",
                source=list_of(target),
            )
