"""What the PAM module decides: what AWS's description says, whatever it is given, and it never crashes."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rdscheck.aws.tokens import ACTION, Holder, Known, generate, made_at
from rdscheck.sandbox.access import Credentials
from tests.login.conftest import CONVERSATION, DENIED, OK, Module
from tests.login.reference import accepts, permits, signature

USER = "jane_doe"
KEYS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCY")
SESSION = Credentials("ASIAIOSFODNN7EXAMPLE", "secret", "Fwo+Gz/Z=" * 60)
HOST, PORT = "my-instance.c0ffee.us-east-1.rds.amazonaws.com", 5432
KNOWN = Known(
    enabled=True,
    endpoints=(f"{HOST}:{PORT}",),
    holders=tuple(Holder(one, ((ACTION, f"arn:*:dbuser:*/{USER}"),)) for one in (KEYS, SESSION)),
)
slow = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def token(credentials: Credentials = KEYS, **changes: object) -> str:
    values: dict[str, object] = {"host": HOST, "port": PORT, "user": USER} | changes
    return generate(credentials, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("credentials", [KEYS, SESSION], ids=["long-term", "session"])
def test_what_boto3_makes_is_accepted(module: Module, credentials: Credentials) -> None:
    module.know(KNOWN)
    made = token(credentials)
    assert module.why(USER, made, made_at(made)) == "-"
    assert accepts(KNOWN, USER, made.encode(), made_at(made))
    assert module.pam(USER, made) == OK


@pytest.mark.parametrize("port", [1150, 5433, 65535])
def test_every_port_is_accepted(module: Module, port: int) -> None:
    module.know(replace(KNOWN, endpoints=(f"{HOST}:{port}",)))
    made = token(port=port)
    assert module.why(USER, made, made_at(made)) == "-"


@pytest.mark.parametrize("user", ["jane doe", "jane+doe&x=y/%2F", "Jürgen", "日本", "a" * 63, "~"])
def test_every_name_is_accepted(module: Module, user: str) -> None:
    rule = (ACTION, f"arn:aws:rds-db:us-east-1:123456789012:dbuser:*/{user}")
    module.know(replace(KNOWN, holders=(Holder(KEYS, (rule,)),)))
    made = token(user=user)
    assert module.why(user, made, made_at(made)) == "-"
    assert module.why(USER, made, made_at(made)) == "the token is for another user"


def test_a_file_of_the_user_goes_before_that_of_the_instance(module: Module) -> None:
    made = token()
    module.know(KNOWN)
    module.know(replace(KNOWN, enabled=False), USER)
    assert module.why(USER, made, made_at(made)) == "IAM database authentication is not enabled"
    module.know(replace(KNOWN, enabled=False))
    module.know(KNOWN, USER)
    assert module.why(USER, made, made_at(made)) == "-"
    (module.directory / f"login-{USER}.conf").unlink()
    assert module.why(USER, made, made_at(made)) == "IAM database authentication is not enabled"


def test_without_any_file_nobody_gets_in(module: Module) -> None:
    made = token()
    (module.directory / "login.conf").unlink(missing_ok=True)
    assert module.why(USER, made, made_at(made)) == "IAM database authentication is not enabled"
    assert module.pam(USER, made) == DENIED


def test_pam_is_told_when_the_client_went_away(module: Module) -> None:
    module.know(KNOWN)
    assert module.pam(USER, None) == CONVERSATION


def test_reasons_are_logged_without_the_token_and_not_without_end(module: Module) -> None:
    module.know(KNOWN)
    log = module.directory / "iam-db-auth-error.log"
    log.unlink(missing_ok=True)
    assert module.pam("jane\ndoe", "open-sesame") == DENIED
    assert log.read_text() == "jane%0Adoe the password is no token\n"
    log.write_text("x" * (1 << 20) + "\n")
    assert module.pam(USER, "open-sesame") == DENIED
    assert log.read_text() == f"{USER} the password is no token\n"


MOMENTS = st.integers(-1000, 2000)


@slow
@given(seconds=MOMENTS, expires=st.integers(0, 10000))
def test_time(module: Module, seconds: int, expires: int) -> None:
    module.know(KNOWN)
    made = resigned(token().replace("X-Amz-Expires=900", f"X-Amz-Expires={expires}"))
    now = made_at(made) + timedelta(seconds=seconds)
    opens = expires > 0 and -300 <= seconds < min(expires, 900)
    assert (module.why(USER, made, now) == "-") == opens
    assert accepts(KNOWN, USER, made.encode(), now) == opens


@slow
@given(seconds=st.integers(-100000, 100000), stopped=st.booleans())
def test_clock(module: Module, seconds: int, stopped: bool) -> None:
    made = token()
    at = made_at(made) + timedelta(seconds=seconds)
    clock = {"stopped": at} if stopped else {"ahead": seconds}
    module.know(replace(KNOWN, **clock))
    assert (module.why(USER, made, made_at(made)) == "-") == (-300 <= seconds < 900)


def resigned(made: str, credentials: Credentials = KEYS) -> str:
    """Return a token with the signature that belongs to what it says now."""
    endpoint, _, query = made.encode("latin-1").partition(b"/?")
    values = {
        unquote_to_bytes(n): unquote_to_bytes(v)
        for n, _, v in (one.partition(b"=") for one in query.split(b"&"))
    }
    scope = values[b"X-Amz-Credential"].decode().split("/")[1:]
    right = signature(Holder(credentials), endpoint, values, scope)
    return re.sub(r"(X-Amz-Signature=)[0-9a-f]+", rf"\g<1>{right}", made)


@slow
@given(data=st.data())
def test_a_changed_token_is_judged_as_the_description_says(module: Module, data: st.DataObject) -> None:
    """Bytes replaced, left out and put in; half of them signed anew, so that not all end at the signature."""
    module.know(KNOWN)
    made = bytearray(token(data.draw(st.sampled_from([KEYS, SESSION]))).encode())
    moment = made_at(made.decode())
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(made) - 1))
        piece = data.draw(
            st.one_of(
                st.binary(min_size=0, max_size=3),
                st.sampled_from([b"&", b"=", b"%", b"/", b"?", b"&Action=connect", b"%00", b"%2F", b"+"]),
            )
        )
        made[place : place + data.draw(st.integers(0, 4))] = piece.replace(b"\0", b"").replace(b"\n", b"")
    text = bytes(made)
    if data.draw(st.booleans()):
        with suppress(KeyError, UnicodeDecodeError):
            text = resigned(text.decode("latin-1")).encode("latin-1")
    accepted = module.why(USER, text, moment) == "-"
    assert accepted == accepts(KNOWN, USER, text, moment)


@slow
@given(text=st.binary(max_size=3000).map(lambda raw: raw.replace(b"\0", b"")))
def test_whatever_is_sent_does_no_harm(module: Module, text: bytes) -> None:
    module.know(KNOWN)
    now = datetime.now(UTC)
    assert module.why(USER, text, now) != "-"
    assert module.why(USER, b"h:1/?" + text, now) != "-"


def test_the_longest_passwords_do_no_harm(module: Module) -> None:
    module.know(KNOWN)
    now = datetime.now(UTC)
    for text in (
        "%" * 70000,
        "h/?" + "a=%FF&" * 20,
        "h/?" + "a" * 60000 + "=" + "%FF" * 1000,
        "h/?a=" + "\xff" * 30000,
    ):
        assert module.why(USER, text, now) == "the password is no token"
        assert module.pam(USER, text) == DENIED


@slow
@given(content=st.binary(max_size=400))
def test_a_configuration_of_garbage_lets_nobody_in(module: Module, content: bytes) -> None:
    module.write(content)
    made = token()
    assert module.why(USER, made, made_at(made)) != "-"


@slow
@given(
    line=st.sampled_from(KNOWN.lines()),
    place=st.integers(0, 200),
    piece=st.sampled_from([b" ", b"%", b"%0", b"\n", b"\0", b" x y z ", b"%00", b"deny"]),
)
def test_a_damaged_configuration_lets_nobody_in_by_mistake(
    module: Module, line: str, place: int, piece: bytes
) -> None:
    """A line spoilt is never read as one that allows more: the file holds the line once more, as it was."""
    lines = [one for one in KNOWN.lines() if one != line]
    raw = line.encode()
    spoilt = raw[: place % len(raw)] + piece + raw[place % len(raw) :]
    module.write("\n".join(lines).encode() + b"\n" + spoilt + b"\n")
    made = token(user="somebody_else")
    assert module.why("somebody_else", made, made_at(made)) != "-"


TEXT = st.text(max_size=20).map(lambda text: text.replace("\0", ""))
PATTERN = st.text("*?abJ/", max_size=8)


@slow
@given(
    name=st.text("abJ/", min_size=1, max_size=8),
    allow=st.lists(PATTERN, max_size=3),
    deny=st.lists(PATTERN, max_size=2),
)
def test_policies_match_as_shell_patterns_do(
    module: Module, name: str, allow: list[str], deny: list[str]
) -> None:
    base = "arn:aws:rds-db:us-east-1:123456789012:dbuser:db-RDSCHECKSANDBOX/"
    holder = Holder(
        KEYS, tuple((ACTION, base + one) for one in allow), tuple((ACTION, base + one) for one in deny)
    )
    known = replace(KNOWN, holders=(holder,))
    module.know(known)
    made = token(user=name)
    assert (module.why(name, made, made_at(made)) == "-") == permits(known, holder, name)


@slow
@given(key=TEXT, secret=TEXT, session=TEXT, region=TEXT, host=TEXT)
def test_any_text_survives_the_file(
    module: Module, key: str, secret: str, session: str, region: str, host: str
) -> None:
    """A good token is still good beside a key, a region and an endpoint that hold any character."""
    odd = Holder(Credentials(f"x{key}", f"x{secret}", session), (("*", "*"),))
    known = replace(KNOWN, endpoints=(host, *KNOWN.endpoints), holders=(odd, *KNOWN.holders))
    assert all(line.isascii() and line.isprintable() for line in known.lines())
    module.know(known)
    made = token()
    assert module.why(USER, made, made_at(made)) == "-"
    module.know(replace(known, region=f"x{region}"))
    assert module.why(USER, made, made_at(made)) == "the token is for another region"


def test_every_symbol_but_those_of_pam_is_hidden() -> None:
    source = (Path(__file__).parents[2] / "fixtures/images/pam_rds/pam_rds.c").read_text()
    exported = re.findall(r"^extern EXPORTED int\s+(\w+)", source, re.MULTILINE)
    assert exported == ["pam_sm_authenticate", "pam_sm_setcred", "pam_sm_acct_mgmt"]
