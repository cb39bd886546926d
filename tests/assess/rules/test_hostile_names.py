"""Names of objects cannot get out of their quotation marks in a fix."""

from collections.abc import Iterator

import pglast
import pytest

from rdscheck.assess.dump.parsing import parse
from rdscheck.assess.facts import (
    Aggregate,
    Extension,
    Fact,
    Function,
    Language,
    PartitionSet,
    Setting,
    TextSearch,
    Transform,
    Type,
    Via,
)
from rdscheck.assess.judge import judge
from rdscheck.assess.names import quoted
from rdscheck.assess.rule import rules
from rdscheck.assess.target import Move, read_target
from tests.assess.rules.made import collected

GROUPS = {"extensions", "languages", "extension upgrades", "text search"}
MINE = [rule for rule in rules().values() if rule.group in GROUPS]
HOSTILE = (
    'a"b',
    "x'; DROP TABLE t; --",
    'x"; DROP TABLE t; --',
    "first\nDROP TABLE t;",
    "*/ DROP TABLE t; /*",
    "$$; DROP TABLE t; $$",
    "select",
    "größe 😀",
    "x" * 63,
)


@pytest.mark.parametrize("name", [*HOSTILE, "tab\there", "a\r\nb\\000ac", "\\"])
def test_a_quoted_name_is_one_line_and_the_same_name(name: str) -> None:
    text = quoted("app", name)
    assert text.isprintable()
    (statement,) = parse([f"DROP TABLE {text}"])
    ((names,),) = [one["List"].values() for one in statement.node["objects"]]
    assert [part["String"]["sval"] for part in names] == ["app", name]


def everything(name: str) -> Iterator[Fact]:
    """Yield one of each fact that these rules find guilty, all of that name."""
    yield Extension(name=name, version="1", database=name)
    yield Extension(name="orafce", version="3.15", schema=name, database=name)
    yield Extension(name="pg_cron", version="1.6", database=name)
    for language in ("c", "internal", "plpython3u", "plpythonu", "plr", "plrust", "plls", "sql"):
        yield Function(
            schema=name,
            name=name,
            arguments="integer",
            language=language,
            library=f"$libdir/{name}",
            symbol=name,
            leakproof=True,
            support=name,
            database=name,
        )
    yield Function(
        schema=name, name=name, arguments="", language="c", library="$libdir/hstore", database=name
    )
    yield Function(schema=name, name=name, arguments="", language="c", kind="procedure", database=name)
    yield Language(name=name, database=name)
    yield Type(schema=name, name=name, kind="base", database=name)
    yield Transform(type=f"public.{name}", language=name, database=name)
    yield TextSearch(schema=name, name=name, kind="dictionary", options=(f"dictfile={name}",), database=name)
    yield Aggregate(schema=name, name=name, arguments="integer", state="pg_catalog.internal", database=name)
    yield PartitionSet(parent=f"{name}.{name}", kind="partman", database=name)
    yield Setting(name="pgaudit.role", value=name, scope="role", subject=name)
    yield Setting(name="shared_preload_libraries", value=name, scope="server")


def statements(name: str, target: str, move: Move) -> list[str]:
    """Return the kinds of the statements in every fix, by rule."""
    source = collected(*everything(name), via=Via.LIVE)
    found = judge(source, read_target(target), move, MINE).findings
    made = []
    for finding in sorted(found, key=lambda one: (one.id, one.fix.count("\n"))):
        if finding.fix.endswith(";"):
            kinds = [type(one.stmt).__name__ for one in pglast.parse_sql(finding.fix)]
            made.append(f"{finding.id}: {' '.join(kinds)}")
    return sorted(made)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(("target", "move"), [("rds-18", Move.RESTORE), ("aurora-17", Move.UPGRADE)])
def test_a_fix_has_the_same_statements_for_any_name(name: str, target: str, move: Move) -> None:
    assert statements(name, target, move) == statements("plain", target, move)
