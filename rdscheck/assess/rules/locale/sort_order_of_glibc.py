"""Databases that the C library sorts: RDS keeps the order of an old one."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.names import plain
from rdscheck.assess.pages import COLLATIONS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.locale._databases import BY_BYTES, moving
from rdscheck.assess.target import Move


@rule(
    id="sort-order-of-glibc",
    problem="Text may be sorted in another order on RDS.",
    why="RDS keeps the order of glibc 2.26; with 2.28 glibc changed it for most languages. A restore builds "
    "indexes anew, so they are right; ORDER BY without COLLATE, range partitions of text and merges with "
    "other servers' output may differ.",
    fix='Compare ORDER BY of text columns on both sides; write COLLATE "C" where the order must stay.',
    severity=Severity.NOTE,
    source=COLLATIONS,
    date="2026-10-01",
    effort=Effort(1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE DATABASE {new} LC_COLLATE 'en_US.utf8' LC_CTYPE 'en_US.utf8' TEMPLATE template0",
        clean="DROP DATABASE {new}",
        subject="database {new}",
        not_dumped="a dump names the locale of its database only when it is made with --create",
    ),
    innocent=Example(
        sql="CREATE DATABASE {new} LC_COLLATE 'en_US.utf8' LC_CTYPE 'en_US.utf8' TEMPLATE template0",
        clean="DROP DATABASE {new}",
        flavour=Flavour.RDS,
    ),
)
def sort_order_of_glibc(context: Context) -> Iterator[Hit]:
    """Find databases of libc whose order is not that of bytes."""
    if from_service(context):
        return
    for one in moving(context):
        if one.provider == "libc" and one.collate not in BY_BYTES:
            yield hit(
                one,
                f"database {plain(one.name)}",
                f"The database {plain(one.name)} sorts text by {one.collate} of its C library; RDS by "
                f"that of "
                "glibc 2.26.",
            )
