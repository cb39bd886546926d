"""DuckDB: attach a database of RDS."""

import getpass
from typing import Any

import pytest

from rdscheck import claim, documentation_finding, scenario

README = "https://github.com/duckdb/duckdb-postgres/blob/main/README.md"
DOCS = "https://duckdb.org/docs/stable/core_extensions/postgres"
PGPASS = "https://www.postgresql.org/docs/current/libpq-pgpass.html"
EXTENSIONS = "https://duckdb.org/docs/stable/operations_manual/securing_duckdb/securing_extensions"

pytestmark = scenario(
    "duckdb/attach",
    title="Attach a database to DuckDB",
    docs=DOCS,
    document=README,
    since=13,
    needs=("tls",),
)
documented = claim(source=README, certainty="documented")
observed = claim(source=DOCS, certainty="observed")
WHO = "SELECT * FROM postgres_query('postgres_db', 'SELECT current_user')"


def who(duck: Any, name: str = "postgres_db") -> list[Any]:
    """Return who DuckDB is for the server."""
    found: list[Any] = duck.run(WHO.replace("postgres_db", name))
    return found


@claim(source=EXTENSIONS, certainty="documented")
def test_extension_is_signed(bare_duck: Any, extensions: Any) -> None:
    """The extension loads offline with its signature checked, and no more once one byte of it was changed."""
    content = bytearray(extensions["postgres_scanner"].read_bytes())
    content[len(content) // 2] ^= 1
    changed = bare_duck.home / "changed" / "postgres_scanner.duckdb_extension"
    changed.parent.mkdir()
    changed.write_bytes(content)
    assert "signature is either missing or invalid" in bare_duck.told(f"LOAD '{changed}'")
    file = bare_duck.home / "postgres_scanner.duckdb_extension"
    file.symlink_to(extensions["postgres_scanner"])
    bare_duck.run(f"LOAD '{file}'")
    rows = bare_duck.run("SELECT loaded FROM duckdb_extensions() WHERE extension_name = 'postgres_scanner'")
    assert rows == [(True,)]


@documented
def test_connection_string(duck: Any) -> None:
    """ATTACH takes a connection string of libpq, and a wrong password is refused by the server."""
    duck.attach()
    assert who(duck) == [("postgres",)]
    told = duck.told(f"ATTACH '{duck.dsn(password='wrong')}' AS other (TYPE postgres)")
    assert 'FATAL:  password authentication failed for user "postgres"' in told


@documented
def test_connect_timeout(duck: Any) -> None:
    """The connection string may hold what libpq knows, connect_timeout for one; other words are refused."""
    duck.attach(connect_timeout="10")
    assert who(duck) == [("postgres",)]
    told = duck.told(f"ATTACH '{duck.dsn(timeout='10')}' AS other (TYPE postgres)")
    assert 'invalid connection option "timeout"' in told


@observed
def test_uri(duck: Any) -> None:
    """ATTACH takes a URI of libpq as well."""
    own = duck.login()
    address = f"{own['host']}:{own['port']}/{own['dbname']}"
    duck.run(
        f"ATTACH 'postgresql://{own['user']}:{own['password']}@{address}' AS postgres_db (TYPE postgres)"
    )
    assert who(duck) == [("postgres",)]


@documented
def test_host_address(duck: Any) -> None:
    """With hostaddr no name is looked up: host is then what the certificate is compared with."""
    duck.attach(host="my-instance.c0ffee.us-east-1.rds.amazonaws.com", hostaddr=duck.host)
    assert who(duck) == [("postgres",)]


@documented
@documentation_finding("duckdb-default-host")
def test_default_host(duck: Any) -> None:
    """Without host DuckDB does not go to localhost, as the README says, but to a socket of this machine."""
    told = duck.told("ATTACH 'dbname=postgresscanner port=1' AS postgres_db (TYPE postgres)")
    assert 'connection to server on socket "/tmp/.s.PGSQL.1" failed: No such file or directory' in told


@documented
def test_default_database(duck: Any, rds_db: Any) -> None:
    """Without dbname it is the database called as the user."""
    name = rds_db.create_role("app")
    own = duck.login(name)
    dsn = f"host={own['host']} port={own['port']} user={name} password={own['password']}"
    assert 'FATAL:  database "app" does not exist' in duck.told(f"ATTACH '{dsn}' AS mine (TYPE postgres)")


@documented
def test_default_user(duck: Any) -> None:
    """Without user it is the one of the operating system."""
    me = getpass.getuser()
    duck.recorder.mask(f'user "{me}"', 'user "me"')
    told = duck.told(f"ATTACH '{duck.dsn(user='', password='x')}' AS mine (TYPE postgres)")
    assert 'FATAL:  password authentication failed for user "me"' in told


@claim(source=PGPASS, certainty="documented")
@pytest.mark.parametrize("place", ["passfile", "home"])
def test_password_file(duck: Any, place: str) -> None:
    """The password may stand in a file: the one of passfile, by default ~/.pgpass."""
    own = duck.login()
    file = duck.home / ("passwords" if place == "passfile" else ".pgpass")
    dsn = duck.dsn(password="", passfile=str(file) if place == "passfile" else "")
    assert "no password supplied" in duck.told(f"ATTACH '{dsn}' AS postgres_db (TYPE postgres)")
    file.write_text(f"{own['host']}:{own['port']}:*:postgres:{own['password']}\n")
    file.chmod(0o600)
    duck.run(f"ATTACH '{dsn}' AS postgres_db (TYPE postgres)")
    assert who(duck) == [("postgres",)]


@claim(source=DOCS, certainty="documented")
def test_environment(duck: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the connection string does not say is taken from PGHOST, PGPORT and their like."""
    for name, value in duck.login().items():
        variable = f"PG{'DATABASE' if name == 'dbname' else name.upper()}"
        duck.recorder.act(f"-- $ export {variable}={value}")
        monkeypatch.setenv(variable, value)
    duck.run("ATTACH '' AS postgres_db (TYPE postgres)")
    assert who(duck) == [("postgres",)]


def secret(duck: Any, name: str = "", database: str = "DATABASE", **changes: str) -> None:
    """Create a secret for the database."""
    own = duck.login() | changes
    duck.run(
        f"CREATE SECRET {name} (TYPE postgres, HOST '{own['host']}', PORT '{own['port']}',"
        f" USER '{own['user']}', PASSWORD '{own['password']}', {database} '{own['dbname']}')"
    )


@documented
@pytest.mark.parametrize("database", ["DATABASE", "DBNAME"])
def test_secret(duck: Any, database: str) -> None:
    """A secret holds what the connection string would, its database under either name."""
    secret(duck, "rds_secret", database)
    duck.run("ATTACH '' AS postgres_db (TYPE postgres, SECRET rds_secret)")
    assert who(duck) == [("postgres",)]


@claim(source=DOCS, certainty="documented")
def test_secret_without_a_name(duck: Any) -> None:
    """A secret without a name is taken when none is named; one that does not exist is an error."""
    secret(duck)
    duck.run("ATTACH '' AS postgres_db (TYPE postgres)")
    assert who(duck) == [("postgres",)]
    told = duck.told("ATTACH '' AS other (TYPE postgres, SECRET nobody_made)")
    assert told == 'Binder Error: Secret with name "nobody_made" not found'


@claim(source=DOCS, certainty="documented")
def test_string_wins_over_secret(duck: Any, rds_db: Any) -> None:
    """What the connection string says goes before the secret."""
    name = rds_db.create_role("app")
    password = duck.login(name)["password"]
    secret(duck, "rds_secret")
    duck.run(f"ATTACH 'user={name} password={password}' AS postgres_db (TYPE postgres, SECRET rds_secret)")
    assert who(duck) == [(name,)]


@observed
def test_errors_show_the_connection_string(duck: Any) -> None:
    """A failed ATTACH prints its connection string, password included; with a secret it prints none."""
    duck.recorder.mask("open-sesame", "********")
    word = "open-sesame"
    with pytest.raises(Exception, match=word):
        duck.attempt(f"ATTACH '{duck.dsn(password=word)}' AS postgres_db (TYPE postgres)")
    secret(duck, "rds_secret", password=word)
    with pytest.raises(Exception, match="password authentication failed") as caught:
        duck.attempt("ATTACH '' AS postgres_db (TYPE postgres, SECRET rds_secret)")
    assert word not in str(caught.value)
    assert word not in str(duck.run("SELECT secret_string FROM duckdb_secrets()"))


@claim(source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html",
       certainty="documented", since=15, basis="emulated")  # fmt: skip
def test_without_tls(duck: Any) -> None:
    """From 15 on RDS refuses connections without TLS; DuckDB uses TLS by itself when the server has it."""
    duck.attach()
    ssl = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    assert duck.run(f"SELECT * FROM postgres_query('postgres_db', '{ssl}')") == [(True,)]
    told = duck.told(f"ATTACH '{duck.dsn(sslmode='disable')}' AS other (TYPE postgres)")
    assert (
        'FATAL:  no pg_hba.conf entry for host "10.0.0.5", user "postgres", database "labdb", no encryption'
        in told
    )


@claim(source=DOCS, certainty="documented")
def test_detach(duck: Any) -> None:
    """DETACH ends what ATTACH began; its tables are unknown then."""
    duck.attach()
    assert who(duck) == [("postgres",)]
    duck.run("DETACH postgres_db")
    assert "does not exist" in duck.told("SELECT * FROM postgres_db.pg_catalog.pg_class")
