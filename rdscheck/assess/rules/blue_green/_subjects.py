"""Moves that a blue/green deployment can make: upgrades of RDS or Aurora to another major."""

from rdscheck.assess.majors import changes
from rdscheck.assess.rule import Context
from rdscheck.assess.target import Move

#: All rules of this group are about one of the ways to upgrade, so none of them blocks the others.
UPGRADES = (Move.UPGRADE,)


def concerned(context: Context) -> bool:
    """Tell whether the move may be made by a blue/green deployment with logical replication."""
    return changes(context)
