"""What the statements of a dump do: when it is restored, or when what they define is used."""

from collections.abc import Iterator
from dataclasses import replace

from rdscheck.assess.bodies.analysing import acts_of_function, statement_read
from rdscheck.assess.bodies.words import may_act
from rdscheck.assess.dump.handlers.code import body_of, function_options
from rdscheck.assess.dump.naming import Node, text
from rdscheck.assess.dump.scene import HANDLERS, Scene
from rdscheck.assess.dump.shown import unreadable as told
from rdscheck.assess.facts import Act, Unreadable

#: What is done when the object that such a statement defines is used, and what kind of object that is.
_DEFINING = {
    "AlterTableStmt": ("table", "relation"),
    "CreateForeignTableStmt": ("table", "base"),
    "CreatePolicyStmt": ("table", "table"),
    "CreateStmt": ("table", "relation"),
    "CreateTableAsStmt": ("materialized view", "into"),
    "CreateTrigStmt": ("table", "relation"),
    "IndexStmt": ("table", "relation"),
    "RuleStmt": ("rule", "relation"),
    "ViewStmt": ("view", "view"),
}

#: What is done when the dump is restored, though it is said of a table.
_AT_ONCE = frozenset({"disable system triggers"})

#: Statements that are read for facts of their own and may do something besides.
_BOTH = frozenset({"CopyStmt", "SelectStmt", "UpdateStmt", "VariableSetStmt"})

#: What pg_dump and pg_dumpall set at the beginning of every session.
_USUAL = frozenset(
    """
    check_function_bodies client_encoding client_min_messages default_table_access_method
    default_tablespace default_toast_compression default_transaction_read_only default_with_oids
    escape_string_warning idle_in_transaction_session_timeout lock_timeout row_security search_path
    standard_conforming_strings statement_timeout synchronize_seqscans transaction_timeout xmloption
    """.split()  # noqa: SIM905
)


def acts(scene: Scene, kind: str, node: Node) -> Iterator[Act | Unreadable]:
    """Return what a statement does, and what of it could not be read."""
    if kind == "CreateFunctionStmt":
        yield from _function(scene, node)
        return
    if not may_act(scene.text):
        return
    by = by_kind = ""
    if kind in _DEFINING:
        by_kind, where = _DEFINING[kind]
        if kind == "RuleStmt" and node.get("event") == "CMD_SELECT":
            by_kind = "view"  # as dumps before 10 write some
        relation = node.get(where, {})
        relation = relation.get("rel") or relation.get("relation") or relation
        by = ".".join(scene.path.relation(relation))
    elif (kind in HANDLERS and kind not in _BOTH) or _is_usual(kind, node):
        return
    found, unreadable = statement_read([{kind: node}], by)
    for act in found:
        line = scene.line + max(0, act.body_line - 1)
        made_by = ("", "") if act.kind in _AT_ONCE else (act.by, by_kind)
        yield replace(act, by=made_by[0], by_kind=made_by[1], database=scene.database, line=line)
    for one in unreadable:
        if by:
            yield replace(one, by_kind=by_kind, database=scene.database, line=scene.line)
        else:
            yield told(scene.database, scene.line, one.message, scene.text)


def _is_usual(kind: str, node: Node) -> bool:
    if kind == "VariableSetStmt":
        return str(node.get("name", "")).lower() in _USUAL
    if kind != "SelectStmt" or len(node.get("targetList", ())) != 1 or "fromClause" in node:
        return False
    call = node["targetList"][0].get("ResTarget", {}).get("val", {}).get("FuncCall", {})
    names = [text(one) for one in call.get("funcname", ())]
    return names[-1:] == ["set_config"] and text(call.get("args", ({},))[0]) == "search_path"


def _function(scene: Scene, node: Node) -> Iterator[Act | Unreadable]:
    schema, name = scene.path.name(node.get("funcname"))
    signature = f"{schema}.{name}({scene.path.arguments(node.get('parameters'))})"
    language = text(function_options(node).get("language")).lower() or "sql"
    body = "" if "sql_body" in node else body_of(node)
    found, unreadable = acts_of_function(scene.text, language, body, signature)
    if not (found or unreadable):
        return
    before = scene.text.find(body) if body else -1
    begins = scene.line + scene.text.count("\n", 0, before) if before >= 0 else scene.line
    for act in found:
        line = begins + max(0, act.body_line - 1) if before >= 0 else scene.line
        yield replace(act, by_kind="function", database=scene.database, line=line)
    for one in unreadable:
        yield replace(one, by_kind="function", database=scene.database, line=begins)
