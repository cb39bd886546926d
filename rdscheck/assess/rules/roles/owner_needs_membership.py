"""Objects of an owner that the master user has to be a member of."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.facts import Fact, Via
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.roles._owned import owned
from rdscheck.assess.target import Move
from rdscheck.assess.who import known


@rule(
    id="owner-needs-membership",
    problem="Objects belong to a role that the restoring user must be a member of.",
    why="ALTER … OWNER TO needs membership in the new owner, and from 16 on SET on it, for the master user"
    " as well. Otherwise objects stay with the master user.",
    fix="Create the role before the restore and grant it to the master user, or restore with --no-owner.",
    severity=Severity.WARNING,
    source=pages.postgresql("sql-altertable"),
    date=pages.READ,
    effort=Effort(0.25, 0.1),
    fix_on="target",
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
    """Find owners, one finding per role and database, with what they own."""
    first: dict[tuple[str, str], Fact] = {}
    number: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for owner, kind, fact in owned(context.facts):
        if not known(owner, context.facts):
            first.setdefault((fact.database, owner), fact)
            number[fact.database, owner][kind] += 1
    made = {role.name for role in context.facts.roles if context.facts.origin.via is Via.DUMP}
    for (database, owner), kinds in number.items():
        yield hit(
            first[database, owner],
            f"role {plain(owner)}",
            f"To {plain(owner)} belong:"
            f" {', '.join(f'{kind} ({count})' for kind, count in sorted(kinds.items()))}; who restores must"
            " be a member of that role.",
            f"GRANT {quoted(owner)} TO CURRENT_USER; -- once the role is there",
            # A dump that makes the role has a finding for it, which makes it before.
            fix_on="source" if owner in made else "",
        )
