"""h3 over the border between 3 and 4, where its functions got other names."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extension_upgrades._versions import crosses
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import installed, on


@rule(
    id="h3-functions-renamed",
    problem="h3 renamed its functions with version 4, and the target has no older one.",
    why="With 4 the library H3 gave nearly all functions new names, h3_geo_to_h3 among them, and the"
    " extension"
    " followed. Views, functions and queries with the old names fail.",
    fix="Rewrite calls by the list of new names in the documentation of H3.",
    severity=Severity.WARNING,
    source="https://h3geo.org/docs/library/migrating-3.x",
    date="2026-11-21",
    effort=Effort(2),
    guilty=Example(
        sql=disguised("h3 3.7.2"),
        subject="extension h3",
        not_dumped="a dump does not tell the version of an extension",
    ),
    innocent=Example(sql=disguised("h3 4.1.3")),
)
def h3_functions_renamed(context: Context) -> Iterator[Hit]:
    """Find the extension before 4 where the target has 4 or later."""
    for one in installed(context, "h3"):
        if crosses(context, one, (4,)):
            there = context.target.extensions[one.name].version
            yield on(one, f"h3 is at {one.version}; {context.target.name} has {there}.")
