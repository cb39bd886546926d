"""A dump that includes other files."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import one_line
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move

_INCLUDE = frozenset({"i", "include", "ir", "include_relative"})


@rule(
    id="dump-reads-other-files",
    problem="The dump includes another file, which was not looked at.",
    why="psql reads that file in its place: what it creates is missing from this assessment, and the file"
    " has to be at hand for the restore.",
    fix="Check that file as well.",
    severity=Severity.WARNING,
    source=pages.postgresql("app-psql"),
    date=pages.READ,
    effort=Effort(0.25, 0.25),
    moves=(Move.RESTORE,),
    # pg_dump writes no such command; people do.
    guilty=Example(
        dump="CREATE TABLE public.orders (id integer PRIMARY KEY);\n\\i triggers.sql\n",
        subject="file triggers.sql",
    ),
    innocent=Example(dump="\\set ON_ERROR_STOP on\nCREATE TABLE public.i (triggers integer PRIMARY KEY);\n"),
)
def dump_reads_other_files(context: Context) -> Iterator[Hit]:
    r"""Find \i and its like."""
    for one in context.facts.statements:
        command, _, rest = one.detail.strip().removeprefix("\\").partition(" ")
        if one.kind == "meta" and command in _INCLUDE and rest.strip():
            name = one_line(rest).strip("'\"")
            yield hit(
                one,
                f"file {name}",
                f"The dump includes {name} (\\{command}), which was not looked at.",
                f"-- rdscheck check {name} --target {context.target}",
            )
