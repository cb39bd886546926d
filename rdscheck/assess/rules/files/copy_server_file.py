"""COPY from or to a file of the server."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="copy-server-file",
    problem="COPY reads or writes a file of the server.",
    why="Nobody reaches the file system of RDS's host: COPY with a path fails when it runs.",
    fix="Copy through the client (\\copy, COPY … FROM STDIN), or to and from Amazon S3 with aws_s3.",
    severity=Severity.BLOCKER,
    source=pages.COPYING,
    date=pages.READ,
    effort=Effort(2, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE TABLE orders (id integer PRIMARY KEY); CREATE FUNCTION load_orders() RETURNS void"
        " LANGUAGE plpgsql AS $$ BEGIN COPY public.orders FROM '/srv/orders.csv' WITH (FORMAT csv); END $$",
        subject="function public.load_orders()",
    ),
    innocent=Example(
        sql="CREATE TABLE orders (id integer PRIMARY KEY); CREATE FUNCTION load_orders() RETURNS text"
        " LANGUAGE plpgsql AS $$ BEGIN RETURN 'COPY public.orders FROM ''/srv/orders.csv'' WITH (FORMAT"
        " csv)'; END $$",
    ),
)
def copy_server_file(context: Context) -> Iterator[Hit]:
    """Find COPY with a path."""
    for one in doings(context, "copy from file", "copy to file"):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} copies from or to files of the server ({one.list}); {context.target.name} has none"
            " to reach.",
            "CREATE EXTENSION aws_s3 CASCADE; -- then aws_s3.table_import_from_s3 or query_export_to_s3; or"
            " \\copy",
        )
