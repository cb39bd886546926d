"""A local AWS endpoint around sandboxes: RDS's API with real effect, IAM and STS by moto, S3 passed on.

Nothing is imported here, so that who needs a part does not wait for boto3 and the rest.
"""
