"""Grants on objects of the system or to its roles, default privileges, security labels."""

from collections.abc import Iterator

from rdscheck.assess.dump.naming import Node, role, roles, strings, text
from rdscheck.assess.dump.scene import Added, Said, Scene, handles
from rdscheck.assess.facts import DefaultPrivilege, Grant, SecurityLabel
from rdscheck.assess.roles import is_system_role

_KINDS = {
    "OBJECT_FUNCTION": "function",
    "OBJECT_PROCEDURE": "function",
    "OBJECT_ROUTINE": "function",
    "OBJECT_AGGREGATE": "function",
    "OBJECT_TABLE": "table",
    "OBJECT_SEQUENCE": "table",
    "OBJECT_SCHEMA": "schema",
    "OBJECT_LANGUAGE": "language",
    "OBJECT_FDW": "foreign data wrapper",
    "OBJECT_FOREIGN_SERVER": "foreign server",
    "OBJECT_PARAMETER_ACL": "parameter",
    "OBJECT_TABLESPACE": "tablespace",
    "OBJECT_TYPE": "type",
    "OBJECT_DOMAIN": "type",
    "OBJECT_DATABASE": "database",
}
_ALL = {
    "function": ("EXECUTE",),
    "schema": ("CREATE", "USAGE"),
    "language": ("USAGE",),
    "foreign data wrapper": ("USAGE",),
    "foreign server": ("USAGE",),
    "parameter": ("ALTER SYSTEM", "SET"),
    "tablespace": ("CREATE",),
    "type": ("USAGE",),
    "database": ("CONNECT", "CREATE", "TEMPORARY"),
}
_TABLE = ("DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE")
_SYSTEM_LANGUAGES = frozenset({"c", "internal", "sql", "plpgsql"})
_DEFAULTS = {
    "OBJECT_TABLE": "tables",
    "OBJECT_SEQUENCE": "sequences",
    "OBJECT_FUNCTION": "functions",
    "OBJECT_TYPE": "types",
    "OBJECT_SCHEMA": "schemas",
    "OBJECT_LARGEOBJECT": "large objects",
}


def _everything(scene: Scene, kind: str, node: Node) -> tuple[str, ...]:
    if kind != "table":
        return _ALL[kind]
    if node.get("objtype") == "OBJECT_SEQUENCE":
        return ("SELECT", "UPDATE", "USAGE")
    # MAINTAIN came with 17; a dump of unknown version is taken to be older.
    return tuple(sorted((*_TABLE, "MAINTAIN"))) if scene.major >= 17 else _TABLE


@handles("GrantStmt")
def grant(scene: Scene, node: Node) -> Iterator[Said]:
    """Read privileges that deserve a look."""
    kind = _KINDS.get(str(node.get("objtype")))
    if not node.get("is_grant") or kind is None or node.get("targtype") != "ACL_TARGET_OBJECT":
        return
    said = sorted(str(one["AccessPriv"].get("priv_name", "")).upper() for one in node.get("privileges", ()))
    privileges = said if said and said != [""] else _everything(scene, kind, node)
    grantees = roles(node.get("grantees"))
    grantor = role(node.get("grantor")) or scene.user
    for thing in node.get("objects", ()):
        name, system = _object(scene, kind, thing)
        for grantee in grantees:
            if system or is_system_role(grantee) or is_system_role(grantor):
                for privilege in dict.fromkeys(privileges):
                    yield Grant(
                        kind=kind,
                        object=name,
                        privilege="TEMPORARY" if privilege == "TEMP" else privilege,
                        grantee=grantee,
                        grantor=grantor,
                        **scene.at,
                    )


def _object(scene: Scene, kind: str, thing: Node) -> tuple[str, bool]:
    """Return the name of an object, and whether it is the system's or a parameter."""
    if "RangeVar" in thing:
        schema, name = scene.path.relation(thing)
        return f"{schema}.{name}", _is_system(schema)
    if "ObjectWithArgs" in thing:
        schema, name, arguments = scene.path.signature(thing)
        return f"{schema}.{name}({arguments})", _is_system(schema)
    if "List" in thing:
        name = scene.path.known(strings(thing["List"].get("items")))
        return name, _is_system(name.partition(".")[0])
    name = text(thing)
    system = (kind == "schema" and _is_system(name)) or (kind == "language" and name in _SYSTEM_LANGUAGES)
    return name, system or kind == "parameter"


def _is_system(schema: str) -> bool:
    return schema == "information_schema" or schema.startswith("pg_")


@handles("AlterDefaultPrivilegesStmt")
def default_privileges(scene: Scene, node: Node) -> Iterator[Said]:
    """Read default privileges; several statements about the same objects are one fact."""
    given = {
        one["DefElem"]["defname"]: one["DefElem"].get("arg", {}).get("List", {}).get("items", ())
        for one in node.get("options", ())
    }
    action = node.get("action", {})
    kind = _DEFAULTS.get(str(action.get("objtype")), "")
    granted = roles(action.get("grantees")) if action.get("is_grant") else []
    for who in roles(given.get("roles")) or [scene.user]:
        for schema in strings(given.get("schemas")) or [""]:
            yield DefaultPrivilege(role=who, schema=schema, kind=kind, **scene.at)
            gains = tuple(one for one in granted if one != who)
            yield Added("default_privileges", (who, schema, kind), "grantees", gains)


@handles("SecLabelStmt")
def security_label(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a security label."""
    kind = str(node.get("objtype", "")).removeprefix("OBJECT_").lower().replace("_", " ")
    thing = node.get("object", {})
    if "ObjectWithArgs" in thing:
        schema, name, arguments = scene.path.signature(thing)
        shown = f"{schema}.{name}({arguments})"
    elif "TypeName" in thing:
        shown = scene.path.type(thing)
    else:
        shown = text(thing)
    whole = kind in {"role", "database", "tablespace"}
    yield SecurityLabel(
        provider=str(node.get("provider", "")),
        kind=kind,
        object=shown,
        database="" if whole else scene.database,
        line=scene.line,
    )
