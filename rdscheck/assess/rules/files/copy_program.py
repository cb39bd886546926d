"""COPY from or to a program."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="copy-program",
    problem="COPY runs a program on the server.",
    why="No program of RDS's host can be run: COPY … PROGRAM fails.",
    fix="Run the program at a client and pipe into COPY … FROM STDIN, or call AWS Lambda.",
    severity=Severity.BLOCKER,
    source=pages.COPYING,
    date=pages.READ,
    effort=Effort(4, 2),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE TABLE answers (line text); CREATE FUNCTION fetch_answers() RETURNS void LANGUAGE"
        " plpgsql AS $$ BEGIN COPY public.answers FROM PROGRAM 'curl -s https://example.com/'; END $$",
        subject="function public.fetch_answers()",
    ),
    innocent=Example(
        sql="CREATE TABLE program (line text); CREATE FUNCTION fetch_answers() RETURNS SETOF text LANGUAGE"
        " sql AS $$ SELECT line FROM public.program $$",
    ),
)
def copy_program(context: Context) -> Iterator[Hit]:
    """Find COPY with a program."""
    for one in doings(context, "copy from program", "copy to program"):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} runs programs of the server by COPY ({one.list}); {context.target.name} runs none.",
        )
