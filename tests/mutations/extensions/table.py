"""All faults of extension procedures."""

from tests.mutations.extensions import allowed, orafce, pgaudit, plv8, postgis, wal2json

FAULTS = (*allowed.FAULTS, *orafce.FAULTS, *pgaudit.FAULTS, *plv8.FAULTS, *postgis.FAULTS, *wal2json.FAULTS)
