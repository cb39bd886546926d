"""An untrusted language: its functions run as the server's account."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import UNTRUSTED, absent, on
from rdscheck.assess.rules.extensions._pages import RDS_LIST, READ


@rule(
    id="untrusted-language-extension",
    problem="The language is untrusted: the service offers none of that kind.",
    why="Its functions can read files and start programs as the server's account. CREATE EXTENSION fails on"
    " every version of the service, and every function in the language with it.",
    fix="Rewrite its functions in PL/pgSQL, PL/Perl, PL/Tcl or PL/v8, then drop the language.",
    severity=Severity.BLOCKER,
    source=RDS_LIST,
    date=READ,
    effort=Effort(1),
    guilty=Example(sql=disguised("plpython3u"), subject="extension plpython3u"),
    innocent=Example(sql=disguised("plperl")),
)
def untrusted_language_extension(context: Context) -> Iterator[Hit]:
    """Find untrusted languages that came as extensions."""
    for one in absent(context, UNTRUSTED):
        number = sum(
            function.language == one.name and function.database == one.database
            for function in context.facts.functions
        )
        yield on(
            one,
            f"{context.target.name} does not offer {plain(one.name)}; "
            + (f"functions written in it: {number}." if number else "no function is written in it."),
            f"DROP EXTENSION {quoted(one.name)};",
        )
