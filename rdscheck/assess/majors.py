"""Which borders between major versions a move crosses, and where its source runs."""

from rdscheck.assess.facts import Flavour
from rdscheck.assess.rule import Context


def changes(context: Context) -> bool:
    """Tell whether the move goes to another major; a source of unknown version may do so."""
    return context.source_major != context.target.major


def crosses(context: Context, border: float) -> bool:
    """Tell whether the move comes from before a major to that or a later one, an unknown source included."""
    return context.source_major < border <= context.target.major


def from_service(context: Context) -> bool:
    """Tell whether the source is known to be RDS or Aurora: what the service sets is nothing new there."""
    return context.facts.origin.flavour in {Flavour.RDS, Flavour.AURORA}
