"""Functions of an extension that belong to no extension: installed by a script, as before 9.1."""

from collections.abc import Iterator

from rdscheck.assess.facts import Function
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extensions._libraries import unpackaged
from rdscheck.assess.rules.extensions._pages import MANUAL, READ
from rdscheck.assess.target import Move

_LOOSE = (
    "CREATE FUNCTION public.levenshtein(text, text) RETURNS integer"
    " AS '$libdir/fuzzystrmatch', 'levenshtein' LANGUAGE c IMMUTABLE STRICT"
)


@rule(
    id="extension-unpackaged",
    problem="Functions of an extension stand in the database without the extension.",
    why="Scripts of before 9.1 created them one by one, and they were carried along ever since. A dump holds"
    " them as LANGUAGE c, which only a superuser can create: each fails on RDS. The extension itself is"
    " offered.",
    fix="Create the extension in the target before the restore, and leave the loose functions out of it.",
    severity=Severity.BLOCKER,
    source=f"{MANUAL}/sql-createextension.html",
    date=READ,
    fix_on="target",
    moves=(Move.RESTORE,),
    effort=Effort(1, 0.5),
    guilty=Example(sql=_LOOSE, subject="extension fuzzystrmatch", needs=("fuzzystrmatch",)),
    innocent=Example(sql="CREATE EXTENSION fuzzystrmatch", needs=("fuzzystrmatch",)),
)
def extension_unpackaged(context: Context) -> Iterator[Hit]:
    """Find C functions by the library they are in."""
    number: dict[tuple[str, str], int] = {}
    first: dict[tuple[str, str], Function] = {}
    for extension, function in unpackaged(context):
        key = function.database, extension
        number[key] = number.get(key, 0) + 1
        first.setdefault(key, function)
    for (database, extension), function in first.items():
        count = number[database, extension]
        yield hit(
            function,
            f"extension {plain(extension)}",
            f"{count} function{'s' * (count > 1)} of the library of {plain(extension)}"
            f" belong{'s' * (count == 1)} to no extension, {plain(function.schema, function.name)} among"
            " them.",
            f"CREATE EXTENSION IF NOT EXISTS {quoted(extension)} WITH SCHEMA {quoted(function.schema)};",
        )
