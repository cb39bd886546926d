"""What the harness writes for the PAM module, and tokens as text."""

from datetime import UTC, datetime
from unittest.mock import Mock
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.aws.tokens import Holder, IamLogin, Known, generate, made_at
from rdscheck.errors import UsageError
from rdscheck.sandbox.access import Credentials

KEYS = Credentials("AKIAIOSFODNN7EXAMPLE", "secret")


def login(user: str | None = None) -> IamLogin:
    """Return one whose server takes everything."""
    server = Mock()
    server.info.host, server.info.port = "127.0.0.1", 5432
    server.maintenance.return_value.__enter__ = lambda _: Mock()
    server.maintenance.return_value.__exit__ = lambda *_: None
    return IamLogin(server, user)


def test_a_server_is_known_by_its_own_address_and_off() -> None:
    known = login().known
    assert known.endpoints == ("127.0.0.1:5432", "localhost:5432")
    assert not known.enabled
    assert known.lines()[0] == "enabled 0"


def test_what_is_said_of_a_key_takes_the_place_of_what_was_said_before() -> None:
    one = login()
    one.allow(KEYS, "jane")
    one.allow(KEYS, "bob")
    one.deny(KEYS, "postgres")
    (holder,) = one.known.holders
    base = "arn:aws:rds-db:us-east-1:123456789012:dbuser:db-RDSCHECKSANDBOX/"
    assert holder.allow == (("rds-db:connect", f"{base}jane"), ("rds-db:connect", f"{base}bob"))
    assert holder.deny == (("rds-db:connect", f"{base}postgres"),)
    renewed = Credentials(KEYS.access_key, "another secret")
    one.allow(renewed, "eve")
    assert [held.credentials for held in one.known.holders] == [renewed]
    one.put(Holder(renewed))
    assert one.known.holders == (Holder(renewed),)
    one.revoke(KEYS)
    assert not one.known.holders


def test_the_clock_either_stands_or_is_ahead() -> None:
    one, at = login(), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    one.stop_clock(at)
    assert f"stopped {int(at.timestamp())}" in one.known.lines()
    one.move_clock(-5)
    assert "ahead -5" in one.known.lines()
    assert not [line for line in one.known.lines() if line.startswith("stopped")]


@given(key=st.text(max_size=20), secret=st.text(max_size=20), session=st.text(max_size=20))
def test_any_text_is_one_word(key: str, secret: str, session: str) -> None:
    known = Known(holders=(Holder(Credentials(key, secret, session), ((key, secret),)),))
    assert all(line.isascii() and line.isprintable() for line in known.lines())
    words = {line.split(" ")[0]: line.split(" ")[1:] for line in known.lines()}
    read = {name: [unquote(word) if word != "%" else "" for word in rest] for name, rest in words.items()}
    assert read["key"] == [key, secret, session, "0"]
    assert read["allow"] == [key, key, secret]


def test_secrets_are_not_shown() -> None:
    one = login()
    one.allow(Credentials("key", "hush", "hush"))
    assert "hush" not in repr(one.known)
    assert "hush" not in repr(one.known.holders)


@pytest.mark.parametrize("user", ["", "x" * 64, "ü" * 32])
def test_a_name_no_role_can_have_is_refused(user: str) -> None:
    with pytest.raises(UsageError, match="no name of a role"):
        login(user)


def test_a_token_tells_when_it_was_made() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    made = made_at(generate(KEYS, host="h", port=5432, user="u"))
    assert before <= made <= datetime.now(UTC)
    with pytest.raises(UsageError, match="no token"):
        made_at("open-sesame")


def test_no_profile_of_the_users_has_a_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "one-that-does-not-exist")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "theirs")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "theirs")
    token = generate(KEYS, host="h", port=5432, user="u")
    assert "theirs" not in token
    assert "X-Amz-Security-Token" not in token
