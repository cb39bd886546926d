"""Steps that a page tells the reader to take in the AWS console, done through the control plane."""

import shlex
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from rdscheck.aws.control.state import AVAILABLE
from rdscheck.model import Basis
from rdscheck.runbook.acting import Done
from rdscheck.runbook.lab.psql import Psql
from rdscheck.runbook.lab.world import ACCOUNT, World

#: A role for steps that name none.
_ROLE = "rdscheck-role"

#: Features as a page may write them.
_FEATURES = {"s3import": "s3Import", "s3export": "s3Export", "lambda": "Lambda"}


class Console:
    """Acts of the language that pages are read into: ``add P V``, ``set P V``, ``reboot`` and others."""

    def __init__(self, world: World, psql: Psql) -> None:
        self._world, self._psql = world, psql
        self._acts: dict[str, tuple[int, Callable[..., str]]] = {
            "add": (2, self._add),
            "set": (2, self._set),
            "reboot": (0, self._reboot),
            "snapshot": (0, self._snapshot),
            "associate-group": (0, self._associate),
            "create-group": (0, self._create),
            "add-role": (1, self._add_role),
        }

    def run(self, text: str, seconds: float) -> Done:  # noqa: ARG002  what it waits for has a limit of its own
        """Do one act; what RDS refuses ends it as it ends a command."""
        try:
            words = shlex.split(text)
        except ValueError:
            words = []
        name = words[0] if words else ""
        count, act = self._acts.get(name, (-1, None))
        if act is None or len(words) != count + 1:
            return Done(not_run=f"a console step that rdscheck does not know: {text}")
        try:
            output = act(*words[1:])
        except ClientError as error:
            return Done(f"{error}\n", 1, basis=Basis.EMULATED)
        self._world.settle()
        told = f"{output}\n" if output else ""
        return Done(told, basis=Basis.EMULATED)

    def _instance(self) -> str:
        """Return the instance a step means that names none: the one worked with."""
        login = self._psql.login
        return self._world.used(login.instance if login else "")

    def _there(self) -> str:
        """Return that instance if it runs already, else nothing: it takes its group when it starts."""
        login = self._psql.login
        name = login.instance if login else self._world.current or self._world.main
        return name if name in self._world.plane.state.databases else ""

    def _group(self) -> str:
        """Return the group that a step means: that of the instance, else the one instances begin with."""
        name = self._there()
        if name:
            group = self._world.plane.state.databases[name].group
            if not group.startswith("default."):
                return group
        return self._world.group()

    def _modify(self, parameter: str, value: str) -> None:
        asked = [{"ParameterName": parameter, "ParameterValue": value, "ApplyMethod": "pending-reboot"}]
        self._rds.modify_db_parameter_group(DBParameterGroupName=self._group(), Parameters=asked)

    @property
    def _rds(self) -> Any:
        return self._world.client("rds")

    def _add(self, parameter: str, value: str) -> str:
        listed = [one.strip() for one in self._value(parameter).split(",") if one.strip()]
        if value not in listed:
            listed.append(value)
        self._modify(parameter, ",".join(listed))
        return f"{parameter} = {','.join(listed)}"

    def _value(self, parameter: str) -> str:
        """Return what the console shows as a parameter's value: that of the group, else the default."""
        for page in self._rds.get_paginator("describe_db_parameters").paginate(
            DBParameterGroupName=self._group()
        ):
            for one in page["Parameters"]:
                if one["ParameterName"] == parameter:
                    return str(one.get("ParameterValue") or "")
        return ""

    def _set(self, parameter: str, value: str) -> str:
        self._modify(parameter, value)
        return f"{parameter} = {value}"

    def _reboot(self) -> str:
        if not self._there():
            # It has what its group says from its first start.
            self._instance()
            return ""
        self._rds.reboot_db_instance(DBInstanceIdentifier=self._instance())
        return ""

    def _snapshot(self) -> str:
        number = len(self._world.plane.state.snapshots) + 1
        identifier = f"{self._instance()}-snapshot-{number}"[-63:].lstrip("-0123456789")
        self._rds.create_db_snapshot(DBInstanceIdentifier=self._instance(), DBSnapshotIdentifier=identifier)
        self._rds.get_waiter("db_snapshot_available").wait(
            DBSnapshotIdentifier=identifier, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )
        return f"snapshot {identifier}: {AVAILABLE}"

    def _create(self) -> str:
        return self._world.group()

    def _associate(self) -> str:
        if not self._there():
            self._instance()
            return ""
        name = self._instance()
        group = self._world.group()
        if self._world.plane.state.databases[name].group != group:
            self._rds.modify_db_instance(
                DBInstanceIdentifier=name, DBParameterGroupName=group, ApplyImmediately=True
            )
        return group

    def _add_role(self, feature: str) -> str:
        promised = sorted(self._world.promised["role"])
        role = promised[0] if promised else _ROLE
        self._world.promise("role", role)
        self._world.need("role", role)
        self._rds.add_role_to_db_instance(
            DBInstanceIdentifier=self._instance(),
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}",
            FeatureName=_FEATURES.get(feature.lower().replace("_", ""), feature),
        )
        return f"{role}: {feature}"
