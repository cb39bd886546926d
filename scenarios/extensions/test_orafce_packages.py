"""A sample of the packages of orafce."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from rdscheck import claim, refused, scenario

README = "https://github.com/orafce/orafce/blob/master/README.asciidoc"

pytestmark = scenario(
    "extensions/orafce-packages",
    title="Use packages of orafce",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.orafce.html",
    since=13,
    needs=("rdsutils", "orafce"),
)
documented = claim(source=README, certainty="documented")
derived = claim(source=README, certainty="derived")

Step = Callable[[str], AbstractContextManager[None]]


def row(connection: Any, query: str) -> Any:
    """Return the first row of a query."""
    return connection.execute(query).fetchone()


def version(connection: Any) -> tuple[int, int]:
    """Return the version of the installed extension, for example (4, 15)."""
    (text,) = row(connection, "SELECT extversion FROM pg_extension WHERE extname = 'orafce'")
    major, minor, *_ = (int(part) for part in text.split("."))
    return major, minor


@documented
def test_plvdate(plain: Any, step: Step) -> None:
    """The package plvdate knows weekends, days taken out, and the holidays of a country."""
    with step("1. Friday and the weekend after it"):
        assert row(
            plain,
            "SELECT plvdate.add_bizdays(date '2024-05-17', 1)::text, plvdate.isbizday(date '2024-05-17'),"
            " plvdate.isbizday(date '2024-05-18'), plvdate.isleapyear(date '2023-01-01')",
        ) == ("2024-05-20", True, False, False)
    with step("2. A day is taken out"):
        plain.execute("SELECT plvdate.set_nonbizday(date '2024-05-20')")
        assert row(plain, "SELECT plvdate.next_bizday(date '2024-05-17')::text") == ("2024-05-21",)
    with step("3. Holidays"):
        assert row(plain, "SELECT plvdate.isbizday(date '2024-05-08')") == (True,)
        plain.execute("SELECT plvdate.default_holidays('czech')")
        assert row(plain, "SELECT plvdate.isbizday(date '2024-05-08')") == (False,)


@derived
def test_plvdate_takes_no_oracle_date(oracle: Any) -> None:
    """With oracle first, date means oracle.date, and functions that take PostgreSQL's date are not found."""
    with refused("42883", "plvdate.isbizday(date) does not exist"):
        oracle.execute("SELECT plvdate.isbizday(date '2024-05-17')")
    assert row(oracle, "SELECT plvdate.isbizday(pg_catalog.date '2024-05-17')") == (True,)


@documented
def test_dbms_output(plain: Any) -> None:
    """Once enabled, dbms_output keeps lines for get_line and get_lines, in order; then there are no more."""
    plain.execute("SELECT dbms_output.enable()")
    plain.execute("SELECT dbms_output.put_line('one'), dbms_output.put('tw'), dbms_output.put('o')")
    plain.execute("SELECT dbms_output.new_line(), dbms_output.put_line('three')")
    assert row(plain, "SELECT * FROM dbms_output.get_line()") == ("one", 0)
    assert row(plain, "SELECT * FROM dbms_output.get_lines(10)") == (["two", "three"], 2)
    assert row(plain, "SELECT * FROM dbms_output.get_line()") == (None, 1)


@documented
def test_dbms_output_disabled(plain: Any) -> None:
    """Before it is enabled dbms_output drops what it is given."""
    plain.execute("SELECT dbms_output.put_line('unheard')")
    plain.execute("SELECT dbms_output.enable()")
    assert row(plain, "SELECT * FROM dbms_output.get_line()") == (None, 1)


@documented
def test_serveroutput(plain: Any) -> None:
    """With serveroutput lines go to the client as notices, and only then."""
    plain.execute("SELECT dbms_output.enable(), dbms_output.put_line('kept')")
    assert plain.notices == []
    plain.execute("SELECT dbms_output.serveroutput(true)")
    plain.execute("SELECT dbms_output.put_line('sent')")
    assert "sent" in plain.notices[-1]


@documented
def test_dbms_random(plain: Any) -> None:
    """dbms_random gives the same numbers for the same seed, and numbers and strings within their bounds."""
    numbers = []
    for seed in (7, 7, 8):
        plain.execute(f"SELECT dbms_random.seed({seed})")
        numbers.append(row(plain, "SELECT dbms_random.random(), dbms_random.random()"))
    assert numbers[0] == numbers[1] != numbers[2]
    assert row(
        plain,
        "SELECT bool_and(dbms_random.value(3, 4) BETWEEN 3 AND 4),"
        " bool_and(dbms_random.value() BETWEEN 0 AND 1),"
        " bool_and(dbms_random.string('U', 5) ~ '^[A-Z]{5}$') FROM generate_series(1, 50)",
    ) == (True, True, True)


@documented
def test_dbms_assert_refuses(plain: Any) -> None:
    """dbms_assert refuses what is no name or no schema."""
    assert row(plain, "SELECT dbms_assert.simple_sql_name('ab'), dbms_assert.schema_name('oracle')") == (
        "ab",
        "oracle",
    )
    with refused("44003", "string is not simple SQL name"):
        plain.execute("SELECT dbms_assert.simple_sql_name('a b')")
    with refused("44001", "invalid schema name"):
        plain.execute("SELECT dbms_assert.schema_name('nowhere')")


@documented
def test_plunit(plain: Any) -> None:
    """The package plunit passes over what holds and raises an error for what does not."""
    plain.execute("SELECT plunit.assert_equals(1, 1), plunit.assert_true(1 = 1)")
    with refused("23514", "one is not two"):
        plain.execute("SELECT plunit.assert_true(1 = 2, 'one is not two')")


@documented
def test_dbms_pipe(plain: Any, rds_connect: Any, with_orafce: str) -> None:
    """What one session sends through a pipe another receives once; then the pipe is empty."""
    other = rds_connect(with_orafce)
    # Pipes belong to the whole server.
    plain.execute(f"SELECT dbms_pipe.pack_message('hello'::text), dbms_pipe.send_message('{with_orafce}')")
    assert row(other, f"SELECT dbms_pipe.receive_message('{with_orafce}', 5)") == (0,)
    assert row(other, "SELECT dbms_pipe.unpack_message_text()") == ("hello",)
    assert row(other, f"SELECT dbms_pipe.receive_message('{with_orafce}', 0)") == (1,)


@documented
def test_dbms_alert(plain: Any, rds_connect: Any, with_orafce: str) -> None:
    """A session that registered for an alert gets its message, and after removing it none."""
    other = rds_connect(with_orafce)
    # Alerts belong to the whole server.
    other.execute(f"SELECT dbms_alert.register('{with_orafce}')")
    plain.execute(f"SELECT dbms_alert.signal('{with_orafce}', 'Nice day')")
    assert row(other, f"SELECT * FROM dbms_alert.waitone('{with_orafce}', 5)") == ("Nice day", 0)
    other.execute(f"SELECT dbms_alert.remove('{with_orafce}')")
    plain.execute(f"SELECT dbms_alert.signal('{with_orafce}', 'Bad day')")
    assert row(other, "SELECT * FROM dbms_alert.waitany(0)") == (None, None, 1)


@documented
def test_dbms_sql(plain: Any) -> None:
    """From 4.0 on dbms_sql runs statements through cursors; an unknown cursor is an error."""
    if version(plain) < (4, 0):
        with refused("3F000", 'schema "dbms_sql" does not exist'):
            plain.execute("SELECT dbms_sql.open_cursor()")
        pytest.skip("the package of orafce installed here is older than 4.0")
    plain.execute("CREATE TEMPORARY TABLE got (number integer)")
    plain.execute(
        "DO $$ DECLARE c integer := dbms_sql.open_cursor(); BEGIN"
        " CALL dbms_sql.parse(c, 'INSERT INTO got VALUES (:n)'); CALL dbms_sql.bind_variable(c, 'n', 7);"
        " PERFORM dbms_sql.execute(c); CALL dbms_sql.close_cursor(c); END $$"
    )
    assert row(plain, "SELECT number FROM got") == (7,)
    with refused("34000", "cursor"):
        plain.execute("SELECT dbms_sql.execute(42)")
