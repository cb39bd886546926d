"""Statements about the session that restores: settings, and what large objects and sequences are told."""

from collections.abc import Iterator

from rdscheck.assess.dump.naming import Node, Path, quoted, strings, text
from rdscheck.assess.dump.scene import Said, Scene, handles
from rdscheck.assess.facts import Setting, Statement
from rdscheck.assess.secrets import masked_value

#: Parameters that are lists of names: each is quoted where needed, as the server keeps them.
_NAMES = frozenset(
    """
    local_preload_libraries search_path session_preload_libraries shared_preload_libraries
    temp_tablespaces unix_socket_directories
    """.split()  # noqa: SIM905
)


def value_of(node: Node) -> str:
    """Return the value of a SET as the catalogs keep it."""
    values = [text(one) for one in node.get("args", ())]
    if str(node.get("name", "")).lower() in _NAMES:
        values = [quoted(one) if one else '""' for one in values]
    return ", ".join(values)


@handles("VariableSetStmt")
def set_variable(scene: Scene, node: Node) -> Iterator[Said]:
    """Follow a SET, and keep it once; every database of a dump of many begins with the same ones."""
    name = str(node.get("name", "")).lower()
    values = [text(one) for one in node.get("args", ())]
    first = values[0] if values else ""
    follow(scene, name, values)
    if name in {"role", "session_authorization"}:
        scene.user = "" if first.lower() in {"", "none", "default"} else first
    if node.get("kind", "VAR_SET_VALUE") == "VAR_SET_VALUE" and name != "session_authorization":
        value = masked_value(name, value_of(node))
        yield Setting(name=name, value=value, scope="session", line=scene.line)


def follow(scene: Scene, name: str, values: list[str]) -> None:
    """Change what later statements of the session mean."""
    first = values[0] if values else ""
    if name == "search_path":
        scene.path = Path(values)
    elif name == "default_tablespace":
        scene.tablespace = "" if first == "pg_default" else first
    elif name == "default_table_access_method":
        scene.access_method = "" if first == "heap" else first
    elif name == "default_with_oids":
        scene.oids = first.lower() in {"true", "on", "yes", "1", "t"}
    elif name == "standard_conforming_strings":
        scene.escapes = first.lower() in {"false", "off", "no", "0", "f"}
    elif name == "client_encoding":
        scene.encoding = first.upper() or "UTF8"


@handles("SelectStmt")
def select(scene: Scene, node: Node) -> Iterator[Said]:
    """Follow ``SELECT set_config('search_path', …)``, as newer dumps write it."""
    for target in node.get("targetList", ()):
        call = target.get("ResTarget", {}).get("val", {}).get("FuncCall")
        if call and strings(call.get("funcname"))[-1:] == ["set_config"]:
            arguments = [text(one) for one in call.get("args", ())]
            if len(arguments) == 3:
                value = arguments[1]
                follow(scene, arguments[0].lower(), [part.strip(' "') for part in value.split(",")])
    return iter(())


@handles("CopyStmt")
def copy(scene: Scene, node: Node) -> Iterator[Said]:
    """Read which table has data in the dump."""
    if node.get("is_from") and "filename" not in node and "relation" in node:
        yield Statement(kind="copy", detail=".".join(scene.path.relation(node["relation"])), **scene.at)
