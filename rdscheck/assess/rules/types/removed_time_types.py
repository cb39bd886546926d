"""abstime, reltime and tinterval, which PostgreSQL 12 no longer has."""

from collections.abc import Iterator

from rdscheck.assess.doing import doings
from rdscheck.assess.facts import Fact
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.pages import PG_UPGRADE_CHECKS, release
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules._dumps import dumped
from rdscheck.assess.rules.types._nesting import DUMPED, STORED, base, by_way, holding, subject, to_type

#: The type, and what takes its place.
_REMOVED = {
    "pg_catalog.abstime": "timestamptz",
    "pg_catalog.reltime": "interval",
    "pg_catalog.tinterval": "text",
}


# Sources before 12 do not run here: the text of the dump is what pg_dump 11 writes, after its documentation.
@rule(
    id="removed-time-types",
    problem="Something has a type that PostgreSQL no longer has since version 12.",
    why="abstime, reltime and tinterval were removed: what is made with them cannot be made on the target, "
    "neither by a restore nor by pg_upgrade; a body fails when it runs.",
    fix="Change the type before the move.",
    severity=Severity.BLOCKER,
    source=release("12"),
    date="2026-10-01",
    effort=Effort(0.5, 0.25),
    sources=(0, 11),
    targets=(12, 0),
    guilty=Example(
        dump=dumped("11.22", "CREATE TABLE public.events (\n    id integer NOT NULL,\n    at abstime\n);\n"),
        subject="column public.events.at",
        target="rds-17",
    ),
    innocent=Example(
        dump=dumped(
            "11.22",
            "CREATE TABLE public.events (\n    id integer NOT NULL,\n    abstime timestamp with time "
            "zone\n);\n",
        ),
        target="rds-17",
    ),
)
def removed_time_types(context: Context) -> Iterator[Hit]:
    """Find columns of the removed types, and types, functions and expressions made with them."""
    yield from _columns(context)
    for one in context.facts.types:
        for part in dict.fromkeys(base(part) for part in one.parts):
            if part in _REMOVED:
                yield _made(context, one, f"type {plain(one.schema, one.name)}", "is made of", part)
    for function in context.facts.functions:
        arguments = (base(part) for part in function.arguments.split(", "))
        for part in dict.fromkeys((*arguments, base(function.returns))):
            if part in _REMOVED:
                subject_ = f"function {plain(function.schema, function.name)}({function.arguments})"
                yield _made(context, function, subject_, "takes or returns", part)
    for act in doings(context, "type"):
        yield _made(context, act.first, act.subject, "casts to", act.what[0])


def _made(context: Context, fact: Fact, what: str, does: str, of: str) -> Hit:
    name = of.removeprefix("pg_catalog.")
    return hit(
        fact,
        what,
        f"The {what} {does} {name}, which {context.target.version} does not have.",
        f"Make it anew with {_REMOVED[of]} for {name}.",
    )


def _columns(context: Context) -> Iterator[Hit]:
    for column, found in holding(context.facts, lambda name: name in _REMOVED, (*STORED, *DUMPED)):
        wanted = _REMOVED[found]
        yield hit(
            column,
            subject(column),
            f"The {subject(column)} has the type {by_way(column, found)}, which {context.target.version} "
            f"does "
            f"not have.",
            to_type(column, wanted),
            source=PG_UPGRADE_CHECKS if context.move == "upgrade" else "",
        )
