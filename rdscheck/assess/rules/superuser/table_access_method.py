"""A table whose rows another access method than heap keeps."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="table-access-method",
    problem="A table is kept by another access method than heap.",
    why="The target has heap alone. A dump sets default_table_access_method before the table; that fails,"
    " and the table is made as heap: what the other method did, for example columnar storage, is gone.",
    fix="Turn the table into a heap table first.",
    severity=Severity.WARNING,
    source=pages.EXTENSION_LIST,
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(2, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ACCESS METHOD own_rows TYPE TABLE HANDLER heap_tableam_handler; CREATE TABLE facts (id"
        " integer PRIMARY KEY) USING own_rows",
        subject="table public.facts",
    ),
    innocent=Example(sql="CREATE TABLE facts (id integer PRIMARY KEY) USING heap"),
)
def table_access_method(context: Context) -> Iterator[Hit]:
    """Find tables that are not kept by heap."""
    for one in context.facts.relations:
        if one.access_method not in {"", "heap"}:
            name = plain(one.schema, one.name)
            yield hit(
                one,
                f"{one.kind} {name}",
                f"{name} is kept by the access method {plain(one.access_method)}, which"
                f" {context.target.name} does not have.",
                f"ALTER TABLE {quoted(one.schema, one.name)} SET ACCESS METHOD heap; -- 15 and later; else"
                " copy it",
            )
