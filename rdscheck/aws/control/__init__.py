"""A local AWS endpoint around sandboxes: RDS's API with real effect, IAM and STS by moto, S3 passed on."""

from rdscheck.aws.control.plane import ControlPlane
from rdscheck.aws.control.shim import environment
from rdscheck.aws.control.wire import Request, Response

__all__ = ["ControlPlane", "Request", "Response", "environment"]
