"""What rules about functions share: names, and which languages a target has."""

from collections.abc import Iterator

from rdscheck.assess.facts import Aggregate, Function
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Hit, hit
from rdscheck.assess.rules.extensions._offers import UNTRUSTED, Standing, standing

#: Present everywhere, and of which other rules or none speak.
BUILT_IN = frozenset({"c", "internal", "sql", "plpgsql"})

PYTHON_2 = ("plpythonu", "plpython2u")
DIALECTS = ("plcoffee", "plls")

#: Languages that have rules of their own.
CLAIMED = frozenset({*UNTRUSTED, *DIALECTS, "plrust"})


def subject(function: Function | Aggregate) -> str:
    """Return what a finding about it is called: ``function public.f(integer)``."""
    if isinstance(function, Aggregate):
        kind = "aggregate"
    else:
        kind = "procedure" if function.kind == "procedure" else "function"
    return f"{kind} {plain(function.schema, function.name)}({function.arguments})"


def drop(function: Function | Aggregate) -> str:
    """Return the statement that drops it."""
    kind = subject(function).partition(" ")[0].upper()
    return f"DROP {kind} {quoted(function.schema, function.name)}({function.arguments});"


def alter(function: Function, change: str) -> str:
    """Return the statement that changes it."""
    kind = subject(function).partition(" ")[0].upper()
    return f"ALTER {kind} {quoted(function.schema, function.name)}({function.arguments}) {change};"


def on(function: Function | Aggregate, message: str, fix: str = "", **others: object) -> Hit:
    """Return a hit on a function."""
    return hit(function, subject(function), message, fix or drop(function), **others)


def written_in(context: Context, *languages: str) -> Iterator[Function]:
    """Return the functions in these languages."""
    return (one for one in context.facts.functions if one.language in languages)


def lacks(context: Context, language: str) -> bool:
    """Tell whether the target has no extension that brings a language."""
    return standing(language, context.target) is not Standing.OFFERED
