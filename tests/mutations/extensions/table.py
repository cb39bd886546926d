"""All faults of extension procedures."""

from tests.mutations.extensions import (
    allowed,
    api,
    babelfish,
    cron,
    duckdb,
    functions,
    iam,
    login,
    orafce,
    partman,
    pgaudit,
    pglogical,
    pgstream,
    plv8,
    postgis,
    repack,
    upgrade,
    wal2json,
)

TABLES = (
    allowed.FAULTS,
    api.FAULTS,
    babelfish.FAULTS,
    cron.FAULTS,
    duckdb.FAULTS,
    functions.FAULTS,
    iam.FAULTS,
    login.FAULTS,
    orafce.FAULTS,
    partman.FAULTS,
    pgaudit.FAULTS,
    pglogical.FAULTS,
    pgstream.FAULTS,
    plv8.FAULTS,
    postgis.FAULTS,
    repack.FAULTS,
    upgrade.FAULTS,
    wal2json.FAULTS,
)
FAULTS = tuple(fault for table in TABLES for fault in table)
