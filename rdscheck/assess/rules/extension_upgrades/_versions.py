"""Versions of extensions on both sides of a move."""

from rdscheck.assess.facts import Extension, Flavour
from rdscheck.assess.rule import Context
from rdscheck.assess.rules.extensions._numbers import Numbers, numbers
from rdscheck.assess.target import AURORA, RDS
from rdscheck.catalog.extensions import listed, offered
from rdscheck.catalog.numbering import base


def on_target(context: Context, name: str) -> Numbers:
    """Return the version the target's list has; nothing where it is not offered."""
    there = context.target.extensions.get(name)
    return numbers(there.version) if there else ()


def newest_on_source(context: Context, name: str) -> str:
    """Return the version that an extension can be updated to before the move; empty where not known."""
    origin = context.facts.origin
    engine = AURORA if origin.flavour is Flavour.AURORA else RDS
    lists = listed(int(origin.major), engine)
    same = [version for version in lists if base(version) == origin.version] or lists
    entry = offered(same[-1], engine).get(name) if same else None
    return entry.version if entry else ""


def crosses(context: Context, one: Extension, border: Numbers) -> bool:
    """Tell whether an extension is before a version here, and at it or after it on the target.

    What has no version, as in a dump, does not cross.
    """
    here, there = numbers(one.version), on_target(context, one.name)
    return bool(here) and here < border <= there


def skips_a_major(context: Context) -> bool:
    """Tell whether an upgrade leaves a major out."""
    return bool(context.source_major) and context.target.major - context.source_major > 1
