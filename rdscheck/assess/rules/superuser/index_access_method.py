"""An index of a method that the target lacks."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_OWN = frozenset({"", "btree", "hash", "gist", "gin", "spgist", "brin"})

#: Methods of extensions that RDS offers. That a target lacks the extension is said once, for it.
_OFFERED = frozenset({"bloom", "hnsw", "ivfflat"})


@rule(
    id="index-access-method",
    problem="An index uses an access method that the target does not have.",
    why="CREATE INDEX fails, and queries that relied on the index become slow or, as full-text search of"
    " some extensions, fail.",
    fix="Replace the index by one of a method that is there.",
    severity=Severity.BLOCKER,
    source=pages.EXTENSION_LIST,
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(1, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ACCESS METHOD own_hash TYPE INDEX HANDLER hashhandler; CREATE OPERATOR CLASS"
        " own_hash_ops DEFAULT FOR TYPE integer USING own_hash AS OPERATOR 1 =, FUNCTION 1"
        " hashint4(integer); CREATE TABLE numbers (n integer); CREATE INDEX numbers_n ON numbers USING"
        " own_hash (n)",
        subject="index public.numbers_n",
    ),
    innocent=Example(
        sql="CREATE EXTENSION bloom; CREATE TABLE numbers (n integer); CREATE INDEX numbers_n ON numbers"
        " USING bloom (n)",
        needs=("bloom",),
    ),
)
def index_access_method(context: Context) -> Iterator[Hit]:
    """Find indexes of other methods than PostgreSQL's and those of extensions on offer."""
    for one in context.facts.indexes:
        if one.method not in _OWN | _OFFERED:
            name = plain(one.schema, one.name)
            yield hit(
                one,
                f"index {name}",
                f"The index {name} of {plain(one.schema, one.relation)} uses {plain(one.method)}, which"
                f" {context.target.name} does not have.",
                f"DROP INDEX {quoted(one.schema, one.name)};",
            )
