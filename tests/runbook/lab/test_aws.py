"""The AWS CLI, the console and what a page takes for granted, in the lab."""

from collections.abc import Iterator

import pytest

from rdscheck.aws.control.shim import program
from rdscheck.model import Basis
from rdscheck.runbook.acting import Done
from rdscheck.runbook.lab import Sandbox
from rdscheck.runbook.model import Kind, Placeholder
from tests.runbook.lab.conftest import Run, opened

pytestmark = [
    pytest.mark.xdist_group("runbook-lab-aws"),
    pytest.mark.skipif(program() is None, reason="the program aws is not installed"),
]

MODIFY = (
    "aws rds modify-db-parameter-group \\\n  --db-parameter-group-name custom-param-group-name \\\n"
    '  --parameters "ParameterName={},ParameterValue={},ApplyMethod=pending-reboot" --region us-east-1'
)
ROLE = "arn:aws:iam::123456789012:role/export-role"


@pytest.fixture
def own() -> Iterator[Sandbox]:
    """Open a lab of a test's own, with the group and the roles that an instance begins with."""
    with opened() as lab:
        yield lab


def test_a_parameter_and_a_reboot(shell: Run, sql: Run) -> None:
    done = shell(MODIFY.format("pgaudit.log", "write"))
    assert done.output == '{\n    "DBParameterGroupName": "custom-param-group-name"\n}\n'
    assert done.basis is Basis.EMULATED
    shell(MODIFY.format("shared_preload_libraries", "pgaudit"))
    sql("SELECT 1;")
    reboot = "aws rds reboot-db-instance --db-instance-identifier your-instance --output text --query"
    assert shell(f"{reboot} DBInstance.DBInstanceStatus").output == "rebooting\n"
    # The session has ended with the server; somebody who types logs in again.
    assert "rdsutils,pgaudit" in sql("SHOW shared_preload_libraries;").output
    assert "write" in sql("SHOW pgaudit.log;").output


def test_what_the_page_takes_for_granted_is_noted_and_nothing_else_made(shell: Run, lab: Sandbox) -> None:
    missing = shell("aws rds describe-db-instances --db-instance-identifier nosuch")
    assert missing.status != 0
    assert "DBInstanceNotFound" in missing.output
    assert (
        "DBParameterGroupNotFound" in shell(MODIFY.replace("custom-param", "other").format("a", "b")).output
    )
    assert (
        "the instance your-instance was created, with the parameter group custom-param-group-name"
        in lab.notes()
    )
    assert not any("nosuch" in one or "other" in one for one in lab.notes())


def test_an_export(own: Sandbox) -> None:
    def shell(text: str) -> Done:
        return own.run(Kind.SHELL, text, 30)

    def sql(text: str) -> Done:
        return own.run(Kind.SQL, text, 30)

    arguments = "'SELECT 1', 'my-export-bucket', 'a', 'us-east-1'"
    export = f"SELECT rows_uploaded FROM aws_s3.query_export_to_s3({arguments});"
    sql("CREATE EXTENSION aws_s3 CASCADE;")
    assert "Has the IAM role" in sql(export).output
    add = f"aws rds add-role-to-db-instance --db-instance-identifier your-instance --role-arn {ROLE}"
    wrong = shell(f"{add} --feature-name S3_EXPORT")
    assert wrong.status != 0
    assert wrong.output.startswith("An error occurred (InvalidParameterValue)")
    assert shell(f"{add} --feature-name s3Export").status == 0
    done = sql(export)
    assert done.status == 0
    assert done.basis is Basis.STAND_IN
    assert shell("aws s3 cp s3://my-export-bucket/a -").output == "1\n"
    copied = shell("aws s3 cp s3://my-export-bucket/a /tmp/a.csv && cat /tmp/a.csv")
    assert copied.output.splitlines()[-1] == "1"
    assert "\r" not in copied.output


@pytest.mark.parametrize(
    "line",
    [
        "aws rds describe-db-instances --endpoint-url https://rds.us-east-1.amazonaws.com",
        "aws --endpoint-url=http://169.254.169.254 s3 ls",
        "aws --endpoint http://x s3 ls",
        "aws s3 cp /etc/passwd s3://my-export-bucket/",
        "aws s3 cp ../x s3://my-export-bucket/",
        "aws s3 cp s3://my-export-bucket/a ~/x",
        "aws s3 sync / s3://my-export-bucket/",
        "aws iam create-policy --policy-name x --policy-document file:///etc/passwd",
        "aws iam create-policy --policy-name x --policy-document=file://../x",
        "aws lambda update-function-code --function-name x --zip-file fileb:///etc/passwd",
        "aws lambda create-function --function-name x --zip-file fileb://code.zip",
        "aws --region us-east-1 lambda update-function-code --function-name x --s3-bucket b",
        "aws rds describe-db-instances --ca-bundle /etc/passwd",
        "aws rds describe-db-instances --profile other",
        "aws configure set credential_process x",
        "aws configure",
        "aws sso login",
        "aws ssm start-session",
        "aws eks update-kubeconfig",
        "aws rds help",
        "aws help",
        "aws",
    ],
)
def test_what_is_not_run(shell: Run, line: str) -> None:
    done = shell(line)
    assert done.not_run, done.output
    assert done.output == ""


def test_a_policy_from_a_file_of_the_page(shell: Run) -> None:
    statement = '{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}'
    shell(f'cat <<EOF > policy.json\n{{"Version": "2012-10-17", "Statement": {statement}}}\nEOF')
    make = "aws iam create-policy --policy-name mine --path /service/ --policy-document file://policy.json"
    assert '"PolicyName": "mine"' in shell(make).output


def test_steps_in_the_console(own: Sandbox) -> None:
    def sql(text: str) -> Done:
        return own.run(Kind.SQL, text, 30)

    def step(text: str) -> str:
        done = own.run(Kind.CONSOLE, text, 30)
        assert not done.not_run, done.not_run
        assert done.basis is Basis.EMULATED
        return done.output

    step("set log_min_duration_statement 500")
    # What nobody has set yet begins with what the console shows, the default.
    libraries = "pg_stat_statements,pgaudit"
    assert step("add shared_preload_libraries pgaudit").endswith(f" = {libraries}\n")
    assert step("add shared_preload_libraries pg_stat_statements").endswith(f" = {libraries}\n")
    step("reboot")
    assert libraries in sql("SHOW shared_preload_libraries;").output
    assert "500ms" in sql("SHOW log_min_duration_statement;").output
    assert "available" in step("snapshot")
    assert "Could not find parameter with name: nosuch" in step("set nosuch 1")
    step("create-group")
    step("associate-group")
    step("add-role s3Import")
    assert "AlreadyExists" in step("add-role s3Import")
    for text in ("fly", "set one", "reboot now", "'", ""):
        assert own.run(Kind.CONSOLE, text, 5).not_run


def test_values(lab: Sandbox) -> None:
    def value(text: str, role: str) -> str | None:
        return lab.value(Placeholder(text, role, (1,)))

    assert value("YOUR_DB_INSTANCE_ID", "instance") == "your-instance"
    assert value("111122223333.aws-region.rds.amazonaws.com", "endpoint") == "your-instance.rds.test"
    assert value("target-instance.aws-region.rds.amazonaws.com", "endpoint") == "target-instance.rds.test"
    assert value("arn:aws:iam::111122223333:role/x", "role-arn") == "arn:aws:iam::123456789012:role/x"
    assert value("aws-region", "region") == "us-east-1"
    assert value("444455556666", "account") == "123456789012"
    assert value("My_Bucket", "bucket") == "my-bucket"
    assert value("5432", "port") == "5432"
    assert value("YOUR_MASTER_USER", "user") == "postgres"
    assert value("my_iam_user", "user") is None
    assert value("x", "schema") is None
    assert value("x", "") is None
    password = value("********", "password")
    assert password is not None
    assert lab.shown()[password] == "********"


def test_instances_reach_each_other_by_name(lab: Sandbox, shell: Run, sql: Run) -> None:
    host = lab.value(Placeholder("source-instance", "instance", (1,)))
    assert host == "source-instance"
    shell("psql -h source-instance.rds.test -d labdb")
    sql("CREATE TABLE there (a int); INSERT INTO there VALUES (7);")
    shell("psql -h your-instance -d labdb")
    password = lab.value(Placeholder("********", "password", (1,)))
    sql("CREATE EXTENSION dblink;")
    dsn = f"host=source-instance.rds.test port=5432 dbname=labdb user=postgres password={password}"
    assert "7" in sql(f"SELECT * FROM dblink('{dsn}', 'SELECT a FROM there') AS t (a int);").output
