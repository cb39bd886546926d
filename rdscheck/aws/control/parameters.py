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


def rows(call: Call, family: str, group: Group | None) -> list[dict[str, Any]]:
    """Return every parameter of a family, with the values of a group."""
    base = _base(call, family)
    if group is None:
        return [{**row} for row in base]
    unknown = group.values.keys() - {row["ParameterName"] for row in base}
    found = base + [_row(call.plane.rules(family), name, None, None) for name in unknown]
    return [_of_group(row, group) for row in found]


def _of_group(row: dict[str, Any], group: Group) -> dict[str, Any]:
    name, default = row["ParameterName"], row["ParameterValue"]
    value = group.values.get(name)
    if value is None:
        method = PENDING
        source = "system" if default is not None else "engine-default"
    else:
        method = group.methods.get(name) or (PENDING if row["ApplyType"] == "static" else IMMEDIATE)
        source = "user"
    return {
        **row,
        "ParameterValue": default if value is None else value,
        "Source": source,
        "ApplyMethod": method,
    }


def _base(call: Call, family: str) -> list[dict[str, Any]]:
    """Return the rows of a family without any group; making them takes longer than all the rest."""
    known = call.plane.parameters
    if family not in known:
        known[family] = _made(call.plane.rules(family))
    return known[family]


def _made(rules: Rules) -> list[dict[str, Any]]:
    known = parameters(rules.engine_version)
    here = {one.name: one for one in rules.here.settings.values() if settable(one)}
    return [_row(rules, name, known.get(name), here.get(name)) for name in sorted({*known, *here})]


def _row(rules: Rules, name: str, known: Parameter | None, setting: Setting | None) -> dict[str, Any]:
    return {
        "ParameterName": name,
        "ParameterValue": known.default if known and known.default else None,
        "Description": (known.note if known else "") or None,
        "Source": "engine-default",
        "ApplyType": "static" if rules.static(name) else "dynamic",
        "DataType": _type(known, setting),
        "AllowedValues": _allowed(known, setting),
        "IsModifiable": not (known and known.modifiable == "no"),
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
        found = rows(call, group.family, group)
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
        found = rows(call, family, None)
    shown, marker = page(found, call.arguments, lambda row: str(row["ParameterName"]))
    return {"EngineDefaults": {"DBParameterGroupFamily": family, "Parameters": shown, "Marker": marker}}


@action("DescribeEngineDefaultParameters")
def describe_defaults(call: Call) -> Answer:
    """List the defaults of a family."""
    return _defaults(call, set(families().values()))


@action("DescribeEngineDefaultClusterParameters")
def describe_cluster_defaults(call: Call) -> Answer:
    """List the defaults of a family of clusters."""
    return _defaults(call, {AURORA})
