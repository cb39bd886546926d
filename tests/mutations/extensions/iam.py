"""Faults in giving an instance access by roles and policies of IAM."""

from tests.mutations.extensions.fault import Fault

_ACCESS = "iam/roles/test_access.py::"
_POLICIES = "iam/roles/test_policies.py::"
_INSTANCE = "iam/roles/test_instance.py::"
_FUNCTIONS = "iam/roles/test_functions.py::"
_PACKAGE = "rdscheck/aws/iam/"

FAULTS = (
    Fault(
        "the policy for exports is not attached to the role",
        _ACCESS + "test_export_guide",
        (('rds_roles.iam.attach_role_policy(RoleName="rds-s3-export-role", PolicyArn=policy)', "pass"),),
    ),
    Fault(
        "the role is not removed from the instance",
        _ACCESS + "test_removed_role",
        (('rds_roles.remove_role(arn, "s3Export")', "pass"),),
    ),
    Fault(
        "a deny of a role's policy is taken for an allow",
        _ACCESS + "test_explicit_deny",
        (('"allow" if statement.allows else "deny"', '"allow"'),),
        file=_PACKAGE + "compiling.py",
    ),
    Fault(
        "a condition nobody evaluates counts as a yes",
        _POLICIES + "test_unknown_condition",
        (("        raise unknown\n", "        return True\n"),),
        file=_PACKAGE + "conditions.py",
    ),
    Fault(
        "nobody asks whether the role trusts RDS",
        _ACCESS + "test_role_for_another_service",
        (("if not trusted.allowed:", "if False:"),),
        file=_PACKAGE + "grants.py",
    ),
    Fault(
        "the policy for imports is about the bucket only",
        _ACCESS + "test_import_guide",
        (("[account.bucket, account.objects]", "[account.bucket]"),),
    ),
    Fault(
        "the account in the trust policy is another one",
        _ACCESS + "test_export_guide",
        (('"aws:SourceAccount": rds_roles.account', '"aws:SourceAccount": "444455556666"'),),
    ),
    Fault(
        "the ARN in the guide's trust policy has its colon",
        _ACCESS + "test_trust_policy_as_printed",
        (('rds_roles.instance_arn.replace(":db:", "db:")', "rds_roles.instance_arn"),),
    ),
    Fault(
        "the role that was not added is added",
        _ACCESS + "test_role_that_is_not_added",
        (("account.role(", "account.exporter("),),
    ),
    Fault(
        "the role for imports is added for exports",
        _ACCESS + "test_role_for_imports_exports_nothing",
        (("account.importer(", "account.exporter("),),
    ),
    Fault(
        "the role for exports is added for imports",
        _ACCESS + "test_role_for_exports_imports_nothing",
        (("account.exporter(", "account.importer("),),
    ),
    Fault(
        "the policy without s3:PutObject has it",
        _ACCESS + "test_policy_without_put_object",
        (('others = ["s3:GetObject"', 'others = ["s3:PutObject"'),),
    ),
    Fault(
        "the policy for the bucket is about its objects",
        _ACCESS + "test_policy_for_the_bucket_and_not_its_objects",
        (("account.bucket)", "account.objects)"),),
    ),
    Fault(
        "the policy for one bucket is about all of them",
        _ACCESS + "test_other_bucket",
        (
            (
                'account.exporter(account.allow("s3:PutObject", account.objects))',
                'account.exporter(account.allow("s3:PutObject", "*"))',
            ),
        ),
    ),
    Fault(
        "the bucket elsewhere is in the instance's Region",
        _ACCESS + "test_other_region",
        (("rds_s3.new_bucket(elsewhere)", "rds_s3.new_bucket()"),),
    ),
    Fault(
        "the policy is not detached",
        _ACCESS + "test_policy_detached_meanwhile",
        (('account.rds.iam.detach_role_policy(RoleName="rds-s3-role", PolicyArn=policy)', "pass"),),
    ),
    Fault(
        "the deny of imports is about another action",
        _ACCESS + "test_policy_without_get_object",
        (('account.deny("s3:GetObject", where)', 'account.deny("s3:PutObject", where)'),),
    ),
    Fault(
        "listing is allowed where it was not to be",
        _ACCESS + "test_missing_file",
        (
            (
                'account.inline(account.allow(["s3:GetObject", "s3:ListBucket"], account.objects))',
                'account.inline(account.allow(["s3:GetObject", "s3:ListBucket"], "*"))',
            ),
        ),
    ),
    Fault(
        "the trust policy for another instance names this one",
        _ACCESS + "test_role_for_another_instance",
        (('.replace("my-instance", "other-instance")', ""),),
    ),
    Fault(
        "the role is not deleted",
        _ACCESS + "test_role_that_is_gone",
        (
            ('rds_roles.iam.delete_role(RoleName="rds-s3-role")', "pass"),
            ('rds_roles.iam.delete_role_policy(RoleName="rds-s3-role", PolicyName="access")', "pass"),
        ),
    ),
    Fault(
        "an action that is no wildcard of it allows s3:PutObject",
        _POLICIES + "test_actions",
        (('"s3:PutObject?", ', '"s3:PutObject", '),),
    ),
    Fault(
        "the folder of the policy has capitals",
        _POLICIES + "test_resources",
        (("{account.bucket}/reports/", "{account.bucket}/Reports/"),),
    ),
    Fault(
        "all but deleting is allowed where all but writing was meant",
        _POLICIES + "test_not_action",
        (('account.inline({**everything, "NotAction": "s3:Put*"})', "pass"),),
    ),
    Fault(
        "the deny names the open folders as its resources",
        _POLICIES + "test_not_resource",
        (('"NotResource"', '"Resource"'),),
    ),
    Fault(
        "the second version is the default at once",
        _POLICIES + "test_default_version",
        (("SetAsDefault=False", "SetAsDefault=True"),),
    ),
    Fault(
        "the role has no boundary",
        _POLICIES + "test_boundary",
        ((", PermissionsBoundary=folder", ""),),
    ),
    Fault(
        "the boundary of a role is not read",
        _POLICIES + "test_boundary_and_bucket_policy",
        (('bounded="PermissionsBoundary" in role', "bounded=False"),),
        file=_PACKAGE + "grants.py",
    ),
    Fault(
        "the policy of the bucket is not read",
        _POLICIES + "test_bucket_policy_denies",
        (('if feature != "Lambda" and', "if False and"),),
        file=_PACKAGE + "grants.py",
    ),
    Fault(
        "the bucket's policy allows the role where it was to allow the account",
        _POLICIES + "test_bucket_policy_allows",
        (('Principal={"AWS": account.rds.account})', 'Principal={"AWS": arn})'),),
    ),
    Fault(
        "requests count as sent without TLS",
        _POLICIES + "test_secure_transport",
        (('"aws:SecureTransport": "true"', '"aws:SecureTransport": "false"'),),
        file=_PACKAGE + "compiling.py",
    ),
    Fault(
        "the Region is that of the bucket elsewhere in both calls",
        _POLICIES + "test_requested_region",
        (("rds_s3.new_bucket(elsewhere)", "rds_s3.new_bucket()"),),
    ),
    Fault(
        "a condition that does not hold is said to hold",
        _POLICIES + "test_conditions_on_the_caller",
        (
            (
                '({"StringEquals": {"aws:SourceAccount": mine}}, False)',
                '({"StringEquals": {"aws:SourceAccount": mine}}, True)',
            ),
        ),
    ),
    Fault(
        "the variable stands for the role",
        _POLICIES + "test_policy_variables",
        (("${{aws:PrincipalAccount}}", "${{aws:PrincipalArn}}"),),
    ),
    Fault(
        "the condition is one that is evaluated",
        _POLICIES + "test_unknown_condition",
        (('"aws:SourceVpc": "vpc-1"', '"aws:SourceAccount": "1"'),),
    ),
    Fault(
        "something hangs on the condition after all",
        _POLICIES + "test_unknown_condition_elsewhere",
        (('account.deny("s3:GetObject", ', 'account.deny("s3:PutObject", '),),
    ),
    Fault(
        "the role is not removed from the instance by the API",
        _INSTANCE + "test_policies_count_at_once",
        (("lab.rds.remove_role_from_db_instance(**lab.role)", "pass"),),
    ),
    Fault(
        "the trust policy goes on naming this instance",
        _INSTANCE + "test_status",
        (('            lab.trust("rds.amazonaws.com", other)\n', ""),),
    ),
    Fault(
        "the policy of the bucket is put nowhere",
        _INSTANCE + "test_bucket_policy_through_the_endpoint",
        (("s3.put_bucket_policy(Bucket=bucket, Policy=policy(closed))", "pass"),),
    ),
    Fault(
        "the role is added after its exports",
        _INSTANCE + "test_role_serves_every_database",
        (("    lab.rds.add_role_to_db_instance(**lab.role)\n", ""),),
    ),
    Fault(
        "the guide's trust policy has its quotes",
        _INSTANCE + "test_trust_policy_as_printed",
        (
            (
                "AssumeRolePolicyDocument=printed)",
                """AssumeRolePolicyDocument=printed.replace(" arn", ' "arn').replace("name", 'name"'))""",
            ),
        ),
    ),
    Fault(
        "the policy for the function is not attached",
        _FUNCTIONS + "test_guide",
        (('rds_roles.iam.attach_role_policy(RoleName="rds-lambda-role", PolicyArn=policy)', "pass"),),
    ),
    Fault(
        "the boundary of the role allows Lambda too",
        _FUNCTIONS + "test_policies",
        (('"limit", account.allow("s3:*", "*")', '"limit", account.allow("*", "*")'),),
    ),
    Fault(
        "the role is one that RDS may assume",
        _FUNCTIONS + "test_trust",
        (('account.trust("lambda.amazonaws.com")', "account.trust()"),),
    ),
    Fault(
        "the condition on calls of Lambda is one that is evaluated",
        _FUNCTIONS + "test_unknown_condition",
        (('"aws:SourceVpc": "vpc-1"', '"aws:PrincipalType": "AssumedRole"'),),
    ),
)
