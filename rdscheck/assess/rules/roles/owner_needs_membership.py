"""Objects of an owner that the master user has to be a member of."""

from collections import Counter, defaultdict
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
    why="ALTER … OWNER TO needs membership in the new owner, and from 16 on SET on it, for the master user"
    " as well, and the new owner needs CREATE on the schema, which a dump grants only at its end. Otherwise"
    " objects stay with the master user.",
    fix="Create the role before the restore, grant it to the master user, and CREATE on the schemas to it;"
    " or restore with --no-owner.",
    severity=Severity.WARNING,
    source=pages.postgresql("sql-altertable"),
    date=pages.READ,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new}; GRANT CREATE ON SCHEMA public TO {new}; CREATE TABLE orders (id integer"
        " PRIMARY KEY); ALTER TABLE orders OWNER TO {new}",
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
    """Find owners, one finding per role and database, with what they own and where."""
    first: dict[tuple[str, str], Fact] = {}
    owned: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    within: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for owner, kind, fact in _owned(context.facts):
        if not known(owner):
            key = fact.database, owner
            first.setdefault(key, fact)
            owned[key][kind] += 1
            within[key].add(getattr(fact, "schema", ""))
    theirs = {(one.database, one.owner, one.name) for one in context.facts.schemas}
    for (database, owner), kinds in owned.items():
        number = ", ".join(
            f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in sorted(kinds.items())
        )
        verb = "belongs" if sum(kinds.values()) == 1 else "belong"
        schemas = sorted(
            name for name in within[database, owner] if name and (database, owner, name) not in theirs
        )
        yield hit(
            first[database, owner],
            f"role {plain(owner)}",
            f"{number} {verb} to {plain(owner)}; who restores must be a member of that role.",
            f"GRANT {quoted(owner)} TO CURRENT_USER; -- as the master user, once the role is there"
            + "".join(
                f"\nGRANT CREATE ON SCHEMA {quoted(name)} TO {quoted(owner)}; -- before what it owns in there"
                for name in schemas
            ),
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
