"""Objects of an owner that the master user has to be a member of."""

from collections import Counter
from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.facts import Fact, Facts
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import known


@rule(
    id="owner-needs-membership",
    problem="Objects belong to a role that the restoring user must be a member of.",
    why="ALTER … OWNER TO needs membership in the new owner, and from 16 on SET on it, for the master user as"
    " well; the owner needs CREATE on the schema. Otherwise objects stay with the master user, and grants and"
    " owners that follow fail.",
    fix="Create the role before the restore and grant it to the master user, or restore with --no-owner.",
    severity=Severity.WARNING,
    source=pages.postgresql("sql-altertable"),
    date=pages.READ,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new}; GRANT CREATE ON SCHEMA public TO {new}; CREATE TABLE orders (id integer"
        " PRIMARY KEY);"
        " ALTER TABLE orders OWNER TO {new}",
        subject="role {new}",
        clean="DROP OWNED BY {new}; DROP ROLE {new}",
    ),
    innocent=Example(
        sql="CREATE ROLE {new}; CREATE TABLE orders (id integer PRIMARY KEY); GRANT SELECT ON orders TO"
        " {new}",
        clean="DROP OWNED BY {new}; DROP ROLE {new}",
    ),
)
def owner_needs_membership(context: Context) -> Iterator[Hit]:
    """Find owners, one finding per role and database, with what they own."""
    first: dict[tuple[str, str], Fact] = {}
    owned: dict[tuple[str, str], Counter[str]] = {}
    for owner, kind, fact in _owned(context.facts):
        if not known(owner):
            key = fact.database, owner
            first.setdefault(key, fact)
            owned.setdefault(key, Counter())[kind] += 1
    for (database, owner), kinds in owned.items():
        number = ", ".join(
            f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in sorted(kinds.items())
        )
        yield hit(
            first[database, owner],
            f"role {plain(owner)}",
            f"{number} belong{'s' if sum(kinds.values()) == 1 else ''} to {plain(owner)}; who restores must"
            " be a"
            " member of that role.",
            f"GRANT {quoted(owner)} TO CURRENT_USER; -- as the master user, once the role is there",
        )


def _owned(facts: Facts) -> Iterator[tuple[str, str, Fact]]:
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
