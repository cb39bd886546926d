"""All faults of extension procedures."""

from tests.mutations.extensions import allowed, cron, orafce, partman, pgaudit, repack

FAULTS = (
    *allowed.FAULTS,
    *cron.FAULTS,
    *orafce.FAULTS,
    *partman.FAULTS,
    *pgaudit.FAULTS,
    *repack.FAULTS,
)
