"""Passwords do not pass, and what only looks like one does."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.assess.secrets import is_secret, masked, masked_conninfo, masked_options


@pytest.mark.parametrize(
    "text",
    [
        "dblink('host=h user=u password=s3cret', 'SELECT 1')",
        "dblink('host=h password=''s3cret with blank''')",
        "host=h sslpassword=s3cret",
        "postgresql://u:s3cret@h/db",
        "postgresql://u:s3c@ret@h/db",
        "http_post('https://h/?access_key=s3cret&x=1')",
        "ALTER ROLE u PASSWORD 's3cret'",
        "CREATE USER u WITH ENCRYPTED PASSWORD E'a\\'s3cret'",
        "OPTIONS (user 'u', password 's3cret')",
        "AWS_SECRET_ACCESS_KEY=s3cret wal-g push",
        "f(secret => 's3cret')",
        "v_token := 's3cret';",
        "SET x.api_key = 's3cret'",
        '{"password": "s3cret"}',
        "PASSWORD 's3cret",
    ],
)
def test_a_password_in_a_text_is_masked(text: str) -> None:
    assert "***" in masked(text)
    assert "s3c" not in masked(text)
    assert "ret" not in masked(text).replace("secret", "").replace("SECRET", "")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT password FROM users",
        "WHERE u.token = t.token AND secret IS NULL",
        "SELECT 'a' AS password, 'b'",
        "https://example.org:5432/x",
        "now() + '1 day'",
        "",
    ],
)
def test_what_is_no_password_is_kept(text: str) -> None:
    assert masked(text) == text


@given(st.text(alphabet="pasword=' :\"\\E@/x()", max_size=60))
def test_any_text_can_be_masked_and_masking_again_changes_nothing_secret(text: str) -> None:
    masked(masked(text))


def test_options_keep_their_names() -> None:
    given_ = [
        "user=u",
        "password=x",
        "password_required=false",
        "passfile=/f",
        "host=h",
        "secret_access_key=k",
    ]
    assert masked_options(given_) == (
        "user=u",
        "password=***",
        "password_required=false",
        "passfile=/f",
        "host=h",
        "secret_access_key=***",
    )
    assert masked_options(None) == ()
    assert not is_secret("port")


@pytest.mark.parametrize(
    ("text", "shown", "had"),
    [
        ("host=h user=u password='a b' dbname=d", "user=u dbname=d host=h", True),
        ("postgresql://u:p%40x@h:5433/d", "user=u dbname=d host=h port=5433", True),
        ("host=h", "host=h", False),
        ("not a connection password=x", "", True),
        ("", "", False),
    ],
)
def test_connection_strings(text: str, shown: str, had: bool) -> None:
    assert masked_conninfo(text) == (shown, had)


@pytest.mark.parametrize(
    "text",
    ["a." * 50_000, "a+" * 50_000, "password" * 10_000, "password='" + "\\" * 100_000, "identified " * 9000],
    ids=range(5),
)
def test_no_text_takes_long(text: str) -> None:
    """Texts are anybody's, who may wait for the check to hang."""
    started = time.monotonic()
    masked(text)
    assert time.monotonic() - started < 5
