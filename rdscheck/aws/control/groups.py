"""Actions on parameter groups, of instances and of clusters: made, changed, reset, removed."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from rdscheck.aws.control.faults import Fault, bad_combination, bad_value, fault, limit, missing
from rdscheck.aws.control.registry import Answer, Call, action, filters, page
from rdscheck.aws.control.state import AURORA, RDS, Database, Group
from rdscheck.catalog.versions import SANDBOX_MAJORS
from rdscheck.errors import RdscheckError
from rdscheck.sandbox.refusals import ParameterRefused

#: Kind of group -> names in the API: of the group, of its family in answers, faults, and in an ARN.
_NAME = {False: "DBParameterGroupName", True: "DBClusterParameterGroupName"}
_ARN = {False: "DBParameterGroupArn", True: "DBClusterParameterGroupArn"}
_KIND = {False: "pg", True: "cluster-pg"}

#: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBParameterGroup.html
_FORM = re.compile(r"[a-z](?!.*--)[a-z0-9-]{0,254}(?<!-)", re.ASCII)
_MOST = 20  # parameters of one request, by API_ModifyDBParameterGroup.html


def families() -> dict[str, str]:
    """Return every family with its engine."""
    return {
        f"{prefix}{major}": engine
        for engine, prefix in ((RDS, "postgres"), (AURORA, "aurora-postgresql"))
        for major in SANDBOX_MAJORS
    }


def table(call: Call, *, cluster: bool) -> dict[str, Group]:
    """Return the groups of a kind; each family's default group is among them."""
    state = call.plane.state
    groups = state.cluster_groups if cluster else state.groups
    for family, engine in families().items():
        name = f"default.{family}"
        if name not in groups and (engine == AURORA or not cluster):
            about = f"Default {'cluster ' if cluster else ''}parameter group for {family}"
            groups[name] = Group(name, family, about, call.arn(_KIND[cluster], name), cluster=cluster)
    return groups


def find(call: Call, name: str, *, cluster: bool = False) -> Group:
    """Return a group; raises ``Fault`` when there is none of that name."""
    found = table(call, cluster=cluster).get(name.lower())
    if found is None:
        # Seen in https://github.com/terraform-aws-modules/terraform-aws-rds/issues/213 and, of clusters,
        # https://github.com/terraform-aws-modules/terraform-aws-rds-aurora/issues/50
        what = "DBClusterParameterGroup" if cluster else "DBParameterGroup"
        raise fault(f"{what}NotFoundFault", f"{what} not found: {name}")
    return found


def for_version(call: Call, name: str | None, engine: str, version: str, *, cluster: bool = False) -> Group:
    """Return the group an instance of a version is to have, the default one where none is named."""
    prefix = "postgres" if engine == RDS else "aurora-postgresql"
    family = f"{prefix}{version.partition('.')[0]}"
    group = find(call, name or f"default.{family}", cluster=cluster)
    if group.family != family:
        # Seen in https://github.com/mattermost/mattermost-load-test-ng/pull/707
        raise bad_combination(
            f"The parameter group {group.name} with DBParameterGroupFamily {group.family} can't be used for"
            f" this instance. Use a parameter group with DBParameterGroupFamily {family}."
        )
    return group


def used_by(call: Call, group: Group) -> list[Database]:
    """Return the instances that have a group, by themselves or by their cluster."""
    state = call.plane.state
    if not group.cluster:
        return [one for one in state.databases.values() if one.group == group.name]
    clusters = {one.identifier for one in state.clusters.values() if one.group == group.name}
    return [one for one in state.databases.values() if one.cluster in clusters]


def values_of(call: Call, database: Database) -> dict[str, str]:
    """Return the values of an instance's group, and before them those of its cluster's."""
    state = call.plane.state
    cluster = state.clusters.get(database.cluster)
    shared = find(call, cluster.group, cluster=True).values if cluster else {}
    return {**shared, **find(call, database.group).values}


def _described(group: Group) -> Answer:
    return {
        _NAME[group.cluster]: group.name,
        "DBParameterGroupFamily": group.family,
        "Description": group.description,
        _ARN[group.cluster]: group.arn,
    }


def _create(call: Call, *, cluster: bool) -> Answer:
    asked = call.arguments
    name, family = asked[_NAME[cluster]].lower(), asked["DBParameterGroupFamily"]
    if not _FORM.fullmatch(name):
        # Seen in https://github.com/aws/aws-cli/issues/2886
        raise bad_value(
            f"The parameter {_NAME[cluster]} is not a valid identifier. Identifiers must begin with a letter;"
            " must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain"
            " two consecutive hyphens."
        )
    engine = families().get(family)
    if engine is None or (cluster and engine != AURORA):
        # Seen in https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/703
        raise bad_value(f"ParameterGroupFamily {family} is not a valid parameter group family")
    with call.plane.state.changed:
        groups = table(call, cluster=cluster)
        if name in groups:
            raise fault("DBParameterGroupAlreadyExistsFault", f"Parameter group {name} already exists")
        group = Group(name, family, asked["Description"], call.arn(_KIND[cluster], name), cluster=cluster)
        groups[name] = group
        call.plane.state.tags[group.arn] = {one["Key"]: one.get("Value", "") for one in asked.get("Tags", [])}
    return {"DBClusterParameterGroup" if cluster else "DBParameterGroup": _described(group)}


def _describe(call: Call, *, cluster: bool) -> Answer:
    filters(call.arguments, ())
    with call.plane.state.changed:
        if name := call.arguments.get(_NAME[cluster]):
            rows = [find(call, name, cluster=cluster)]
        else:
            rows = list(table(call, cluster=cluster).values())
    found, marker = page(rows, call.arguments, lambda one: one.name)
    member = "DBClusterParameterGroups" if cluster else "DBParameterGroups"
    return {member: [_described(one) for one in found], "Marker": marker}


def _delete(call: Call, *, cluster: bool) -> Answer:
    with call.plane.state.changed:
        group = find(call, call.arguments[_NAME[cluster]], cluster=cluster)
        if group.default:
            # Seen in https://github.com/awsdocs/amazon-rds-user-guide/issues/14
            raise fault(
                "InvalidDBParameterGroupStateFault",
                f"Default DBParameterGroup cannot be deleted: {group.name}",
            )
        clusters = [one for one in call.plane.state.clusters.values() if cluster and one.group == group.name]
        if used_by(call, group) or clusters:
            # Seen in https://github.com/hashicorp/terraform-provider-aws/issues/6448 (instances)
            what = "clusters" if cluster else "instances"
            raise fault(
                "InvalidDBParameterGroupStateFault",
                f"One or more database {what} are still members of this parameter group {group.name},"
                " so the group cannot be deleted",
            )
        table(call, cluster=cluster).pop(group.name)
        call.plane.state.tags.pop(group.arn, None)
    return {}


def _unchangeable() -> Fault:
    """Say what RDS says by several public reports."""
    return bad_value("Cannot modify a default parameter group.")


def _modify(call: Call, *, cluster: bool) -> Answer:
    group = find(call, call.arguments[_NAME[cluster]], cluster=cluster)
    if group.default:
        raise _unchangeable()
    asked = call.arguments["Parameters"]
    if not asked:
        raise missing("Parameters")
    if len(asked) > _MOST:
        raise bad_value(f"A maximum of {_MOST} parameters can be modified in a single request.")
    changes: dict[str, tuple[str | None, str]] = {}
    with refusals():
        rules = call.plane.rules(group.family)
        for one in asked:
            if "ParameterName" not in one:
                raise missing("Parameters.member.1.ParameterName")
            if "ParameterValue" not in one:
                raise missing("Parameters.member.1.ParameterValue")
            name, value = rules.name(one["ParameterName"]), one["ParameterValue"]
            rules.check(name, value)
            changes[name] = value, rules.method(name, one.get("ApplyMethod"))
    _apply(call, group, changes)
    return {_NAME[cluster]: group.name}


def _reset(call: Call, *, cluster: bool) -> Answer:
    group = find(call, call.arguments[_NAME[cluster]], cluster=cluster)
    if group.default:
        raise _unchangeable()
    asked = call.arguments.get("Parameters", [])
    everything = call.arguments.get("ResetAllParameters", not asked)
    if everything and asked:
        raise bad_combination("ResetAllParameters and Parameters exclude each other.")
    changes: dict[str, tuple[str | None, str]] = {}
    with refusals():
        rules = call.plane.rules(group.family)
        if everything:
            # What can comes into force at once, the rest at the next reboot: API_ResetDBParameterGroup.html
            changes = {name: (None, rules.method(name, None)) for name in group.values}
        for one in asked:
            name = rules.name(one.get("ParameterName", ""))
            rules.check(name, None)
            changes[name] = None, rules.method(name, one.get("ApplyMethod"))
    _apply(call, group, changes)
    return {_NAME[cluster]: group.name}


def _apply(call: Call, group: Group, changes: Mapping[str, tuple[str | None, str]]) -> None:
    """Change a group and the servers that have it; where a server refuses, the group stays as it was."""
    state = call.plane.state
    with state.changed:
        before = dict(group.values), dict(group.methods)
        for name, (value, method) in changes.items():
            group.values.pop(name, None)
            group.methods.pop(name, None)
            if value is not None:
                group.values[name] = value
                group.methods[name] = method
        users = used_by(call, group)
    try:
        for database in users:
            change(call, database, changes)
    except BaseException:
        with state.changed:
            group.values, group.methods = before
        raise


def change(call: Call, database: Database, changes: Mapping[str, tuple[str | None, str]]) -> None:
    """Change parameters of a running server, each by its own method; raises ``Fault``."""
    effective = values_of(call, database)
    with database.lock, refusals():
        if database.server is None:
            return  # it takes its group when it starts
        for method in dict.fromkeys(method for _, method in changes.values()):
            part = {name: effective.get(name) for name, (_, how) in changes.items() if how == method}
            database.server.modify(part, method)
    with call.plane.state.changed:
        call.plane.state.changed.notify_all()


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the sandbox raises about parameters into AWS's errors."""
    try:
        yield
    except ParameterRefused as error:
        raise Fault(error.code, error.message) from error
    except RdscheckError as error:
        raise limit(str(error)) from error


def _both(name: str, cluster_name: str, function: Callable[..., Answer]) -> None:
    """Register what does an action for groups of instances and its twin for those of clusters."""
    action(name)(partial(function, cluster=False))
    action(cluster_name)(partial(function, cluster=True))


_both("CreateDBParameterGroup", "CreateDBClusterParameterGroup", _create)
_both("DescribeDBParameterGroups", "DescribeDBClusterParameterGroups", _describe)
_both("DeleteDBParameterGroup", "DeleteDBClusterParameterGroup", _delete)
_both("ModifyDBParameterGroup", "ModifyDBClusterParameterGroup", _modify)
_both("ResetDBParameterGroup", "ResetDBClusterParameterGroup", _reset)
