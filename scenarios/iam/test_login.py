"""IAM database authentication: who gets in with a token."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from rdscheck import Basis, claim, deviation, rests_on, scenario

GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth"
DOCS = f"{GUIDE}.html"
ACCOUNTS = f"{GUIDE}.DBAccounts.html"
POLICIES = f"{GUIDE}.IAMPolicy.html"
PSQL = f"{GUIDE}.Connecting.AWSCLI.PostgreSQL.html"
DB_OPERATOR = "https://github.com/db-operator/db-operator/issues/118"

pytestmark = scenario(
    "iam/login",
    title="Log in with an IAM token in place of a password",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "tls", "pam"),
    basis=Basis.EMULATED,
)
documented = claim(source=DOCS, certainty="documented")
derived = claim(source=DOCS, certainty="derived")
FAILED = 'FATAL:  PAM authentication failed for user "jane_doe"'
NO_PASSWORD = 'FATAL:  password authentication failed for user "jane_doe"'


@claim(source=ACCOUNTS, certainty="documented")
def test_procedure(rds_instance: Any, rds_iam_users: Any, step: Any) -> None:
    """The guide's steps let a database user in with a token, and without any of them he stays outside."""
    instance = rds_instance()
    jane = rds_iam_users(server=instance, user="jane_doe")
    jane.login.revoke(jane.credentials)
    jane.login.disable()
    with instance.recorded() as master:
        with step("1. Create a database user and grant him rds_iam"):
            master.execute("CREATE USER jane_doe")
            assert jane.refused(jane.token()) == [NO_PASSWORD]
            master.execute("GRANT rds_iam TO jane_doe")
            assert jane.why_refused(jane.token()) == "IAM database authentication is not enabled"
        with step("2. Enable IAM database authentication for the instance"):
            jane.login.enable()
            assert jane.why_refused(jane.token()) == "nobody has the access key"
        with step("3. Attach a policy with rds-db:connect to who is to connect"):
            jane.login.allow(jane.credentials, "jane_doe")
            assert jane.enters(jane.token()) == ("jane_doe", True)


@claim(source=PSQL, certainty="documented")
def test_token_of_the_aws_command(rds_iam: Any, aws_token: Any) -> None:
    """A token of aws rds generate-db-auth-token lets its user in."""
    assert rds_iam.enters(aws_token()) == (rds_iam.user, True)


@claim(source=f"{GUIDE}.Connecting.Python.html", certainty="documented")
def test_token_of_boto3(rds_iam: Any) -> None:
    """A token of boto3's generate_db_auth_token lets its user in."""
    assert rds_iam.enters(rds_iam.token()) == (rds_iam.user, True)


@claim(source=PSQL, certainty="documented")
def test_psql(rds_iam: Any, rds_db: Any, rds_client: Any) -> None:
    """The guide's psql takes the token from PGPASSWORD, and is refused with that of another user."""
    query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    for token, status, told in ((rds_iam.token(), 0, "t\n"), (rds_iam.token(user="other"), 2, "")):
        client = rds_client(rds_db, rds_iam.user, token)
        done = client.run("psql", "-XAtc", query, env={"PGSSLMODE": "require"}, show=True)
        assert (done.status, done.output) == (status, told), done.errors
    assert f'PAM authentication failed for user "{rds_iam.user}"' in done.errors


@documented
@pytest.mark.parametrize("how", ["boto3", "aws"])
def test_session_token(rds_iam: Any, request: Any, how: str) -> None:
    """Keys of an assumed role make tokens that hold its session token, and let in as well."""
    keys = rds_iam.session()
    rds_iam.login.allow(keys, rds_iam.user)
    token = rds_iam.token(keys) if how == "boto3" else request.getfixturevalue("aws_token")(keys)
    assert f"X-Amz-Security-Token={keys.session_token}" in token
    assert rds_iam.enters(token) == (rds_iam.user, True)


def long_token(rds_iam: Any) -> str:
    """Return a token longer than 1000 bytes, as AWS's session tokens make them."""
    keys = rds_iam.session(900)
    rds_iam.login.allow(keys, rds_iam.user)
    token: str = rds_iam.token(keys)
    assert len(token) > 1000
    return token


@claim(source=DOCS, certainty="derived", since=14)
def test_long_token(rds_iam: Any) -> None:
    """A token of more than 1000 bytes lets its user in."""
    assert rds_iam.enters(long_token(rds_iam)) == (rds_iam.user, True)


@claim(source=DOCS, certainty="derived", until=13)
@deviation("iam-token-length", raises=psycopg.OperationalError)
def test_long_token_is_dropped(rds_iam: Any) -> None:
    """A token of more than 1000 bytes lets its user in on 13 too, where PostgreSQL drops the connection."""
    token = long_token(rds_iam)
    assert rds_iam.by_hand(token).dropped
    assert rds_iam.enters(token) == (rds_iam.user, True)


@documented
def test_fifteen_minutes(rds_iam: Any) -> None:
    """A token opens for fifteen minutes: after 14:59 still, after 15:01 no more."""
    token = rds_iam.token()
    for seconds in (0, 899):
        rds_iam.age(token, seconds)
        assert rds_iam.enters(token) == (rds_iam.user, True)
    rds_iam.age(token, 901)
    assert rds_iam.why_refused(token) == "the token has expired"


@derived
def test_token_opens_many_times(rds_iam: Any) -> None:
    """Within its time a token opens as often as it is used, also from several sessions at once."""
    token = rds_iam.token()
    with rds_iam.connect(token) as first, rds_iam.connect(token) as second:
        pids = {one.execute("SELECT pg_backend_pid()").fetchone() for one in (first, second)}
    assert len(pids) == 2


@documented
def test_session_outlives_its_token(rds_iam: Any, step: Any) -> None:
    """A session goes on when its token has expired; who reconnects needs a new one."""
    token = rds_iam.token()
    with rds_iam.connect(token) as session:
        with step("1. An hour later"):
            rds_iam.age(token, 3600)
            assert session.execute("SELECT current_user").fetchone() == (rds_iam.user,)
        with step("2. A new session with the old token"):
            assert rds_iam.why_refused(token) == "the token has expired"
        with step("3. A new session with a new token"):
            rds_iam.login.move_clock(0)
            assert rds_iam.enters(rds_iam.token()) == (rds_iam.user, True)


@documented
def test_session_outlives_its_policy(rds_iam: Any) -> None:
    """A session goes on when the policy is taken away; the same token opens no second one."""
    token = rds_iam.token()
    with rds_iam.connect(token) as session:
        rds_iam.login.deny(rds_iam.credentials)
        assert session.execute("SELECT current_user").fetchone() == (rds_iam.user,)
        assert rds_iam.why_refused(token) == "a policy denies rds-db:connect"


@derived
def test_fifty_at_once(rds_iam: Any) -> None:
    """Fifty log-ins at the same time all get in, each with its token; that of a stranger does not."""
    users = [rds_iam.user] * 50
    tokens = [rds_iam.token() for _ in users] + [rds_iam.token(user="stranger")]
    with ThreadPoolExecutor(len(tokens)) as threads:
        answers = list(threads.map(rds_iam.attempt, tokens))
    rds_iam.recorder.act(f"-- {sum(one.accepted for one in answers)} of {len(answers)} log-ins connected")
    assert [one.accepted for one in answers] == [True] * 50 + [False]
    assert answers[-1].sqlstate == "28000"


@documented
def test_rds_iam_beats_the_password(rds: Any, rds_admin: Any, rds_iam: Any, step: Any) -> None:
    """While a user is in rds_iam his password does not let him in; it does again once he is not."""
    password = "open-sesame"
    rds_admin.execute(f"ALTER USER {rds_iam.user} PASSWORD '{password}'")
    with step("1. In rds_iam: the token, not the password"):
        assert rds_iam.why_refused(password) == "the password is no token"
        assert rds_iam.enters(rds_iam.token()) == (rds_iam.user, True)
    with step("2. No longer in rds_iam: the password, not the token"):
        rds.execute(f"REVOKE rds_iam FROM {rds_iam.user}")
        assert rds_iam.refused(rds_iam.token()) == [NO_PASSWORD]
        assert rds_iam.enters(password) == (rds_iam.user, True)


@claim(source=DB_OPERATOR, certainty="observed")
def test_membership_through_a_role(rds_instance: Any, rds_iam_users: Any) -> None:
    """Who is in rds_iam only through another role needs a token as well."""
    instance = rds_instance()
    app = rds_iam_users(server=instance, user="app")
    with instance.recorded() as master:
        master.execute("CREATE USER app PASSWORD 'open-sesame'")
        master.execute("CREATE ROLE team")
        master.execute("GRANT team TO app")
        assert app.enters("open-sesame") == ("app", True)
        master.execute("GRANT rds_iam TO team")
        assert app.why_refused("open-sesame") == "the password is no token"
        assert app.enters(app.token()) == ("app", True)


@claim(source=ACCOUNTS, certainty="derived")
def test_master_locks_itself_out(rds_instance: Any, rds_iam_users: Any, step: Any) -> None:
    """A master user who grants himself rds_iam has lost his password; a token or an open session helps."""
    instance = rds_instance()
    master = rds_iam_users(server=instance)
    password = instance.info.master_password
    with instance.recorded() as kept:
        with step("1. The password opens"):
            assert master.enters(password) == ("postgres", True)
        with step("2. GRANT rds_iam TO the master user: it opens no more"):
            kept.execute("GRANT rds_iam TO postgres")
            assert master.why_refused(password) == "the password is no token"
        with step("3. A token does"):
            assert master.enters(master.token()) == ("postgres", True)
        with step("4. REVOKE in the session that is still open: the password opens again"):
            kept.execute("REVOKE rds_iam FROM postgres")
            assert master.enters(password) == ("postgres", True)


@claim(source=DB_OPERATOR, certainty="observed")
def test_master_is_granted_an_iam_user(rds_instance: Any, rds_iam_users: Any, step: Any) -> None:
    """A master user to whom a user with rds_iam is granted, as some tools do, has lost his password."""
    instance = rds_instance()
    master = rds_iam_users(server=instance)
    password = instance.info.master_password
    with instance.recorded() as kept:
        with step("1. Create a user with rds_iam"):
            kept.execute("CREATE USER jane_doe IN ROLE rds_iam")
            assert master.enters(password) == ("postgres", True)
        with step("2. Grant him to the master user"):
            kept.execute("GRANT jane_doe TO postgres")
            assert master.why_refused(password) == "the password is no token"
        with step("3. Take him back: the password opens again"):
            kept.execute("REVOKE jane_doe FROM postgres")
            assert master.enters(password) == ("postgres", True)


@claim(source=ACCOUNTS, certainty="derived", since=16)
@rests_on("iam-creator")
def test_creator_keeps_his_password(rds_instance: Any, rds_iam_users: Any) -> None:
    """Who created a user with rds_iam keeps his password, though from 16 on he has ADMIN OPTION on him."""
    instance = rds_instance()
    master = rds_iam_users(server=instance)
    with instance.recorded() as kept:
        kept.execute("CREATE USER jane_doe IN ROLE rds_iam")
        held = "SELECT pg_has_role('jane_doe', 'MEMBER WITH ADMIN OPTION'), pg_has_role('jane_doe', 'SET')"
        assert kept.execute(held).fetchone() == (True, False)
    assert master.enters(instance.info.master_password) == ("postgres", True)
    assert master.why_refused("wrong") == "the password is wrong"


@documented
def test_passwords_of_others(rds_db: Any, rds_iam: Any) -> None:
    """Users outside rds_iam, the master user among them, go on logging in by password."""
    name = rds_db.create_role("app")
    for user, password in (
        (name, rds_db.login(name)["password"]),
        (rds_db.server.master_user, rds_db.server.info.master_password),
    ):
        assert rds_iam.enters(password, user=user) == (user, True)
        assert rds_iam.attempt(password, user=user).asked != ("password",)
    assert rds_iam.refused("wrong", user=name) == ['FATAL:  password authentication failed for user "app"']


@claim(source=f"{GUIDE}.Connecting.html", certainty="documented")
def test_token_is_asked_for_in_clear(rds_iam: Any) -> None:
    """The server asks for the token in clear, inside TLS; clients that insist on SCRAM give up."""
    answer = rds_iam.by_hand(rds_iam.token())
    assert (answer.accepted, answer.asked) == (True, ("password",))
    told = rds_iam.refused(rds_iam.token(), require_auth="scram-sha-256")
    assert len(told) == 1
    assert 'authentication method requirement "scram-sha-256" failed' in told[0]


@claim(source=POLICIES, certainty="documented")
@pytest.mark.parametrize("kind", ["one-user", "all-users", "all-instances", "all-actions"])
def test_policy(rds_iam: Any, kind: str) -> None:
    """A policy may name one database user, all of an instance, all instances, or all of rds-db."""
    login, keys = rds_iam.login, rds_iam.credentials
    login.revoke(keys)
    exact = login.arn(rds_iam.user)
    resource, action = {
        "one-user": (exact, "rds-db:connect"),
        "all-users": (login.arn(), "rds-db:connect"),
        "all-instances": ("arn:aws:rds-db:us-east-1:123456789012:dbuser:*/*", "rds-db:connect"),
        "all-actions": (exact, "rds-db:*"),
    }[kind]
    rds_iam.recorder.act(f'-- policy: {{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}')
    login.allow(keys, resource=resource, action=action)
    assert rds_iam.enters(rds_iam.token()) == (rds_iam.user, True)


@claim(source=DOCS, certainty="documented")
@deviation("iam-replication")
def test_replication(rds: Any, rds_iam: Any) -> None:
    """A token opens no replication connection."""
    rds.execute(f"GRANT rds_replication TO {rds_iam.user}")
    assert rds_iam.refused(rds_iam.token(), replication="true")
    assert rds_iam.refused(rds_iam.token(), replication="database")


@derived
@rests_on("iam-token-clock")
def test_clock_of_the_client(rds_iam: Any) -> None:
    """A token of a client whose clock is a minute ahead opens, that of one an hour ahead does not."""
    token = rds_iam.token()
    rds_iam.age(token, -60)
    assert rds_iam.enters(token) == (rds_iam.user, True)
    rds_iam.age(token, -3600)
    assert rds_iam.why_refused(token) == "the token is not valid yet"
