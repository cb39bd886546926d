"""Who may export and import, decided by an account's roles and policies, set up as the guides say."""

import json
from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, claim, documentation_finding, refused, rests_on, scenario

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_EXPORT = f"{_GUIDE}/postgresql-s3-export-access-bucket.html"
_IMPORT = f"{_GUIDE}/USER_PostgreSQL.S3Import.ARNRole.html"
_LOGIC = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_AccessPolicyLanguage"
    "_Interplay.html"
)

pytestmark = scenario(
    "iam/access",
    title="Let roles and policies in IAM decide on exports and imports",
    docs=_EXPORT,
    document="RDS for PostgreSQL: export to S3 with a stored procedure",
    since=13,
    needs=("aws_s3",),
    basis=Basis.EMULATED,
)

FAILED = "could not upload to Amazon S3"
DENIED = "Amazon S3 client returned 'Access Denied'."
NO_ROLE = "credentials stored with the database cluster can't be accessed"
NO_URL = "Unable to generate pre-signed url, look at engine log for details."
STATUS = "Unable to validate pre-signed URL. Error: HTTP {}. Check your arguments and try again."


@claim(source=_EXPORT, certainty="documented")
@rests_on("iam-scope")
def test_export_guide(account: Any, rds_roles: Any, rds_s3: Any, export: Any, step: Any) -> None:
    """The four commands of the guide for exports let the instance export to that bucket."""
    with step("1. Create a policy that allows S3:PutObject, in the guide's spelling"):
        policy = account.managed("rds-s3-export-policy", account.allow(["S3:PutObject"], [account.objects]))
    with step("2. Create a role that RDS may assume for this account and instance"):
        mine = {"aws:SourceAccount": rds_roles.account, "aws:SourceArn": rds_roles.instance_arn}
        trust = account.trust(StringEquals=mine)
        arn = account.role(name="rds-s3-export-role", AssumeRolePolicyDocument=trust)
    with step("3. Attach the policy to the role"):
        rds_roles.iam.attach_role_policy(RoleName="rds-s3-export-role", PolicyArn=policy)
    with step("4. Add the role to the instance, with the feature name s3Export"):
        assert rds_roles.add_role(arn, "s3Export").status == "ACTIVE"
    with step("5. Export"):
        assert export() == (1, 1, 2)
    assert rds_s3.get("out.csv") == b"1\n"


@claim(source=_IMPORT, certainty="documented")
@rests_on("iam-scope")
def test_import_guide(account: Any, rds_roles: Any, import_: Any, step: Any) -> None:
    """The four commands of the guide for imports let the instance import from that bucket."""
    with step("1. Create a policy that allows s3:GetObject and s3:ListBucket"):
        what, where = ["s3:GetObject", "s3:ListBucket"], [account.bucket, account.objects]
        policy = account.managed("rds-s3-import-policy", account.allow(what, where))
    with step("2. Create a role that RDS may assume for this account and instance"):
        mine = {"aws:SourceAccount": rds_roles.account, "aws:SourceArn": rds_roles.instance_arn}
        trust = account.trust(StringEquals=mine)
        arn = account.role(name="rds-s3-import-role", AssumeRolePolicyDocument=trust)
    with step("3. Attach the policy to the role"):
        rds_roles.iam.attach_role_policy(RoleName="rds-s3-import-role", PolicyArn=policy)
    with step("4. Add the role to the instance, with the feature name s3Import"):
        assert rds_roles.add_role(arn, "s3Import").status == "ACTIVE"
    with step("5. Import"):
        assert import_().startswith("1 rows imported")


@claim(source=_EXPORT, certainty="observed")
@documentation_finding("export-guide-trust-policy")
@rests_on("iam-role-invalid")
def test_trust_policy_as_printed(account: Any, rds_roles: Any, export: Any, printed: str, step: Any) -> None:
    """The trust policy that the guide for exports printed in 2023 is no JSON; quoted, it fits no instance."""
    with step("1. The text as printed"), pytest.raises(json.JSONDecodeError):
        json.loads(printed)
    with step("2. The same with quotes, for this account and instance, the colon still missing"):
        wrong = rds_roles.instance_arn.replace(":db:", "db:")
        trust = account.trust(StringEquals={"aws:SourceAccount": rds_roles.account, "aws:SourceArn": wrong})
        account.exporter(account.allow("s3:PutObject", account.objects), AssumeRolePolicyDocument=trust)
        assert rds_roles.role("s3Export").status == "INVALID"
        with refused(pg.SystemError, NO_ROLE):
            export()


@claim(source=_EXPORT, certainty="derived")
@rests_on("export-no-role-text")
def test_role_that_is_not_added(account: Any, export: Any, nothing_there: Any) -> None:
    """A role with every right does nothing for an instance it was not added to."""
    account.role(account.allow("*", "*"))
    with refused(pg.SystemError, NO_ROLE, hint='associated with the feature-name "s3Export"?'):
        export()
    nothing_there()


@claim(source=_EXPORT, certainty="derived")
@rests_on("export-no-role-text")
def test_role_for_imports_exports_nothing(
    account: Any, export: Any, import_: Any, nothing_there: Any, step: Any
) -> None:
    """A role with every right that was added for s3Import imports, and exports nothing."""
    account.importer(account.allow("s3:*", "*"))
    with step("1. Import"):
        assert import_().startswith("1 rows imported")
    with step("2. Export"), refused(pg.SystemError, NO_ROLE):
        export()
    nothing_there()


@claim(source=_IMPORT, certainty="derived")
@rests_on("import-no-role-text")
def test_role_for_exports_imports_nothing(account: Any, export: Any, import_: Any, step: Any) -> None:
    """A role with every right that was added for s3Export exports, and imports nothing."""
    account.exporter(account.allow("s3:*", "*"))
    with step("1. Export"):
        assert export() == (1, 1, 2)
    with step("2. Import"), refused(pg.InternalError_, NO_URL):
        import_()


@claim(source=_EXPORT, certainty="derived")
@rests_on("export-no-role-text", "iam-at-once")
def test_removed_role(account: Any, rds_roles: Any, export: Any, step: Any) -> None:
    """Once the role is removed from the instance the same session has no credentials any more."""
    arn = account.exporter(account.allow("s3:PutObject", account.objects))
    with step("1. Export with the role"):
        assert export("first.csv") == (1, 1, 2)
    with step("2. Remove the role and export again"):
        rds_roles.remove_role(arn, "s3Export")
        with refused(pg.SystemError, NO_ROLE):
            export("second.csv")
    assert account.s3.keys() == ["first.csv"]


@claim(source=_EXPORT, certainty="documented")
@rests_on("export-s3-errors", "iam-denied-text")
def test_policy_without_put_object(account: Any, export: Any, nothing_there: Any, step: Any) -> None:
    """A role whose policy allows everything on the bucket but s3:PutObject is denied until it does too."""
    others = ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation", "s3:AbortMultipartUpload"]
    account.exporter(account.allow(others, [account.bucket, account.objects]))
    with step("1. Without s3:PutObject"), refused(pg.SystemError, FAILED, detail=DENIED):
        export()
    nothing_there()
    with step("2. With it"):
        account.inline(account.allow("s3:PutObject", account.objects))
        assert export() == (1, 1, 2)


@claim(source=_EXPORT, certainty="documented")
@rests_on("export-s3-errors", "iam-denied-text")
def test_policy_for_the_bucket_and_not_its_objects(account: Any, export: Any, nothing_there: Any) -> None:
    """A policy that names the bucket without /* allows no export: objects are what is written."""
    account.exporter(account.allow("s3:*", account.bucket))
    with refused(pg.SystemError, FAILED, detail=DENIED):
        export()
    nothing_there()


@claim(source=_EXPORT, certainty="documented")
@rests_on("export-s3-errors", "iam-denied-text")
def test_other_bucket(account: Any, rds_s3: Any, export: Any, step: Any) -> None:
    """A policy for one bucket does not open another, nor one whose name only begins the same."""
    other = rds_s3.new_bucket()
    account.exporter(account.allow("s3:PutObject", account.objects))
    with step("1. Export to the other bucket"), refused(pg.SystemError, FAILED, detail=DENIED):
        export(bucket=other)
    with step("2. Export to the first one"):
        assert export() == (1, 1, 2)
    with step("3. A policy for a bucket whose name is one letter longer"):
        account.inline(account.allow("s3:PutObject", f"arn:aws:s3:::{rds_s3.bucket}x/*"))
        with refused(pg.SystemError, FAILED, detail=DENIED):
            export("again.csv")
    assert rds_s3.keys(bucket=other) == []


@claim(source=_EXPORT, certainty="documented")
@rests_on("export-s3-errors", "s3-wrong-region-served")
def test_other_region(account: Any, rds_s3: Any, export: Any, step: Any) -> None:
    """A role that may write to a bucket elsewhere gets S3's redirect under the instance's Region."""
    elsewhere = "eu-west-1" if rds_s3.region != "eu-west-1" else "us-east-1"
    bucket = rds_s3.new_bucket(elsewhere)
    account.exporter(account.allow("s3:PutObject", "arn:aws:s3:::*"))
    with step("1. Under the instance's Region"), refused(pg.SystemError, FAILED, detail="PermanentRedirect"):
        export(bucket=bucket)
    assert rds_s3.keys(bucket=bucket) == []


@claim(source=_LOGIC, certainty="documented")
@rests_on("export-s3-errors", "iam-denied-text")
def test_explicit_deny(account: Any, export: Any, nothing_there: Any, step: Any) -> None:
    """A statement that denies beats every one that allows, in the same policy or another."""
    account.exporter(account.allow("s3:*", "*"), account.deny("s3:Put*", account.objects), name="rds-s3-role")
    with step("1. In the same policy"), refused(pg.SystemError, FAILED, detail=DENIED):
        export()
    with step("2. In another policy"):
        account.inline(account.allow("s3:*", "*"))
        policy = account.managed("no-writing", account.deny("s3:PutObject", "*"))
        account.rds.iam.attach_role_policy(RoleName="rds-s3-role", PolicyArn=policy)
        with refused(pg.SystemError, FAILED, detail=DENIED):
            export()
    nothing_there()
    with step("3. Without the denying policy"):
        account.rds.iam.detach_role_policy(RoleName="rds-s3-role", PolicyArn=policy)
        assert export() == (1, 1, 2)


@claim(source=_EXPORT, certainty="documented")
@rests_on("export-s3-errors", "iam-denied-text", "iam-at-once")
def test_policy_detached_meanwhile(account: Any, export: Any, step: Any) -> None:
    """Detaching the policy takes the right away from a session that just exported."""
    policy = account.managed("rds-s3-export-policy", account.allow("s3:PutObject", account.objects))
    account.exporter()
    account.rds.iam.attach_role_policy(RoleName="rds-s3-role", PolicyArn=policy)
    with step("1. Attached"):
        assert export("first.csv") == (1, 1, 2)
    with step("2. Detached"):
        account.rds.iam.detach_role_policy(RoleName="rds-s3-role", PolicyArn=policy)
        with refused(pg.SystemError, FAILED, detail=DENIED):
            export("second.csv")
    with step("3. Attached again"):
        account.rds.iam.attach_role_policy(RoleName="rds-s3-role", PolicyArn=policy)
        assert export("third.csv") == (1, 1, 2)


@claim(source=_IMPORT, certainty="documented")
@rests_on("import-status-texts")
def test_policy_without_get_object(account: Any, import_: Any, step: Any) -> None:
    """Without s3:GetObject, on another bucket or with a deny, an import ends with HTTP 403."""
    where = [account.bucket, account.objects]
    account.importer()
    for name, statements in (
        ("s3:ListBucket only", [account.allow("s3:ListBucket", where)]),
        ("another bucket", [account.allow("s3:*", "arn:aws:s3:::another/*")]),
        ("a deny", [account.allow("s3:*", where), account.deny("s3:GetObject", where)]),
    ):
        with step(name), refused(pg.InternalError_, STATUS.format(403)):
            account.inline(*statements)
            import_()
    with step("s3:GetObject"):
        account.inline(account.allow("s3:GetObject", account.objects))
        assert import_().startswith("1 rows imported")


@claim(source=_IMPORT, certainty="guessed")
@rests_on("import-status-texts", "iam-missing-key-prefix")
def test_missing_file(account: Any, import_: Any, step: Any) -> None:
    """A missing file is HTTP 404 with s3:ListBucket on the bucket, HTTP 403 without."""
    account.importer(account.allow(["s3:GetObject", "s3:ListBucket"], [account.bucket, account.objects]))
    with step("1. With s3:ListBucket"), refused(pg.InternalError_, STATUS.format(404)):
        import_("nosuch.csv")
    account.inline(account.allow(["s3:GetObject", "s3:ListBucket"], account.objects))
    with step("2. With s3:ListBucket on objects only"), refused(pg.InternalError_, STATUS.format(403)):
        import_("nosuch.csv")


@claim(source=_EXPORT, certainty="derived")
@rests_on("iam-role-invalid")
def test_role_for_another_service(account: Any, rds_roles: Any, export: Any, step: Any) -> None:
    """A role that trusts another service is INVALID and serves nothing until it trusts RDS."""
    with step("1. A role for EC2, or for exports of snapshots"):
        account.exporter(
            account.allow("s3:*", "*"), AssumeRolePolicyDocument=account.trust("ec2.amazonaws.com")
        )
        for service in ("ec2.amazonaws.com", "export.rds.amazonaws.com"):
            rds_roles.iam.update_assume_role_policy(
                RoleName="rds-s3-role", PolicyDocument=account.trust(service)
            )
            assert rds_roles.role("s3Export").status == "INVALID"
            with refused(pg.SystemError, NO_ROLE):
                export()
    with step("2. The trust policy names rds.amazonaws.com"):
        rds_roles.iam.update_assume_role_policy(RoleName="rds-s3-role", PolicyDocument=account.trust())
        assert export() == (1, 1, 2)


@claim(source=_EXPORT, certainty="derived")
@rests_on("iam-role-invalid")
def test_role_for_another_instance(account: Any, rds_roles: Any, export: Any, step: Any) -> None:
    """A role whose trust policy names another instance or account serves nothing here."""
    account.exporter(account.allow("s3:*", "*"))
    other = rds_roles.instance_arn.replace("my-instance", "other-instance")
    for key, value in (("aws:SourceArn", other), ("aws:SourceAccount", "444455556666")):
        with step(f"{key} is {value}"), refused(pg.SystemError, NO_ROLE):
            trust = account.trust(StringEquals={key: value})
            rds_roles.iam.update_assume_role_policy(RoleName="rds-s3-role", PolicyDocument=trust)
            export()
    with step("ArnLike with a star for the instance"):
        trust = account.trust(ArnLike={"aws:SourceArn": rds_roles.instance_arn.replace("my-", "*-")})
        rds_roles.iam.update_assume_role_policy(RoleName="rds-s3-role", PolicyDocument=trust)
        assert export() == (1, 1, 2)


@claim(source=_EXPORT, certainty="derived")
@rests_on("iam-role-invalid")
def test_role_that_is_gone(account: Any, rds_roles: Any, export: Any, step: Any) -> None:
    """A role deleted while it is associated serves nothing any more."""
    account.exporter(account.allow("s3:PutObject", account.objects))
    with step("1. The role exists"):
        assert export("first.csv") == (1, 1, 2)
    with step("2. Delete its policy and the role"):
        rds_roles.iam.delete_role_policy(RoleName="rds-s3-role", PolicyName="access")
        rds_roles.iam.delete_role(RoleName="rds-s3-role")
        assert rds_roles.role("s3Export").status == "INVALID"
        with refused(pg.SystemError, NO_ROLE):
            export("second.csv")
