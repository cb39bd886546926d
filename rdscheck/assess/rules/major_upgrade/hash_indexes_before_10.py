"""Hash indexes of 9.6, which an upgrade leaves invalid."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import release
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules._dumps import dumped
from rdscheck.assess.target import Move


# 9.6 does not run here: after the release notes of 10.
@rule(
    id="hash-indexes-before-10",
    problem="A hash index must be rebuilt after the upgrade.",
    why="Hash indexes have another form since 10, so pg_upgrade marks them invalid: queries do not use them.",
    fix="REINDEX after the upgrade.",
    severity=Severity.WARNING,
    source=release("10"),
    date="2026-10-01",
    effort=Effort(0.25, 0.1),
    moves=(Move.UPGRADE,),
    sources=(0, 9.6),
    targets=(10, 0),
    guilty=Example(
        dump=dumped(
            "9.6.24",
            "CREATE TABLE public.t (\n    a integer\n);\n\nCREATE INDEX t_a ON public.t USING hash (a);\n",
        ),
        subject="index public.t_a",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        target="rds-13",
    ),
    innocent=Example(
        dump=dumped(
            "9.6.24",
            "CREATE TABLE public.t (\n    a tsvector\n);\n\nCREATE INDEX hash ON public.t USING gin (a);\n",
        ),
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        target="rds-13",
    ),
)
def hash_indexes_before_10(context: Context) -> Iterator[Hit]:
    """Find hash indexes."""
    for one in context.facts.indexes:
        if one.method == "hash":
            yield hit(
                one,
                f"index {plain(one.schema, one.name)}",
                f"The hash index {plain(one.schema, one.name)} is invalid after the upgrade.",
                f"REINDEX INDEX {quoted(one.schema, one.name)};  -- after the upgrade",
            )
