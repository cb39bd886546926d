"""What every fact has, and where facts come from."""

from dataclasses import dataclass
from enum import StrEnum


class Flavour(StrEnum):
    """What kind of server the source is."""

    PLAIN = "plain"  # PostgreSQL that is none of the below
    RDS = "rds"
    AURORA = "aurora"
    UNKNOWN = "unknown"  # a dump does not tell


class Via(StrEnum):
    """Where facts come from."""

    LIVE = "live"
    DUMP = "dump"


@dataclass(frozen=True, slots=True)
class Origin:
    """The source of the facts.

    ``label`` names it in reports, without password. ``version`` is ``server_version`` as ``13.23``, empty
    where a dump does not say; ``major`` is ``13``, or ``9.6`` for what came before 10, 0 where unknown.
    """

    via: Via
    label: str
    version: str = ""
    major: float = 0
    flavour: Flavour = Flavour.UNKNOWN
    format: str = ""  # of a dump: plain, custom, directory, tar, dumpall
    master_user: str = ""  # the role asked with, of a live database
    superuser: str = ""  # the role the cluster was made with, of a live database


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What all facts have."""

    database: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class NotSeen:
    """Something that could not be looked at.

    ``what`` in words, ``groups`` of rules that therefore know less.
    """

    what: str
    reason: str
    groups: tuple[str, ...] = ()
    database: str = ""
