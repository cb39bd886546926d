"""The many objects of ``CREATE … (name = value)``: aggregates, operators, collations, text search."""

from collections.abc import Iterator, Mapping

from rdscheck.assess.dump.handlers.types import create_base
from rdscheck.assess.dump.naming import Node, options, strings, text
from rdscheck.assess.dump.scene import Said, Scene, handles
from rdscheck.assess.facts import Aggregate, Collation, Operator, TextSearch

_TEXT_SEARCH = {
    "OBJECT_TSCONFIGURATION": ("configuration", "parser"),
    "OBJECT_TSDICTIONARY": ("dictionary", "template"),
    "OBJECT_TSPARSER": ("parser", ""),
    "OBJECT_TSTEMPLATE": ("template", ""),
}


@handles("DefineStmt")
def define(scene: Scene, node: Node) -> Iterator[Said]:
    """Read one of them."""
    kind = str(node.get("kind", ""))
    given = {
        str(one["DefElem"]["defname"]).lower(): one["DefElem"].get("arg") or {}
        for one in node.get("definition", ())
    }
    if kind == "OBJECT_TYPE":
        yield from create_base(scene, node)
    elif kind == "OBJECT_AGGREGATE":
        yield _aggregate(scene, node, given)
    elif kind == "OBJECT_OPERATOR":
        yield _operator(scene, node, given)
    elif kind == "OBJECT_COLLATION":
        yield _collation(scene, node, given)
    elif kind in _TEXT_SEARCH:
        yield _text_search(scene, node, given, kind)


def _names(node: Node) -> list[str]:
    """Return a name that the grammar reads as a type's, or as a list of names."""
    if "List" in node:
        return strings(node["List"].get("items"))
    if "String" in node:
        return [text(node)]
    return strings(node.get("TypeName", {}).get("names"))


def _aggregate(scene: Scene, node: Node, given: Mapping[str, Node]) -> Aggregate:
    schema, name = scene.path.name(node.get("defnames"))
    if node.get("oldstyle"):
        base = given.get("basetype", {})
        arguments = "" if text(base).lower() == "any" else scene.path.printed(base)
    else:
        first = node["args"][0] if node.get("args") else {}
        arguments = scene.path.arguments(first.get("List", {}).get("items"))
    used = (given.get(one, {}) for one in ("sfunc", "finalfunc", "combinefunc"))
    return Aggregate(
        schema=schema,
        name=name,
        arguments=arguments,
        functions=tuple(scene.path.known(_names(one)) for one in used if one),
        state=scene.path.type(given.get("stype")),
        owner=scene.user,
        **scene.at,
    )


def _operator(scene: Scene, node: Node, given: Mapping[str, Node]) -> Operator:
    schema, name = scene.path.name(node.get("defnames"))
    return Operator(
        schema=schema,
        name=name,
        left=scene.path.type(given.get("leftarg")),
        right=scene.path.type(given.get("rightarg")),
        function=scene.path.known(
            _names(given.get("function") or given.get("procedure") or {}), system=False
        ),
        owner=scene.user,
        **scene.at,
    )


def _collation(scene: Scene, node: Node, given: Mapping[str, Node]) -> Collation:
    schema, name = scene.path.name(node.get("defnames"))
    said = {one: text(value) for one, value in given.items()}
    return Collation(
        schema=schema,
        name=name,
        provider=said.get("provider", "libc"),
        locale=said.get("locale") or said.get("lc_collate", ""),
        deterministic=said.get("deterministic", "true").lower() not in {"false", "off", "0", "no"},
        version=said.get("version", ""),
        rules=said.get("rules", ""),
        **scene.at,
    )


def _text_search(scene: Scene, node: Node, given: Mapping[str, Node], kind: str) -> TextSearch:
    schema, name = scene.path.name(node.get("defnames"))
    word, base = _TEXT_SEARCH[kind]
    others = {one: value for one, value in options(node.get("definition")).items() if one != base}
    return TextSearch(
        schema=schema,
        name=name,
        kind=word,
        based_on=scene.path.known(_names(given.get(base, {}))) if base else "",
        options=tuple(f"{one}={value}" for one, value in others.items()) if word == "dictionary" else (),
        **scene.at,
    )
