"""Whatever a value is, it stays where its placeholder stood: read back by the readers of each place."""

import json
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import unquote, urlsplit

import pglast
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from rdscheck.errors import UsageError
from rdscheck.runbook.binding.binder import Binder
from rdscheck.runbook.binding.places import Map, Place, Refused, written
from rdscheck.runbook.lab import lines
from rdscheck.runbook.lab.lexing import Statement, cut
from rdscheck.runbook.model import Kind, Placeholder
from tests.runbook.binding.pages import binder, page

#: How long one example takes depends on what else the machine does.
unhurried = settings(deadline=None)

TRICKS = [
    "x'; drop table y; --",
    "$(rm -rf /)",
    "`id`",
    '"; \\! id',
    "a' host=evil.example.com sslmode='disable",
    "\\",
    "\\'",
    "'",
    "''",
    '"',
    "a b",
    "a,b=c",
    "${HOME}",
    "{{x}}",
    "%s%n",
    "/* */",
    "x@evil.example.com:1/db?sslmode=disable#",
    "<!-- -->",
    "\u00e9\u4e2d",
    " ",
    "a\\'; select 1; --",
    "$$ $tag$",
    "# no comment",
    "true",
    "null",
    "No",
    "&& id | cat > /etc/passwd",
]
passwords = st.one_of(
    st.sampled_from(TRICKS), st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)
)


def literals(sql: str) -> list[str]:
    """Return the strings of the only statement there is."""
    (statement,) = pglast.parse_sql(sql)

    def walk(node: object) -> Iterator[dict[str, object]]:
        if isinstance(node, dict):
            yield node
        for one in (
            node.values() if isinstance(node, dict) else node if isinstance(node, list | tuple) else ()
        ):
            yield from walk(one)

    nodes = walk(statement(skip_none=True))
    return [str(node["sval"]) for node in nodes if node.get("@") == "String" and "sval" in node]


def dsn(text: str) -> str:
    assert set(conninfo_to_dict(text)) == {"host", "user", "password"}
    return str(conninfo_to_dict(text)["password"])


def of_sql(text: str) -> str:
    strings = literals(text)
    return dsn(next(one for one in strings if one.startswith("host=")))


def of_url(text: str) -> str:
    found = urlsplit(next(one for one in text.split() if one.startswith("postgresql://")))
    assert (found.hostname, found.port, found.path, found.query) == ("localhost", 5432, "/labdb", "")
    return unquote(found.password or "")


def words(text: str, count: int, which: int) -> str:
    parts = shlex.split(text)
    assert len(parts) == count
    return parts[which]


STARS = "********"
READERS: list[tuple[Kind, str, Callable[[str], str]]] = [
    (Kind.SQL, f"SELECT dblink('host=localhost user=a password={STARS}')", of_sql),
    (Kind.SQL, f"SELECT dblink('host=localhost password=''{STARS}'' user=a')", of_sql),
    (Kind.SQL, f"SELECT dblink(E'host=localhost user=a password={STARS}')", of_sql),
    (
        Kind.SQL,
        f"CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'a', password '{STARS}')",
        lambda text: literals(text)[-1],
    ),
    (
        Kind.SQL,
        f"SELECT dblink('postgresql://a:{STARS}@localhost:5432/labdb')",
        lambda text: of_url(literals(text)[-1]),
    ),
    (Kind.SHELL, f"psql 'host=localhost user=a password={STARS}' -c x", lambda text: dsn(words(text, 4, 1))),
    (Kind.SHELL, f'psql "host=localhost user=a password={STARS}" -c x', lambda text: dsn(words(text, 4, 1))),
    (Kind.SHELL, f"PGPASSWORD={STARS} psql -c x", lambda text: words(text, 4, 0).removeprefix("PGPASSWORD=")),
    (
        Kind.SHELL,
        f"PGPASSWORD='{STARS}' psql -c x",
        lambda text: words(text, 4, 0).removeprefix("PGPASSWORD="),
    ),
    (
        Kind.SHELL,
        f'PGPASSWORD="{STARS}" psql -c x',
        lambda text: words(text, 4, 0).removeprefix("PGPASSWORD="),
    ),
    (
        Kind.SHELL,
        f"aws rds x --master-user-password {STARS} --region us-east-1",
        lambda text: words(text, 7, 4),
    ),
    (
        Kind.SHELL,
        f"psql postgresql://a:{STARS}@localhost:5432/labdb -c x",
        lambda text: of_url(words(text, 4, 1)),
    ),
    (
        Kind.SHELL,
        f'aws rds x --cli-input-json \'{{"MasterUserPassword": "{STARS}"}}\'',
        lambda text: str(json.loads(words(text, 5, 4))["MasterUserPassword"]),
    ),
    (
        Kind.SHELL,
        f"psql -c \"select dblink('host=localhost user=a password={STARS}')\" labdb",
        lambda text: of_sql(words(text, 4, 2)),
    ),
    (
        Kind.YAML,
        f'url: "postgresql://a:{STARS}@localhost:5432/labdb"',
        lambda text: of_url(yaml.safe_load(text)["url"]),
    ),
    (Kind.YAML, f"password: {STARS}", lambda text: str(yaml.safe_load(text)["password"])),
    (Kind.YAML, f"password: '{STARS}'", lambda text: str(yaml.safe_load(text)["password"])),
    (Kind.YAML, f'password: "{STARS}"', lambda text: str(yaml.safe_load(text)["password"])),
    (Kind.POLICY, f'{{"password": "{STARS}"}}', lambda text: str(json.loads(text)["password"])),
]


@pytest.mark.parametrize("case", READERS, ids=[f"{kind}-{text[:44]}" for kind, text, _ in READERS])
@unhurried
@given(password=passwords)
def test_a_password_is_read_back_as_it_was_given(
    case: tuple[Kind, str, Callable[[str], str]], password: str
) -> None:
    kind, text, reader = case
    of = page((kind, text))
    with suppress(UsageError):  # a dash first, or an address that the AWS command line would fetch
        one = binder(of, **{STARS: password})
        assert reader(one.bind(text)) == password


@pytest.mark.parametrize(("kind", "text", "reader"), READERS)
@pytest.mark.parametrize("trick", TRICKS)
def test_known_tricks_are_mere_values(
    kind: Kind, text: str, reader: Callable[[str], str], trick: str
) -> None:
    one = binder(page((kind, text)), {"password": trick})
    assert one.unbound(text) == ()
    assert reader(one.bind(text)) == trick


@unhurried
@given(kind=st.sampled_from(Kind), text=st.text(max_size=200), at=st.integers(0, 200))
def test_every_offset_of_every_text_has_a_place(kind: Kind, text: str, at: int) -> None:
    start = min(at, len(text))
    assert Map(text, kind).chain(start, start)


SHELL_LINES = [text for kind, text, _ in READERS if kind is Kind.SHELL]
STATEMENTS = [text for kind, text, _ in READERS if kind is Kind.SQL]


@pytest.mark.parametrize("text", SHELL_LINES)
@unhurried
@given(password=passwords)
def test_the_sandbox_s_own_reader_of_command_lines_sees_the_same_words(text: str, password: str) -> None:
    result = binder(page((Kind.SHELL, text)), {"password": password}).bind(text)
    (command,) = lines.read(result).commands()
    assigned = [f"{name}={lines.plain(word)}" for name, word in command.assignments]
    assert [*assigned, *map(lines.plain, command.words)] == shlex.split(result)
    assert command.redirects == ()


@pytest.mark.parametrize("text", STATEMENTS)
@unhurried
@given(password=passwords)
def test_the_sandbox_s_own_reader_of_sql_sees_one_statement(text: str, password: str) -> None:
    result = binder(page((Kind.SQL, f"{text};")), {"password": password}).bind(f"{text};")
    (item,) = cut(result)
    assert isinstance(item, Statement)
    assert (item.text, item.open_in, item.command) == (result, "", "")


def test_nothing_is_left_for_a_shell_to_expand() -> None:
    text = f'PGPASSWORD="{STARS}" psql "password={STARS}"'
    result = binder(page((Kind.SHELL, text)), {"password": "a$(id)`b` ${c}"}).bind(text)
    outside = "".join(result.replace("'$'", "").replace("'`'", "").split())
    assert not set("$`") & set(outside)


@unhurried
@given(st.text(alphabet="\n\r\0\x7fab'\"", min_size=1), st.lists(st.sampled_from(Place), max_size=3))
def test_no_place_takes_a_line_break(value: str, places: list[Place]) -> None:
    with suppress(Refused):
        assert not set("\n\r\0\x7f") & set(written(value, tuple(places)))


@unhurried
@given(st.text(alphabet="'\"\\$`(){}<>*= \n#-/;:@abYOURyourhost_.", max_size=300), st.sampled_from(Kind))
def test_no_text_breaks_the_binder(text: str, kind: Kind) -> None:
    one = binder(page((kind, text)), {"endpoint": "10.0.0.1:5433", "password": "a'b", "": "x"})
    one.unbound(text)
    one.shown(one.bind(text))


WORDS = {
    "<aws-host>": ("endpoint", "h-{}.internal"),
    "your-instance": ("instance", "inst{}"),
    "aws-region": ("region", "ap-south-{}"),
    "my-export-bucket": ("bucket", "bucket-{}"),
    "<schema>": ("schema", "schema_{}"),
    "{{table}}": ("table", "table_{}"),
    "YOUR_USER": ("user", "user_{}"),
}
filling = st.text(alphabet="qvw ,;()=\n", max_size=8)


@unhurried
@given(
    st.sampled_from([Kind.SQL, Kind.SHELL]),
    st.lists(st.tuples(st.sampled_from(sorted(WORDS)), filling), min_size=1, max_size=8),
    st.integers(10, 99),
)
def test_bound_and_shown_again_a_text_is_what_it_was(
    kind: Kind, parts: list[tuple[str, str]], number: int
) -> None:
    quote = "'" if kind is Kind.SQL else ""
    text = "psql " + " ".join(f"{quote}{word}{quote} {rest}" for word, rest in parts)

    def value(one: Placeholder) -> str | None:
        return WORDS[one.text][1].format(number % 10 if one.text == "aws-region" else number)

    of = Binder(page((kind, text)), value=value)
    result = of.bind(text)
    assert of.unbound(text) == ()
    assert not any(word in result for word, _ in parts)
    assert of.shown(result) == text


@pytest.mark.parametrize("case", READERS, ids=[f"{kind}-{text[:44]}" for kind, text, _ in READERS])
@unhurried
@given(password=passwords)
def test_bound_and_shown_again_a_password_is_stars(
    case: tuple[Kind, str, Callable[[str], str]], password: str
) -> None:
    kind, text, _ = case
    value = f"pw{password}pw"  # no part of the text by chance
    one = binder(page((kind, text)), {"password": value})
    if not one.unbound(text):
        assert one.shown(one.bind(text)) == text
