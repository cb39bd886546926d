"""Which databases and users a page takes for granted."""

import pytest

from rdscheck.runbook.binding.premises import premises
from rdscheck.runbook.model import Kind
from tests.runbook.binding.pages import page


def names(*blocks: tuple[Kind, str]) -> tuple[list[str], list[str]]:
    found = premises(page(*blocks))
    return [one.name for one in found.databases], [one.name for one in found.users]


@pytest.mark.parametrize(
    ("kind", "text", "databases", "users"),
    [
        (Kind.SHELL, "psql -h localhost -U app -d labdb", ["labdb"], ["app"]),
        (Kind.SHELL, "psql --host=localhost --username=app --dbname=labdb", ["labdb"], ["app"]),
        (Kind.SHELL, "psql --username app --dbname labdb", ["labdb"], ["app"]),
        (Kind.SHELL, "psql 'host=localhost dbname=labdb user=app'", ["labdb"], ["app"]),
        (Kind.SHELL, "psql postgresql://app:x@localhost/labdb", ["labdb"], ["app"]),
        (Kind.SHELL, "psql labdb -c 'select 1'", ["labdb"], []),
        (Kind.SHELL, "PGUSER=app PGDATABASE=labdb psql", ["labdb"], ["app"]),
        (Kind.SHELL, "./pg_dump -Fc --schema-only -U master labdb >/tmp/test.dmp", ["labdb"], ["master"]),
        (Kind.SHELL, "pg_dump -n public labdb | psql -d other", ["labdb", "other"], []),
        (Kind.SHELL, "pg_repack -h localhost -U rds_test -k labdb", ["labdb"], ["rds_test"]),
        (Kind.SHELL, "pg_restore -U master -d labdb -L list /tmp/test.dmp", ["labdb"], ["master"]),
        (Kind.SQL, "ALTER DATABASE labdb SET work_mem TO '8MB';", ["labdb"], []),
        (Kind.SQL, "ALTER USER app IN DATABASE labdb RESET ALL;", ["labdb"], []),
        (Kind.SQL, "GRANT CREATE ON DATABASE labdb TO app;", ["labdb"], []),
        (Kind.SQL, "\\c labdb app", ["labdb"], ["app"]),
        (Kind.SQL, "SELECT dblink('host=localhost dbname=labdb user=app');", ["labdb"], ["app"]),
        (Kind.DUCKDB, "ATTACH 'dbname=labdb' AS d (TYPE postgres);", ["labdb"], []),
        (Kind.DUCKDB, "CREATE SECRET s (TYPE POSTGRES, USER 'app', DATABASE 'labdb');", ["labdb"], ["app"]),
        (Kind.PSQL, "labdb=> SELECT 1;\nlabdb=>", ["labdb"], []),
    ],
)
def test_what_is_spoken_of_is_taken_for_granted(
    kind: Kind, text: str, databases: list[str], users: list[str]
) -> None:
    assert names((kind, text)) == (databases, users)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.SHELL, "psql -U postgres -d postgres"),
        (Kind.SHELL, "createdb labdb && psql -d labdb"),
        (Kind.SHELL, "psql -d <database> -U <user>"),
        (Kind.SHELL, "psql -d $DB -U your_user"),
        (Kind.SHELL, "aws rds x --db-instance-identifier labdb"),
        (Kind.SHELL, "psql -f file.sql -c 'select 1' > out.txt"),
        (Kind.SHELL, "psql 'unterminated"),
        (Kind.SQL, "CREATE DATABASE labdb; ALTER DATABASE labdb SET work_mem TO '8MB';"),
        (Kind.SQL, "CREATE USER app; SELECT dblink('user=app');"),
        (Kind.SQL, "ALTER USER app SET work_mem TO '8MB';"),
        (Kind.SQL, "SELECT * FROM pg_database WHERE datname = 'labdb';"),
        (Kind.OUTPUT, "psql -d labdb"),
        (Kind.YAML, 'url: "postgresql://app@localhost/labdb"'),
    ],
)
def test_what_is_there_anyway_or_made_by_the_page_is_no_premise(kind: Kind, text: str) -> None:
    assert names((kind, text)) == ([], [])


def test_a_premise_tells_its_lines() -> None:
    found = premises(page((Kind.SHELL, "psql -d labdb"), (Kind.SQL, "ALTER DATABASE labdb RESET ALL;")))
    assert found.databases[0].lines == (4, 8)
