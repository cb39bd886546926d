"""Names with anything in them: every fix stays the statements it should be, and names what it should."""

from typing import Any

import pglast
from hypothesis import given, settings
from hypothesis import strategies as st
from pglast import ast, visitors

from rdscheck.assess.facts import (
    Aggregate,
    Collation,
    Column,
    Conversion,
    Database,
    EventTrigger,
    Extension,
    Fact,
    Flavour,
    Function,
    Index,
    LoginRule,
    NullableChild,
    Operator,
    PreparedTransaction,
    Relation,
    Role,
    Schema,
    Server,
    Setting,
    Slot,
    Subscription,
    Type,
    UserMapping,
)
from rdscheck.assess.judge import judge
from rdscheck.assess.target import Move, read_target
from tests.assess.rules.moving import facts_of
from tests.assess.rules.test_moving_rules import MINE, SQL

#: What ends names, strings, comments and statements, and what is wide.
NAMES = st.text(
    st.sampled_from(
        ["'", '"', ";", "-", "\n", "\r", "\\", "$", "/", "*", ".", "[", "]", " ", "a", "Z", "ü", "💣"]
    ),
    min_size=1,
    max_size=15,
)


def everything(name: str, other: str) -> list[Fact]:
    """Return one of all that a name can stand in, guilty of as much as can be."""
    both: dict[str, Any] = {"schema": name, "name": other}
    return [
        Database(name=name, encoding="SQL_ASCII", collate=other, ctype="C", allows_connections=False),
        Database(name=other, provider="icu", connection_limit=-2),
        Database(name=f"{name}b", provider="builtin", encoding="EUC_JP"),
        Role(name=name, login=True, password="md5", superuser=True),
        Schema(name=name),
        Relation(**both, kind="table", owner=other, with_oids=True, unlogged=True, has_key=False),
        Relation(**both, kind="view", definition="SELECT relhasoids, pg_start_backup() FROM pg_class"),
        Relation(schema="public", name=name, kind="table", owner=other),
        Column(schema=name, relation=other, name=name, type="pg_catalog.regproc[]"),
        Column(
            schema=name, relation=other, name=other, type=f"{name}.{other}", relation_kind="materialized view"
        ),
        Column(schema=name, relation=other, name="x", type="pg_catalog.aclitem"),
        Column(schema=name, relation=other, name="y", type="pg_catalog.pg_class"),
        Type(**both, kind="domain", parts=("pg_catalog.unknown", "pg_catalog.abstime")),
        Collation(**both, locale=name, version="1", actual_version="2"),
        Conversion(**both),
        Operator(schema=name, name="!>", left=f"{name}.{other}", function=f"{name}.{other}"),
        Operator(
            schema=name, name="!>", left="pg_catalog.anyarray", right=other, function="pg_catalog.array_cat"
        ),
        Aggregate(
            **both, arguments="anyelement", state="pg_catalog.anyarray", functions=("pg_catalog.array_cat",)
        ),
        Function(**both, arguments="integer", language="sql"),
        Index(schema=name, name=other, relation=name, method="hash", valid=False),
        NullableChild(schema=name, relation=other, column=name, parent=f"{name}.{other}"),
        EventTrigger(name=name, event="sql_drop", function="f"),
        Extension(name=name),
        Setting(name="log_statement", value=name, scope="role", subject=name),
        Setting(name="app.x", value=name, scope="role in database", subject=name, database=other),
        Setting(name="app.y", value=name, scope="database", subject=other),
        Setting(name="app.z", value=name, scope="function", subject=f"{name}.{other}(integer)"),
        Setting(name="statement_timeout", value=name, scope="server"),
        Setting(name="TimeZone", value=name, scope="server"),
        Server(name=name, wrapper="postgres_fdw", options=("service=x", f"host={other}")),
        Server(name=other, wrapper=name, options=("host=localhost",)),
        Server(name="s", wrapper="postgres_fdw"),
        UserMapping(server=name, role=other, options=("password_required=false", "sslkey=x", "secret=y")),
        Subscription(name=name, pending=1),
        Slot(name=name, kind="logical", plugin=other, behind=1),
        PreparedTransaction(id=name),
        LoginRule(kind="hostnossl", method="trust", users=(name,), databases=(other,), address=name),
    ]


class _Names(visitors.Visitor):
    """Collects every name and string of a statement."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_String(self, _ancestors: visitors.Ancestor, node: ast.String) -> None:  # noqa: N802
        self.found.add(node.sval or "")


@settings(max_examples=60, deadline=None)
@given(
    NAMES,
    NAMES,
    st.sampled_from([(11, Move.RESTORE), (13, Move.UPGRADE), (17, Move.UPGRADE), (9.6, Move.RESTORE)]),
)
def test_a_fix_is_no_more_than_one_statement(name: str, other: str, source: tuple[float, Move]) -> None:
    major, move = source
    flavour = Flavour.RDS if move is Move.UPGRADE else Flavour.PLAIN
    facts = facts_of(*everything(name, other), major=major, flavour=flavour)
    found = judge(facts, read_target("rds-18"), move, MINE.values()).findings
    assert len(found) > 15
    for one in found:
        if SQL.match(one.fix.removeprefix("-- after REINDEX of all indexes that use it\n")):
            assert len(pglast.parse_sql(one.fix)) == 1, one.fix
        else:
            assert "\n" not in one.fix


@given(NAMES, NAMES, NAMES)
@settings(max_examples=60, deadline=None)
def test_a_fix_names_the_object_it_should(schema: str, table: str, column: str) -> None:
    facts = facts_of(
        Column(schema=schema, relation=table, name=column, type="pg_catalog.regproc"), flavour=Flavour.RDS
    )
    (finding,) = judge(facts, read_target("rds-18"), Move.UPGRADE, [MINE["reg-type-columns"]]).findings
    (raw,) = pglast.parse_sql(finding.fix)
    assert isinstance(raw.stmt, ast.AlterTableStmt)
    assert raw.stmt.relation is not None
    assert (raw.stmt.relation.schemaname, raw.stmt.relation.relname) == (schema, table)
    names = _Names()
    names(raw)
    assert column in names.found
