"""Actions that list parameters: of a group, and the defaults of a family."""

from typing import Any

from rdscheck.aws.control.faults import bad_value
from rdscheck.aws.control.groups import families, find, refusals
from rdscheck.aws.control.registry import Answer, Arguments, Call, action, page
from rdscheck.aws.control.state import AURORA, Group
from rdscheck.catalog.parameters import Parameter, parameters
from rdscheck.sandbox.settings import Setting
from rdscheck.sandbox.validation import IMMEDIATE, PENDING, Rules, choices, settable

_SOURCES = ("user", "system", "engine-default")
_TYPES = {"bool": "boolean", "enum": "string", "integer": "integer", "real": "float", "string": "string"}


def rows(rules: Rules, group: Group | None) -> list[dict[str, Any]]:
    """Return every parameter of a family, with the values of a group."""
    known = parameters(rules.engine_version)
    here = {one.name: one for one in rules.here.settings.values() if settable(one)}
    names = {*known, *here, *(group.values if group else ())}
    return [_row(rules, name, known.get(name), here.get(name), group) for name in sorted(names)]


def _row(
    rules: Rules, name: str, known: Parameter | None, setting: Setting | None, group: Group | None
) -> dict[str, Any]:
    static = rules.static(name)
    default = known.default if known and known.default else None
    mine = group.values.get(name) if group else None
    if mine is not None:
        source = "user"
    else:
        source = "system" if default is not None and group is not None else "engine-default"
    method = group.methods.get(name) if group else None
    return {
        "ParameterName": name,
        "ParameterValue": mine if mine is not None else default,
        "Description": (known.note if known else "") or None,
        "Source": source,
        "ApplyType": "static" if static else "dynamic",
        "DataType": _type(known, setting),
        "AllowedValues": _allowed(known, setting),
        "IsModifiable": not (known and known.modifiable == "no"),
        "ApplyMethod": method or (PENDING if static or mine is None else IMMEDIATE),
    }


def _type(known: Parameter | None, setting: Setting | None) -> str:
    if setting:
        return _TYPES.get(setting.kind, "string")
    return "boolean" if known and known.allowed == "0|1" else "string"


def _allowed(known: Parameter | None, setting: Setting | None) -> str | None:
    if known and (words := choices(known)):
        return ",".join(words)
    if setting is None:
        return (known.allowed if known else "") or None
    if setting.kind == "bool":
        return "0,1"
    if setting.words:
        return ",".join(setting.words)
    return f"{setting.low}-{setting.high}" if setting.low else None


def _answer(found: list[dict[str, Any]], arguments: Arguments) -> tuple[list[dict[str, Any]], str | None]:
    if source := arguments.get("Source"):
        if source not in _SOURCES:
            raise bad_value(f"Invalid value {source} for Source. Must be one of {', '.join(_SOURCES)}")
        found = [row for row in found if row["Source"] == source]
    return page(found, arguments, lambda row: str(row["ParameterName"]))


def _describe(call: Call, *, cluster: bool) -> Answer:
    name = call.arguments["DBClusterParameterGroupName" if cluster else "DBParameterGroupName"]
    group = find(call, name, cluster=cluster)
    with refusals():
        found = rows(call.plane.rules(group.family), group)
    shown, marker = _answer(found, call.arguments)
    return {"Parameters": shown, "Marker": marker}


@action("DescribeDBParameters")
def describe_parameters(call: Call) -> Answer:
    """List the parameters of an instance's group."""
    return _describe(call, cluster=False)


@action("DescribeDBClusterParameters")
def describe_cluster_parameters(call: Call) -> Answer:
    """List the parameters of a cluster's group."""
    return _describe(call, cluster=True)


def _defaults(call: Call, engines: set[str]) -> Answer:
    family = call.arguments["DBParameterGroupFamily"]
    if families().get(family) not in engines:
        raise bad_value(f"ParameterGroupFamily {family} is not a valid parameter group family")
    with refusals():
        found = rows(call.plane.rules(family), None)
    shown, marker = page(found, call.arguments, lambda row: str(row["ParameterName"]))
    for row in shown:
        row.pop("ApplyMethod")  # only groups have it
    return {"EngineDefaults": {"DBParameterGroupFamily": family, "Parameters": shown, "Marker": marker}}


@action("DescribeEngineDefaultParameters")
def describe_defaults(call: Call) -> Answer:
    """List the defaults of a family."""
    return _defaults(call, set(families().values()))


@action("DescribeEngineDefaultClusterParameters")
def describe_cluster_defaults(call: Call) -> Answer:
    """List the defaults of a family of clusters."""
    return _defaults(call, {AURORA})
