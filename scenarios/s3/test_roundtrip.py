"""Out to S3 and back in: every built-in type, generated values, every format."""

import datetime as dt
import ipaddress
import json
import string
from collections.abc import Callable
from typing import Any

import psycopg.errors as pg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rdscheck import Basis, scenario

pytestmark = scenario(
    "s3/roundtrip",
    title="Export tables to S3 and import them again",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export.html",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)

#: A value is the text PostgreSQL reads it from.
Values = st.SearchStrategy[str]

FORMATS = ("text", "csv", "binary")
#: Everything a text can hold; a byte zero and half a surrogate pair are in no encoding of a server.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
#: What formats give a meaning to, more often than chance would have it.
SPECIAL = st.text(st.sampled_from("\\\"'\n\r\t\b,;|:N.{}()[] é€漢😀"), max_size=12)


def integers(bits: int) -> Values:
    """Give integers of a width, its ends more often than others."""
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return (st.integers(low, high) | st.sampled_from([low, high, 0, -1])).map(str)


def floats(width: Any) -> Values:
    """Give floating point numbers with infinities, NaN and a negative zero."""
    return st.floats(width=width).map(repr) | st.sampled_from(["Infinity", "-Infinity", "NaN", "-0"])


def span(low: Values, high: Values, brackets: str = "[)") -> Values:
    """Give ranges between values of one type, open ends and empty ones among them."""
    pair = st.tuples(low, high).map(lambda ends: f"{brackets[0]}{ends[0]},{ends[1]}{brackets[1]}")
    return pair | st.sampled_from(["empty", "(,)"])


def points(least: int) -> Values:
    """Give lists of points."""
    point = st.tuples(COORDINATE, COORDINATE).map(lambda p: f"({p[0]},{p[1]})")
    return st.lists(point, min_size=least, max_size=5).map(",".join)


def array(of: Values) -> Values:
    """Give one-dimensional arrays with NULLs in them, every element quoted."""
    quoted = of.map(lambda v: '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"')
    return st.lists(quoted | st.just("NULL"), max_size=5).map(lambda vs: "{" + ",".join(vs) + "}")


TEXTS = TEXT | SPECIAL
COORDINATE = st.floats(-1e9, 1e9, allow_nan=False).map(repr)
DATES = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)).map(str)
STAMPS = st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31)).map(str)  # noqa: DTZ001 (no zone is meant)
ENDLESS = st.sampled_from(["infinity", "-infinity", "epoch"])
TIMES = st.times().map(str)
ZONES = st.sampled_from(["+00", "-03:30", "+14", "-12:00"])
INTERVALS = st.builds(
    "{} mons {} days {} secs {} us".format, integers(16), integers(16), integers(31), integers(20)
)
BITS = st.text("01", min_size=1, max_size=70)
ADDRESSES = (st.ip_addresses(v=4) | st.ip_addresses(v=6)).map(str)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
).map(lambda v: json.dumps(v, ensure_ascii=False))
WORDS = st.text(string.ascii_letters + "é漢' \\", min_size=1, max_size=8)


def network(address: Any) -> str:
    """Return an address's network of half its bits, as cidr wants it."""
    bits = ipaddress.ip_address(address).max_prefixlen // 2
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def lexemes(words: list[str]) -> str:
    """Return a tsvector's text."""
    return " ".join(
        "'" + word.replace("\\", "\\\\").replace("'", "''") + f"':{n + 1}A" for n, word in enumerate(words)
    )


#: Classes of types: each becomes one table with a column per type.
CLASSES: dict[str, dict[str, Values]] = {
    "numbers": {
        "boolean": st.booleans().map(str),
        "int2": integers(16),
        "int4": integers(32),
        "int8": integers(64),
        "oid": st.integers(0, 2**32 - 1).map(str),
        "money": integers(50),
        "numeric": (st.decimals(allow_infinity=False, allow_nan=False, places=None) | st.just("NaN")).map(
            str
        ),
        "numeric(12,4)": st.decimals(-9999999, 9999999, places=4).map(str),
        "float4": floats(32),
        "float8": floats(64),
    },
    "texts": {
        "text": TEXTS,
        "varchar(60)": TEXTS,
        "character(60)": TEXTS,
        "name": st.text(string.printable[:95], max_size=63),
        '"char"': st.sampled_from([*string.printable[:95], ""]),
    },
    "bytes and addresses": {
        "bytea": st.binary(max_size=60).map(lambda v: "\\x" + v.hex()),
        "bit varying": BITS,
        "bit(5)": st.text("01", min_size=5, max_size=5),
        "uuid": st.uuids().map(str),
        "pg_lsn": st.integers(0, 2**64 - 1).map(lambda v: f"{v >> 32:X}/{v & 0xFFFFFFFF:X}"),
        "inet": ADDRESSES,
        "cidr": ADDRESSES.map(network),
        "macaddr": st.binary(min_size=6, max_size=6).map(bytes.hex),
        "macaddr8": st.binary(min_size=8, max_size=8).map(bytes.hex),
    },
    "times": {
        "date": DATES | ENDLESS | st.just("4713-01-01 BC"),
        "time": TIMES | st.just("24:00:00"),
        "timetz": st.builds("{}{}".format, TIMES, ZONES),
        "timestamp": STAMPS | ENDLESS | st.just("294276-12-31 23:59:59.999999"),
        "timestamptz": st.builds("{}{}".format, STAMPS, ZONES) | ENDLESS,
        "interval": INTERVALS,
    },
    "documents": {
        "json": JSON,
        "jsonb": JSON,
        "jsonpath": st.sampled_from(["$", "$.a[*] ? (@ > 1)", 'strict $."é"']),
        "tsvector": st.lists(WORDS, max_size=5, unique=True).map(lexemes),
        "tsquery": st.sampled_from(["'a' & !'b'", "'fat' <-> 'rat':*AB", "'it''s'"]),
        "xml": st.sampled_from(["<a/>", "<a b='1'>&lt;é</a>", "text only", "<a><![CDATA[<>]]></a>"]),
    },
    "geometry": {
        "point": points(1).map(lambda v: v[: v.index(")") + 1]),
        "lseg": st.builds("({},{}),({},{})".format, *[COORDINATE] * 4),
        "box": st.builds("({},{}),({},{})".format, *[COORDINATE] * 4),
        "line": st.builds("{{{},1,{}}}".format, COORDINATE, COORDINATE),
        "path": points(1).map(lambda v: f"[{v}]") | points(1).map(lambda v: f"({v})"),
        "polygon": points(1).map(lambda v: f"({v})"),
        "circle": st.builds("<({},{}),{}>".format, COORDINATE, COORDINATE, st.integers(0, 999)),
    },
    "ranges": {
        "int4range": span(st.integers(-999, 0).map(str), st.integers(0, 999).map(str)),
        "int8range": span(st.just(""), integers(32), "(]"),
        "numrange": span(st.decimals(-99, 0, places=3).map(str), st.decimals(0, 99, places=3).map(str), "[]"),
        "daterange": span(st.just("0001-01-01"), DATES, "[]"),
        "tsrange": span(st.just("-infinity"), STAMPS),
        "tstzrange": span(st.just(""), STAMPS.map(lambda v: f'"{v}+00"')),
        "int4multirange": st.lists(
            span(st.integers(-9, 0).map(str), st.integers(0, 9).map(str)), max_size=3
        ).map(lambda v: "{" + ",".join(v) + "}"),
        "datemultirange": st.just("{}") | span(st.just("0001-01-01"), DATES).map(lambda v: f"{{{v}}}"),
    },
    "arrays": {
        "int4[]": array(integers(32)),
        "text[]": array(TEXTS),
        "float8[]": array(floats(64)),
        "timestamp[]": array(STAMPS),
        "int4[][]": st.sampled_from(["{{1,2},{3,NULL}}", "[0:1][5:6]={{1,2},{3,4}}", "{}"]),
    },
    "own types": {
        "pair": st.builds(
            lambda a, b: f'({a},"' + b.replace("\\", "\\\\").replace('"', '""') + '")', integers(32), TEXTS
        ),
        "pair[]": array(st.builds("({},x)".format, integers(32))),
        "mood": st.sampled_from(["sad", 'so, "so"', "it's \\ fine"]),
        "small": st.integers(0, 99).map(str),
    },
}
SINCE = {"int4multirange": 14, "datemultirange": 14}

OWN_TYPES = (
    "CREATE TYPE pair AS (a int, b text)",
    "CREATE TYPE mood AS ENUM ('sad', 'so, \"so\"', 'it''s \\ fine')",
    "CREATE DOMAIN small AS int CHECK (value BETWEEN 0 AND 99)",
)


@pytest.fixture
def there_and_back(aws_s3: Any, rds_db: Any, rds_s3: Any) -> Any:
    """Make two tables with one column per type; move a batch of values from one to the other by way of S3.

    It has its own connection: thousands of values are no reading for a report.
    """
    with rds_db.connect() as conn:

        def prepare(types: list[str]) -> Callable[[str, list[tuple[str | None, ...]]], list[Any]]:
            for statement in OWN_TYPES:
                conn.execute(statement)
            columns = ", ".join(f"c{n} {name}" for n, name in enumerate(types))
            conn.execute(f"CREATE TABLE before (n int, {columns})")
            conn.execute("CREATE TABLE after (LIKE before)")
            names = ", ".join(f"v{n}" for n in range(len(types)))
            casts = ", ".join(f"v{n}::{name}" for n, name in enumerate(types))
            arrays = ", ".join(["%s::text[]"] * len(types))

            def move(form: str, batch: list[tuple[str | None, ...]]) -> list[Any]:
                conn.execute("TRUNCATE before, after")
                conn.execute(
                    f"INSERT INTO before SELECT n, {casts}"
                    f" FROM unnest({arrays}) WITH ORDINALITY AS v({names}, n)",
                    [list(column) for column in zip(*batch, strict=True)],
                )
                rows, _, _ = conn.execute(
                    "SELECT * FROM aws_s3.query_export_to_s3('SELECT * FROM before ORDER BY n', %s, 'data',"
                    " options := %s)",
                    [rds_s3.bucket, f"format {form}"],
                ).fetchone()
                assert rows == len(batch)
                conn.execute(
                    "SELECT aws_s3.table_import_from_s3('after', '', %s, %s, 'data', NULL)",
                    [f"(format {form})", rds_s3.bucket],
                )
                found: list[Any] = conn.execute(
                    "SELECT b::text, a::text FROM before b FULL JOIN after a USING (n)"
                    " WHERE b::text IS DISTINCT FROM a::text"
                ).fetchall()
                return found

            return move

        yield prepare


def available(conn: Any, name: str) -> bool:
    """Tell whether this server was built with a type that may be left out."""
    if name != "xml":
        return True
    try:
        conn.execute("SELECT '<a/>'::xml")
    except pg.FeatureNotSupported:
        return False
    return True


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", CLASSES)
def test_values_come_back_unchanged(
    aws_s3: Any, rds_server: Any, there_and_back: Any, step: Any, kind: str, form: str
) -> None:
    """Values of every built-in type come back from S3 as they went out, in every format of COPY."""
    columns = {
        name: values
        for name, values in CLASSES[kind].items()
        if rds_server.major >= SINCE.get(name, 0) and available(aws_s3, name)
    }
    move = there_and_back(list(columns))
    batches = st.lists(
        st.tuples(*(st.none() | values for values in columns.values())), min_size=1, max_size=20
    )

    @settings(
        max_examples=10,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],  # making an example smaller takes minutes over a network
        suppress_health_check=list(HealthCheck),
    )
    @given(batch=batches)
    def same(batch: list[tuple[str | None, ...]]) -> None:
        assert move(form, batch) == []

    with step(f"Generated values of {', '.join(columns)}: out as {form}, in again, compared"):
        same()
