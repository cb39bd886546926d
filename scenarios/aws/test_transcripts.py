"""The AWS CLI's half of the procedures, typed as the guides print it, and the server that has changed."""

import json
from collections.abc import Iterable
from secrets import token_hex
from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, claim, documentation_finding, rests_on, scenario

GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
PGAUDIT = f"{GUIDE}/Appendix.PostgreSQL.CommonDBATasks.pgaudit.basic-setup.html"
OBJECTS = f"{GUIDE}/Appendix.PostgreSQL.CommonDBATasks.pgaudit.auditing.html"
PGLOGICAL = f"{GUIDE}/Appendix.PostgreSQL.CommonDBATasks.pglogical.basic-setup.html"
BUCKET = f"{GUIDE}/postgresql-s3-export-access-bucket.html"
SHORTHAND = "https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html"
pytestmark = scenario(
    "aws/transcripts",
    title="Type the AWS CLI commands of the guides",
    docs=f"{GUIDE}/CHAP_PostgreSQL.html",
    since=13,
    needs=("rdsutils",),
    basis=Basis.EMULATED,
)

MODIFY = """aws rds modify-db-parameter-group \\
   --db-parameter-group-name custom-param-group-name \\
   --parameters "ParameterName={name},ParameterValue={value},ApplyMethod={method}" \\
   --region aws-region"""
REBOOT = """aws rds reboot-db-instance \\
    --db-instance-identifier your-instance \\
    --region aws-region"""
WAIT = "aws rds wait db-instance-available --db-instance-identifier your-instance"
LOGS = """for file in $(aws rds describe-db-log-files --db-instance-identifier your-instance \\
    --query 'DescribeDBLogFiles[].LogFileName' --output text)
do aws rds download-db-log-file-portion --db-instance-identifier your-instance \\
    --log-file-name "$file" --starting-token 0 --output text
done | grep -o 'AUDIT: .*'"""
GROUP = {"DBParameterGroupName": "custom-param-group-name"}
CREATE = """rds create-db-parameter-group --db-parameter-group-name custom-param-group-name \\
    --db-parameter-group-family postgres{major} --description "Custom parameters"
aws rds create-db-instance --db-instance-identifier your-instance --engine postgres \\
    --engine-version {major} --db-instance-class db.t3.micro --allocated-storage 20 --db-name labdb \\
    --master-username postgres --master-user-password a-password-of-the-lab \\
    --db-parameter-group-name custom-param-group-name"""


class Typist:
    """Types commands, and looks at the server."""

    def __init__(self, aws: Any, version: str) -> None:
        self.aws, self.major = aws, version.partition(".")[0]
        self.made = False

    def begin(self, *, typed: bool = False) -> Any:
        """Create the group and the instance that the guides take for granted, by hand or by boto3."""
        if typed:
            for command in CREATE.format(major=self.major).split("\naws "):
                self.aws.aws(command)
            self.aws.shell(WAIT)
            return self.aws.instance("your-instance")
        if not self.made:
            self.group()
        return self.aws.create("your-instance", DBName="labdb", **GROUP)

    def group(self, values: Iterable[tuple[str, str]] = ()) -> None:
        """Create the group by boto3, with values that are there before a guide begins."""
        family, rds = f"postgres{self.major}", self.aws.client("rds")
        rds.create_db_parameter_group(**GROUP, DBParameterGroupFamily=family, Description="Custom parameters")
        self.made = True
        asked = [
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "pending-reboot"}
            for name, value in values
        ]
        if asked:
            rds.modify_db_parameter_group(**GROUP, Parameters=asked)

    def modify(self, name: str, value: str, method: str = "pending-reboot", **options: Any) -> Any:
        """Type the guides' command for a parameter."""
        return self.aws.shell(MODIFY.format(name=name, value=value, method=method), **options)

    def reboot(self) -> None:
        """Type the guides' command for a reboot, and wait for it as the guides say."""
        self.aws.shell(REBOOT)
        self.aws.shell(WAIT)

    def show(self, parameter: str) -> str:
        """Ask the server in a new session."""
        with self.aws.instance("your-instance").recorded("labdb") as master:
            return str(master.execute(f"SHOW {parameter}").fetchone()[0])


@pytest.fixture
def typist(rds_aws: Any, rds_version: str) -> Typist:
    """Give who types; skipped where there is no AWS CLI."""
    rds_aws.require()
    return Typist(rds_aws, rds_version)


@claim(source=PGAUDIT, certainty="documented", needs=("pgaudit",))
def test_pgaudit(typist: Any, step: Any) -> None:
    """The commands of the pgAudit guide turn it on, and the AUDIT line of a write can be downloaded."""
    server = typist.begin(typed=True)
    with step("CLI 1. Add pgaudit to shared_preload_libraries"):
        typist.modify("shared_preload_libraries", "pgaudit")
        assert "pgaudit" not in typist.show("shared_preload_libraries")
    with step("CLI 2. Reboot"):
        typist.reboot()
    with step("CLI 3. Verify, and create the extension"), server.recorded("labdb") as master:
        assert typist.show("shared_preload_libraries") == "rdsutils,pgaudit"
        master.execute("CREATE EXTENSION pgaudit")
    with step("CLI 5. Say what is to be logged"):
        typist.modify("pgaudit.log", "write")
    with step("CLI 6. Reboot"):
        typist.reboot()
        assert typist.show("pgaudit.log") == "write"
    with step("Read the log"):
        with server.recorded("labdb") as master:
            master.execute("CREATE TABLE item (id int)")
            master.execute("INSERT INTO item VALUES (1)")
        done = typist.aws.shell(LOGS, show=True)
        assert done.output.splitlines() == [
            "AUDIT: SESSION,1,1,WRITE,INSERT,,,INSERT INTO item VALUES (1),<not logged>"
        ]


@claim(source=OBJECTS, certainty="documented", needs=("pgaudit",))
def test_pgaudit_of_objects(typist: Any, step: Any) -> None:
    """The commands for object auditing set pgaudit.role, and reads of a table granted to it are audited."""
    typist.group((("shared_preload_libraries", "pgaudit"),))
    server = typist.begin()
    with step("1. Create the role"), server.recorded("labdb") as master:
        master.execute("CREATE EXTENSION pgaudit")
        master.execute("CREATE ROLE rds_pgaudit")
    with step("3. Set pgaudit.role"):
        typist.modify("pgaudit.role", "rds_pgaudit")
    with step("4. Reboot"):
        typist.reboot()
    with step("5. Confirm"):
        assert typist.show("pgaudit.role") == "rds_pgaudit"
    with step("Test it"), server.recorded("labdb") as master:
        master.execute("CREATE TABLE t1 (id int)")
        master.execute("GRANT SELECT ON t1 TO rds_pgaudit")
        master.execute("SELECT * FROM t1")
        done = typist.aws.shell(LOGS, show=True)
        assert done.output == "AUDIT: OBJECT,1,1,READ,SELECT,TABLE,public.t1,SELECT * FROM t1,<not logged>\n"


@claim(source=PGLOGICAL, certainty="documented", needs=("pglogical",))
def test_pglogical(typist: Any, step: Any) -> None:
    """The commands of the pglogical guide load its library and turn logical decoding on by one reboot."""
    server = typist.begin()
    with step("CLI 1. Add pglogical to shared_preload_libraries"):
        typist.modify("shared_preload_libraries", "pglogical")
    with step("CLI 2. Set rds.logical_replication"):
        typist.modify("rds.logical_replication", "1")
        assert typist.show("wal_level") == "replica"
    with step("CLI 3. Reboot"):
        typist.reboot()
        assert typist.show("shared_preload_libraries") == "rdsutils,pglogical"
        assert (typist.show("rds.logical_replication"), typist.show("wal_level")) == ("on", "logical")
    with step("CLI 5. Create the extension"), server.recorded("labdb") as master:
        master.execute("CREATE EXTENSION pglogical")
        row = master.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pglogical'").fetchone()
        assert row == (1,)


def added_by_the_guide(typist: Typist, value: str) -> Any:
    """Type the commands of the guides to pgAudit and then pglogical, with that value for the list.

    Returns the server, whose database has the extension pgaudit and a table whose writes are to be audited.
    """
    typist.group((("shared_preload_libraries", "pg_stat_statements,pgaudit"), ("pgaudit.log", "write")))
    server = typist.begin()
    with server.recorded("labdb") as master:
        master.execute("CREATE EXTENSION pgaudit")
        master.execute("CREATE TABLE item (id int)")
    assert audited(server) == ["INSERT INTO item VALUES (1)"]
    typist.modify("shared_preload_libraries", value)
    typist.modify("rds.logical_replication", "1")
    typist.reboot()
    return server


def audited(server: Any) -> list[str]:
    """Write a row, and return the statements that were audited."""
    mark = server.logs.mark()
    with server.recorded("labdb") as master:
        master.execute("INSERT INTO item VALUES (1)")
    return [one.statement for one in server.logs.audits(mark)]


@claim(source=PGLOGICAL, certainty="documented", needs=("pglogical", "pgaudit"))
@documentation_finding("pglogical-preload-alone")
def test_pglogical_replaces_the_list(typist: Any) -> None:
    """The pglogical guide's command drops pgaudit from the list: no write is audited, tables are refused."""
    server = added_by_the_guide(typist, "pglogical")
    assert typist.show("shared_preload_libraries") == "rdsutils,pglogical"
    assert audited(server) == []
    told = "pgaudit must be loaded via shared_preload_libraries"
    with server.recorded("labdb") as master, pytest.raises(pg.ObjectNotInPrerequisiteState, match=told):
        master.execute("CREATE TABLE another (id int)")


@claim(source=PGLOGICAL, certainty="derived", needs=("pglogical", "pgaudit"))
def test_pglogical_with_the_whole_list(typist: Any) -> None:
    """With all libraries in its value the same command leaves pgaudit at work."""
    server = added_by_the_guide(typist, "'pg_stat_statements,pgaudit,pglogical'")
    loaded = "rdsutils,pg_stat_statements,pgaudit,pglogical"
    assert typist.show("shared_preload_libraries") == loaded
    assert audited(server) == ["INSERT INTO item VALUES (1)"]
    with server.recorded("labdb") as master:
        master.execute("CREATE TABLE another (id int)")
        master.execute("CREATE EXTENSION pglogical")


POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "s3export",
            "Action": ["s3:PutObject", "s3:AbortMultipartUpload"],
            "Effect": "Allow",
            "Resource": ["arn:aws:s3:::BUCKET/*"],
        }
    ],
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
ADD_ROLE = (
    "aws rds add-role-to-db-instance --db-instance-identifier your-instance"
    " --role-arn arn:aws:iam::123456789012:role/rds-s3-export-role --feature-name {feature}"
    " --region aws-region"
)


@claim(source=BUCKET, certainty="documented", needs=("aws_s3",))
def test_s3_export(typist: Any, step: Any, request: pytest.FixtureRequest) -> None:
    """With policy, role and association made by the CLI an export writes an object, which the CLI reads."""
    bucket = f"my-export-bucket-{token_hex(4)}"
    typist.aws.mask(bucket, "my-export-bucket")
    server = typist.begin()
    request.addfinalizer(lambda: typist.aws.shell(f"aws s3 rb --force s3://{bucket}", check=False))
    with step("1. Make the bucket, the policy and the role"):
        typist.aws.shell(f"aws s3 mb s3://{bucket}")
        policy = json.dumps(POLICY).replace("BUCKET", bucket)
        typist.aws.shell(
            f"aws iam create-policy --policy-name rds-s3-export-policy --policy-document '{policy}'"
        )
        trust = json.dumps(TRUST)
        typist.aws.shell(
            f"aws iam create-role --role-name rds-s3-export-role --assume-role-policy-document '{trust}'"
        )
        typist.aws.shell(
            "aws iam attach-role-policy --role-name rds-s3-export-role"
            " --policy-arn arn:aws:iam::123456789012:policy/rds-s3-export-policy"
        )
    export = (
        f"SELECT rows_uploaded FROM aws_s3.query_export_to_s3('SELECT 1', '{bucket}', 'a.csv', 'us-east-1')"
    )
    with server.recorded("labdb") as master:
        master.execute("CREATE EXTENSION aws_s3 CASCADE")
        with step("2. Nothing is associated yet"), pytest.raises(Exception, match="Has the IAM role"):
            master.execute(export)
        with step("3. Associate the role"):
            typist.aws.shell(ADD_ROLE.format(feature="s3Export"))
        with step("4. Export and read"):
            assert master.execute(export).fetchone() == (1,)
            assert typist.aws.shell(f"aws s3 cp s3://{bucket}/a.csv -", show=True).output == "1\n"


@claim(source=BUCKET, certainty="derived", since=17)
@documentation_finding("export-guide-feature-name")
@rests_on("feature-name-refusal")
def test_s3_export_as_another_guide_has_it(typist: Any) -> None:
    """--feature-name S3_EXPORT, as a guide prints it, ends with an error, and nothing is associated."""
    typist.begin()
    done = typist.aws.shell(ADD_ROLE.format(feature="S3_EXPORT"), check=False)
    assert done.status != 0
    assert "(InvalidParameterValue) when calling the AddRoleToDBInstance operation" in done.errors
    query = "--query 'DBInstances[].AssociatedRoles[]' --output text"
    assert typist.aws.aws(f"rds describe-db-instances {query}").output.strip() == ""


# What follows is about the CLI, and the same on every version of the server.


@claim(source=SHORTHAND, certainty="documented", needs=("pgaudit",), since=17)
@pytest.mark.parametrize(
    "typed", [r"pgaudit\,pg_stat_statements", "'pgaudit,pg_stat_statements'"], ids=["backslash", "quotes"]
)
def test_a_list_is_quoted_once(typist: Any, typed: str) -> None:
    """A value with a comma arrives whole when it is quoted, by a backslash or by quotes of its own."""
    typist.group()
    typist.modify("shared_preload_libraries", typed)
    query = "--query 'Parameters[].ParameterValue' --output text"
    shown = typist.aws.aws(
        f"rds describe-db-parameters --db-parameter-group-name custom-param-group-name --source user {query}"
    )
    assert shown.output == "pgaudit,pg_stat_statements\n"


@claim(source=SHORTHAND, certainty="documented", since=17)
def test_a_list_without_quotes_is_no_list(typist: Any) -> None:
    """A bare comma in a value ends it: the CLI refuses the command before it asks anybody."""
    typist.group()
    done = typist.modify("shared_preload_libraries", "pgaudit,pg_stat_statements", check=False)
    assert done.status != 0
    assert "Invalid type for parameter Parameters[0].ParameterValue" in done.errors


@claim(
    source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html",
    certainty="observed",
    since=17,
)
def test_errors_are_printed_as_on_aws(typist: Any) -> None:
    """What the API refuses the CLI prints with AWS's code, operation and text, and ends with an error."""
    typist.group()
    done = typist.modify("shared_buffers", "1000", "immediate", check=False)
    assert done.status != 0
    assert done.errors.strip().endswith(
        "An error occurred (InvalidParameterCombination) when calling the ModifyDBParameterGroup operation:"
        " cannot use immediate apply method for static parameter"
    )
