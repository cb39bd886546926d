"""Where the local control plane differs from RDS's API, or rests on a guess about it."""

from rdscheck.model import Deviation

_API = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference"
_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_AURORA = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide"

DEVIATIONS = (
    Deviation(
        "control-plane-error-texts",
        "the words of errors that no public source shows",
        "the API documents their codes and HTTP statuses, not their texts",
        "the documented code and status, with a text of ours",
        "guessed",
        f"{_API}/CommonErrors.html",
    ),
    Deviation(
        "control-plane-endpoint",
        "address and port of an instance",
        "a name under rds.amazonaws.com, at the port asked for",
        "this machine's loopback and a free port; a port asked for is not taken",
        "known",
        f"{_API}/API_CreateDBInstance.html",
    ),
    Deviation(
        "control-plane-master-user",
        "the name of the master user",
        "any name of 1 to 63 letters, digits and underscores but reserved words",
        "postgres; others are refused and the text begins with rdscheck:",
        "known",
        f"{_API}/API_CreateDBInstance.html",
    ),
    Deviation(
        "control-plane-one-region",
        "regions",
        "each has its own instances, groups and snapshots",
        "all are in one place; the region of a request is in ARNs only",
        "known",
        f"{_GUIDE}/Concepts.RegionsAndAvailabilityZones.html",
    ),
    Deviation(
        "control-plane-maintenance-window",
        "changes that are not to be applied immediately",
        "they wait for the maintenance window",
        "they stay in PendingModifiedValues until a change is applied immediately: there is no such window",
        "known",
        f"{_GUIDE}/USER_ModifyInstance.ApplyImmediately.html",
    ),
    Deviation(
        "control-plane-waiters",
        "how long a waiter of the clients waits",
        "it asks every 30 seconds, so an instance may be available for half a minute before it tells",
        "its question is answered when there is something to tell, or after 25 seconds",
        "known",
        "https://github.com/boto/botocore (data/rds/2014-10-31/waiters-2.json)",
    ),
    Deviation(
        "control-plane-sizes",
        "instance class, storage, Multi-AZ, subnets, security groups, encryption, backups",
        "they decide what a server runs on and who reaches it",
        "they are shown as asked for and change nothing; formulas of the class are refused",
        "known",
        f"{_API}/API_CreateDBInstance.html",
    ),
    Deviation(
        "control-plane-aurora",
        "engine aurora-postgresql",
        "Aurora, with readers beside the writer",
        "community PostgreSQL with the lists of RDS, under Aurora's versions and groups; the writer only",
        "known",
        f"{_AURORA}/Aurora.AuroraPostgreSQL.html",
    ),
    Deviation(
        "control-plane-minor-upgrades",
        "an upgrade to another minor version of the same major",
        "done in the maintenance window or immediately",
        "refused with a text that begins with rdscheck: a major has one server here",
        "known",
        f"{_GUIDE}/USER_UpgradeDBInstance.PostgreSQL.Minor.html",
    ),
    Deviation(
        "control-plane-keys",
        "who may call the API",
        "whoever's keys and policies allow the action",
        "everybody who reaches this machine's loopback; signatures are not checked",
        "known",
        f"{_GUIDE}/UsingWithRDS.IAM.html",
    ),
    Deviation(
        "snapshot-slots",
        "replication slots of an instance restored from a snapshot",
        "not documented",
        "there are none, as after pg_basebackup",
        "guessed",
        f"{_GUIDE}/USER_RestoreFromSnapshot.html",
    ),
)
