"""Where an extension procedure in a sandbox differs from RDS, or rests on a guess about it."""

from rdscheck.model import Deviation

DEVIATIONS: tuple[Deviation, ...] = ()
