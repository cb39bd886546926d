"""Who owns what."""

from collections.abc import Iterator

from rdscheck.assess.facts import Fact, Facts


def owned(facts: Facts) -> Iterator[tuple[str, str, Fact]]:
    """Return owner, kind and fact of all that a dump gives to an owner."""
    for database in facts.databases:
        yield database.owner, "database", database
    for schema in facts.schemas:
        yield schema.owner, "schema", schema
    for relation in facts.relations:
        yield relation.owner, relation.kind, relation
    for function in facts.functions:
        yield function.owner, function.kind, function
    for type_ in facts.types:
        yield type_.owner, "type", type_
    for server in facts.servers:
        yield server.owner, "foreign server", server
    for publication in facts.publications:
        yield publication.owner, "publication", publication
    for aggregate in facts.aggregates:
        yield aggregate.owner, "aggregate", aggregate
    for operator in facts.operators:
        yield operator.owner, "operator", operator
