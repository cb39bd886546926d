"""AWS's Query protocol, both ways, by the shapes of botocore's model.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/using-query-api.html, and the serialisers of
botocore (https://github.com/boto/botocore), whose names of list members count.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from rdscheck.aws.control.faults import Fault, bad_value, missing

NAMESPACE = "http://rds.amazonaws.com/doc/2014-10-31/"

#: What XML 1.0 has no way to write.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_DEEPEST = 10

Node = dict[str, Any]


def read(operation: Any, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the arguments of a request; raises ``Fault`` for what cannot be read or is missing."""
    shape = operation.input_shape
    found = _structure(shape, _tree(form), "") if shape else {}
    for name in shape.required_members if shape else ():
        if name not in found:
            raise missing(name)
    return found


def _tree(form: Mapping[str, str]) -> Node:
    """Return a form by the parts of its names: ``Filters.Filter.1.Name``."""
    root: Node = {}
    for key, value in form.items():
        *path, last = key.split(".")
        if len(path) > _DEEPEST:
            raise Fault("MalformedQueryString", f"The name {key[:100]} has too many parts.")
        node = root
        for part in path:
            below = node.setdefault(part, {})
            if not isinstance(below, dict):
                raise Fault("MalformedQueryString", f"The name {key[:100]} is used twice.")
            node = below
        if isinstance(node.get(last), dict):
            raise Fault("MalformedQueryString", f"The name {key[:100]} is used twice.")
        node[last] = value
    return root


def _value(shape: Any, node: Any, name: str) -> Any:
    if shape.type_name == "structure":
        if not isinstance(node, dict):
            raise Fault("MalformedInput", f"{name} is a structure.")
        return _structure(shape, node, f"{name}.")
    if shape.type_name == "list":
        return _list(shape, node, name)
    if isinstance(node, dict):
        raise Fault("MalformedInput", f"{name} is one value.")
    return _scalar(shape, node, name)


def _structure(shape: Any, node: Node, prefix: str) -> dict[str, Any]:
    found = {}
    for member, inner in shape.members.items():
        key = inner.serialization.get("name", member)
        if key in node:
            found[member] = _value(inner, node[key], prefix + member)
    return found


def _list(shape: Any, node: Any, name: str) -> list[Any]:
    if node == "":  # how clients write an empty list
        return []
    if not isinstance(node, dict):
        raise Fault("MalformedInput", f"{name} is a list.")
    if not shape.serialization.get("flattened"):
        node = node.get(shape.member.serialization.get("name", "member"), node.get("member"))
    if not isinstance(node, dict) or not all(re.fullmatch(r"[0-9]{1,6}", key, re.ASCII) for key in node):
        raise Fault("MalformedInput", f"The members of {name} are numbered.")
    return [_value(shape.member, node[key], name) for key in sorted(node, key=int)]


def _scalar(shape: Any, text: str, name: str) -> Any:
    kind = shape.type_name
    if kind in {"integer", "long"}:
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text, re.ASCII):
            raise Fault("MalformedInput", f"{name} is a whole number, not {text[:100]!r}.")
        return int(text)
    if kind == "boolean":
        if text.lower() not in {"true", "false"}:
            raise Fault("MalformedInput", f"{name} is true or false, not {text[:100]!r}.")
        return text.lower() == "true"
    if kind == "timestamp":
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise bad_value(f"{name} is a time such as 2026-01-31T12:00:00Z, not {text[:100]!r}.") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if kind in {"double", "float"}:
        try:
            return float(text)
        except ValueError:
            raise Fault("MalformedInput", f"{name} is a number, not {text[:100]!r}.") from None
    return text


def write(operation: Any, answer: Mapping[str, Any], request_id: str) -> bytes:
    """Return the XML of an answer; a member the model does not have is a mistake of ours."""
    parts = [f'<{operation.name}Response xmlns="{NAMESPACE}">']
    shape = operation.output_shape
    if shape is not None:
        wrapper = shape.serialization.get("resultWrapper", f"{operation.name}Result")
        parts += [f"<{wrapper}>", *_members(shape, answer), f"</{wrapper}>"]
    parts.append(f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>")
    parts.append(f"</{operation.name}Response>")
    return "".join(parts).encode()


def _members(shape: Any, value: Mapping[str, Any]) -> Iterator[str]:
    unknown = value.keys() - shape.members.keys()
    assert not unknown, f"{shape.name} has no {sorted(unknown)}"
    for member, inner in shape.members.items():
        if value.get(member) is not None:
            yield from _element(inner.serialization.get("name", member), inner, value[member])


def _element(name: str, shape: Any, value: Any) -> Iterator[str]:
    if shape.type_name == "list":
        flat = shape.serialization.get("flattened")
        inner = name if flat else shape.member.serialization.get("name", "member")
        if not flat:
            yield f"<{name}>"
        for one in value:
            yield from _element(inner, shape.member, one)
        if not flat:
            yield f"</{name}>"
        return
    yield f"<{name}>"
    if shape.type_name == "structure":
        yield from _members(shape, value)
    else:
        yield escape(_text(value))
    yield f"</{name}>"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _NO_XML.sub("?", str(value))


def write_fault(error: Fault, request_id: str) -> bytes:
    """Return the XML of an error."""
    kind = "Sender" if error.sender else "Receiver"
    return (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>{kind}</Type><Code>{escape(error.code)}</Code>'
        f"<Message>{escape(_text(error.message))}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    ).encode()
