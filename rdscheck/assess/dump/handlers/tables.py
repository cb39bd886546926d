"""Relations: tables, views, sequences, foreign tables, indexes, triggers."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from rdscheck.assess.dump.naming import Node, options, role, strings
from rdscheck.assess.dump.scene import Change, Said, Scene, Typed, Viewed, handles
from rdscheck.assess.facts import Column, Index, Relation, Schema, Trigger
from rdscheck.assess.secrets import masked, masked_options
from rdscheck.assess.types import is_plain

_IDENTITIES = {"d": "default", "n": "nothing", "f": "full", "i": "index"}
_TRIGGERS = {
    "AT_EnableTrig": "origin",
    "AT_EnableAlwaysTrig": "always",
    "AT_EnableReplicaTrig": "replica",
    "AT_DisableTrig": "disabled",
}


_WITHOUT_OIDS = re.compile(r"\)\s*WITHOUT\s+OIDS\b", re.IGNORECASE)
_SWITCHES: dict[str, dict[str, object]] = {
    "AT_EnableRowSecurity": {"row_security": "enabled"},
    "AT_ForceRowSecurity": {"row_security": "forced"},
    "AT_DropOids": {"with_oids": False},
    "AT_SetUnLogged": {"unlogged": True},
    "AT_SetLogged": {"unlogged": False},
}


def column(scene: Scene, where: tuple[str, str], kind: str, definition: Node) -> Iterator[Column]:
    """Return the fact of a column that deserves one."""
    name = scene.path.type(definition.get("typeName"))
    collation = scene.path.known(strings(definition.get("collClause", {}).get("collname")))
    if not name or (is_plain(name) and not collation):
        return
    yield Column(
        schema=where[0],
        relation=where[1],
        name=str(definition.get("colname", "")),
        type=name,
        relation_kind=kind,
        collation=collation,
        **scene.at,
    )


def _space(scene: Scene, node: Node, name: str = "tablespacename") -> str:
    said = str(node.get(name) or scene.tablespace)
    return "" if said == "pg_default" else said


def _relation(scene: Scene, node: Node, kind: str, **fields: Any) -> Relation:
    schema, name = scene.path.relation(node)
    return Relation(
        schema=schema,
        name=name,
        kind=kind,
        owner=scene.user,
        unlogged=node.get("RangeVar", node).get("relpersistence") == "u",
        **scene.at,
        **fields,
    )


def _listed(found: dict[str, str]) -> tuple[str, ...]:
    return tuple(f"{name}={value}" for name, value in found.items() if "." not in name)


@handles("CreateStmt")
def create_table(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a table."""
    kind = "partitioned table" if "partspec" in node else "table"
    given = options(node.get("options"))
    oids = given.pop("oids", None)
    method = str(node.get("accessMethod") or (scene.access_method if kind == "table" else ""))
    yield _relation(
        scene,
        node["relation"],
        kind,
        tablespace=_space(scene, node),
        access_method="" if method == "heap" else method,
        with_oids=_oids(scene) if oids is None else _is_true(oids),
        is_partition="partbound" in node,
        options=_listed(given),
    )
    yield from _elements(scene, node, kind)
    if "ofTypename" in node:
        type_ = scene.path.split(strings(node["ofTypename"].get("names")))
        yield Typed(scene.path.relation(node["relation"]), type_, scene.line)


def _is_true(said: str) -> bool:
    return said.lower() in {"true", "on", "1", "yes"}


def _oids(scene: Scene) -> bool:
    """Tell whether a table has OIDs that does not ask for them."""
    return scene.oids and not _WITHOUT_OIDS.search(scene.text)


def _elements(scene: Scene, node: Node, kind: str) -> Iterator[Said]:
    where = scene.path.relation(node["relation"])
    for element in node.get("tableElts", ()):
        if "ColumnDef" in element:
            yield from column(scene, where, kind, element["ColumnDef"])
            for one in element["ColumnDef"].get("constraints", ()):
                yield from _constraint(scene, where, one["Constraint"])
        elif "Constraint" in element:
            yield from _constraint(scene, where, element["Constraint"])


@handles("CreateForeignTableStmt")
def create_foreign_table(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a foreign table."""
    base = node["base"]
    given = sorted(f"{name}={value}" for name, value in options(node.get("options")).items())
    yield _relation(
        scene,
        base["relation"],
        "foreign table",
        server=str(node.get("servername", "")),
        options=masked_options(given),
        is_partition="partbound" in base,
    )
    yield from _elements(scene, base, "foreign table")


@handles("ViewStmt")
def create_view(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a view."""
    given = options(node.get("options"))
    check = str(node.get("withCheckOption", "NO_CHECK_OPTION"))
    if check != "NO_CHECK_OPTION":
        given["check_option"] = check.removesuffix("_CHECK_OPTION").lower()
    yield _relation(
        scene,
        node["view"],
        "view",
        options=_listed(given),
        definition=definition(scene.text, _CHECK if check != "NO_CHECK_OPTION" else None),
    )


@handles("CreateTableAsStmt")
def create_table_as(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a materialized view, or a table made of a query."""
    into = node["into"]
    kind = "materialized view" if node.get("objtype") == "OBJECT_MATVIEW" else "table"
    method = str(into.get("accessMethod") or scene.access_method)
    yield _relation(
        scene,
        into["rel"],
        kind,
        tablespace=_space(scene, into, "tableSpaceName"),
        access_method="" if method == "heap" else method,
        options=_listed(options(into.get("options"))),
        definition=definition(scene.text, _NO_DATA) if kind != "table" else "",
    )


_CHECK = re.compile(r"\s+WITH\s+(?:(?:LOCAL|CASCADED)\s+)?CHECK\s+OPTION\s*\Z", re.IGNORECASE)
_NO_DATA = re.compile(r"\s+WITH\s+(?:NO\s+)?DATA\s*\Z", re.IGNORECASE)
_AS = re.compile(r"""[eE]?'(?:[^']|'')*+'|"[^"]*+"|[()]|\bAS\b""", re.IGNORECASE)


def definition(statement: str, tail: re.Pattern[str] | None = None) -> str:
    """Return the query of a view's statement: what stands behind the first AS outside of parentheses."""
    depth = 0
    for token in _AS.finditer(statement):
        if token[0] in "()":
            depth += 1 if token[0] == "(" else -1
        elif token[0].upper() == "AS" and not depth:
            query = statement[token.end() :].strip()
            return masked(tail.sub("", query) if tail else query).strip()
    return ""


@handles("RuleStmt")
def create_rule(scene: Scene, node: Node) -> Iterator[Said]:
    """Read the rule that makes a view of a table, as dumps before 10 write some views."""
    if node.get("event") == "CMD_SELECT" and node.get("instead"):
        query = re.split(r"\bDO\s+INSTEAD\b", scene.text, maxsplit=1, flags=re.IGNORECASE)[-1].strip()
        where = scene.path.relation(node["relation"])
        yield Change("relations", where, {"kind": "view", "identity": "default", "definition": masked(query)})
        yield Viewed(where)


@handles("CreateSeqStmt")
def create_sequence(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a sequence."""
    yield _relation(scene, node["sequence"], "sequence")


@handles("CreateSchemaStmt")
def create_schema(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a schema; every database has ``public``."""
    owner = scene.user
    if "authrole" in node:
        owner = str(node["authrole"].get("rolename", ""))
    name = str(node.get("schemaname") or owner)
    if name != "public":
        yield Schema(name=name, owner=owner, **scene.at)


@handles("IndexStmt")
def create_index(scene: Scene, node: Node) -> Iterator[Said]:
    """Read an index that is special."""
    where = scene.path.relation(node["relation"])
    yield from _index(scene, where, str(node.get("idxname", "")), node, node.get("indexParams", ()))


def _index(
    scene: Scene, where: tuple[str, str], name: str, node: Node, elements: Iterable[Node]
) -> Iterator[Index]:
    parts = [one["IndexElem"] for one in elements if "IndexElem" in one]
    found = Index(
        schema=where[0],
        name=name,
        relation=where[1],
        method=str(node.get("accessMethod") or node.get("access_method") or "btree"),
        tablespace=_space(scene, node, "tableSpace" if "tableSpace" in node else "indexspace"),
        classes=tuple(scene.path.known(strings(one["opclass"])) for one in parts if "opclass" in one),
        collations=tuple(scene.path.known(strings(one["collation"])) for one in parts if "collation" in one),
        **scene.at,
    )
    if found.method != "btree" or found.tablespace or found.classes or found.collations:
        yield found


def _constraint(scene: Scene, where: tuple[str, str], node: Node) -> Iterator[Said]:
    kind = node.get("contype")
    if kind == "CONSTR_PRIMARY":
        yield Change("relations", where, {"has_key": True})
    if kind in {"CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_EXCLUSION"} and "indexname" not in node:
        elements = [one["List"]["items"][0] for one in node.get("exclusions", ())]
        name = str(node.get("conname", ""))
        yield from _index(scene, where, name, node, elements)


@handles("AlterTableStmt")
def alter_table(scene: Scene, node: Node) -> Iterator[Said]:
    """Read what becomes of a relation."""
    where = scene.path.relation(node["relation"])
    for command in node.get("cmds", ()):
        yield from _command(scene, where, command["AlterTableCmd"], str(node.get("objtype", "")))


def _command(scene: Scene, where: tuple[str, str], node: Node, of: str) -> Iterator[Said]:
    kind = node["subtype"]
    definition = node.get("def", {})
    if kind == "AT_AddConstraint":
        yield from _constraint(scene, where, definition["Constraint"])
    elif kind == "AT_AddColumn":
        yield from column(scene, where, "table", definition["ColumnDef"])
    elif kind == "AT_AttachPartition" and of != "OBJECT_INDEX":
        child = scene.path.relation(definition["PartitionCmd"]["name"])
        yield Change("relations", child, {"is_partition": True})
    elif kind in _TRIGGERS:
        key = (*where, str(node.get("name", "")))
        yield Change("triggers", key, {"enabled": _TRIGGERS[kind]})
    elif fields := _fields(kind, node):
        yield Change("relations", where, fields)


def _fields(kind: str, node: Node) -> dict[str, object]:
    name = str(node.get("name", ""))
    if kind == "AT_ChangeOwner":
        return {"owner": role(node.get("newowner"))}
    if kind == "AT_ReplicaIdentity":
        said = node["def"]["ReplicaIdentityStmt"].get("identity_type", "d")
        return {"identity": _IDENTITIES.get(said, "default")}
    if kind == "AT_SetTableSpace":
        return {"tablespace": "" if name == "pg_default" else name}
    if kind == "AT_SetAccessMethod":
        return {"access_method": "" if name == "heap" else name}
    if kind == "AT_SetRelOptions":
        said = options(node["def"].get("List", {}).get("items")).get("oids")
        return {} if said is None else {"with_oids": _is_true(said)}
    return _SWITCHES.get(kind, {})


@handles("CreateTrigStmt")
def create_trigger(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a trigger."""
    schema, relation = scene.path.relation(node["relation"])
    yield Trigger(
        schema=schema,
        relation=relation,
        name=str(node.get("trigname", "")),
        function=scene.path.known(strings(node.get("funcname")), system=False),
        **scene.at,
    )
