"""Which statements a reader waits after."""

import pytest

from rdscheck.runbook.lab.replicating import begins


@pytest.mark.parametrize(
    "text",
    [
        "CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p;",
        "create  subscription s connection '' publication p",
        "ALTER SUBSCRIPTION s ENABLE;",
        "ALTER SUBSCRIPTION s REFRESH PUBLICATION;",
        "SELECT pglogical.create_subscription(subscription_name := 's');",
        "SELECT pglogical.alter_subscription_enable('s', true);",
    ],
)
def test_a_subscription_begins(text: str) -> None:
    assert begins(text)


@pytest.mark.parametrize(
    "text",
    [
        "DROP SUBSCRIPTION s;",
        "ALTER SUBSCRIPTION s DISABLE;",
        "SELECT pglogical.alter_subscription_disable('s', true);",
        "SELECT * FROM pg_subscription;",
        "CREATE PUBLICATION p;",
    ],
)
def test_none_begins(text: str) -> None:
    assert not begins(text)
