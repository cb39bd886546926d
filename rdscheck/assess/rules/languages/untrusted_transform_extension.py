"""An extension that brings a type over to an untrusted language."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import UNTRUSTED_TRANSFORMS, absent, on
from rdscheck.assess.rules.extensions._pages import RDS_LIST, READ


@rule(
    id="untrusted-transform-extension",
    problem="The extension converts a type for an untrusted language, which the service does not offer.",
    why="CREATE EXTENSION fails: the language it belongs to is on no version of the service.",
    fix="Drop it with the functions in that language.",
    severity=Severity.BLOCKER,
    source=RDS_LIST,
    date=READ,
    effort=Effort(0.25),
    guilty=Example(sql=disguised("hstore_plpython3u"), subject="extension hstore_plpython3u"),
    innocent=Example(sql=disguised("hstore_plperl")),
)
def untrusted_transform_extension(context: Context) -> Iterator[Hit]:
    """Find the transforms of PostgreSQL for untrusted languages."""
    for one in absent(context, UNTRUSTED_TRANSFORMS):
        yield on(
            one,
            f"{context.target.name} does not offer {plain(one.name)}, nor the language it is for.",
            f"DROP EXTENSION {quoted(one.name)};",
        )
