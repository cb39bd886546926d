"""Which words of a page are placeholders, what they stand for, and which are none."""

import pytest

from rdscheck.runbook.binding.placeholders import find
from rdscheck.runbook.model import Kind
from tests.runbook.binding.pages import page, shell, sql

HOST = "db-instance-name.111122223333.aws-region.rds.amazonaws.com"

GUILTY = [
    (
        "aws rds reboot-db-instance --db-instance-identifier YOUR_DB_INSTANCE_ID",
        "YOUR_DB_INSTANCE_ID",
        "instance",
    ),
    ("aws rds reboot-db-instance --db-instance-identifier=your-instance", "your-instance", "instance"),
    ("aws rds reboot-db-instance --db-instance-identifier my-db-instance-1", "my-db-instance-1", "instance"),
    ("aws rds reboot-db-instance --db-instance-identifier mydbinstance", "mydbinstance", "instance"),
    ("aws rds reboot-db-instance --db-instance-identifier DB_INSTANCE", "DB_INSTANCE", "instance"),
    ("aws rds x --db-instance-identifier \\\n  <your-instance>", "<your-instance>", "instance"),
    ("aws rds x --db-cluster-identifier my-cluster-name", "my-cluster-name", "cluster"),
    ("aws rds x --db-parameter-group-name custom-param-group-name", "custom-param-group-name", "group"),
    ("aws rds x --region aws-region", "aws-region", "region"),
    ("aws rds x --region REGION", "REGION", "region"),
    (
        "aws rds x --role-arn arn:aws:iam::123456789012:role/S3",
        "arn:aws:iam::123456789012:role/S3",
        "role-arn",
    ),
    (
        "aws iam x --policy-arn arn:aws:iam::444455556666:policy/p",
        "arn:aws:iam::444455556666:policy/p",
        "policy-arn",
    ),
    ("aws s3 ls s3://amzn-s3-demo-bucket/x", "amzn-s3-demo-bucket", "bucket"),
    ("aws s3 ls s3://my-export-bucket/x", "my-export-bucket", "bucket"),
    ("aws s3 ls s3://${BUCKET}/x", "${BUCKET}", "bucket"),
    ("aws lambda invoke --function-name my-function out.json", "my-function", "function"),
    (f"psql --host={HOST} --dbname=labdb", HOST, "endpoint"),
    (
        "psql -h your-Babelfish.cluster.444455556666-us-east-1.rds.amazonaws.com",
        "your-Babelfish.cluster.444455556666-us-east-1.rds.amazonaws.com",
        "endpoint",
    ),
    ("psql -h db.example.com -d labdb", "db.example.com", "endpoint"),
    ("psql -h <aws-host> -d labdb", "<aws-host>", "endpoint"),
    ("psql -h{{host}} -d labdb", "{{host}}", "endpoint"),
    ("psql -h $DB_HOST -d labdb", "$DB_HOST", "endpoint"),
    ("psql postgresql://app@your-host/labdb", "your-host", "endpoint"),
    ("psql postgresql://<user>@localhost/labdb", "<user>", "user"),
    ("psql postgresql://app@localhost/<db>", "<db>", "database"),
    ("psql postgresql://app:secret@localhost/labdb", "secret", "password"),
    ("psql postgresql://app@localhost:<port>/labdb", "<port>", "port"),
    ("psql 'host=localhost dbname=labdb password=********'", "********", "password"),
    ("PGPASSWORD=hunter2 psql -d labdb", "hunter2", "password"),
    ("aws rds x --master-user-password ********", "********", "password"),
    ("psql -U username -d labdb", "username", "user"),
    ("psql -d database-name", "database-name", "database"),
    ("psql -U <user>", "<user>", "user"),
    ("psql -d yourdatabase", "yourdatabase", "database"),
    ("pg_dump -n <schema> labdb", "<schema>", "schema"),
    ("pg_dump -t your_table labdb", "your_table", "table"),
    ("psql labdb -c 'alter schema <name> owner to app'", "<name>", "schema"),
    ("psql labdb <<EOF\ngrant select on t to <name>;\nEOF", "<name>", "user"),
    ("psql -c \"select aws_commons.create_s3_uri('your-own', 'x', 'us-east-1')\"", "your-own", "bucket"),
    ("echo REPLACE_ME", "REPLACE_ME", ""),
    ("echo YOUR_SOMETHING_ELSE", "YOUR_SOMETHING_ELSE", ""),
    ("aws sts x --account-id 111122223333", "111122223333", "account"),
]

GUILTY_SQL = [
    ("ALTER SCHEMA <schema> OWNER TO app;", "<schema>", "schema"),
    ("ALTER SCHEMA public OWNER TO <role>;", "<role>", "user"),
    ("GRANT SELECT ON t TO {{name}};", "{{name}}", "user"),
    ("SELECT * FROM your_schema.t;", "your_schema", "schema"),
    ("SELECT * FROM public.<name>;", "<name>", "table"),
    ("ALTER DATABASE your_db SET work_mem TO '8MB';", "your_db", "database"),
    ("\\c <database>", "<database>", "database"),
    ("CALL export('select 1', 'my-export-bucket', 'x.csv');", "my-export-bucket", "bucket"),
    ("SELECT aws_commons.create_s3_uri('my-data', 'a.csv', 'us-east-1');", "my-data", "bucket"),
    ("SELECT aws_commons.create_lambda_function_arn('my-function', 'us-east-1');", "my-function", "function"),
    (
        "SELECT p.create_node(dsn := 'host=source-instance.aws-region.rds.amazonaws.com dbname=labdb');",
        "source-instance.aws-region.rds.amazonaws.com",
        "endpoint",
    ),
    ("SELECT dblink('user=postgres password=*******');", "*******", "password"),
    (
        "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db.example.com', dbname 'labdb');",
        "db.example.com",
        "endpoint",
    ),
    ("CREATE USER MAPPING FOR app SERVER s OPTIONS (user 'app', password 'secret');", "secret", "password"),
    (
        "CREATE SECRET s (TYPE POSTGRES, HOST 'my-db.xxxxxx.us-east-1.rds.amazonaws.com');",
        "my-db.xxxxxx.us-east-1.rds.amazonaws.com",
        "endpoint",
    ),
    ("SELECT '${INTERVAL}'::interval;", "${INTERVAL}", ""),
]

INNOCENT = [
    "psql -d labdb -U myuser",
    "psql -U my_iam_user -d mydb -h localhost",
    "psql --password --dbname=labdb",
    "createdb yourdatabase && psql -d yourdatabase",
    "psql -h 127.0.0.1 -h /var/run/postgresql",
    "aws rds x --region us-west-2",
    "aws rds x --db-instance-identifier labdb-1 --db-parameter-group-name default.postgres17",
    "aws iam create-role --role-name rds-lambda-role",
    "aws iam x --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
    "aws s3 cp my-data.csv s3://exports-of-labdb/x.csv",
    "aws iam create-policy --policy-name my-policy",
    "export BUCKET=exports-of-labdb\naws s3 ls s3://$BUCKET/",
    'for TABLE in a b; do psql -c "select count(*) from $TABLE"; done',
    "echo $HOME ${PATH} $? $1 $$",
    "grep '$NAME' file.txt",
    "sort <in>out",
    "psql -d labdb  # connects to your-instance",
    "df -h db.example.com",
    'psql -c "select name from t where your = 1"',
    "aws rds x --query 'DBInstances[?DBName==`labdb`]'",
]
INNOCENT_SQL = [
    "CREATE TABLE docs_lab_table (a int PRIMARY KEY);",
    "SELECT * FROM public.my_table;",
    "ALTER USER myuser IN DATABASE mydatabase SET pgaudit.log TO 'none';",
    "SELECT 1 WHERE a <b and c> d;",
    "SELECT a <-> b FROM t WHERE a<b;",
    "SELECT '{{1,2},{3,4}}'::int[], '{{a}}'::text[];",
    "SELECT '<root><a/></root>'::xml;",
    "SELECT user_name, table_name, password FROM accounts WHERE password = 'x' AND host = 'db';",
    "CREATE ROLE app LOGIN PASSWORD 'secret';\nSELECT dblink('user=app password=secret');",
    "CREATE TABLE your_table (a int); SELECT * FROM your_table;",
    "CREATE ROLE app LOGIN PASSWORD 'changeme'; ALTER ROLE b PASSWORD 'your_password';",
    "-- replace <schema> with your_schema\nSELECT 1;",
    "/* your_schema **** <x> */ SELECT 1;",
    "CREATE FUNCTION f() LANGUAGE plrust AS $$ let v: Vec<i64> = x.collect::<i64>(); Ok(1) $$;",
    "CREATE FUNCTION f() RETURNS text LANGUAGE plv8 AS $$ return `${name}`; $$;",
    "SELECT regexp_replace('a', '(?<name>x)', '');",
    "SELECT 'Send your text to yourself';",
    "SELECT 123456789012;",
    "SELECT 2 ****** 3;",
]


@pytest.mark.parametrize(("text", "word", "role"), GUILTY)
def test_a_command_line_s_placeholder_is_found_with_its_role(text: str, word: str, role: str) -> None:
    assert [(one.text, one.role) for one in find(shell(text))] == [(word, role)]


@pytest.mark.parametrize(("text", "word", "role"), GUILTY_SQL)
def test_a_statement_s_placeholder_is_found_with_its_role(text: str, word: str, role: str) -> None:
    assert [(one.text, one.role) for one in find(sql(text))] == [(word, role)]


@pytest.mark.parametrize("text", INNOCENT)
def test_a_command_line_that_can_be_meant_as_it_stands_has_none(text: str) -> None:
    assert find(shell(text)) == ()


@pytest.mark.parametrize("text", INNOCENT_SQL)
def test_a_statement_that_can_be_meant_as_it_stands_has_none(text: str) -> None:
    assert find(sql(text)) == ()


def test_json_and_yaml_are_read_by_their_keys() -> None:
    arn = "arn:aws:lambda:aws-region:444455556666:function:my-function"
    policy = f'{{"Resource": "{arn}", "Service": "rds.amazonaws.com"}}'
    yaml = (
        'source:\n  url: "postgresql://app:password@<aws-host>:5432/db"\n  password: hunter2 # your-comment\n'
    )
    found = find(page((Kind.POLICY, policy), (Kind.YAML, yaml)))
    assert [(one.text, one.role, one.lines) for one in found] == [
        ("444455556666", "account", (4,)),
        ("aws-region", "region", (4,)),
        ("my-function", "function", (4,)),
        ("<aws-host>", "endpoint", (9,)),
        ("password", "password", (9,)),
        ("hunter2", "password", (10,)),
    ]


def test_what_is_not_run_has_no_placeholders() -> None:
    kinds = (Kind.OUTPUT, Kind.TEXT, Kind.CODE, Kind.CONSOLE)
    assert find(page(*((kind, "psql -h <host> your-instance") for kind in kinds))) == ()


def test_a_word_counts_once_with_all_its_lines() -> None:
    text = "aws x --region aws-region \\\n  --db-instance-identifier your-instance\naws y --region aws-region"
    found = find(page((Kind.SHELL, text), (Kind.SHELL, "aws rds z --region aws-region")))
    assert [(one.text, one.lines) for one in found] == [("aws-region", (4, 6, 10)), ("your-instance", (5,))]


def test_a_password_that_the_page_sets_is_its_own() -> None:
    text = "PGPASSWORD=hunter2 psql -d labdb"
    assert find(page((Kind.SQL, "alter user app password 'hunter2';"), (Kind.SHELL, text))) == ()
    assert [
        one.text for one in find(page((Kind.SQL, "alter user app password 'other';"), (Kind.SHELL, text)))
    ] == ["hunter2"]
