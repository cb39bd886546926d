"""Databases whose encoding is SQL_ASCII."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import PG_MULTIBYTE
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.locale._databases import moving
from rdscheck.assess.target import Move

_BYTES = frozenset({"", "C", "POSIX"})


@rule(
    id="database-encoding-sql-ascii",
    problem="The database has the encoding SQL_ASCII: it holds bytes of any encoding.",
    why="Nothing has checked the text, and clients of RDS ask for UTF8 by default. Loaded into a UTF8 "
    "database, the first wrong byte stops the restore.",
    fix="Find out the real encoding of the text, and restore with client_encoding set to it into a UTF8 "
    "database.",
    severity=Severity.WARNING,
    source=PG_MULTIBYTE,
    date="2026-10-01",
    effort=Effort(4, 4),
    moves=(Move.RESTORE,),
    fix_on="target",
    guilty=Example(
        sql="CREATE DATABASE {new} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
        clean="DROP DATABASE {new}",
        subject="database {new}",
        not_dumped="a dump names the encoding of its database only when it is made with --create",
    ),
    innocent=Example(
        sql="CREATE DATABASE {new} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
        clean="DROP DATABASE {new}",
    ),
)
def database_encoding_sql_ascii(context: Context) -> Iterator[Hit]:
    """Find such databases; with another locale than C only a superuser can make them."""
    for one in moving(context):
        if one.encoding != "SQL_ASCII":
            continue
        refused = one.provider == "libc" and not {one.collate, one.ctype} <= _BYTES
        yield hit(
            one,
            f"database {plain(one.name)}",
            f"The database {plain(one.name)} has the encoding SQL_ASCII"
            + (f" and the locale {one.ctype}: only a superuser may create that." if refused else "."),
            f"CREATE DATABASE {quoted(one.name)} ENCODING 'UTF8' TEMPLATE template0;",
            severity=Severity.BLOCKER if refused else Severity.WARNING,
        )
