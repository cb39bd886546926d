"""What a block is: by its content, and by its label where the content leaves it open."""

import pytest

from rdscheck.runbook.model import Kind
from tests.runbook.reading.pages import fence, kinds

SQL = (
    "CREATE EXTENSION orafce;",
    "create role x",
    "GRANT USAGE ON LANGUAGE PLRUST TO user;",
    "-- a comment\nSHOW wal_level;",
    "/* a\n comment */ VACUUM;",
    "SHOW wal_level;\n wal_level\n-----------\n logical\n(1 row)",
    "ALTER USER a SET b.c TO 'x'",
    "\\c labdb\nSELECT 1;",
    "\\dx",
    "WITH a AS (SELECT 1) SELECT * FROM a;",
    "ALTER SCHEMA <schema> OWNER TO x;",
    "SELECT f(name=> 'a',\n    other=> 'b');",
    "DO $$ BEGIN NULL; END $$;",
    "COPY t FROM stdin;\n1\n\\.",
    "EXPLAIN SELECT 1;",
    "MERGE INTO a USING b ON true WHEN MATCHED THEN DO NOTHING;",
)
PSQL = (
    "labdb=> \\q",
    "labdb=> CREATE ROLE a;\nCREATE ROLE\nlabdb=>",
    "postgres=# SELECT 1;",
    "postgres=*> COMMIT;",
    "=> SELECT 1;",
    "my-db=> select 1",
    'Password:\npsql (15.4)\nType "help" for help.\n\nlabdb=> SELECT 1;',
    "NOTICE:  x\nlabdb=> SELECT 1;",
)
SHELL = (
    "aws rds describe-db-instances",
    "$ ls",
    "$ unknown-program --x",
    "# yum install postgresql",
    "./pg_dump -Fc labdb >/tmp/x.dmp",
    "psql -h host -U postgres ^\n  -d labdb",
    "PGPASSWORD=x pg_restore -d labdb x",
    "export A=b",
    "A=b",
    "for i in 1 2; do\n  psql -c 'SELECT 1'\ndone",
    "# a comment\naws s3 ls",
    "# a comment\n\n# another one\naws s3 ls",
    "REM a comment\naws s3 ls",
    "cat <<EOF | psql\nSELECT 1;\nEOF",
    "/usr/bin/pg_dump x",
    "[ec2-user@ip-10-0-0-1 ~]$ psql -c 'SELECT 1'",
    "C:\\> psql -l",
    "git pull",
    "make",
)
DUCKDB = (
    "D SHOW ALL TABLES;\n┌───┐\n│ a │\n└───┘",
    "D .tables",
    "ATTACH 'dbname=a' AS b (TYPE postgres);",
    "CREATE SECRET s (TYPE POSTGRES, HOST 'h');",
    "CREATE OR REPLACE PERSISTENT SECRET s (TYPE POSTGRES);",
    "LOAD 'build/x/postgres_scanner.duckdb_extension';",
    "INSTALL postgres;\nLOAD postgres;",
    "DETACH b;",
    "SELECT * FROM postgres_scan('dbname=a', 'public', 't');",
    "FROM x.y;",
)
TDS = ("1> select f();\n2> go", "1> SELECT @@VERSION\n2> GO\n", "SELECT 1\nGO")
OUTPUT = (
    " a | b\n---+---\n 1 | 2\n(1 row)",
    "...\n2017-06-12 19:09:49 UTC:...:a@b:[1]:LOG: AUDIT:\nOBJECT,1,1,READ,SELECT,TABLE,public.t1,x;\n...",
    "2022-07-06 16:17:03 UTC::@:[7361]:LOG: background worker exited with exit code 1",
    'INFO: repacking table "a"\nINFO: repacking table "b"',
    "pg_dumpall: error: query failed: ERROR:  permission denied for table pg_authid",
    'psql (13.4)\nSSL connection (protocol: TLSv1.3)\nType "help" for help.\n\npostgres=>',
    "Password:",
    "Password for user postgres:",
    "CREATE EXTENSION",
    "INSERT 0 5000",
    'ERROR:  relation "x" does not exist\nLINE 1: SELECT * FROM x;\n                      ^',
    "(3 rows)",
    "-[ RECORD 1 ]-\na | 1",
    "┌───┐\n│ a │\n└───┘",
)
POLICY = (
    '{\n  "Version": "2012-10-17",\n  "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]\n}',
    '{\n  "Version": "2012-10-17",\n  "Statement": [ ... "Effect": "Allow" <your statement>\n}',
)
YAML = ("source:\n  postgres:\n    url: x\n", "a: 1\nb:\n  - c\n  - d\n")
CODE = (
    "lambda_function.py\nimport json\ndef lambda_handler(event, context):\n    return {",
    "def f(x):\n    return x",
    "fn main() {\n}",
    "#include <stdio.h>\nint main() {}",
    '{"a": [1, 2]}',
)
TEXT = (
    "dbname=postgresscanner\nhost=localhost port=5432 dbname=mydb connect_timeout=10",
    "postgresql://user:password@host:5432/db?sslmode=require",
    "options := 'format csv, header true'",
    "",
    "Some words, nothing else.",
    "cron.schedule (job_name,\n    schedule,\n    command\n);",
    "1,foo1,bar1\n2,foo2,bar2",
    "Select the role you want.",
)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (kind, content)
        for kind, contents in {
            Kind.SQL: SQL,
            Kind.PSQL: PSQL,
            Kind.SHELL: SHELL,
            Kind.DUCKDB: DUCKDB,
            Kind.TDS: TDS,
            Kind.OUTPUT: OUTPUT,
            Kind.POLICY: POLICY,
            Kind.YAML: YAML,
            Kind.CODE: CODE,
            Kind.TEXT: TEXT,
        }.items()
        for content in contents
    ],
)
def test_the_content_tells_what_a_block_is(kind: Kind, content: str) -> None:
    assert fence(content).kind is kind


@pytest.mark.parametrize(
    ("label", "content", "kind"),
    [
        ("sql", PSQL[1], Kind.PSQL),
        ("bash", "labdb=> SELECT 1;", Kind.PSQL),
        ("sql", "psql -h host -d labdb", Kind.SHELL),
        ("bash", "CREATE EXTENSION hstore;", Kind.SQL),
        ("sql", OUTPUT[0], Kind.OUTPUT),
        ("sql", DUCKDB[1], Kind.DUCKDB),
        ("sql", TDS[0], Kind.TDS),
        ("json", POLICY[0], Kind.POLICY),
        ("text", "SELECT 1;", Kind.SQL),
        ("console", "$ ls", Kind.SHELL),
        ("sql", 'ERROR:  permission denied for table "x"', Kind.OUTPUT),
    ],
)
def test_the_content_wins_where_a_label_lies(label: str, content: str, kind: Kind) -> None:
    assert fence(content, label).kind is kind


@pytest.mark.parametrize(
    ("label", "content", "kind"),
    [
        ("sql", "SELCT 1;", Kind.SQL),
        ("postgresql", "SELECT 1", Kind.SQL),
        ("{.sql .numberLines}", "foo bar;", Kind.SQL),
        ("bash", "some-tool --now", Kind.SHELL),
        ("yaml", "a", Kind.YAML),
        ("python", "print('x')", Kind.CODE),
        ("rust", "x + 1", Kind.CODE),
        ("", "some-tool --now", Kind.TEXT),
        ("output", "on", Kind.OUTPUT),
        ("sql", "options := 'format csv, header true'", Kind.TEXT),
    ],
)
def test_the_label_decides_where_the_content_leaves_it_open(label: str, content: str, kind: Kind) -> None:
    assert fence(content, label).kind is kind


def test_what_nothing_runs_says_what_makes_it_so() -> None:
    assert fence(TEXT[0]).why == "a connection string is no command"
    assert fence(TEXT[2]).why == "an argument is no whole statement"
    assert fence(POLICY[0]).why.startswith("a policy is no command")
    assert fence(YAML[0]).why == "configuration is no command"
    assert all(fence(content).why for content in (*TEXT, *CODE, *YAML, *POLICY))


@pytest.mark.parametrize(
    ("label", "content"),
    [("sql", "-- later"), ("bash", "# later"), ("", "labdb=>"), ("sql", ";"), ("bash", "$ "), ("", "1>")],
)
def test_where_nothing_is_typed_there_is_nothing_to_run(label: str, content: str) -> None:
    block = fence(content, label)
    assert (block.kind, block.pieces, block.why) == (Kind.TEXT, (), "nothing is typed in it")


def test_a_statement_on_a_database_that_duckdb_attached_is_for_duckdb() -> None:
    before, attach, after = (
        ("sql", "SELECT * FROM shop.sale;"),
        ("sql", "ATTACH 'x' AS shop (TYPE postgres);"),
        ("sql", "SELECT * FROM shop.sale;"),
    )
    assert kinds(before, attach, after, ("sql", "SELECT * FROM workshop.sale;")) == [
        Kind.SQL,
        Kind.DUCKDB,
        Kind.DUCKDB,
        Kind.SQL,
    ]
