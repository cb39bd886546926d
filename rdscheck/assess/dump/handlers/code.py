"""What runs: extensions, languages, functions, casts, operator classes, event triggers."""

import re
from collections.abc import Iterator
from typing import Any

from rdscheck.assess.dump.handlers.session import value_of
from rdscheck.assess.dump.naming import Node, options, strings, text
from rdscheck.assess.dump.scene import Change, Said, Scene, handles
from rdscheck.assess.facts import (
    AccessMethod,
    Cast,
    Conversion,
    EventTrigger,
    Extension,
    Function,
    Language,
    OperatorClass,
    Setting,
    Transform,
)
from rdscheck.assess.secrets import masked_value

ENABLED = {"O": "origin", "D": "disabled", "R": "replica", "A": "always"}
_LANGUAGE = re.compile(
    r"CREATE\s+(?:OR\s+REPLACE\s+)?(TRUSTED\s+)?(?:PROCEDURAL\s+)?LANGUAGE\b", re.IGNORECASE
)
_OUTPUTS = {"FUNC_PARAM_OUT", "FUNC_PARAM_INOUT", "FUNC_PARAM_TABLE"}


@handles("CreateExtensionStmt")
def create_extension(scene: Scene, node: Node) -> Iterator[Said]:
    """Read an extension."""
    if match := _LANGUAGE.match(scene.text):
        # Without a handler, as dumps before 13 have languages of templates; to the parser it is an extension.
        name = str(node.get("extname", ""))
        if name != "plpgsql":
            yield Language(name=name, trusted=bool(match[1]), owner=scene.user, **scene.at)
        return
    given = options(node.get("options"))
    yield Extension(
        name=str(node.get("extname", "")),
        version=given.get("new_version", ""),
        schema=given.get("schema", ""),
        owner=scene.user,
        **scene.at,
    )


@handles("CreatePLangStmt")
def create_language(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a language that no extension brings; ``plpgsql`` every database has."""
    name = str(node.get("plname", ""))
    if name != "plpgsql":
        yield Language(
            name=name,
            trusted=bool(node.get("pltrusted")),
            handler=scene.path.known(strings(node.get("plhandler"))),
            owner=scene.user,
            **scene.at,
        )


def function_options(node: Node) -> dict[str, Any]:
    """Return the options of a function, those that may stand often but once each."""
    return {one["DefElem"]["defname"]: one["DefElem"].get("arg") or {} for one in node.get("options", ())}


def body_of(node: Node) -> str:
    """Return the body of a function or DO statement, empty for one without a string."""
    given = function_options(node) if "options" in node else {}
    for one in node.get("args", ()):
        given[one["DefElem"]["defname"]] = one["DefElem"].get("arg") or {}
    said = given.get("as", {})
    items = strings(said["List"].get("items")) if "List" in said else [text(said)]
    return items[0] if items else ""


@handles("CreateFunctionStmt")
def create_function(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a function or procedure, and the settings it brings."""
    schema, name = scene.path.name(node.get("funcname"))
    given = function_options(node)
    language = text(given.get("language")).lower() or "sql"
    said = strings(given.get("as", {}).get("List", {}).get("items")) if "as" in given else []
    library = symbol = ""
    if language == "c" and said:
        library, symbol = said[0], (said[1] if len(said) > 1 else name)
    elif language == "internal" and said:
        symbol = said[0]
    procedure = bool(node.get("is_procedure"))
    found = Function(
        schema=schema,
        name=name,
        arguments=scene.path.arguments(node.get("parameters")),
        language=language,
        kind="procedure" if procedure else "window" if text(given.get("window")) == "true" else "function",
        owner=scene.user,
        library=library,
        symbol=symbol,
        returns="" if procedure else _returns(scene, node),
        security_definer=text(given.get("security")) == "true",
        leakproof=text(given.get("leakproof")) == "true",
        support=scene.path.known(strings(given.get("support", {}).get("List", {}).get("items"))),
        transforms=tuple(
            scene.path.type(one) for one in given.get("transform", {}).get("List", {}).get("items", ())
        ),
        **scene.at,
    )
    yield found
    for one in node.get("options", ()):
        element = one["DefElem"]
        if element["defname"] == "set":
            yield from _setting(scene, found.signature, element["arg"]["VariableSetStmt"])


def _returns(scene: Scene, node: Node) -> str:
    outputs = [
        one["FunctionParameter"]
        for one in node.get("parameters", ())
        if one["FunctionParameter"].get("mode") in _OUTPUTS
    ]
    if len(outputs) > 1:
        return "pg_catalog.record"
    if "returnType" in node:
        return scene.path.type(node["returnType"])
    return scene.path.type(outputs[0].get("argType")) if outputs else ""


def _setting(scene: Scene, signature: str, node: Node) -> Iterator[Setting]:
    if node.get("kind", "VAR_SET_VALUE") == "VAR_SET_VALUE":
        name = str(node.get("name", ""))
        value = masked_value(name, value_of(node))
        yield Setting(name=name, value=value, scope="function", subject=signature, **scene.at)


@handles("CreateCastStmt")
def create_cast(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a cast."""
    function = node.get("func", {})
    yield Cast(
        source=scene.path.type(node.get("sourcetype")),
        target=scene.path.type(node.get("targettype")),
        method="function" if function else "inout" if node.get("inout") else "binary",
        function=scene.path.known(strings(function.get("objname")), system=False),
        context=str(node.get("context", "COERCION_EXPLICIT")).removeprefix("COERCION_").lower(),
        **scene.at,
    )


@handles("CreateTransformStmt")
def create_transform(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a transform."""
    yield Transform(
        type=scene.path.type(node.get("type_name")), language=str(node.get("lang", "")), **scene.at
    )


@handles("CreateConversionStmt")
def create_conversion(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a conversion between encodings."""
    schema, name = scene.path.name(node.get("conversion_name"))
    function = scene.path.known(strings(node.get("func_name")))
    yield Conversion(schema=schema, name=name, function=function, **scene.at)


@handles("CreateOpClassStmt", "CreateOpFamilyStmt")
def create_operator_class(scene: Scene, node: Node) -> Iterator[Said]:
    """Read an operator class or family."""
    family = "opfamilyname" in node and "opclassname" not in node
    schema, name = scene.path.name(node.get("opfamilyname" if family else "opclassname"))
    method = str(node.get("amname", ""))
    yield OperatorClass(schema=schema, name=name, method=method, family=family, owner=scene.user, **scene.at)


@handles("CreateAmStmt")
def create_access_method(scene: Scene, node: Node) -> Iterator[Said]:
    """Read an access method."""
    yield AccessMethod(
        name=str(node.get("amname", "")),
        kind="table" if node.get("amtype") == "t" else "index",
        handler=scene.path.known(strings(node.get("handler_name"))),
        **scene.at,
    )


@handles("CreateEventTrigStmt")
def create_event_trigger(scene: Scene, node: Node) -> Iterator[Said]:
    """Read an event trigger."""
    yield EventTrigger(
        name=str(node.get("trigname", "")),
        event=str(node.get("eventname", "")),
        function=scene.path.known(strings(node.get("funcname")), system=False),
        owner=scene.user,
        **scene.at,
    )


@handles("AlterEventTrigStmt")
def alter_event_trigger(_scene: Scene, node: Node) -> Iterator[Said]:
    """Read when an event trigger fires."""
    fields: dict[str, object] = {"enabled": ENABLED.get(str(node.get("tgenabled", "O")), "origin")}
    yield Change("event_triggers", (str(node.get("trigname", "")),), fields)
