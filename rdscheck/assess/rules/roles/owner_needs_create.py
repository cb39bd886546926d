"""Objects in a schema that belongs to somebody else."""

from collections import defaultdict
from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.facts import Fact, Facts
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.roles._owned import owned
from rdscheck.assess.target import Move
from rdscheck.assess.who import known
from rdscheck.model import Certainty


@rule(
    id="owner-needs-create",
    problem="Objects in a schema belong to a role that does not own the schema.",
    why="Where a superuser restores nobody asks. Elsewhere ALTER … OWNER TO takes CREATE on the schema for"
    " the new owner, and a dump grants that only at its end: the statement fails, and the object stays with"
    " the master user.",
    fix="Create the schema and grant CREATE on it before the restore, or restore with --no-owner.",
    severity=Severity.WARNING,
    source=pages.postgresql("sql-altertable"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.25, 0.1),
    fix_on="target",
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new}; CREATE SCHEMA shop; GRANT CREATE ON SCHEMA shop TO {new}; CREATE TABLE"
        " shop.orders (id integer PRIMARY KEY); ALTER TABLE shop.orders OWNER TO {new}",
        subject="schema shop",
        clean="DROP OWNED BY {new}; DROP ROLE {new}",
    ),
    innocent=Example(
        sql="CREATE ROLE {new}; CREATE SCHEMA shop AUTHORIZATION {new}; CREATE TABLE shop.orders (id"
        " integer PRIMARY KEY); ALTER TABLE shop.orders OWNER TO {new}; CREATE TABLE shop.visits (id"
        " integer PRIMARY KEY)",
        clean="DROP SCHEMA shop CASCADE; DROP ROLE {new}",
    ),
)
def owner_needs_create(context: Context) -> Iterator[Hit]:
    """Find owners without a right on the schema, one finding per schema."""
    owners = {(one.database, one.name): one.owner for one in context.facts.schemas}
    owners |= {(one.name, "public"): one.owner for one in context.facts.databases}
    rights = _Rights(context.facts)
    first: dict[tuple[str, str], Fact] = {}
    lacking: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for owner, _, fact in owned(context.facts):
        schema: str = getattr(fact, "schema", "")
        if (
            not schema
            or known(owner, context.facts)
            or (schema == "public" and not _public_is_closed(context))
        ):
            continue
        key = fact.database, schema
        if owner not in lacking[key] and owners.get(key, "") not in rights.of(owner):
            first.setdefault(key, fact)
            lacking[key].add(owner)
    for key, fact in first.items():
        schema, roles = key[1], sorted(lacking[key])
        make = "" if schema == "public" else f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)};\n"
        yield hit(
            fact,
            f"schema {plain(schema)}",
            f"Objects in the schema {plain(schema)} belong to {', '.join(map(plain, roles))}; without"
            f" CREATE on the schema no role can be made an owner there on {context.target.name}.",
            make + "\n".join(f"GRANT CREATE ON SCHEMA {quoted(schema)} TO {quoted(role)};" for role in roles),
        )


def _public_is_closed(context: Context) -> bool:
    """Tell whether this rule speaks of public: that it was open in the source is told elsewhere."""
    return context.target.major >= 15 and not 0 < context.source_major <= 14


class _Rights:
    """The roles whose rights a role has: itself, and those it is a member of."""

    def __init__(self, facts: Facts) -> None:
        self._direct: defaultdict[str, set[str]] = defaultdict(set)
        for one in facts.memberships:
            self._direct[one.member].add(one.role)
        self._found: dict[str, frozenset[str]] = {}

    def of(self, name: str) -> frozenset[str]:
        """Return these roles by name."""
        if name not in self._found:
            found, waiting = {name}, [name]
            while waiting:
                new = self._direct.get(waiting.pop(), set()) - found
                found |= new
                waiting += new
            self._found[name] = frozenset(found)
        return self._found[name]
