"""What an analysis finds on its way, before it becomes a fact."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Found:
    """An act at an offset in bytes of the text that was parsed; -1 where the parser gives none."""

    kind: str
    detail: str
    offset: int = -1


@dataclass(frozen=True, slots=True)
class Block:
    """A body inside a statement: of ``DO``, or of ``CREATE FUNCTION``."""

    language: str
    body: str
    offset: int = -1


@dataclass(slots=True)
class Findings:
    """All that one text does."""

    acts: list[Found] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
