"""Large objects and values of sequences: one statement each, of which there may be millions."""

import re
from dataclasses import dataclass, field

from rdscheck.assess.dump.pieces import Piece
from rdscheck.assess.facts import LargeObjects

_OBJECT = re.compile(rb"SELECT (?:pg_catalog\.)?lo_create\('\d+'\)")
_DATA = re.compile(
    rb"SELECT (?:pg_catalog\.)?(?:lo_open\('\d+', \d+\)|lowrite\(\d+, E?'[^']*+'\)|lo_close\(\d+\))"
)
_OWNER = re.compile(rb"ALTER LARGE OBJECT \d+ OWNER TO (.+)", re.DOTALL)
_VALUE = re.compile(rb"SELECT pg_catalog\.setval\('(?:[^'\\]|'')*+', -?\d+, (?:true|false)\)")


@dataclass(slots=True)
class _Count:
    line: int
    number: int = 0
    owners: set[bytes] = field(default_factory=set)


class Large:
    """Counts the large objects of each database."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}

    def take(self, database: str, piece: Piece) -> bool:
        """Take a statement of pg_dump about large objects or sequences; tell whether it is one."""
        text = piece.text
        if not text.startswith((b"SELECT ", b"ALTER LARGE ")):
            return False
        if _OBJECT.fullmatch(text):
            self._counts.setdefault(database, _Count(piece.line)).number += 1
            return True
        if match := _OWNER.fullmatch(text):
            if database in self._counts:
                self._counts[database].owners.add(match[1])
            return True
        return bool(_DATA.fullmatch(text) or _VALUE.fullmatch(text))

    def facts(self) -> list[LargeObjects]:
        """Return what was counted."""
        return [
            LargeObjects(number=one.number, owners=len(one.owners), database=database, line=one.line)
            for database, one in self._counts.items()
        ]
