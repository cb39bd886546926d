"""A sample of what orafce offers, and where it differs from PostgreSQL's own functions of the same name."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest

from rdscheck import claim, documentation_finding, refused, scenario

README = "https://github.com/orafce/orafce/blob/master/README.asciidoc"

pytestmark = scenario(
    "extensions/orafce-functions",
    title="Use functions and packages of orafce",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.orafce.html",
    since=13,
    needs=("rdsutils", "orafce"),
)
documented = claim(source=README, certainty="documented")
derived = claim(source=README, certainty="derived")

#: Reaches the functions of every version: those of 3.21 and before are in public and pg_catalog too.
ORACLE_FIRST = "SET search_path = oracle, pg_catalog, public"

Step = Callable[[str], AbstractContextManager[None]]


def row(connection: Any, query: str) -> Any:
    """Return the first row of a query."""
    return connection.execute(query).fetchone()


def version(connection: Any) -> tuple[int, int]:
    """Return the version of the installed extension, for example (4, 15)."""
    (text,) = row(connection, "SELECT extversion FROM pg_extension WHERE extname = 'orafce'")
    major, minor, *_ = (int(part) for part in text.split("."))
    return major, minor


def sample(name: str, title: str, query: str, *expected: Any) -> Any:
    """Return one claim of ``test_sample``: a query, with oracle first in the search path, and its row."""
    marks: Any = claim(title=title, source=README, certainty="documented")
    return pytest.param(query, expected, id=name, marks=marks)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        sample("dual", "dual is a table of one row.", "SELECT count(*), max(7) FROM dual", 1, 7),
        sample(
            "nvl",
            "nvl takes the place of NULL and leaves everything else.",
            "SELECT nvl(NULL::integer, 3), nvl(2, 3), nvl('a'::text, 'b')",
            *(3, 2, "a"),
        ),
        sample(
            "nvl2",
            "nvl2 answers by whether its first argument is NULL.",
            "SELECT nvl2('x'::text, 'set'::text, 'unset'), nvl2(NULL::text, 'set'::text, 'unset')",
            *("set", "unset"),
        ),
        sample(
            "decode",
            "decode picks by value; NULL equals NULL in it, and without a default nothing is NULL.",
            "SELECT decode(2, 1, 'one'::text, 2, 'two'), decode(9, 1, 'one'::text, 'other'),"
            " decode(NULL::integer, NULL, 'null'::text, 'other'), decode(9, 1, 'one'::text)",
            *("two", "other", "null", None),
        ),
        sample(
            "lnnvl",
            "lnnvl is true for what is false or not known.",
            "SELECT lnnvl(true), lnnvl(false), lnnvl(NULL)",
            *(False, True, True),
        ),
        sample("bitand", "bitand gives the bits both have.", "SELECT bitand(12, 10), bitand(5, 2)", 8, 0),
        sample(
            "hyperbolic",
            "sinh, cosh and tanh are the hyperbolic functions.",
            "SELECT round(sinh(1.5)::numeric, 4)::text, round(cosh(1.5)::numeric, 4)::text,"
            " round(tanh(1.5)::numeric, 4)::text",
            *("2.1293", "2.3524", "0.9051"),
        ),
        sample(
            "nanvl",
            "nanvl takes the place of NaN.",
            "SELECT nanvl(1::float8, 2::float8), nanvl('NaN'::float8, 2::float8)",
            *(1.0, 2.0),
        ),
        sample(
            "instr",
            "instr finds the n-th place from a position on, and searches backwards from a negative one.",
            "SELECT instr('corporate floor', 'or'), instr('corporate floor', 'or', 3, 2),"
            " instr('corporate floor', 'or', -3, 2), instr('abc', 'x')",
            *(2, 14, 2, 0),
        ),
        sample(
            "listagg",
            "listagg joins values, by default with nothing between them.",
            "SELECT listagg(v), listagg(v, '; ') FROM (VALUES ('a'), ('b'), ('c')) AS t (v)",
            *("abc", "a; b; c"),
        ),
        sample(
            "median",
            "median is the value in the middle, not the mean.",
            "SELECT median(v) FROM (VALUES (1::float8), (2), (10)) AS t (v)",
            2.0,
        ),
        sample(
            "add-months",
            "add_months goes from the last day of a month to the last day of another.",
            "SELECT add_months(date '2024-01-31', 1)::text, add_months(date '2023-01-31', 1)::text,"
            " add_months(date '2024-02-29', 12)::text, add_months(date '2024-02-15', -1)::text",
            *("2024-02-29 00:00:00", "2023-02-28 00:00:00", "2025-02-28 00:00:00", "2024-01-15 00:00:00"),
        ),
        sample(
            "last-day",
            "last_day knows leap years.",
            "SELECT last_day(date '2024-02-01')::text, last_day(date '2023-02-28')::text",
            *("2024-02-29 00:00:00", "2023-02-28 00:00:00"),
        ),
        sample(
            "next-day",
            "next_day gives the next such weekday, never the day itself.",
            "SELECT next_day(date '2024-01-31', 'monday')::text, next_day(date '2024-01-29', 'monday')::text,"
            " next_day(date '2024-01-31', 2)::text",
            *("2024-02-05 00:00:00",) * 3,
        ),
        sample(
            "months-between",
            "months_between counts months of 31 days, and whole ones between last days.",
            "SELECT round(months_between(date '1995-02-02', date '1995-01-01')::numeric, 4)::text,"
            " months_between(date '2024-02-29', date '2024-01-31')::integer",
            *("1.0323", 1),
        ),
        sample(
            "trunc-round",
            "trunc and round of dates know month, quarter and year.",
            "SELECT trunc(date '2024-05-17', 'MM')::text, trunc(date '2024-05-17', 'Q')::text,"
            " trunc(date '2024-05-17', 'YEAR')::text, round(date '2024-05-17', 'MM')::text",
            *("2024-05-01 00:00:00", "2024-04-01 00:00:00", "2024-01-01 00:00:00", "2024-06-01 00:00:00"),
        ),
        sample(
            "date",
            "oracle.date holds a time to the second, which PostgreSQL's date does not.",
            "SELECT '2024-05-17 13:45:59.6'::oracle.date::text,"
            " '2024-05-17 13:45:59.6'::pg_catalog.date::text",
            *("2024-05-17 13:46:00", "2024-05-17"),
        ),
        sample(
            "date-arithmetic",
            "A number added to an oracle.date is days; a difference is days with a fraction.",
            "SELECT ('2024-05-17 06:00:00'::oracle.date + 1)::text,"
            " ('2024-05-17 12:00:00'::oracle.date - '2024-05-16 00:00:00'::oracle.date)::text",
            *("2024-05-18 06:00:00", "1.5"),
        ),
        sample(
            "to-date",
            "oracle.to_date keeps the time, which PostgreSQL's to_date drops.",
            "SELECT oracle.to_date('2024-05-17 13:45:59', 'YYYY-MM-DD HH24:MI:SS')::text,"
            " pg_catalog.to_date('2024-05-17 13:45:59', 'YYYY-MM-DD HH24:MI:SS')::text",
            *("2024-05-17 13:45:59", "2024-05-17"),
        ),
        sample(
            "to-char",
            "to_char takes a number without a format, and to_number a text.",
            "SELECT to_char(42), to_char(3.50::numeric), to_number('1234.5')::text",
            *("42", "3.5", "1234.5"),
        ),
        sample(
            "substr",
            "oracle.substr counts from 1 even at 0 and from the end below; PostgreSQL's substr does neither.",
            "SELECT oracle.substr('abcdef', 0, 3), pg_catalog.substr('abcdef', 0, 3),"
            " oracle.substr('abcdef', -3, 2), pg_catalog.substr('abcdef', -3, 2)",
            *("abc", "ab", "de", ""),
        ),
        sample(
            "length",
            "oracle.length counts the blanks of a char value, PostgreSQL's length does not.",
            "SELECT oracle.length('abc'::char(6)), pg_catalog.length('abc'::char(6))",
            *(6, 3),
        ),
        sample(
            "sysdate",
            "sysdate is an oracle.date in the time zone of orafce.timezone.",
            "SELECT pg_typeof(oracle.sysdate())::text, abs(extract(epoch FROM"
            " oracle.sysdate()::timestamp - now() AT TIME ZONE current_setting('orafce.timezone'))) < 60",
            *("date", True),
        ),
        sample(
            "plvstr",
            "plvstr reverses and cuts strings.",
            "SELECT plvstr.rvrs('abc'), plvstr.left('abcdef', 2), plvstr.right('abcdef', 2),"
            " plvstr.betwn('Harry and Sally', 5, 7), plvstr.lpart('a:b', ':'), plvstr.rpart('a:b', ':')",
            *("cba", "ab", "ef", "y a", "a", "b"),
        ),
        sample(
            "plvchr",
            "plvchr looks at single characters.",
            "SELECT plvchr.nth('abc', 2), plvchr.first('abc'), plvchr.last('abc'), plvchr.is_digit('7'),"
            " plvchr.is_digit('a')",
            *("b", "a", "c", True, False),
        ),
        sample(
            "plvsubst",
            "plvsubst fills in the places of a template.",
            "SELECT plvsubst.string('My name is %s %s.', ARRAY['Ann', 'Lee']),"
            " plvsubst.string('%s-%s', 'a,b')",
            *("My name is Ann Lee.", "a-b"),
        ),
        sample(
            "dbms-assert",
            "dbms_assert quotes what is to be put into a statement.",
            "SELECT dbms_assert.enquote_literal('it''s'), dbms_assert.enquote_name('select')",
            *("'it''s'", '"select"'),
        ),
    ],
)
def test_sample(oracle: Any, query: str, expected: tuple[Any, ...]) -> None:
    """What one function does."""
    # Without a format of its own an oracle.date is printed as DateStyle says.
    oracle.execute("SET orafce.nls_date_format = 'YYYY-MM-DD HH24:MI:SS'")
    assert row(oracle, query) == expected


@documented
@documentation_finding("extensions-guide-orafce-search-path")
def test_border(plain: Any) -> None:
    """Up to 3.21 bitand is found without a schema; from 3.22 on only as oracle.bitand or by search path."""
    unqualified, qualified = "SELECT bitand(12, 10)", "SELECT oracle.bitand(12, 10)"
    if version(plain) < (3, 22):
        assert row(plain, unqualified) == (8,)
        with refused("42883", "function oracle.bitand(integer, integer) does not exist"):
            plain.execute(qualified)
        pytest.skip("the package of orafce installed here is older than 3.22, so the guide still holds")
    with refused("42883", "function bitand(integer, integer) does not exist"):
        plain.execute(unqualified)
    assert row(plain, qualified) == (8,)
    plain.execute(ORACLE_FIRST)
    assert row(plain, unqualified) == (8,)


@derived
def test_search_path(plain: Any) -> None:
    """PostgreSQL's substr is found unless oracle stands before pg_catalog in the search path."""
    query = "SELECT substr('abcdef', 0, 3)"
    assert row(plain, query) == ("ab",)
    plain.execute("SET search_path = oracle, public")
    assert row(plain, query) == ("ab",)
    plain.execute(ORACLE_FIRST)
    assert row(plain, query) == ("abc",)


@documented
def test_varchar2(oracle: Any) -> None:
    """A varchar2 counts bytes: what is longer is refused, and not cut."""
    oracle.execute("CREATE TEMPORARY TABLE short (line varchar2(3), wide nvarchar2(3))")
    oracle.execute("INSERT INTO short VALUES ('abc', 'äöü')")
    with refused("22023", "too long for type varchar2(3)"):
        oracle.execute("INSERT INTO short (line) VALUES ('äöü')")
    with refused("22023", "too long for type nvarchar2(3)"):
        oracle.execute("INSERT INTO short (wide) VALUES ('äöüß')")
    assert row(oracle, "SELECT count(*), max(line::text), max(wide::text) FROM short") == (1, "abc", "äöü")


@derived
def test_ordinary_role(rds: Any, rds_db: Any, rds_connect: Any) -> None:
    """An ordinary role uses orafce without any grant: its schemas are open to PUBLIC."""
    rds.execute("CREATE EXTENSION orafce")
    dsn = psycopg.conninfo.conninfo_to_dict(rds_db.dsn(rds_db.create_role("app")))
    app = rds_connect(rds_db.name, dsn["user"], dsn["password"])
    app.execute(ORACLE_FIRST)
    assert row(app, "SELECT nvl(NULL::integer, 3), plvstr.rvrs('abc') FROM dual") == (3, "cba")
    app.execute("SELECT dbms_output.enable(), dbms_output.put_line('one')")
    assert row(app, "SELECT * FROM dbms_output.get_line()") == ("one", 0)
