"""ALTER … OWNER TO, of all but relations."""

from collections.abc import Iterator

from rdscheck.assess.dump.naming import Node, role, strings, text
from rdscheck.assess.dump.scene import Change, Said, Scene, handles
from rdscheck.assess.facts import Database

#: The lists of objects that have a name alone, a name in a schema, and arguments too.
_NAMED = {
    "OBJECT_SCHEMA": "schemas",
    "OBJECT_LANGUAGE": "languages",
    "OBJECT_EVENT_TRIGGER": "event_triggers",
    "OBJECT_FDW": "wrappers",
    "OBJECT_FOREIGN_SERVER": "servers",
    "OBJECT_PUBLICATION": "publications",
    "OBJECT_SUBSCRIPTION": "subscriptions",
    "OBJECT_TABLESPACE": "tablespaces",
}
_IN_SCHEMA = {"OBJECT_TYPE": "types", "OBJECT_DOMAIN": "types"}
_CALLED = {
    "OBJECT_FUNCTION": "functions",
    "OBJECT_PROCEDURE": "functions",
    "OBJECT_ROUTINE": "functions",
    "OBJECT_AGGREGATE": "aggregates",
}


@handles("AlterOwnerStmt")
def alter_owner(scene: Scene, node: Node) -> Iterator[Said]:
    """Read whose an object is."""
    kind, thing = str(node.get("objectType", "")), node.get("object", {})
    fields: dict[str, object] = {"owner": role(node.get("newowner"))}
    if kind == "OBJECT_DATABASE":
        name = text(thing)
        yield Change("databases", (name,), fields, Database(name=name, line=scene.line, **fields))  # type: ignore[arg-type]
    elif kind in _NAMED:
        yield Change(_NAMED[kind], (text(thing),), fields)
    elif kind in _IN_SCHEMA:
        yield Change(_IN_SCHEMA[kind], scene.path.name(thing.get("List", {}).get("items")), fields)
    elif kind in _CALLED:
        yield Change(_CALLED[kind], scene.path.signature(thing), fields)
    elif kind == "OBJECT_OPERATOR":
        yield _operator(scene, thing, fields)
    elif kind in {"OBJECT_OPCLASS", "OBJECT_OPFAMILY"}:
        method, *names = strings(thing.get("List", {}).get("items"))
        key = (*scene.path.split(names), method, str(kind == "OBJECT_OPFAMILY"))
        yield Change("operator_classes", key, fields)


def _operator(scene: Scene, thing: Node, fields: dict[str, object]) -> Change:
    one = thing["ObjectWithArgs"]
    left, right = (scene.path.type(argument) for argument in one.get("objargs", ({}, {})))
    return Change("operators", (*scene.path.name(one.get("objname")), left, right), fields)
