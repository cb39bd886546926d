"""Objects that belong to a role of the service."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.facts import Fact, Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.roles._owned import owned
from rdscheck.assess.target import Move
from rdscheck.assess.who import of_service


@rule(
    id="owner-is-reserved-role",
    problem="Objects in the dump belong to a role of the service.",
    why="On the source the service made them, mostly for an extension. ALTER … OWNER TO rdsadmin is refused"
    " to the master user of the new instance, as is any other role of the service.",
    fix="Restore with --no-owner; extensions bring their own objects by CREATE EXTENSION.",
    severity=Severity.WARNING,
    source=pages.ROLES,
    date=pages.READ,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    # What a sandbox's superuser makes belongs to rdsadmin: only a dump of the service itself is meant.
    guilty=Example(
        dump="CREATE SCHEMA cron;\nALTER SCHEMA cron OWNER TO rdsadmin;\n",
        subject="role rdsadmin",
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        dump="CREATE SCHEMA cron;\nALTER SCHEMA cron OWNER TO postgres;\n",
        flavour=Flavour.RDS,
    ),
)
def owner_is_reserved_role(context: Context) -> Iterator[Hit]:
    """Find owners that are the service's, one finding per role and database; a plain server has none."""
    if context.facts.origin.flavour is Flavour.PLAIN:
        return
    first: dict[tuple[str, str], Fact] = {}
    number: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for owner, kind, fact in owned(context.facts):
        if of_service(owner) and kind != "database":
            first.setdefault((fact.database, owner), fact)
            number[fact.database, owner][kind] += 1
    for (database, owner), kinds in number.items():
        yield hit(
            first[database, owner],
            f"role {plain(owner)}",
            f"To {plain(owner)} belong:"
            f" {', '.join(f'{kind} ({count})' for kind, count in sorted(kinds.items()))}; nobody can give"
            f" it anything on {context.target.name}.",
        )
