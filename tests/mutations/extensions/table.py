"""All faults of extension procedures."""

from tests.mutations.extensions import (
    allowed,
    cron,
    iam,
    orafce,
    partman,
    pgaudit,
    pglogical,
    plv8,
    postgis,
    repack,
    upgrade,
    wal2json,
)

TABLES = (
    allowed.FAULTS,
    cron.FAULTS,
    iam.FAULTS,
    orafce.FAULTS,
    partman.FAULTS,
    pgaudit.FAULTS,
    pglogical.FAULTS,
    plv8.FAULTS,
    postgis.FAULTS,
    repack.FAULTS,
    upgrade.FAULTS,
    wal2json.FAULTS,
)
FAULTS = tuple(fault for table in TABLES for fault in table)
