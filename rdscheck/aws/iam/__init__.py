"""IAM: policies evaluated as AWS documents it, and compiled into what the stand-ins read.

Nothing is imported here: what evaluates a document needs no boto3, what reads roles does.
"""
