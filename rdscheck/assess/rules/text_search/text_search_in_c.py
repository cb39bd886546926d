"""A parser or a template for text search: made of functions in C."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extensions._pages import MANUAL, READ
from rdscheck.assess.target import Move


@rule(
    id="text-search-in-c",
    problem="The parser or template for text search is your own.",
    why="Only a superuser creates parsers and templates, for their functions are in C: the statement fails,"
    " and with it the dictionaries and configurations that use them.",
    fix="Use a parser or template of PostgreSQL, or an extension the target offers, as dict_int or unaccent.",
    severity=Severity.BLOCKER,
    source=f"{MANUAL}/sql-createtstemplate.html",
    date=READ,
    moves=(Move.RESTORE,),
    effort=Effort(2, 2),
    guilty=Example(
        sql="CREATE TEXT SEARCH TEMPLATE public.plainly"
        " (INIT = pg_catalog.dsimple_init, LEXIZE = pg_catalog.dsimple_lexize)",
        subject="text search template public.plainly",
    ),
    innocent=Example(sql="CREATE TEXT SEARCH DICTIONARY public.plainly (TEMPLATE = pg_catalog.simple)"),
)
def text_search_in_c(context: Context) -> Iterator[Hit]:
    """Find parsers and templates outside extensions."""
    for one in context.facts.text_search:
        if one.kind in {"parser", "template"}:
            yield hit(
                one,
                f"text search {one.kind} {plain(one.schema, one.name)}",
                f"The {one.kind} {plain(one.schema, one.name)} cannot be created on {context.target.name}.",
                f"DROP TEXT SEARCH {one.kind.upper()} {quoted(one.schema, one.name)};",
            )
