"""IAM database authentication of an instance, set up through the APIs of RDS, IAM and STS."""

import json
from typing import Any

import psycopg
import pytest

from rdscheck import Basis, claim, scenario

GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth"
ENABLING = f"{GUIDE}.Enabling.html"
POLICIES = f"{GUIDE}.IAMPolicy.html"

pytestmark = scenario(
    "iam/login-instance",
    title="Set IAM log-ins of an instance up through the APIs of AWS",
    docs=f"{GUIDE}.html",
    since=13,
    needs=("rdsutils", "tls", "pam"),
    basis=Basis.EMULATED,
)
documented = claim(source=POLICIES, certainty="documented")
NAME = "my-instance"


class Place:
    """An instance with a database user in rds_iam, and an IAM user with an access key."""

    def __init__(self, aws: Any) -> None:
        self.aws, self.iam = aws, aws.client("iam")
        self.server = aws.create(NAME, EnableIAMDatabaseAuthentication=True)
        with self.server.recorded() as master:
            master.execute("CREATE USER jane_doe")
            master.execute("GRANT rds_iam TO jane_doe")
        self.iam.create_user(UserName="jane")
        self.keys = self.iam.create_access_key(UserName="jane")["AccessKey"]
        self.server.recorder.mask(self.keys["AccessKeyId"], "AKIAIOSFODNN7EXAMPLE")

    def policy(self, action: str = "rds-db:connect", user: str = "jane_doe", **more: Any) -> str:
        """Return a policy on a database user of the instance."""
        resource = self.aws.describe(NAME)["DbiResourceId"]
        arn = f"arn:aws:rds-db:us-east-1:123456789012:dbuser:{resource}/{user}"
        statement = {"Effect": "Allow", "Action": action, "Resource": arn} | more
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def put(self, policy: str, name: str = "connect") -> None:
        """Give the IAM user a policy."""
        self.iam.put_user_policy(UserName="jane", PolicyName=name, PolicyDocument=policy)

    def enters(self, keys: Any = None) -> bool:
        """Log in with a token of the IAM user's keys, or others; tell whether that opens."""
        token = self.aws.token(NAME, "jane_doe", keys or self.keys)
        try:
            with self.server.recorded(user="jane_doe", password=token, sslmode="require") as connection:
                return bool(connection.execute("SELECT current_user").fetchone() == ("jane_doe",))
        except psycopg.OperationalError as error:
            assert 'FATAL:  PAM authentication failed for user "jane_doe"' in str(error)  # noqa: PT017
            self.server.recorder.act('-- FATAL:  PAM authentication failed for user "jane_doe"')
            return False


@pytest.fixture
def place(rds_aws: Any) -> Place:
    """Give such an instance."""
    return Place(rds_aws)


@documented
def test_policies(place: Place, step: Any) -> None:
    """What the policies of an IAM user say counts from the next log-in on; one that denies wins."""
    with step("1. No policy"):
        assert not place.enters()
    with step("2. A policy for another database user"):
        place.put(place.policy(user="other"))
        assert not place.enters()
    with step("3. A policy for this one"):
        place.put(place.policy())
        assert place.enters()
    with step("4. One that denies, beside it"):
        place.put(place.policy("rds-db:*", Effect="Deny"), "deny")
        assert not place.enters()
    with step("5. Without that one again"):
        place.iam.delete_user_policy(UserName="jane", PolicyName="deny")
        assert place.enters()


@claim(source=ENABLING, certainty="documented")
def test_on_and_off(place: Place, step: Any) -> None:
    """EnableIAMDatabaseAuthentication turns it on and off, without a reboot."""
    place.put(place.policy())
    assert place.enters()
    rds = place.aws.client("rds")
    for on in (False, True):
        with step("Turn it on" if on else "Turn it off"):
            rds.modify_db_instance(
                DBInstanceIdentifier=NAME, EnableIAMDatabaseAuthentication=on, ApplyImmediately=True
            )
            place.aws.settle(NAME)
            assert place.aws.describe(NAME)["IAMDatabaseAuthenticationEnabled"] is on
            assert place.enters() is on


@documented
def test_keys(place: Place, step: Any) -> None:
    """An access key that is inactive or deleted opens no more; another one of the user does."""
    place.put(place.policy())
    key = place.keys["AccessKeyId"]
    with step("1. Inactive, and active again"):
        place.iam.update_access_key(UserName="jane", AccessKeyId=key, Status="Inactive")
        assert not place.enters()
        place.iam.update_access_key(UserName="jane", AccessKeyId=key, Status="Active")
        assert place.enters()
    with step("2. Deleted; another one"):
        place.iam.delete_access_key(UserName="jane", AccessKeyId=key)
        assert not place.enters()
        other = place.iam.create_access_key(UserName="jane")["AccessKey"]
        place.server.recorder.mask(other["AccessKeyId"], "AKIAI44QH8DHBEXAMPLE")
        assert place.enters(other)


@documented
def test_group_and_managed_policy(place: Place) -> None:
    """A managed policy of a group the IAM user is in counts as well, until he leaves it."""
    arn = place.iam.create_policy(PolicyName="connect", PolicyDocument=place.policy())["Policy"]["Arn"]
    place.iam.create_group(GroupName="dbas")
    place.iam.attach_group_policy(GroupName="dbas", PolicyArn=arn)
    assert not place.enters()
    place.iam.add_user_to_group(GroupName="dbas", UserName="jane")
    assert place.enters()
    place.iam.remove_user_from_group(GroupName="dbas", UserName="jane")
    assert not place.enters()


@documented
def test_role(place: Place) -> None:
    """Keys of an assumed role open by the policies of the role, with their session token."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}],
    }
    role = place.iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    keys = place.aws.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="app")["Credentials"]
    assert not place.enters(keys)
    place.iam.put_role_policy(RoleName="app", PolicyName="connect", PolicyDocument=place.policy())
    assert place.enters(keys)
    assert not place.enters({**keys, "SessionToken": ""})


@claim(source=POLICIES, certainty="derived")
def test_conditions(place: Place) -> None:
    """A condition that holds opens, one that does not hold and one that is not evaluated do not."""
    place.put(place.policy(Condition={"StringEquals": {"aws:username": "jane"}}))
    assert place.enters()
    place.put(place.policy(Condition={"StringEquals": {"aws:username": "bob"}}))
    assert not place.enters()
    place.put(place.policy(Condition={"StringEquals": {"aws:PrincipalTag/team": "dba"}}))
    assert not place.enters()
