"""DuckDB: log in to RDS with IAM tokens."""

from typing import Any

import pytest

from rdscheck import Basis, claim, documentation_finding, scenario

README = "https://github.com/duckdb/duckdb-postgres/blob/main/README.md"
DOCS = "https://duckdb.org/docs/stable/core_extensions/aws"

pytestmark = scenario(
    "duckdb/iam",
    title="Let DuckDB log in with IAM tokens",
    docs=DOCS,
    document=README,
    since=13,
    needs=("tls", "pam"),
    basis=Basis.EMULATED,
)
ME = "SELECT current_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
WHO = f"SELECT * FROM postgres_query('rds_db', '{ME}')"
FAILED = 'FATAL:  PAM authentication failed for user "jane_doe"'


@pytest.fixture
def aws(duck: Any, rds_iam: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give DuckDB the access keys of who may connect, in the environment, and the address of the instance."""
    use(rds_iam.credentials, monkeypatch)
    # A name server would lead there; libpq takes the address from here and the name from the secret.
    monkeypatch.setenv("PGHOSTADDR", duck.host)
    monkeypatch.setenv("PATH", str(duck.home))
    duck.recorder.mask(rds_iam.host, "my-db-instance.xxxxxx.us-east-1.rds.amazonaws.com")
    return duck


def use(credentials: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put access keys into the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", credentials.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", credentials.secret_key)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    if credentials.session_token:
        monkeypatch.setenv("AWS_SESSION_TOKEN", credentials.session_token)


def secrets(aws: Any, rds_iam: Any, **changes: str) -> None:
    """Create the two secrets of the released form."""
    own = {
        "region": rds_iam.region,
        "user": rds_iam.user,
        "host": rds_iam.host,
        "port": str(rds_iam.port),
    } | changes
    aws.run(
        f"CREATE SECRET aws_rds (TYPE rds, PROVIDER credential_chain, CHAIN 'env', REGION '{own['region']}',"
        f" RDS_USER '{own['user']}', RDS_HOST '{own['host']}', RDS_PORT '{own['port']}')"
    )
    aws.run(
        f"CREATE SECRET pg_rds (TYPE postgres, HOST '{rds_iam.host}', PORT '{rds_iam.port}',"
        f" USER '{rds_iam.user}', DATABASE '{rds_iam.dbname}', SSLMODE require, AWS_RDS_SECRET aws_rds)"
    )


ATTACH = "ATTACH '' AS rds_db (TYPE postgres, SECRET pg_rds)"


@claim(source=README, certainty="documented", basis="real")
@documentation_finding("duckdb-iam-secret")
def test_form_of_the_readme(aws: Any) -> None:
    """The README's secret with USE_RDS_IAM_AUTH is refused: no released DuckDB tried knows the parameter."""
    told = aws.told(
        """CREATE SECRET rds_secret (
    TYPE POSTGRES,
    HOST 'my-db-instance.xxxxxx.us-west-2.rds.amazonaws.com',
    PORT '5432',
    USER 'my_iam_user',
    DATABASE 'mydb',
    USE_RDS_IAM_AUTH true,
    AWS_REGION 'us-west-2'  -- Optional: uses AWS CLI default if not specified
);"""
    )
    assert told.splitlines()[0] == (
        "Binder Error: Unknown parameter 'use_rds_iam_auth' for secret type 'postgres'"
        " with default provider 'config'"
    )
    assert aws.run("SELECT count(*) FROM duckdb_secrets()") == [(0,)]
    told = aws.told("ATTACH '' AS rds_db (TYPE POSTGRES, SECRET rds_secret);")
    assert told == 'Binder Error: Secret with name "rds_secret" not found'


@claim(source=README, certainty="documented", basis="real")
@documentation_finding("duckdb-iam-secret")
def test_form_of_the_readme_with_a_profile(aws: Any) -> None:
    """The README's second example, without AWS_REGION, is refused by the same words."""
    told = aws.told(
        """CREATE SECRET rds_secret (
    TYPE POSTGRES,
    HOST 'my-db.xxxxxx.us-east-1.rds.amazonaws.com',
    PORT '5432',
    USER 'my_iam_user',
    DATABASE 'mydb',
    USE_RDS_IAM_AUTH true
);"""
    )
    assert "Unknown parameter 'use_rds_iam_auth' for secret type 'postgres'" in told


@claim(source=DOCS, certainty="observed")
@documentation_finding("duckdb-iam-cli")
def test_secret(aws: Any, rds_iam: Any) -> None:
    """A secret of TYPE rds, named in the Postgres secret, lets DuckDB in over TLS, without the AWS CLI."""
    secrets(aws, rds_iam)
    aws.run(ATTACH)
    assert aws.run(WHO) == [(rds_iam.user, True)]


@claim(source=DOCS, certainty="observed")
def test_session_token(aws: Any, rds_iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of an assumed role work too, and not without their session token."""
    keys = rds_iam.session()
    rds_iam.login.allow(keys, rds_iam.user)
    use(keys, monkeypatch)
    secrets(aws, rds_iam)
    aws.run(ATTACH)
    assert aws.run(WHO) == [(rds_iam.user, True)]
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    assert FAILED in aws.told("ATTACH '' AS again (TYPE postgres, SECRET pg_rds)")


@claim(source=README, certainty="documented")
def test_read_and_write(aws: Any, rds_iam: Any, rds: Any) -> None:
    """Attached with a token DuckDB reads and writes what its database user may, and nothing else."""
    rds.execute("CREATE TABLE item (id integer)")
    rds.execute("CREATE TABLE closed (id integer)")
    rds.execute(f"GRANT SELECT, INSERT ON item TO {rds_iam.user}")
    secrets(aws, rds_iam)
    aws.run(ATTACH)
    aws.run("INSERT INTO rds_db.item SELECT range FROM range(100)")
    assert aws.run("SELECT count(*), sum(id) FROM rds_db.item") == [(100, 4950)]
    assert rds.execute("SELECT count(*) FROM item").fetchone() == (100,)
    assert "permission denied for table closed" in aws.told("INSERT INTO rds_db.closed VALUES (1)")


@claim(source=DOCS, certainty="derived")
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"region": "eu-central-1"}, "the token is for another region"),
        ({"user": "somebody"}, "the token is for another user"),
        ({"host": "db.example.com"}, "the token is for another host or port"),
        ({"port": "1"}, "the token is for another host or port"),
    ],
    ids=["region", "user", "host", "port"],
)
def test_wrong_secret(aws: Any, rds_iam: Any, change: dict[str, str], why: str) -> None:
    """The secret of TYPE rds has to name region, user, host and port of the instance itself."""
    secrets(aws, rds_iam, **change)
    assert FAILED in aws.told(ATTACH)
    aws.recorder.act(f"-- iam-db-auth-error: {why}")
    assert rds_iam.login.errors() == [why]


@claim(source=DOCS, certainty="derived")
def test_policy(aws: Any, rds_iam: Any) -> None:
    """Without rds-db:connect DuckDB hears of a failed authentication, and of nothing else."""
    rds_iam.login.deny(rds_iam.credentials)
    secrets(aws, rds_iam)
    assert FAILED in aws.told(ATTACH)
    assert rds_iam.login.errors() == ["a policy denies rds-db:connect"]


@claim(source=README, certainty="documented")
def test_token_is_made_anew(aws: Any, rds_iam: Any, rds: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every new connection has a token of its own, signed with the keys of that moment."""
    secrets(aws, rds_iam)
    aws.run(ATTACH)
    assert aws.run(WHO) == [(rds_iam.user, True)]
    keys = type(rds_iam.credentials)("AKIAI44QH8DHBEXAMPLE", "the secret of the next key")
    rds_iam.login.revoke(rds_iam.credentials)
    rds_iam.login.allow(keys, rds_iam.user)
    assert FAILED in aws.told("ATTACH '' AS other (TYPE postgres, SECRET pg_rds)")
    use(keys, monkeypatch)
    aws.recorder.act("-- $ export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…   # the next key")
    aws.run("ATTACH '' AS other (TYPE postgres, SECRET pg_rds)")
    assert aws.run(WHO.replace("rds_db", "other")) == [(rds_iam.user, True)]


@claim(source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html",
       certainty="documented")  # fmt: skip
def test_connection_outlives_the_token(aws: Any, rds_iam: Any) -> None:
    """A connection that is open goes on when its token has expired."""
    secrets(aws, rds_iam)
    aws.run(ATTACH)
    assert aws.run(WHO) == [(rds_iam.user, True)]
    rds_iam.login.move_clock(3600)
    aws.recorder.act("-- the clock is moved on by an hour")
    assert aws.run(WHO) == [(rds_iam.user, True)]


@claim(source=DOCS, certainty="observed")
def test_password_from_outside(aws: Any, rds_iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token in PGPASSWORD opens without any secret, as with every client of libpq."""
    monkeypatch.setenv("PGPASSWORD", rds_iam.token())
    place = f"host={rds_iam.host} port={rds_iam.port} dbname={rds_iam.dbname}"
    aws.run(f"ATTACH '{place} user={rds_iam.user} sslmode=require' AS rds_db (TYPE postgres)")
    assert aws.run(WHO) == [(rds_iam.user, True)]
    monkeypatch.setenv("PGPASSWORD", "open-sesame")
    told = aws.told(f"ATTACH '{place} user={rds_iam.user} sslmode=require' AS other (TYPE postgres)")
    assert FAILED in told


@claim(source=DOCS, certainty="observed", basis="real")
def test_what_the_secret_needs(aws: Any) -> None:
    """Without CHAIN the secret is refused; a Postgres secret that names a missing one does not attach."""
    told = aws.told(
        "CREATE SECRET aws_rds (TYPE rds, REGION 'us-east-1', RDS_USER 'u', RDS_HOST 'h', RDS_PORT '5432')"
    )
    assert "'CHAIN' option must be specified" in told
    aws.run("CREATE SECRET pg_rds (TYPE postgres, HOST 'h', USER 'u', AWS_RDS_SECRET aws_rds)")
    assert 'Specified RDS secret with name: "aws_rds" not found' in aws.told(ATTACH)
