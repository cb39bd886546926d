"""Deliberate faults and the claims that must turn red for each: what keeps the scenarios honest.

A claim nobody can turn red says nothing. Each mutant is planted in one of three
places: SQL around the stand-in's functions, the harness that writes associated
roles and policies, or the C source of a stand-in.
"""

from tests.mutations import in_export, in_harness, in_import, in_lambda, in_source
from tests.mutations.mutant import Mutant
from tests.mutations.planting import export, import_

#: Not a fault: the bare wrappers, with which every claim must stay green.
NEUTRAL = Mutant("neutral", "a wrapper that does nothing", (), sql=export() + import_())

MUTANTS: tuple[Mutant, ...] = (
    *in_export.MUTANTS,
    *in_import.MUTANTS,
    *in_harness.MUTANTS,
    *in_lambda.MUTANTS,
    *in_source.MUTANTS,
)
