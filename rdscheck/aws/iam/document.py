"""Policy documents, read and checked against IAM's grammar.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from rdscheck.errors import InvalidPolicy

#: Versions of the language; only the newer one has policy variables.
_VERSIONS = ("2012-10-17", "2008-10-17")

_PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")
_OPERATOR = re.compile(r"(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?", re.IGNORECASE)


class Kind(Enum):
    """What a policy is attached to: it decides which elements its statements have."""

    IDENTITY = "identity"
    RESOURCE = "resource"
    TRUST = "trust"


@dataclass(frozen=True)
class Condition:
    """One operator, as written, on one key; ``quantifier`` is ``forallvalues``, ``foranyvalue`` or empty."""

    operator: str
    quantifier: str
    if_exists: bool
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """One statement; ``other_…`` is true where the document says Not… instead.

    ``resources`` is empty in a trust policy, ``principals`` (pairs of kind and name) outside of
    resource and trust policies. ``place`` says where it stands, for messages.
    """

    place: str
    allows: bool
    actions: tuple[str, ...]
    other_actions: bool
    resources: tuple[str, ...]
    other_resources: bool
    principals: tuple[tuple[str, str], ...]
    other_principals: bool
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Policy:
    """A policy document; ``name`` says which one it is, for messages."""

    name: str
    kind: Kind
    variables: bool  # whether ${…} is a variable in this version of the language
    statements: tuple[Statement, ...]


def read_policy(document: str | Mapping[str, Any], name: str, kind: Kind = Kind.IDENTITY) -> Policy:
    """Read a document, JSON or already parsed; raises ``InvalidPolicy`` with the place of the error."""
    if isinstance(document, str):
        try:
            document = json.loads(document, object_pairs_hook=_unique)
        except ValueError as error:
            raise InvalidPolicy(f"{name} is no JSON: {error}") from error
    if not isinstance(document, Mapping):
        raise InvalidPolicy(f"{name}: a policy is an object")
    _known(document, ("Version", "Id", "Statement"), name)
    version = document.get("Version", "2008-10-17")
    if version not in _VERSIONS:
        raise InvalidPolicy(f"{name}: Version is {version!r}", hint=f"known are {', '.join(_VERSIONS)}")
    if "Statement" not in document:
        raise InvalidPolicy(f"{name}: Statement is missing")
    listed = document["Statement"]
    listed = listed if isinstance(listed, list) else [listed]
    statements = tuple(_statement(one, f"{name}: Statement[{at}]", kind) for at, one in enumerate(listed))
    return Policy(name, kind, version == "2012-10-17", statements)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse what JSON readers take and IAM does not: an element twice, of which one would be lost."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands twice")
    return found


def _statement(value: Any, place: str, kind: Kind) -> Statement:
    if not isinstance(value, Mapping):
        raise InvalidPolicy(f"{place}: a statement is an object")
    if isinstance(sid := value.get("Sid"), str):
        place = f"{place} ({sid})"
    elements = ["Sid", "Effect", "Action", "NotAction", "Condition"]
    if kind is not Kind.TRUST:
        elements += ["Resource", "NotResource"]
    if kind is not Kind.IDENTITY:
        elements += ["Principal", "NotPrincipal"]
    _known(value, elements, place)
    if value.get("Effect") not in {"Allow", "Deny"}:
        raise InvalidPolicy(f"{place}: Effect is {value.get('Effect')!r} and neither Allow nor Deny")
    actions, other_actions = _one_of(value, "Action", place)
    resources: tuple[str, ...] = ()
    other_resources = False
    if kind is not Kind.TRUST:
        resources, other_resources = _one_of(value, "Resource", place)
    principals: tuple[tuple[str, str], ...] = ()
    other_principals = False
    if kind is not Kind.IDENTITY:
        principals, other_principals = _principals(value, place)
    for action in actions:
        if action != "*" and ":" not in action:
            raise InvalidPolicy(f"{place}: Action {action!r} has no service", hint="such as s3:PutObject")
    for resource in resources:
        if "*" not in resource[:1] and resource.count(":") < 5 and "${" not in resource:
            raise InvalidPolicy(
                f"{place}: Resource {resource!r} is no ARN", hint="such as arn:aws:s3:::bucket/*"
            )
        if "\n" in resource:
            raise InvalidPolicy(f"{place}: Resource holds a line break")
    return Statement(
        place=place,
        allows=value["Effect"] == "Allow",
        actions=actions,
        other_actions=other_actions,
        resources=resources,
        other_resources=other_resources,
        principals=principals,
        other_principals=other_principals,
        conditions=tuple(_conditions(value.get("Condition", {}), f"{place}.Condition")),
    )


def _one_of(value: Mapping[str, Any], name: str, place: str) -> tuple[tuple[str, ...], bool]:
    """Return the texts of an element and whether it is the one that begins with Not."""
    present = [each for each in (name, f"Not{name}") if each in value]
    if len(present) != 1:
        raise InvalidPolicy(f"{place}: one of {name} and Not{name} is needed")
    texts = _texts(value[present[0]], f"{place}.{present[0]}")
    if not texts:
        raise InvalidPolicy(f"{place}.{present[0]} is empty")
    return texts, present[0] != name


def _principals(value: Mapping[str, Any], place: str) -> tuple[tuple[tuple[str, str], ...], bool]:
    present = [each for each in ("Principal", "NotPrincipal") if each in value]
    if len(present) != 1:
        raise InvalidPolicy(f"{place}: one of Principal and NotPrincipal is needed")
    place, other = f"{place}.{present[0]}", present[0] == "NotPrincipal"
    given = value[present[0]]
    if given == "*":
        return (("AWS", "*"),), other
    if not isinstance(given, Mapping) or not given:
        raise InvalidPolicy(f"{place} is neither '*' nor an object")
    _known(given, _PRINCIPALS, place)
    return tuple((kind, one) for kind, names in given.items() for one in _texts(names, place)), other


def _conditions(value: Any, place: str) -> list[Condition]:
    if not isinstance(value, Mapping):
        raise InvalidPolicy(f"{place} is no object")
    found = []
    for operator, keys in value.items():
        parts = _OPERATOR.fullmatch(operator)
        if parts is None:
            raise InvalidPolicy(f"{place}: {operator!r} is no operator")
        if not isinstance(keys, Mapping) or not keys:
            raise InvalidPolicy(f"{place}.{operator} is no object of keys and values")
        for key, values in keys.items():
            texts = _texts(values, f"{place}.{operator}.{key}", plain=False)
            found.append(Condition(parts[2], (parts[1] or "").lower(), bool(parts[3]), str(key), texts))
    return found


def _texts(value: Any, place: str, *, plain: bool = True) -> tuple[str, ...]:
    """Return a text or a list of texts; conditions may have numbers and truth values too."""
    found = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, bool) and not plain:
            found.append("true" if one else "false")
        elif isinstance(one, int | float) and not isinstance(one, bool) and not plain:
            found.append(str(one))
        elif isinstance(one, str):
            found.append(one)
        else:
            raise InvalidPolicy(f"{place} holds {one!r} where a text is needed")
    return tuple(found)


def _known(value: Mapping[str, Any], names: tuple[str, ...] | list[str], place: str) -> None:
    for name in value:
        if name not in names:
            raise InvalidPolicy(
                f"{place}: {name!r} does not belong here", hint=f"known are {', '.join(names)}"
            )
