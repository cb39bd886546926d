"""A text search template of one's own."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="text-search-template",
    problem="A text search template was made here, which only a superuser can do.",
    why="CREATE TEXT SEARCH TEMPLATE fails, and so do the dictionaries made from it.",
    fix="Make the dictionaries from PostgreSQL's own templates.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-createtstemplate"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(4, 2),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE TEXT SEARCH TEMPLATE own_template (LEXIZE = dsimple_lexize, INIT = dsimple_init)",
        subject="text search template public.own_template",
    ),
    innocent=Example(sql="CREATE TEXT SEARCH DICTIONARY own_template (TEMPLATE = pg_catalog.simple)"),
)
def text_search_template(context: Context) -> Iterator[Hit]:
    """Find text search templates of users."""
    for one in context.facts.text_search:
        if one.kind == "template":
            name = plain(one.schema, one.name)
            yield hit(
                one,
                f"text search template {name}",
                f"The text search template {name} cannot be created on {context.target.name}.",
                f"DROP TEXT SEARCH TEMPLATE {quoted(one.schema, one.name)} CASCADE; -- with its dictionaries",
            )
