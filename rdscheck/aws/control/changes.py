"""ModifyDBInstance: another group, password or version, log-ins by IAM, and what only shows."""

from collections.abc import Callable

from rdscheck.aws.control.describing import echo, instance
from rdscheck.aws.control.faults import bad_combination, bad_value, limit
from rdscheck.aws.control.groups import find as find_group
from rdscheck.aws.control.groups import for_version, refusals, values_of
from rdscheck.aws.control.instances import check_available, check_offer, check_password, engine_version, find
from rdscheck.aws.control.registry import Answer, Arguments, Call, action
from rdscheck.aws.control.state import INCOMPATIBLE, UPGRADING, Database
from rdscheck.catalog.versions import read_version
from rdscheck.sandbox.upgrading import UpgradeBlocked
from rdscheck.sandbox.validation import PENDING
from rdscheck.upgrade.targets import TargetRefused, check_target

#: What waits for the maintenance window unless it is to be applied at once. A sandbox has no such window.
_WAITING = ("AllocatedStorage", "DBInstanceClass", "EngineVersion", "Iops", "MultiAZ", "StorageType")

_REFUSED = {
    "NewDBInstanceIdentifier": "an instance keeps its name",
    "MasterUserSecretKmsKeyId": "there is no Secrets Manager",
    "ManageMasterUserPassword": "there is no Secrets Manager",
    "DBPortNumber": "the port is whichever was free",
}


@action("ModifyDBInstance")
def modify(call: Call) -> Answer:
    """Change an instance: at once where RDS does, else when asked to apply it immediately."""
    asked, state = call.arguments, call.plane.state
    for name, reason in _REFUSED.items():
        if asked.get(name):
            raise limit(f"{name}: {reason} here")
    if "MasterUserPassword" in asked:
        check_password(asked["MasterUserPassword"])
    with state.changed:
        database = find(call, asked["DBInstanceIdentifier"])
        check_available(database, INCOMPATIBLE)
        if database.cluster and "MasterUserPassword" in asked:
            raise bad_value(
                "The password of an instance of a cluster is changed by ModifyDBCluster."
            )  # guess
        work = _upgrade(call, database)
        if work is None and "DBParameterGroupName" in asked:
            for_version(call, asked["DBParameterGroupName"], database.engine, database.version)
        changed = {
            name: value
            for name, value in echo(asked, "DBInstance").items()
            if database.echo.get(name) != value
        }
        waiting = {name: changed.pop(name) for name in _WAITING if name in changed}
        if asked.get("ApplyImmediately"):
            database.echo |= {
                name: database.pending.pop(name)
                for name in _WAITING
                if name in database.pending and name != "EngineVersion"
            }
            changed |= waiting
        else:
            database.pending |= waiting
        database.echo |= changed
    _at_once(call, database, asked, upgrading=work is not None)
    if work is not None:
        call.plane.background(database, UPGRADING, work)
    with state.changed:
        return {"DBInstance": instance(call, database)}


def _at_once(call: Call, database: Database, asked: Arguments, *, upgrading: bool) -> None:
    """Do what RDS does as soon as possible, whatever ApplyImmediately says."""
    server = database.server
    with refusals(), database.lock:
        if server is None:
            return
        if (password := asked.get("MasterUserPassword")) is not None:
            database.password = password
            server.set_master_password(password)
            call.plane.tell(database, "Reset master credentials", "configuration change")
        if "EnableIAMDatabaseAuthentication" in asked:
            database.iam = asked["EnableIAMDatabaseAuthentication"]
            call.plane.rights.write_login(database)
        if (name := asked.get("DBParameterGroupName")) and not upgrading:
            attach(call, database, name.lower())
    with call.plane.state.changed:
        call.plane.state.changed.notify_all()


def attach(call: Call, database: Database, group: str) -> None:
    """Give an instance another group: all its values, dynamic ones too, wait for a reboot.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html
    """
    server = database.server
    assert server is not None
    if database.group == group:
        return
    with call.plane.state.changed:
        database.group = group
        values = values_of(call, database)
    gone = dict.fromkeys(server.group.keys() - values.keys())
    server.modify({**gone, **values}, PENDING)
    database.group_changed = True
    call.plane.tell(database, "Updated to use DBParameterGroup " + group, "configuration change")


def _upgrade(call: Call, database: Database) -> Callable[[], None] | None:
    """Return what upgrades an instance where a request asks for it now; raises ``Fault``."""
    asked = call.arguments
    given = asked.get("EngineVersion")
    if given is None and asked.get("ApplyImmediately"):
        given = database.pending.get("EngineVersion")
    if given is None or given == database.version:
        return None
    wanted = engine_version(database.engine, given)
    old, new = read_version(database.version), read_version(wanted)
    if wanted == database.version:
        return None
    if old.major == new.major:
        raise limit("a sandbox has no minor upgrades: its server is the one installed of a major")
    if database.cluster:
        raise limit("clusters are not upgraded here; instances of engine postgres are")
    if not asked.get("AllowMajorVersionUpgrade"):
        # Seen in logs of terraform and in notes about ModifyDBCluster, many of them.
        raise bad_combination(
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
        )
    try:
        check_target(database.version, wanted)
    except TargetRefused as error:
        raise bad_combination(error.message) from error
    current = find_group(call, database.group)
    name = asked.get("DBParameterGroupName")
    if name is None and not current.default:
        # Seen in https://github.com/aws/aws-cli/issues/5939
        raise bad_combination(
            f"The current DB instance parameter group {current.name} is custom. You must explicitly specify a"
            " new DB instance parameter group, either default or custom, for the engine version upgrade."
        )
    group = for_version(call, name, database.engine, wanted)
    server_version = check_offer(call, wanted)
    if not asked.get("ApplyImmediately"):
        database.pending["EngineVersion"] = wanted
        return None
    database.pending["EngineVersion"] = wanted

    def work() -> None:
        server = database.server
        assert server is not None
        try:
            server.upgrade(str(server_version), dict(group.values))
        except UpgradeBlocked as error:
            call.plane.tell(database, error.message, "maintenance")
            raise
        else:
            database.version, database.group = wanted, group.name
            database.group_changed = False
            call.plane.tell(database, f"Database instance has been upgraded to {wanted}", "maintenance")
        finally:
            database.pending.pop("EngineVersion", None)

    return work
