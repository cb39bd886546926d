"""Collations made of a locale that Linux does not know by that name."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import COLLATIONS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules._dumps import dumped
from rdscheck.assess.rules.locale._databases import is_glibc
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="collation-locale-name",
    problem="A collation is made of a locale that only another operating system knows.",
    why="RDS runs on Linux with the locales of glibc: CREATE COLLATION fails there, and with it each table, "
    "index and view that uses the collation.",
    fix="Create the collation under the name Linux has for the locale.",
    severity=Severity.BLOCKER,
    source=COLLATIONS,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        dump=dumped(
            "16.4", "CREATE COLLATION public.german (provider = libc, locale = 'German_Germany.1252');\n"
        ),
        subject="collation public.german",
    ),
    innocent=Example(sql="CREATE COLLATION public.german (provider = libc, locale = 'en_US.utf8')"),
)
def collation_locale_name(context: Context) -> Iterator[Hit]:
    """Find collations of libc whose locale has no form of glibc."""
    for one in context.facts.collations:
        if one.provider == "libc" and not is_glibc(one.locale):
            name = quoted(one.schema, one.name)
            yield hit(
                one,
                f"collation {plain(one.schema, one.name)}",
                f"The collation {plain(one.schema, one.name)} is made of the locale {one.locale}, which "
                f"glibc does "
                "not know.",
                f"CREATE COLLATION {name} (provider = libc, locale = 'de_DE.utf8');  -- the locale you mean",
            )
