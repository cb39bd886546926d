"""All faults of extension procedures."""

from tests.mutations.extensions import allowed, orafce, pgaudit

FAULTS = (*allowed.FAULTS, *orafce.FAULTS, *pgaudit.FAULTS)
