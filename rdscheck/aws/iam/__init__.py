"""IAM: policies evaluated as AWS documents it, and compiled into what the stand-ins read."""

from rdscheck.aws.iam.deciding import Decisions
from rdscheck.aws.iam.document import Kind, Policy, Statement, read_policy
from rdscheck.aws.iam.grants import Grants, association
from rdscheck.aws.iam.patterns import Context
from rdscheck.aws.iam.policy import Decision, Request, evaluate
from rdscheck.aws.iam.principals import Role, Service
from rdscheck.aws.iam.trust import may_assume

__all__ = [
    "Context",
    "Decision",
    "Decisions",
    "Grants",
    "Kind",
    "Policy",
    "Request",
    "Role",
    "Service",
    "Statement",
    "association",
    "evaluate",
    "may_assume",
    "read_policy",
]
