"""pgvector: an index or a type that came with a later version than the target's."""

from collections.abc import Iterator

from rdscheck.assess.facts import Fact
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._numbers import Numbers, numbers
from rdscheck.assess.rules.extensions._offers import list_of
from rdscheck.assess.target import Move
from rdscheck.assess.types import element

_TYPES: dict[str, Numbers] = {"halfvec": (0, 7), "sparsevec": (0, 7)}
_METHODS: dict[str, Numbers] = {"hnsw": (0, 5)}
_SQL = (
    disguised("vector 0.8.0") + ";\nCREATE DOMAIN public.halfvec AS text;\n"
    "ALTER EXTENSION vector ADD DOMAIN public.halfvec;\n"
    "CREATE TABLE public.item (embedding public.halfvec)"
)


@rule(
    id="vector-too-old-on-target",
    problem="The target's pgvector is too old for this type or kind of index.",
    why="HNSW indexes came with pgvector 0.5.0, halfvec and sparsevec with 0.7.0. On older ones CREATE"
    " TABLE or"
    " CREATE INDEX fails.",
    fix="Choose a minor version with a later pgvector as target.",
    severity=Severity.BLOCKER,
    source="https://github.com/pgvector/pgvector/blob/master/CHANGELOG.md",
    date="2026-11-21",
    moves=(Move.RESTORE,),
    effort=Effort(0.5),
    guilty=Example(sql=_SQL, subject="column public.item.embedding", target="rds-16.2", until=16),
    innocent=Example(sql=_SQL, target="rds-16", until=16),
)
def vector_too_old_on_target(context: Context) -> Iterator[Hit]:
    """Find columns and indexes, in databases that have pgvector, by what they are of."""
    there = context.target.extensions.get("vector")
    databases = {one.database for one in context.facts.extensions if one.name == "vector"}
    if there is None or not databases:
        return
    for fact, subject, what, since in _uses(context):
        if fact.database in databases and numbers(there.version) < since:
            first = f"{'.'.join(map(str, since))}.0"
            yield hit(
                fact,
                subject,
                f"{context.target.name} has pgvector {there.version}; {what} of {subject} came with {first}.",
                source=list_of(context.target),
            )


def _uses(context: Context) -> Iterator[tuple[Fact, str, str, Numbers]]:
    for column in context.facts.columns:
        name = element(column.type).rpartition(".")[2]
        if name in _TYPES:
            where = plain(column.schema, column.relation, column.name)
            yield column, f"column {where}", f"the type {name}", _TYPES[name]
    for index in context.facts.indexes:
        if index.method in _METHODS:
            where = plain(index.schema, index.name)
            yield index, f"index {where}", f"the access method {index.method}", _METHODS[index.method]
