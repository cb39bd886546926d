"""IAM database authentication: who does not get in, and what client and server say about it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from rdscheck import Basis, claim, rests_on, scenario

GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth"
DOCS = f"{GUIDE}.Troubleshooting.html"
CONNECTING = f"{GUIDE}.Connecting.html"
POLICIES = f"{GUIDE}.IAMPolicy.html"
SIGNING = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html"
PG_AWS_RDS_IAM = "https://github.com/haines/pg-aws_rds_iam/issues/582"

pytestmark = scenario(
    "iam/login-refused",
    title="Tokens that do not open, and what the client is told",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "tls", "pam"),
    basis=Basis.EMULATED,
)
FAILED = 'FATAL:  PAM authentication failed for user "jane_doe"'


def last_digit(token: str) -> str:
    """Return a token whose signature differs in its last digit."""
    return token[:-1] + ("0" if token[-1] != "0" else "1")


def changed(old: str, new: str) -> Callable[[str], str]:
    """Return what puts one text of a token in place of another."""

    def change(token: str) -> str:
        assert old in token
        return token.replace(old, new, 1)

    return change


def tampered(name: str, title: str, change: Callable[[str], str], why: str) -> Any:
    """Return a claim about a token that was good before ``change``."""
    return pytest.param(
        change,
        why,
        id=name,
        marks=claim(title=title, source=SIGNING, certainty="derived"),  # type: ignore[arg-type]
    )


NO_TOKEN, SIGNATURE = "the password is no token", "the signature is wrong"
ANOTHER_USER, ANOTHER_PLACE = "the token is for another user", "the token is for another host or port"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        tampered("signature", "A token whose signature was changed is refused.", last_digit, SIGNATURE),
        tampered(
            "expires",
            "A token whose lifetime was changed is refused.",
            changed("X-Amz-Expires=900", "X-Amz-Expires=800"),
            SIGNATURE,
        ),
        tampered(
            "date",
            "A token whose time was changed is refused.",
            lambda token: re.sub(r"(X-Amz-Date=\d{8}T)\d{6}", r"\g<1>000001", token),
            SIGNATURE,
        ),
        tampered(
            "added",
            "A token with a parameter added behind the signature is refused.",
            lambda token: f"{token}&X-Amz-Meta=1",
            SIGNATURE,
        ),
        tampered(
            "twice",
            "A token that names its user twice is refused.",
            lambda token: token.replace("&X-Amz-Algorithm", "&DBUser=postgres&X-Amz-Algorithm"),
            NO_TOKEN,
        ),
        tampered("no-signature", "A token without its signature is refused.",
                 lambda token: re.sub(r"&X-Amz-Signature=.*", "", token), SIGNATURE),
        tampered("cut", "A token that was cut off is refused.", lambda token: token[:-8], SIGNATURE),
        tampered("scheme", "A token with https:// in front is refused.",
                 lambda token: f"https://{token}", NO_TOKEN),
        tampered("line-break", "A token with a line break at its end is refused.",
                 lambda token: f"{token}\n", SIGNATURE),
        tampered("encoded-twice", "A token that was percent-encoded once more is refused.",
                 lambda token: token.replace("%", "%25"), NO_TOKEN),
        tampered("masked", "A token that a program masked as secret is refused.", lambda _: "***", NO_TOKEN),
    ],
)  # fmt: skip
def test_tampered(rds_iam: Any, change: Callable[[str], str], why: str) -> None:
    """A token that was changed is refused."""
    token = rds_iam.token()
    assert rds_iam.enters(token) == (rds_iam.user, True)
    assert rds_iam.why_refused(rds_iam.made(change(token))) == why


@claim(source=SIGNING, certainty="derived")
def test_user_exchanged_in_the_token(rds_iam: Any) -> None:
    """The token of another user does not open with the name in it exchanged: its signature is wrong then."""
    token = rds_iam.token(user="somebody")
    assert rds_iam.why_refused(token) == ANOTHER_USER
    mine = token.replace("DBUser=somebody", f"DBUser={rds_iam.user}")
    assert rds_iam.why_refused(rds_iam.made(mine)) == SIGNATURE


def other(name: str, title: str, change: dict[str, Any], why: str) -> Any:
    """Return a claim about a token made for something else."""
    return pytest.param(
        change,
        why,
        id=name,
        marks=claim(title=title, source=CONNECTING, certainty="documented"),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        other("user", "A token for another user is refused.", {"user": "postgres"}, ANOTHER_USER),
        other("case", "The case of the user's name counts.", {"user": "JANE_DOE"}, ANOTHER_USER),
        other(
            "host", "A token for a name of one's own in place of the endpoint is refused.",
            {"host": "db.example.com"}, ANOTHER_PLACE,
        ),
        other("port", "A token for another port is refused.", {"port": 1}, ANOTHER_PLACE),
        other("region", "A token for another region is refused.", {"region": "eu-central-1"},
              "the token is for another region"),
    ],
)  # fmt: skip
def test_made_for_something_else(rds_iam: Any, change: dict[str, Any], why: str) -> None:
    """A token that was made for something else is refused."""
    assert rds_iam.enters(rds_iam.token()) == (rds_iam.user, True)
    assert rds_iam.why_refused(rds_iam.token(**change)) == why


@claim(source=CONNECTING, certainty="derived")
def test_plain_word(rds_iam: Any) -> None:
    """A word in place of a token is refused with SQLSTATE 28000."""
    assert rds_iam.why_refused("open-sesame") == NO_TOKEN
    answer = rds_iam.by_hand("open-sesame")
    assert (answer.asked, answer.sqlstate) == (("password",), "28000")


@claim(source="https://www.postgresql.org/docs/current/auth-password.html", certainty="observed")
def test_empty_password(rds_iam: Any) -> None:
    """Nothing at all in place of a token is refused by PostgreSQL itself, with SQLSTATE 28P01."""
    answer = rds_iam.by_hand("")
    assert (answer.message, answer.sqlstate) == ("FATAL:  empty password returned by client", "28P01")
    assert rds_iam.login.errors() == []


@claim(source=DOCS, certainty="documented")
def test_unknown_key(rds_iam: Any) -> None:
    """A token signed with an access key nobody has, or has no more, is refused."""
    token = rds_iam.token()
    assert rds_iam.enters(token) == (rds_iam.user, True)
    rds_iam.login.revoke(rds_iam.credentials)
    assert rds_iam.why_refused(token) == "nobody has the access key"


@claim(source=DOCS, certainty="documented")
def test_wrong_secret(rds_iam: Any) -> None:
    """A token signed with a secret that is not the access key's is refused."""
    keys = type(rds_iam.credentials)(rds_iam.credentials.access_key, "not the secret")
    assert rds_iam.why_refused(rds_iam.token(keys)) == SIGNATURE


@claim(source=DOCS, certainty="documented")
def test_session_token_of_another(rds_iam: Any) -> None:
    """Keys of an assumed role open with their session token alone: not without it, not with another one."""
    keys = rds_iam.session()
    rds_iam.login.allow(keys, rds_iam.user)
    assert rds_iam.enters(rds_iam.token(keys)) == (rds_iam.user, True)
    for wrong in ("", "x" * 356):
        other_keys = type(keys)(keys.access_key, keys.secret_key, wrong)
        assert (
            rds_iam.why_refused(rds_iam.token(other_keys))
            == "the session token is not that of the access key"
        )


@claim(source=CONNECTING, certainty="documented")
def test_session_expired(rds_iam: Any) -> None:
    """A token of an assumed role opens no longer than the role's session, whatever the token says."""
    keys = rds_iam.session()
    rds_iam.login.allow(keys, rds_iam.user)
    token = rds_iam.token(keys)
    rds_iam.expires(keys, token, 60)
    rds_iam.age(token, 59)
    assert rds_iam.enters(token) == (rds_iam.user, True)
    rds_iam.age(token, 61)
    assert rds_iam.why_refused(token) == "the session of the access key has expired"


def policy(name: str, title: str, resource: str, why: str, action: str = "rds-db:connect") -> Any:
    """Return a claim about a policy; {} in the resource is the database user."""
    return pytest.param(
        resource,
        action,
        why,
        id=name,
        marks=claim(title=title, source=POLICIES, certainty="documented"),  # type: ignore[arg-type]
    )


ARN = "arn:aws:rds-db:us-east-1:123456789012:dbuser:db-RDSCHECKSANDBOX/{}"
NO_POLICY = "no policy allows rds-db:connect"


@pytest.mark.parametrize(
    ("resource", "action", "why"),
    [
        policy("action", "A policy for rds:* does not allow rds-db:connect.", "*", NO_POLICY, "rds:*"),
        policy("user", "A policy for another database user does not open.", ARN.format("other"), NO_POLICY),
        policy("case", "The case of the user's name in the policy counts.", ARN.format("JANE*"), NO_POLICY),
        policy("instance", "A policy with another DbiResourceId does not open.",
               ARN.replace("db-RDSCHECKSANDBOX", "db-ANOTHER"), NO_POLICY),
        policy("identifier", "A policy with the instance's name in place of its DbiResourceId does not open.",
               ARN.replace("db-RDSCHECKSANDBOX", "my-instance"), NO_POLICY),
        policy("region", "A policy for another region does not open.",
               ARN.replace("us-east-1", "eu-central-1"), NO_POLICY),
        policy("account", "A policy for another account does not open.",
               ARN.replace("123456789012", "210987654321"), NO_POLICY),
        policy("service", "A policy on arn:aws:rds in place of arn:aws:rds-db does not open.",
               ARN.replace("rds-db", "rds"), NO_POLICY),
    ],
)  # fmt: skip
def test_policy(rds_iam: Any, resource: str, action: str, why: str) -> None:
    """A policy that does not name this user of this instance lets nobody in."""
    login, keys = rds_iam.login, rds_iam.credentials
    token = rds_iam.token()
    assert rds_iam.enters(token) == (rds_iam.user, True)
    login.revoke(keys)
    rds_iam.recorder.act(f'-- policy: {{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}')
    login.allow(keys, resource=resource.format(rds_iam.user), action=action)
    assert rds_iam.why_refused(token) == why


@claim(source=DOCS, certainty="documented")
def test_explicit_deny(rds_iam: Any) -> None:
    """A policy that denies rds-db:connect wins over one that allows it."""
    token = rds_iam.token()
    rds_iam.login.deny(rds_iam.credentials, "other*")
    assert rds_iam.enters(token) == (rds_iam.user, True)
    rds_iam.login.deny(rds_iam.credentials, "*")
    assert rds_iam.why_refused(token) == "a policy denies rds-db:connect"


@claim(source=DOCS, certainty="documented")
@rests_on("iam-login-disabled")
def test_disabled(rds_iam: Any) -> None:
    """No token opens an instance without IAM database authentication."""
    token = rds_iam.token()
    assert rds_iam.enters(token) == (rds_iam.user, True)
    rds_iam.login.disable()
    assert rds_iam.why_refused(token) == "IAM database authentication is not enabled"


def no_encryption(rds_iam: Any) -> str:
    """Return what the server says to a client without TLS."""
    end = "no encryption" if rds_iam.server.major >= 14 else "SSL off"
    return (
        'FATAL:  pg_hba.conf rejects connection for host "10.0.0.5", user "jane_doe", database "labdb", '
        + end
    )


@claim(source=PG_AWS_RDS_IAM, certainty="observed")
def test_without_tls(rds_iam: Any) -> None:
    """Without TLS a good token is refused as well, before it was even asked for."""
    token = rds_iam.token()
    assert rds_iam.enters(token) == (rds_iam.user, True)
    assert rds_iam.refused(token, sslmode="disable") == [no_encryption(rds_iam)]
    answer = rds_iam.by_hand(token, tls=False)
    assert (answer.asked, answer.sqlstate) == ((), "28000")


@claim(source=PG_AWS_RDS_IAM, certainty="observed")
def test_sslmode_prefer(rds_iam: Any) -> None:
    """With sslmode=prefer libpq tries again without TLS, and the second refusal hides the first."""
    assert rds_iam.enters(rds_iam.token(), sslmode="prefer") == (rds_iam.user, True)
    told = rds_iam.refused(rds_iam.token(user="other"), sslmode="prefer")
    assert told == [FAILED, no_encryption(rds_iam)]


@claim(source=DOCS, certainty="observed")
def test_outside_rds_iam(rds_db: Any, rds_iam: Any) -> None:
    """Who is not in rds_iam is asked for his password: a token is a wrong one, SQLSTATE 28P01."""
    name = rds_db.create_role("noiam")
    rds_iam.login.allow(rds_iam.credentials, name)
    token = rds_iam.token(user=name)
    assert rds_iam.refused(token, user=name) == ['FATAL:  password authentication failed for user "noiam"']


@claim(source=DOCS, certainty="observed")
def test_unknown_role(rds_iam: Any) -> None:
    """A role that does not exist is refused by the same words as a wrong password."""
    token = rds_iam.token(user="nobody")
    assert rds_iam.refused(token, user="nobody") == [
        'FATAL:  password authentication failed for user "nobody"'
    ]


@claim(source=DOCS, certainty="observed")
def test_server_log(rds_iam: Any) -> None:
    """The server logs pam_authenticate failed: Permission denied, the refusal, and pg_hba.conf's line."""
    mark = rds_iam.logs.mark()
    assert rds_iam.why_refused("open-sesame") == NO_TOKEN
    records = rds_iam.logs.since(mark, user=rds_iam.user)
    told = [(one.severity, one.message) for one in records if "PAM" in one.message or "pam_" in one.message]
    for severity, message in told:
        rds_iam.recorder.act(f"-- server log: {severity}:  {message}")
    assert told == [
        ("LOG", "pam_authenticate failed: Permission denied"),
        ("FATAL", f'PAM authentication failed for user "{rds_iam.user}"'),
    ]
    (detail,) = [one.detail for one in records if one.severity == "FATAL"]
    assert re.search(r'line \d+: "hostssl all +\+rds_iam +all +pam pamservice=rds"', detail)
    assert "open-sesame" not in "".join(one.message + one.detail for one in records)


@claim(source=DOCS, certainty="observed")
def test_server_log_of_a_good_token(rds_iam: Any) -> None:
    """A token that opens leaves nothing of PAM, and nothing of itself, in the server's log."""
    mark = rds_iam.logs.mark()
    token = rds_iam.token()
    assert rds_iam.enters(token) == (rds_iam.user, True)
    records = rds_iam.logs.since(mark, user=rds_iam.user)
    assert [one.message for one in records if "pam_" in one.message or "X-Amz" in one.message] == []


@claim(source=DOCS, certainty="derived")
def test_one_user_is_not_another(rds_iam_users: Any) -> None:
    """Who may connect as one database user does not get in as another, also in rds_iam."""
    jane, bob = rds_iam_users("jane_doe"), rds_iam_users("bob")
    keys = type(jane.credentials)("AKIAI44QH8DHBEXAMPLE", "the secret of one who is bob only")
    for one in (jane, bob):
        one.login.allow(keys, bob.user)
    assert bob.enters(bob.token(keys)) == (bob.user, True)
    assert jane.why_refused(jane.token(keys)) == NO_POLICY
