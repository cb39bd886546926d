"""Actions on instances: started, described, rebooted, ended. Changes are in ``changes.py``."""

import re

from rdscheck.aws.control.describing import echo, instance, settled
from rdscheck.aws.control.faults import Fault, bad_combination, bad_value, fault, limit
from rdscheck.aws.control.groups import for_version, values_of
from rdscheck.aws.control.registry import Answer, Call, action, filters, page
from rdscheck.aws.control.state import (
    AURORA,
    AVAILABLE,
    CREATING,
    DELETING,
    ENGINES,
    INCOMPATIBLE,
    REBOOTING,
    Database,
)
from rdscheck.catalog.versions import SANDBOX_MAJORS, emulated, read_version
from rdscheck.errors import UsageError
from rdscheck.model import Version
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.refusals import IncompatibleParameters
from rdscheck.sandbox.validation import PENDING

_FORM = re.compile(r"[a-z](?!.*--)[a-z0-9-]{0,62}(?<!-)", re.ASCII)
_DATABASE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}", re.ASCII)
_PASSWORD = re.compile(r"[!-~]*", re.ASCII)

#: How long a waiter's question is held back, less than clients wait for an answer.
_PATIENCE = 25.0

#: What answers for every instance that this sandbox can start.
MASTER = "postgres"


def find(call: Call, identifier: str) -> Database:
    """Return an instance by name, ARN or resource id; raises ``Fault`` when there is none."""
    databases = call.plane.state.databases
    found = next((one for one in databases.values() if one.resource == identifier), None)
    name = identifier.rpartition(":")[2].lower()
    found = found or databases.get(name)
    if found is None:
        # Seen in https://github.com/NixOS/nixops/issues/970
        raise fault("DBInstanceNotFoundFault", f"DBInstance {name} not found.")
    return found


def check_available(database: Database, *others: str) -> None:
    """Raise ``Fault`` unless an instance is in a state in which it can be worked on."""
    if database.status not in {AVAILABLE, *others}:
        # Seen in https://github.com/cloud-custodian/cloud-custodian/issues/1687
        raise fault(
            "InvalidDBInstanceStateFault", f"Instance {database.identifier} is not in available state."
        )


def check_identifier(name: str, parameter: str) -> str:
    """Return an identifier in the case RDS keeps it; seen in https://github.com/hashicorp/terraform/issues/1251."""
    if not _FORM.fullmatch(name.lower()):
        raise bad_value(
            f"The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must"
            " contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two"
            " consecutive hyphens."
        )
    return name.lower()


def check_password(password: str) -> None:
    """Raise ``Fault`` for what RDS does not take as a password."""
    if len(password) < 8:  # guess: the rule is documented, the text is not
        raise bad_value(
            "The parameter MasterUserPassword is not a valid password because it is shorter than"
            " 8 characters."
        )
    # Seen in https://github.com/crossplane/crossplane/issues/88
    if len(password) > 128 or not _PASSWORD.fullmatch(password) or set(password) & set('/@"'):
        raise bad_value(
            "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters"
            " besides '/', '@', '\"', ' ' may be used."
        )


def engine_version(engine: str, asked: str | None) -> str:
    """Return the engine version a text means, the newest where there is none; raises ``Fault``."""
    if engine not in ENGINES:
        raise limit(f"there are no servers of engine {engine!r} here, only {' and '.join(ENGINES)}")
    try:
        return emulated(_sandboxed(asked), "aurora" if engine == AURORA else "rds").version
    except UsageError as error:
        # Seen in https://github.com/TIBCOSoftware/tp-helm-charts/issues/51
        raise bad_combination(f"Cannot find version {asked} for {engine}") from error


def _sandboxed(asked: str | None) -> Version:
    version = read_version(asked or str(SANDBOX_MAJORS[-1]))
    if version.major not in SANDBOX_MAJORS:
        raise UsageError(f"{version} is no version of a sandbox")
    return version


def server_version(version: str) -> Version:
    """Return the version of the server that stands for an engine version.

    Aurora's minors are those of PostgreSQL: where RDS has the same one, its lists are shown.
    """
    wanted = read_version(version)
    newest = Version(wanted.major)
    try:
        return newest if emulated(newest).version == emulated(wanted).version else wanted
    except UsageError:
        return newest


def check_offer(call: Call, version: str) -> Version:
    """Return the version of a server once this machine can start it; raises ``Fault``."""
    wanted = server_version(version)
    offer = call.plane.pool.engine.offer(wanted)
    if not offer.available:
        raise limit(f"{offer.reason}{f' ({offer.mend})' if offer.mend else ''}")
    return wanted


@action("CreateDBInstance")
def create(call: Call) -> Answer:
    """Start a server; it answers at once, and the instance is available once it runs."""
    asked, state = call.arguments, call.plane.state
    name = check_identifier(asked["DBInstanceIdentifier"], "DBInstanceIdentifier")
    engine = asked["Engine"]
    cluster = state.clusters.get(asked.get("DBClusterIdentifier", "").lower())
    if cluster is None and "DBClusterIdentifier" in asked:
        raise fault("DBClusterNotFoundFault", f"DBCluster {asked['DBClusterIdentifier']} not found.")
    if cluster is None and engine == AURORA:
        # guess: the code and the sense are AWS's, the text is not known
        raise bad_combination("An instance of aurora-postgresql needs a DBClusterIdentifier.")
    version = engine_version(engine, asked.get("EngineVersion") or (cluster.version if cluster else None))
    if cluster is not None:
        master, password, database_name = cluster.master, cluster.password, cluster.name
    else:
        master, password = check_login(call)
        database_name = asked.get("DBName", "")
    wanted = check_offer(call, version)
    with state.changed:
        if name in state.databases:
            raise fault("DBInstanceAlreadyExistsFault", "DB instance already exists")
        if cluster is not None and any(one.cluster == cluster.identifier for one in state.databases.values()):
            raise limit("a cluster has one instance here: its writer; there are no readers")
        group = for_version(call, asked.get("DBParameterGroupName"), engine, version)
        database = Database(
            identifier=name,
            engine=engine,
            version=version,
            group=group.name,
            master=master,
            password=password,
            arn=call.arn("db", name),
            region=call.region,
            cluster=cluster.identifier if cluster else "",
            name=database_name,
            iam=cluster.iam if cluster else asked.get("EnableIAMDatabaseAuthentication", False),
            echo=echo(asked, "DBInstance"),
        )
        state.databases[name] = database
        state.tags[database.arn] = {one["Key"]: one.get("Value", "") for one in asked.get("Tags", [])}
    call.plane.background(database, CREATING, lambda: _start(call, database, wanted))
    with state.changed:
        return {"DBInstance": instance(call, database)}


def check_login(call: Call) -> tuple[str, str]:
    """Return the master user's name and password of a request; raises ``Fault``."""
    asked = call.arguments
    if asked.get("ManageMasterUserPassword"):
        raise limit("there is no Secrets Manager here; give --master-user-password")
    for needed in ("MasterUsername", "MasterUserPassword"):
        if needed not in asked:
            # Seen of another parameter: https://github.com/terraform-aws-modules/terraform-aws-rds/pull/210
            raise bad_value(f"The parameter {needed} must be provided and must not be empty.")
    if asked["MasterUsername"] != MASTER:
        raise limit(f"the master user of a sandbox is called {MASTER}: --master-username {MASTER}")
    check_password(asked["MasterUserPassword"])
    name = asked.get("DBName") or asked.get("DatabaseName") or ""
    if name and not _DATABASE.fullmatch(name):
        # Seen in https://github.com/hashicorp/terraform-provider-aws/issues/1137, though underscores are
        # documented to be allowed for PostgreSQL (API_CreateDBInstance.html).
        raise bad_value("DBName must begin with a letter and contain only alphanumeric characters.")
    return asked["MasterUsername"], asked["MasterUserPassword"]


def _start(call: Call, database: Database, wanted: Version) -> None:
    pool, kind = call.plane.pool, call.plane.kind
    with call.plane.state.changed:
        values = values_of(call, database)
    try:
        server = pool.dedicated(kind, wanted, values)
    except IncompatibleParameters:
        # It is there all the same, and waits for a better group.
        server = pool.dedicated(kind, wanted)
    begin(call, database, server)
    call.plane.tell(database, "DB instance created", "creation")


def begin(call: Call, database: Database, server: Instance, *, fresh: bool = True) -> None:
    """Make a server that has just started into an instance: password, group, log-ins by IAM.

    A ``fresh`` one has no data yet and gets its database.
    """
    server.set_master_password(database.password)
    if fresh and database.name and database.name != "postgres":
        server.create_named_database(database.name)
    with call.plane.state.changed:
        database.server = server
        values = values_of(call, database)
    # Where it did not start with its group, or that was changed meanwhile.
    if values != server.group:
        server.modify({**dict.fromkeys(server.group.keys() - values.keys()), **values}, PENDING)
        _restart(database)
    call.plane.rights.write(database)
    # Also where it is off: restored data still say what was so where they come from.
    if database.iam or not fresh:
        call.plane.rights.write_login(database)


def _restart(database: Database) -> None:
    assert database.server is not None
    database.group_changed = False
    try:
        database.server.reboot()
    except IncompatibleParameters as error:
        # The instance's status says so; who repairs the group and reboots gets it back.
        raise Fault("IncompatibleParameters", error.message) from error


@action("DescribeDBInstances")
def describe(call: Call) -> Answer:
    """List instances; to a waiter it answers once what it asks about has settled."""
    state = call.plane.state
    known = ("db-cluster-id", "db-instance-id", "dbi-resource-id", "engine")
    wanted = filters(call.arguments, known)
    with state.changed:
        if call.waiting:
            state.changed.wait_for(lambda: all(map(settled, _chosen(call, wanted))), _PATIENCE)
        chosen = _chosen(call, wanted)
        if "DBInstanceIdentifier" in call.arguments:
            find(call, call.arguments["DBInstanceIdentifier"])
        found, marker = page(chosen, call.arguments, lambda one: one.identifier)
        return {"DBInstances": [instance(call, one) for one in found], "Marker": marker}


def _chosen(call: Call, wanted: dict[str, set[str]]) -> list[Database]:
    databases = list(call.plane.state.databases.values())
    if name := call.arguments.get("DBInstanceIdentifier"):
        known = name.rpartition(":")[2].lower()
        databases = [one for one in databases if one.identifier == known or one.resource == name]
    return [
        one
        for one in databases
        if _among(wanted, "db-instance-id", one.identifier, one.arn)
        and _among(wanted, "db-cluster-id", one.cluster)
        and _among(wanted, "dbi-resource-id", one.resource)
        and _among(wanted, "engine", one.engine)
    ]


def _among(wanted: dict[str, set[str]], name: str, *values: str) -> bool:
    return name not in wanted or not wanted[name].isdisjoint(values)


@action("RebootDBInstance")
def reboot(call: Call) -> Answer:
    """Start a server anew with everything its group holds."""
    with call.plane.state.changed:
        database = find(call, call.arguments["DBInstanceIdentifier"])
        check_available(database, INCOMPATIBLE)
        if call.arguments.get("ForceFailover"):
            # guess: the code and the sense are AWS's
            raise bad_combination("ForceFailover needs an instance configured for Multi-AZ.")
        restart(call, database)
        return {"DBInstance": instance(call, database)}


def restart(call: Call, database: Database) -> None:
    """Reboot an instance behind the caller's back."""

    def work() -> None:
        _restart(database)
        call.plane.tell(database, "DB instance restarted", "availability")

    call.plane.background(database, REBOOTING, work)


@action("DeleteDBInstance")
def delete(call: Call) -> Answer:
    """End a server and all of it, after a last snapshot where one is asked for."""
    asked, state = call.arguments, call.plane.state
    with state.changed:
        database = find(call, asked["DBInstanceIdentifier"])
        last = asked.get("FinalDBSnapshotIdentifier")
        if not asked.get("SkipFinalSnapshot") and last is None and not database.cluster:
            # guess: the rule is documented, the text is not
            raise bad_combination(
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
            )
        if asked.get("SkipFinalSnapshot") and last is not None:
            # Seen of clusters: https://github.com/crossplane-contrib/provider-aws/issues/1423
            raise bad_combination("You cannot specify both FinalDBSnapshotIdentifier and SkipFinalSnapshot")
        if database.echo.get("DeletionProtection"):
            # Seen in https://github.com/hashicorp/terraform-provider-aws/issues/26233
            raise bad_combination(
                "Cannot delete protected DB Instance, please disable deletion protection and try again."
            )
        if database.status == DELETING:
            raise fault(
                "InvalidDBInstanceStateFault", f"Instance {database.identifier} is already being deleted."
            )
        if database.adopted:
            raise limit(f"{database.identifier} is the sandbox itself: rdscheck down ends it")
        take = None
        if last is not None:
            from rdscheck.aws.control.snapshots import prepare  # noqa: PLC0415  they need each other

            check_available(database)
            _, take = prepare(call, database, last)

    def work() -> None:
        if take is not None:
            take()
        if database.server is not None:
            database.server.end()
        with state.changed:
            database.server = None
            del state.databases[database.identifier]
            state.changed.notify_all()
        call.plane.tell(database, "DB instance deleted", "deletion")

    call.plane.background(database, DELETING, work)
    with state.changed:
        return {"DBInstance": instance(call, database)}
