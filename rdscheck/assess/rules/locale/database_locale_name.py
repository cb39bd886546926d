"""Databases with a locale that Linux does not know by that name."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import COLLATIONS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules._dumps import dumped
from rdscheck.assess.rules.locale._databases import is_glibc, moving
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="database-locale-name",
    problem="The locale of the database has a name that only another operating system knows.",
    why="RDS runs on Linux with the locales of glibc. CREATE DATABASE fails there for a name such as "
    "German_Germany.1252.",
    fix="Create the database under the name Linux has for the locale, and restore without --create.",
    severity=Severity.BLOCKER,
    source=COLLATIONS,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.1),
    moves=(Move.RESTORE,),
    fix_on="target",
    guilty=Example(
        dump=dumped(
            "15.4",
            "CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc "
            "LOCALE = 'German_Germany.1252';\n",
        ),
        subject="database shop",
    ),
    innocent=Example(
        dump=dumped(
            "15.4",
            "CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc "
            "LOCALE = 'de_DE.UTF-8@euro';\n",
        ),
    ),
)
def database_locale_name(context: Context) -> Iterator[Hit]:
    """Find databases whose collate or ctype has no form of glibc."""
    for one in moving(context):
        foreign = sorted({name for name in (one.collate, one.ctype) if not is_glibc(name)})
        if foreign:
            yield hit(
                one,
                f"database {plain(one.name)}",
                f"The database {plain(one.name)} has the locale {', '.join(foreign)}, which glibc does "
                f"not know.",
                f"CREATE DATABASE {quoted(one.name)} TEMPLATE template0 ENCODING 'UTF8' "
                "LC_COLLATE 'en_US.UTF-8' LC_CTYPE 'en_US.UTF-8';",
            )
