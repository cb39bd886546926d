"""Calls of orafce's utl_file."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.facts import Act
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


def _details(acts: list[Act]) -> set[str]:
    return {one.detail for one in acts if one.kind == "call" and one.detail.startswith("utl_file.")}


@rule(
    id="utl-file",
    problem="The package utl_file of orafce is used, which reads and writes files of the server.",
    why="RDS offers orafce without utl_file: directories cannot be registered, and every call fails.",
    fix="Write to a table, or to Amazon S3 with aws_s3.",
    severity=Severity.BLOCKER,
    source=pages.ORAFCE,
    date=pages.READ,
    effort=Effort(4, 2),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION report() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM"
        " utl_file.fremove('reports', 'old.txt'); END $$",
        subject="function public.report()",
    ),
    innocent=Example(
        sql="CREATE SCHEMA utl_files; CREATE FUNCTION utl_files.fremove(text, text) RETURNS void LANGUAGE"
        " sql AS ''; CREATE FUNCTION report() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM"
        " utl_files.fremove('reports', 'old.txt'); END $$",
    ),
)
def utl_file(context: Context) -> Iterator[Hit]:
    """Find calls of functions in the schema utl_file."""
    for one in doings(context, "call", of=_details(context.facts.acts)):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} calls {one.list}, which {context.target.name} does not support.",
        )
