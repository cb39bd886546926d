"""Faults in the procedure of IAM log-ins, and in what the harness says about them."""

from tests.mutations.extensions.fault import Fault

_HERE, _REFUSED = "iam/test_login.py::", "iam/test_login_refused.py::"
_INSTANCE = "iam/test_login_instance.py::"
_TOKENS = "rdscheck/aws/tokens.py"

FAULTS = (
    Fault(
        "the user is not granted rds_iam",
        _HERE + "test_procedure",
        (('master.execute("GRANT rds_iam TO jane_doe")', "pass"),),
    ),
    Fault(
        "IAM authentication is never enabled",
        _HERE + "test_procedure",
        (("jane.login.enable()", "pass"),),
    ),
    Fault(
        "no policy is attached",
        _HERE + "test_procedure",
        (('jane.login.allow(jane.credentials, "jane_doe")', "pass"),),
    ),
    Fault(
        "the token is read half an hour after it was made",
        _HERE + "test_fifteen_minutes",
        (("(0, 899)", "(0, 1800)"),),
    ),
    Fault(
        "the clock never moves",
        _HERE + "test_fifteen_minutes",
        (
            (
                'f"stopped {int(self.stopped.timestamp())}" if self.stopped else f"ahead {self.ahead}"',
                '"ahead 0"',
            ),
        ),
        file=_TOKENS,
    ),
    Fault(
        "the session token is not told",
        _HERE + "test_session_token",
        (("keys.secret_key, keys.session_token)", 'keys.secret_key, "")'),),
        file=_TOKENS,
    ),
    Fault(
        "the user stays in rds_iam",
        _HERE + "test_rds_iam_beats_the_password",
        (('rds.execute(f"REVOKE rds_iam FROM {rds_iam.user}")', "pass"),),
    ),
    Fault(
        "the role is not granted rds_iam",
        _HERE + "test_membership_through_a_role",
        (('master.execute("GRANT rds_iam TO team")', "pass"),),
    ),
    Fault(
        "the master user does not grant himself rds_iam",
        _HERE + "test_master_locks_itself_out",
        (('kept.execute("GRANT rds_iam TO postgres")', "pass"),),
    ),
    Fault(
        "the user with rds_iam is not taken back",
        _HERE + "test_master_is_granted_an_iam_user",
        (('kept.execute("REVOKE jane_doe FROM postgres")', "pass"),),
    ),
    Fault(
        "the policy is not taken away",
        _HERE + "test_session_outlives_its_policy",
        (("rds_iam.login.deny(rds_iam.credentials)", "pass"),),
    ),
    Fault(
        "psql is not told to use TLS",
        _HERE + "test_psql",
        (('env={"PGSSLMODE": "require"}', 'env={"PGSSLMODE": "disable"}'),),
    ),
    Fault(
        "denials are not told",
        _REFUSED + "test_explicit_deny",
        (('("allow", self.allow), ("deny", self.deny)', '("allow", self.allow), ("deny", ())'),),
        file=_TOKENS,
    ),
    Fault(
        "the access key is not revoked",
        _REFUSED + "test_unknown_key",
        (("rds_iam.login.revoke(rds_iam.credentials)", "pass"),),
    ),
    Fault(
        "it is not disabled",
        _REFUSED + "test_disabled",
        (("rds_iam.login.disable()", "pass"),),
    ),
    Fault(
        "the end of the role's session is not told",
        _REFUSED + "test_session_expired",
        (("int(self.expires.timestamp()) if self.expires else 0", "0"),),
        file=_TOKENS,
    ),
    Fault(
        "sslmode is require where it should be disable",
        _REFUSED + "test_without_tls",
        (('sslmode="disable"', 'sslmode="require"'),),
    ),
    Fault(
        "the role is in rds_iam after all",
        _REFUSED + "test_outside_rds_iam",
        (('rds_db.create_role("noiam")', 'rds_db.create_role("noiam", options="IN ROLE rds_iam")'),),
    ),
    Fault(
        "the policy names every database user",
        _INSTANCE + "test_policies",
        (('place.policy(user="other")', 'place.policy(user="*")'),),
    ),
    Fault(
        "the key stays active",
        _INSTANCE + "test_keys",
        (('Status="Inactive"', 'Status="Active"'),),
    ),
    Fault(
        "the user is never in the group",
        _INSTANCE + "test_group_and_managed_policy",
        (('place.iam.add_user_to_group(GroupName="dbas", UserName="jane")', "pass"),),
    ),
    Fault(
        "keys of roles are not heard of",
        _INSTANCE + "test_role",
        (('if name == "AssumeRole":', 'if name == "nothing":'),),
        file="rdscheck/aws/control/plane.py",
    ),
    Fault(
        "conditions are taken as fulfilled",
        _INSTANCE + "test_conditions",
        (("if not holds(statement.conditions, context, variables=policy.variables):", "if False:"),),
        file="rdscheck/aws/iam/logins.py",
    ),
    Fault(
        "both users may be connected as",
        _REFUSED + "test_one_user_is_not_another",
        (("one.login.allow(keys, bob.user)", "one.login.allow(keys, one.user)"),),
    ),
)
