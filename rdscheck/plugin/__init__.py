"""The pytest plugin: marks, options, fixtures and reports; pytest is the runner.

Registered as the entry point ``rdscheck``; a project gets it by installing rdscheck.
A test suite that uses none of it pays nothing for it: nothing starts before a
fixture asks for a server.
"""

from rdscheck.plugin.aws import rds_aws
from rdscheck.plugin.babelfish import rds_babelfish
from rdscheck.plugin.fixtures import (
    rds,
    rds_admin,
    rds_connect,
    rds_db,
    rds_grouped,
    rds_instance,
    rds_prepared,
    rds_s3,
    rds_server,
    rds_version,
    step,
)
from rdscheck.plugin.fleet import rds_fleet, rds_recording
from rdscheck.plugin.functions import rds_lambda
from rdscheck.plugin.hooks import (
    pytest_addhooks,
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_configure_node,
    pytest_generate_tests,
    pytest_runtest_makereport,
    pytest_runtest_setup,
    pytest_unconfigure,
)
from rdscheck.plugin.login import rds_iam, rds_iam_users
from rdscheck.plugin.programs import rds_client
from rdscheck.plugin.roles import rds_moto_iam, rds_roles
from rdscheck.plugin.runbooks import pytest_collect_file

__all__ = [
    "pytest_addhooks",
    "pytest_addoption",
    "pytest_collect_file",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_configure_node",
    "pytest_generate_tests",
    "pytest_runtest_makereport",
    "pytest_runtest_setup",
    "pytest_unconfigure",
    "rds",
    "rds_admin",
    "rds_aws",
    "rds_babelfish",
    "rds_client",
    "rds_connect",
    "rds_db",
    "rds_fleet",
    "rds_grouped",
    "rds_iam",
    "rds_iam_users",
    "rds_instance",
    "rds_lambda",
    "rds_moto_iam",
    "rds_prepared",
    "rds_recording",
    "rds_roles",
    "rds_s3",
    "rds_server",
    "rds_version",
    "step",
]
