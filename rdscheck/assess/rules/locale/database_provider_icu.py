"""Databases whose locale is that of ICU."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import PG_CREATE_DATABASE
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.locale._databases import moving
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

#: First majors with a locale provider for databases, and with rules of ICU beside it.
_PROVIDER, _RULES = 15, 16


@rule(
    id="database-provider-icu",
    problem="The locale of the database is that of ICU.",
    why="No page of AWS says that databases can be made with it, and RDS ships ICU 60.2: the order of text "
    "may differ. Majors before 15 do not know the locale provider, those before 16 no rules.",
    fix="Create the database with a locale of libc, and give columns that need it an ICU collation.",
    severity=Severity.WARNING,
    source=PG_CREATE_DATABASE,
    date="2026-10-01",
    certainty=Certainty.GUESSED,
    effort=Effort(2, 0.5),
    moves=(Move.RESTORE,),
    fix_on="target",
    guilty=Example(
        sql="CREATE DATABASE {new} LOCALE_PROVIDER icu ICU_LOCALE 'de' TEMPLATE template0",
        clean="DROP DATABASE {new}",
        subject="database {new}",
        since=15,
        not_dumped="a dump names the locale of its database only when it is made with --create",
    ),
    innocent=Example(
        sql="CREATE DATABASE {new} LOCALE_PROVIDER libc LC_COLLATE 'en_US.utf8' LC_CTYPE 'en_US.utf8' "
        "TEMPLATE template0",
        clean="DROP DATABASE {new}",
        since=15,
    ),
)
def database_provider_icu(context: Context) -> Iterator[Hit]:
    """Find databases of provider icu."""
    for one in moving(context):
        if one.provider != "icu":
            continue
        needs = _RULES if one.icu_rules else _PROVIDER
        unknown = context.target.major < needs
        yield hit(
            one,
            f"database {plain(one.name)}",
            f"The database {plain(one.name)} has the ICU locale {one.locale or 'of its cluster'}"
            + (f", which {context.target.version} does not know for databases." if unknown else "."),
            f"CREATE DATABASE {quoted(one.name)} TEMPLATE template0 ENCODING 'UTF8' "
            "LC_COLLATE 'en_US.UTF-8' LC_CTYPE 'en_US.UTF-8';",
            severity=Severity.BLOCKER if unknown else Severity.WARNING,
            certainty=Certainty.DOCUMENTED if unknown else Certainty.GUESSED,
        )
