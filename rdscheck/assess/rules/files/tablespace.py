"""A tablespace."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="tablespace",
    problem="A tablespace lies in a directory of its own.",
    why="RDS accepts CREATE TABLESPACE so that dumps restore, and puts the files on the one volume there"
    " is, whatever the path: nothing becomes faster or is kept apart by it.",
    fix="Restore with --no-tablespaces, and size the volume's IOPS instead.",
    severity=Severity.WARNING,
    source=pages.TABLESPACES,
    date=pages.READ,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="SET allow_in_place_tablespaces = on; CREATE TABLESPACE {new} LOCATION ''",
        subject="tablespace {new}",
        clean="DROP TABLESPACE {new}",
        with_roles=True,
    ),
    innocent=Example(
        sql="CREATE TABLE orders (id integer PRIMARY KEY) TABLESPACE pg_default", with_roles=True
    ),
)
def tablespace(context: Context) -> Iterator[Hit]:
    """Find tablespaces of users."""
    for one in context.facts.tablespaces:
        where = f" ({one.location})" if one.location else ""
        yield hit(
            one,
            f"tablespace {plain(one.name)}",
            f"The tablespace {plain(one.name)}{where} gets no directory or volume of its own on"
            f" {context.target.name}.",
            f"-- leave it out: pg_dumpall --no-tablespaces, pg_restore --no-tablespaces\n"
            f"DROP TABLESPACE {quoted(one.name)}; -- or on the source, once it is empty",
        )
