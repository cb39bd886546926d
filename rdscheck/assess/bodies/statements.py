"""What a tree of SQL does: walked with a stack, one handler per kind of node."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from rdscheck.assess.acts import CALLS, RELATIONS, TYPES, WRITABLE
from rdscheck.assess.bodies.conninfo import host
from rdscheck.assess.bodies.constants import shown, text_of
from rdscheck.assess.bodies.found import Block, Findings, Found
from rdscheck.assess.bodies.tree import Node, options, strings

_CATALOG = "pg_catalog"
_UTL_FILE = "utl_file"

#: Where a relation stands that is read; elsewhere it is locked, granted, inherited or published.
_READ_AT = frozenset({"fromClause", "usingClause", "larg", "rarg", "sourceRelation"})


_Names = frozenset[str]
_Handler = Callable[[Node, _Names], Iterator[Found]]


def findings_of(tree: Any) -> Findings:
    """Return what a tree does, in the order of its text; a tree is a node, or a list of them."""
    found = Findings()
    waiting: list[tuple[str, Any, _Names]] = [("", tree, frozenset())]
    while waiting:
        field, value, names = waiting.pop()
        if isinstance(value, list):
            waiting += [(field, one, names) for one in reversed(value)]
            continue
        if not isinstance(value, dict):
            continue
        if block := _block(field, value):
            found.blocks.append(block)
        elif handler := _HANDLERS.get(field):
            found.acts += handler(value, names)
        waiting += reversed(list(_inside(field, value, names)))
    return found


def _inside(field: str, value: Node, names: _Names) -> Iterator[tuple[str, Any, _Names]]:
    """Give what is in a node, with the names that WITH has defined there."""
    if field == "CreateFunctionStmt":
        return  # to define it is not to call it
    if field == "DefElem" and value.get("defname") == "set":
        return  # ALTER FUNCTION … SET: nor is this
    defined = names
    if clause := value.get("withClause"):
        for one in clause.get("ctes", ()):
            name = one.get("CommonTableExpr", {}).get("ctename", "")
            yield "ctes", one, defined | {name} if clause.get("recursive") else defined
            defined |= {name}
    for key, one in value.items():
        if isinstance(one, dict | list) and key != "withClause":
            # A tag stands between a list and the fields of its nodes: it keeps the place of the list.
            yield (f"{field} {key}" if key == "RangeVar" else key), one, defined


def _block(field: str, value: Node) -> Block | None:
    if field != "DoStmt":
        return None
    given = dict(options(value.get("args")))
    language = given.get("language", {}).get("String", {}).get("sval", "plpgsql")
    return Block(language, given.get("as", {}).get("String", {}).get("sval", ""))


def relation(fields: Node, names: _Names, known: frozenset[str]) -> str:
    """Return the qualified name of a relation of the system, empty for others.

    Without a schema a name is the system's where the system has it: pg_catalog is searched first.
    """
    schema, name = fields.get("schemaname", ""), fields.get("relname", "")
    if schema not in {"", _CATALOG} or name not in known or (not schema and name in names):
        return ""
    return f"{_CATALOG}.{name}"


def _reads(fields: Node, names: _Names) -> Iterator[Found]:
    if name := relation(fields, names, RELATIONS):
        yield Found("reads", name, fields.get("location", -1))


def _writes(fields: Node, _names: _Names) -> Iterator[Found]:
    target = fields.get("relation", {})
    if name := relation(target, frozenset(), WRITABLE):
        yield Found("writes", name, target.get("location", -1))


def _copy(fields: Node, names: _Names) -> Iterator[Found]:
    way = "from" if fields.get("is_from") else "to"
    table = fields.get("relation", {})
    offset = table.get("location", -1)
    name = fields.get("filename", "")
    if fields.get("is_program"):
        yield Found(f"copy {way} program", program(name), offset)
    elif name:
        yield Found(f"copy {way} file", shown(name), offset)
    if way == "to":
        yield from _reads(table, names)
    else:
        yield from _writes(fields, names)


def program(command: str) -> str:
    """Return the name of the program a command starts with; the rest of it may hold a password."""
    words = re.sub(r"\A(?:\s*\w+=(?:'[^']*'|\"[^\"]*\"|[^\s'\"])*\s)+", "", command).split()
    return shown(words[0]) if words else ""


def _alter_system(fields: Node, _names: _Names) -> Iterator[Found]:
    setting = fields.get("setstmt", {})
    yield Found("alter system", shown(setting.get("name", "") or "all"))


def _set(fields: Node, _names: _Names) -> Iterator[Found]:
    kind, name = fields.get("kind", ""), shown(fields.get("name", ""))
    offset = fields.get("location", -1)
    if kind == "VAR_SET_MULTI":
        return  # the isolation of transactions
    if kind == "VAR_RESET_ALL":
        yield Found("set", "all", offset)
    elif name in _IDENTITY:
        if kind == "VAR_SET_VALUE":
            value = text_of((fields.get("args") or [None])[0])
            yield from _identity(name, value, offset)
    else:
        yield Found("set", name, offset)


_IDENTITY = {"role": "set role", "session_authorization": "set session authorization"}


def _identity(name: str, value: str | None, offset: int) -> Iterator[Found]:
    if value != "none":
        yield Found(_IDENTITY[name], shown(value or ""), offset)


def _role(fields: Node, _names: _Names) -> Iterator[Found]:
    name = shown(fields.get("role", ""))
    yield Found("create role", name)
    if _superuser(fields):
        yield Found("create role superuser", name)


def _alter_role(fields: Node, _names: _Names) -> Iterator[Found]:
    if _superuser(fields):
        role = fields.get("role", {})
        yield Found("alter role superuser", shown(role.get("rolename", "")), role.get("location", -1))


def _superuser(fields: Node) -> bool:
    given = dict(options(fields.get("options")))
    return bool(given.get("superuser", {}).get("Boolean", {}).get("boolval"))


def _table(fields: Node, _names: _Names) -> Iterator[Found]:
    table = fields.get("relation", {})
    name = ".".join(part for part in (table.get("schemaname"), table.get("relname")) if part)
    for one in fields.get("cmds", ()):
        if one.get("AlterTableCmd", {}).get("subtype") == "AT_DisableTrigAll":
            yield Found("disable system triggers", shown(name), table.get("location", -1))


def _server(fields: Node, _names: _Names) -> Iterator[Found]:
    given = dict(options(fields.get("options")))
    texts = {name: value.get("String", {}).get("sval", "") for name, value in given.items()}
    if place := texts.get("host") or texts.get("hostaddr"):
        yield Found("connect", shown(place))


def _call(fields: Node, _names: _Names) -> Iterator[Found]:
    *schema, name = strings(fields.get("funcname")) or [""]
    offset = fields.get("location", -1)
    arguments = fields.get("args") or []
    if name.startswith("dblink"):
        yield from _dblink(name, arguments, offset)
    elif schema[-1:] == [_UTL_FILE]:
        yield Found("call", f"{_UTL_FILE}.{name}", offset)
    elif name in CALLS and schema in ([], [_CATALOG]):
        yield Found("call", f"{_CATALOG}.{name}", offset)
        if name == "set_config" and arguments and (parameter := text_of(arguments[0])):
            if parameter.lower() in _IDENTITY:
                yield from _identity(parameter.lower(), text_of((arguments[1:] or [None])[0]), offset)
            else:
                yield Found("set", shown(parameter.lower()), offset)


def _cast(fields: Node, _names: _Names) -> Iterator[Found]:
    wanted = fields.get("typeName", {})
    *schema, name = strings(wanted.get("names")) or [""]
    if name in TYPES and schema in ([], [_CATALOG]):
        yield Found("type", f"{_CATALOG}.{name}", wanted.get("location", -1))


def _dblink(name: str, arguments: list[Any], offset: int) -> Iterator[Found]:
    """Look at the argument that may be a connection string; dblink can be in any schema."""
    if name in {"dblink_connect", "dblink_connect_u"}:
        asked = arguments[-1:]
    elif name in {"dblink", "dblink_exec"}:
        asked = arguments[:1]
    else:
        return
    for one in asked:
        text = text_of(one)
        place = None if text is None else host(text)
        if place is not None:
            yield Found("connect", shown(place), offset)


def _names(kind: str, field: str) -> _Handler:
    """Return the handler of a statement that is an act by itself, done to what a field names."""

    def handler(fields: Node, _names: _Names) -> Iterator[Found]:
        yield Found(kind, shown(str(fields.get(field, ""))))

    return handler


_HANDLERS: dict[str, _Handler] = {
    "AlterForeignServerStmt": _server,
    "AlterRoleStmt": _alter_role,
    "AlterSystemStmt": _alter_system,
    "AlterTableStmt": _table,
    "CopyStmt": _copy,
    "CreateEventTrigStmt": _names("create event trigger", "trigname"),
    "CreateExtensionStmt": _names("create extension", "extname"),
    "CreateForeignServerStmt": _server,
    "CreatePLangStmt": _names("create language", "plname"),
    "CreateRoleStmt": _role,
    "CreateSubscriptionStmt": _names("create subscription", "subname"),
    "CreateTableSpaceStmt": _names("create tablespace", "tablespacename"),
    "CreatedbStmt": _names("create database", "dbname"),
    "DeleteStmt": _writes,
    "FuncCall": _call,
    "InsertStmt": _writes,
    "LoadStmt": _names("load", "filename"),
    "MergeStmt": _writes,
    "TypeCast": _cast,
    "UpdateStmt": _writes,
    "VariableSetStmt": _set,
    "funccall": _call,  # of CALL
    **{f"{place} RangeVar": _reads for place in _READ_AT},
}
