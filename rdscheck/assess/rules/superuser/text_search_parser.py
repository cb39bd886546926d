"""A text search parser of one's own."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="text-search-parser",
    problem="A text search parser was made here, which only a superuser can do.",
    why="CREATE TEXT SEARCH PARSER fails, and so do the configurations based on it.",
    fix="Base the configurations on the default parser.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-createtsparser"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(8, 4),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE TEXT SEARCH PARSER own_parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END ="
        " prsd_end, LEXTYPES = prsd_lextype)",
        subject="text search parser public.own_parser",
    ),
    innocent=Example(sql="CREATE TEXT SEARCH CONFIGURATION own_parser (PARSER = pg_catalog.default)"),
)
def text_search_parser(context: Context) -> Iterator[Hit]:
    """Find text search parsers of users."""
    for one in context.facts.text_search:
        if one.kind == "parser":
            name = plain(one.schema, one.name)
            yield hit(
                one,
                f"text search parser {name}",
                f"The text search parser {name} cannot be created on {context.target.name}.",
                f"DROP TEXT SEARCH PARSER {quoted(one.schema, one.name)} CASCADE; -- with its configurations",
            )
