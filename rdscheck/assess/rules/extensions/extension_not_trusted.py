"""An extension that an owner of a database may create in PostgreSQL, and not on RDS."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._of_postgresql import TRUSTED_BY_POSTGRESQL
from rdscheck.assess.rules.extensions._offers import Standing, installed, on, standing
from rdscheck.assess.rules.extensions._pages import READ, SUPPORTED
from rdscheck.assess.target import Move
from rdscheck.catalog.extensions import trusted


@rule(
    id="extension-not-trusted",
    problem="PostgreSQL trusts this extension, RDS does not: only a member of rds_superuser can create it.",
    why="A restore or a migration tool that runs as the owner of the database is refused, though it worked"
    " on the source.",
    fix="Create the extension as the master user before the restore.",
    severity=Severity.NOTE,
    source=SUPPORTED,
    date=READ,
    fix_on="target",
    moves=(Move.RESTORE,),
    targets=(13, 0),
    effort=Effort(0.1),
    guilty=Example(sql="CREATE EXTENSION lo", subject="extension lo", needs=("lo",)),
    innocent=Example(sql="CREATE EXTENSION citext", needs=("citext",)),
)
def extension_not_trusted(context: Context) -> Iterator[Hit]:
    """Find extensions on the list of PostgreSQL that are not on that of RDS."""
    target = context.target
    for one in installed(context, *(TRUSTED_BY_POSTGRESQL - trusted(target.major))):
        if standing(one.name, target) is Standing.OFFERED:
            yield on(
                one,
                f"{plain(one.name)} is not among the trusted extensions of {target.name}: the owner of the"
                " database cannot create it there.",
                f"CREATE EXTENSION IF NOT EXISTS {quoted(one.name)};",
            )
