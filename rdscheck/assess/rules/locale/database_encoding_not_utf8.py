"""Databases of another encoding than UTF8."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import PARAMETERS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.locale._databases import moving
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="database-encoding-not-utf8",
    problem="The database has another encoding than UTF8.",
    why="An instance is made with UTF8, and its parameter client_encoding says UTF8 to clients that ask for "
    "nothing, where elsewhere they get the encoding of the database.",
    fix="Restore into a UTF8 database, or make one of the old encoding and tell clients their encoding.",
    severity=Severity.WARNING,
    source=PARAMETERS,
    date="2026-10-01",
    certainty=Certainty.OBSERVED,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    fix_on="target",
    guilty=Example(
        sql="CREATE DATABASE {new} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
        clean="DROP DATABASE {new}",
        subject="database {new}",
        not_dumped="a dump names the encoding of its database only when it is made with --create",
    ),
    innocent=Example(
        sql="CREATE DATABASE {new} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
        clean="DROP DATABASE {new}",
    ),
)
def database_encoding_not_utf8(context: Context) -> Iterator[Hit]:
    """Find databases of other encodings; SQL_ASCII has a rule of its own."""
    for one in moving(context):
        if one.encoding not in {"", "UTF8", "SQL_ASCII"}:
            yield hit(
                one,
                f"database {plain(one.name)}",
                f"The database {plain(one.name)} has the encoding {one.encoding}; a restore into a UTF8 "
                f"database "
                "converts it.",
                f"CREATE DATABASE {quoted(one.name)} ENCODING 'UTF8' TEMPLATE template0;",
            )
