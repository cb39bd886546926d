"""A page read: its blocks in their order, each with what it is and what it asks for."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from rdscheck.errors import UsageError
from rdscheck.runbook.model import Block, Kind, Page, Piece
from rdscheck.runbook.reading import commands, kinds, statements, telling, transcripts
from rdscheck.runbook.reading.console import acts as console_acts
from rdscheck.runbook.reading.cutting import cut
from rdscheck.runbook.reading.markdown import Part, Sort, normalised, parts
from rdscheck.runbook.reading.words import label_kind


def load(path: Path) -> Page:
    """Read a page from a file; what cannot be read is an error of the user."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}", hint="name a markdown file") from error
    return read(str(path), decode(str(path), data))


def decode(name: str, data: bytes) -> str:
    """Return a page's text; anything but UTF-8 is an error of the user."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{name}: line {line} is not UTF-8 (byte 0x{data[error.start]:02x})",
            hint="save the page as UTF-8",
        ) from error


def read(name: str, text: str) -> Page:
    r"""Return the page of a markdown text. Lines count from 1 and end with ``\n``, ``\r\n`` or ``\r``."""
    text = normalised(text)
    found = parts(text)
    blocks = tuple(_Reader(found).blocks())
    title = next((part.plain for part in found if part.sort is Sort.HEADING), "")
    return Page(name, title or name, text, blocks)


class _Reader:
    """Goes through the parts of a page from top to bottom."""

    def __init__(self, found: Sequence[Part]) -> None:
        self._parts = found
        self._blocks: list[Block] = []
        self._headings: list[tuple[int, str]] = []
        self._before: Part | None = None
        self._above = 0  # blocks before the section
        self._attached: frozenset[str] = frozenset()

    def blocks(self) -> list[Block]:
        acts = console_acts(self._parts)
        for at, part in enumerate(self._parts):
            if part.sort is Sort.HEADING:
                self._heading(part)
            elif part.sort is Sort.CODE:
                for block in cut(part):
                    self._add(self._code(block))
                    self._before = None
            else:
                if at in acts:
                    self._add(self._step(part, acts[at]))
                if part.plain:
                    self._before = part
        return self._blocks

    def _path(self) -> tuple[str, ...]:
        return tuple(text for _level, text in self._headings)

    def _heading(self, part: Part) -> None:
        self._headings = [(level, text) for level, text in self._headings if level < part.level]
        self._headings.append((part.level, part.plain))
        self._before = None
        if not telling.is_output_heading(part.plain):
            self._above = len(self._blocks)

    def _add(self, block: Block) -> None:
        self._blocks.append(block)

    def _new(self, part: Part, kind: Kind, label: str = "") -> Block:
        return Block(
            len(self._blocks) + 1,
            kind,
            part.line,
            part.end,
            part.text,
            label,
            self._path(),
            self._before.plain if self._before else "",
        )

    def _step(self, part: Part, acts: Sequence[Piece]) -> Block:
        return replace(self._new(part, Kind.CONSOLE), pieces=tuple(acts))

    def _code(self, part: Part) -> Block:
        said = kinds.kind(part.text, part.label, self._attached)
        block = self._new(part, said.kind, part.label)
        if self._is_printed(block, said):
            number, why = telling.shows(part.text, block.before, self._blocks, self._above)
            return replace(block, kind=Kind.OUTPUT, shows=number, why=why)
        if said.kind is Kind.DUCKDB:
            self._attached |= kinds.aliases(part.text)
        found = pieces(block)
        if said.kind in telling.PRINTS and not found:
            return replace(block, kind=Kind.TEXT, why="nothing is typed in it")
        return replace(block, pieces=found, why=said.why)

    def _is_printed(self, block: Block, said: kinds.Said) -> bool:
        """Tell whether a block is output: by its shape, or because the prose announces it as such."""
        if said.kind is Kind.OUTPUT:
            return True
        if not telling.is_told(block.before) or label_kind(block.label) in {Kind.CODE, Kind.SQL}:
            return False
        # JSON below a command, or text that looks like nothing else.
        return said.printable and (said.kind is Kind.TEXT or self._follows_command())

    def _follows_command(self) -> bool:
        return bool(self._blocks) and self._blocks[-1].kind in telling.PRINTS


def pieces(block: Block) -> tuple[Piece, ...]:
    """Return what a block asks for, one piece each."""
    if block.kind is Kind.SHELL:
        return commands.pieces(block.text, block.line, shell=label_kind(block.label) is Kind.SHELL)
    reader = _PIECES.get(block.kind)
    if block.kind is Kind.DUCKDB and not transcripts.is_duckdb(block.text.split("\n")):
        reader = statements.pieces
    return reader(block.text, block.line) if reader else ()


_PIECES: dict[Kind, Callable[[str, int], tuple[Piece, ...]]] = {
    Kind.SQL: statements.pieces,
    Kind.PSQL: transcripts.psql_pieces,
    Kind.DUCKDB: transcripts.duckdb_pieces,
    Kind.TDS: transcripts.tds_pieces,
}
