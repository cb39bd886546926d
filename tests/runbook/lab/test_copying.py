"""Which statements a reader waits after."""

import pytest

from rdscheck.runbook.lab.copying import copies


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
def test_tables_are_copied(text: str) -> None:
    assert copies(text)


@pytest.mark.parametrize(
    "text",
    [
        "DROP SUBSCRIPTION s;",
        "SELECT * FROM pg_subscription;",
        "CREATE PUBLICATION p;",
    ],
)
def test_nothing_is_copied(text: str) -> None:
    assert not copies(text)
