"""The pieces of a dump."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a piece of a dump is."""

    SQL = "sql"
    META = "meta"  # a psql command, without its backslash
    COPY = "copy"  # a COPY … FROM stdin, its data follows
    ROW = "row"  # a line of data that was asked for
    INSERT = "insert"  # the beginning of an INSERT
    NOTE = "note"  # a comment line of pg_dump about the dump itself
    CUT = "cut"  # the beginning of a statement longer than can be read
    TORN = "torn"  # the dump ends within this


class Piece(NamedTuple):
    """A piece of a dump: what it is, its text without the final semicolon, the line it starts at."""

    kind: Kind
    text: bytes
    line: int
    size: int = 0  # of what was cut
