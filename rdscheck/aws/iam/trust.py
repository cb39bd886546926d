"""Whether RDS may assume a role: the role's trust policy.

Not modelled: ``iam:PassRole`` of whoever associates the role, which says nothing about the role itself.
"""

from rdscheck.aws.iam.document import Policy
from rdscheck.aws.iam.patterns import Context, Value
from rdscheck.aws.iam.policy import Decision, Request, evaluate
from rdscheck.aws.iam.principals import Service

#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export-access-bucket.html
RDS = Service("rds.amazonaws.com")


def may_assume(trust: Policy, *, source_account: str, source_arn: str = "") -> Decision:
    """Decide whether RDS may assume a role on behalf of a DB instance.

    ``source_account`` is the instance's account, ``source_arn`` its ARN where it is known.
    Raises ``Unevaluated`` when the answer hangs on something that is not evaluated.
    """
    known: dict[str, Value] = {"aws:SourceAccount": source_account, "aws:PrincipalIsAWSService": "true"}
    if source_arn:
        known["aws:SourceArn"] = source_arn
    return evaluate(Request(RDS, "sts:AssumeRole", context=Context(known)), (), trust)
