"""Databases whose locale is built into PostgreSQL."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import PG_CREATE_DATABASE
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.locale._databases import moving
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

#: Locale -> first major that has it built in.
_SINCE = {"PG_UNICODE_FAST": 18}
_PROVIDER = 17


@rule(
    id="database-provider-builtin",
    problem="The locale of the database is built into PostgreSQL.",
    why="No page of AWS says that databases can be made with it. Majors before 17 do not know the provider; "
    "PG_UNICODE_FAST came with 18.",
    fix="Create the database with a locale of libc: C sorts alike.",
    severity=Severity.WARNING,
    source=PG_CREATE_DATABASE,
    date="2026-10-01",
    certainty=Certainty.GUESSED,
    effort=Effort(1, 0.25),
    moves=(Move.RESTORE,),
    fix_on="target",
    guilty=Example(
        sql="CREATE DATABASE {new} LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' TEMPLATE template0",
        clean="DROP DATABASE {new}",
        subject="database {new}",
        since=17,
        not_dumped="a dump names the locale of its database only when it is made with --create",
    ),
    innocent=Example(
        sql="CREATE DATABASE {new} LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0",
        clean="DROP DATABASE {new}",
        since=17,
    ),
)
def database_provider_builtin(context: Context) -> Iterator[Hit]:
    """Find databases of provider builtin."""
    for one in moving(context):
        if one.provider != "builtin":
            continue
        unknown = context.target.major < _SINCE.get(one.locale, _PROVIDER)
        yield hit(
            one,
            f"database {plain(one.name)}",
            f"The database {plain(one.name)} has the built-in locale {one.locale}"
            + (f", which {context.target.version} does not know." if unknown else "."),
            f"CREATE DATABASE {quoted(one.name)} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' "
            "LC_CTYPE 'en_US.UTF-8';",
            severity=Severity.BLOCKER if unknown else Severity.WARNING,
            certainty=Certainty.DOCUMENTED if unknown else Certainty.GUESSED,
        )
