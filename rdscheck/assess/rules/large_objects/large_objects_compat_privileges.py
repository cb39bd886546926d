"""lo_compat_privileges is on."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="large-objects-compat-privileges",
    problem="Privileges on large objects are not checked here, and are on the target.",
    why="lo_compat_privileges is fixed to off on RDS: everybody who opens a large object of another owner"
    " gets an"
    " error unless SELECT or UPDATE on it was granted.",
    fix="Give large objects to the role that uses them, or grant on each of them.",
    severity=Severity.WARNING,
    source=pages.PARAMETERS,
    date=pages.READ,
    effort=Effort(2),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new}; ALTER ROLE {new} SET lo_compat_privileges = on",
        subject="setting lo_compat_privileges",
        clean="DROP ROLE {new}",
        with_roles=True,
    ),
    innocent=Example(
        sql="CREATE ROLE {new}; ALTER ROLE {new} SET lo_compat_privileges = off",
        clean="DROP ROLE {new}",
        with_roles=True,
    ),
)
def large_objects_compat_privileges(context: Context) -> Iterator[Hit]:
    """Find the setting switched on anywhere; one finding."""
    for one in context.facts.settings:
        if one.name == "lo_compat_privileges" and one.value.lower() in {"on", "true", "yes", "1"}:
            where = f" for {one.scope} {one.subject}".rstrip()
            yield hit(
                one,
                "setting lo_compat_privileges",
                f"lo_compat_privileges is on{where}; {context.target.name} always checks privileges on"
                " large objects.",
                "DO $$ DECLARE one oid; BEGIN FOR one IN SELECT oid FROM pg_largeobject_metadata LOOP"
                " EXECUTE format('GRANT SELECT, UPDATE ON LARGE OBJECT %s TO app', one); END LOOP; END $$;"
                " -- with the role that uses them for app",
            )
            return
