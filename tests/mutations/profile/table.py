"""Deliberate faults of the RDS profile and the claims that must turn red for each.

A claim nobody can turn red says nothing. Faults are texts changed in the C source of rdsutils
and in the files a data directory is baked with.
"""

from tests.mutations.profile import in_baked, in_extensions, in_objects, in_roles, in_settings
from tests.mutations.profile.fault import Fault

FAULTS: tuple[Fault, ...] = (
    # Those that bake take longest, so they begin first.
    *in_baked.FAULTS,
    *in_extensions.FAULTS,
    *in_objects.FAULTS,
    *in_roles.FAULTS,
    *in_settings.FAULTS,
)
