"""Which list of extensions applies from which minor on, as a scenario asks a server for it."""

import pytest

from rdscheck.errors import UsageError
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.server import Server


def supported(version: str, answers: str = "", admin_host: str = "127.0.0.1") -> tuple[str, ...]:
    info = ServerInfo(
        version, answers or version, "docker", "", "127.0.0.1", 5432, "postgres", "", admin_host
    )
    return Server(info).supported_extensions


# From the tables of the release notes.
@pytest.mark.parametrize(
    ("extension", "before", "since"),
    [
        ("vector", "13.10", "13.11"),
        ("hypopg", "14.7", "14.8"),
        ("hypopg", "15.2-R2", "15.3"),
        ("collection", "15.14-R2", "15.15"),
        ("postgis_topology", "18.3", "18.3-R2"),
    ],
)
def test_an_extension_is_supported_from_a_minor_on(extension: str, before: str, since: str) -> None:
    assert extension not in supported(before)
    assert extension in supported(since)


def test_a_major_stands_for_its_newest_minor() -> None:
    assert supported("15") == supported("15.19") != supported("15.4")


def test_what_the_server_answers_counts_for_a_users_own_only() -> None:
    assert supported("15.4", answers="15.18") == supported("15.4")
    assert supported("15", answers="15.4", admin_host="") == supported("15.4")


def test_a_minor_without_a_list_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"15\.1"):
        supported("15.1")
