"""Who owns what, and how a role is made anew for it."""

from collections.abc import Iterator

from rdscheck.assess.facts import Fact, Facts, Role
from rdscheck.assess.names import quoted


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


def owning(facts: Facts) -> frozenset[str]:
    """Return the roles that own something, or for which privileges are to be set."""
    return frozenset(owner for owner, _, _ in owned(facts)) | {one.role for one in facts.default_privileges}


def creation(role: Role, owners: frozenset[str]) -> str:
    """Return statements that make a role as far as the master user may; an owner becomes his as well."""
    words = [
        word
        for word, wanted in (
            ("LOGIN", role.login),
            ("CREATEDB", role.create_database),
            ("CREATEROLE", role.create_role),
            ("NOINHERIT", not role.inherit),
            (f"CONNECTION LIMIT {role.connection_limit}", role.connection_limit >= 0),
        )
        if wanted
    ]
    name = quoted(role.name)
    made = f"CREATE ROLE {name} {' '.join(words) or 'NOLOGIN'}; -- with its own password"
    return f"{made}\nGRANT {name} TO CURRENT_USER;" if role.name in owners else made
