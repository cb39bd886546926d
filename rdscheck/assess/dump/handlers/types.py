"""Types of users."""

from collections.abc import Iterator

from rdscheck.assess.dump.handlers.tables import column
from rdscheck.assess.dump.naming import Node, strings
from rdscheck.assess.dump.scene import Said, Scene, handles
from rdscheck.assess.facts import Type


def type_fact(
    scene: Scene, where: tuple[str, str], kind: str, parts: tuple[str, ...] = (), made_by: str = ""
) -> Type:
    """Return the fact of a type; ``made_by`` is the input function of a base type."""
    schema, name = where
    return Type(schema=schema, name=name, kind=kind, owner=scene.user, parts=parts, input=made_by, **scene.at)


@handles("CompositeTypeStmt")
def create_composite(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a composite type."""
    where = scene.path.relation(node["typevar"])
    columns = [one["ColumnDef"] for one in node.get("coldeflist", ())]
    parts = tuple(scene.path.type(one.get("typeName")) for one in columns)
    yield type_fact(scene, where, "composite", parts)
    for one in columns:
        yield from column(scene, where, "composite type", one)


@handles("CreateEnumStmt")
def create_enum(scene: Scene, node: Node) -> Iterator[Said]:
    """Read an enum."""
    yield type_fact(scene, scene.path.name(node.get("typeName")), "enum")


@handles("CreateDomainStmt")
def create_domain(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a domain."""
    parts = (scene.path.type(node.get("typeName")),)
    yield type_fact(scene, scene.path.name(node.get("domainname")), "domain", parts)


@handles("CreateRangeStmt")
def create_range(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a range type."""
    given = {one["DefElem"]["defname"]: one["DefElem"].get("arg") for one in node.get("params", ())}
    parts = (scene.path.type(given.get("subtype")),)
    yield type_fact(scene, scene.path.name(node.get("typeName")), "range", parts)


def create_base(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a base type, or the shell that its functions need before it."""
    where = scene.path.name(node.get("defnames"))
    given = {one["DefElem"]["defname"]: one["DefElem"].get("arg") for one in node.get("definition", ())}
    if not given:
        yield type_fact(scene, where, "shell")
        return
    element = scene.path.type(given.get("element"))
    made_by = scene.path.known(
        strings((given.get("input") or {}).get("TypeName", {}).get("names")), system=False
    )
    yield type_fact(scene, where, "base", (element,) if element else (), made_by)
