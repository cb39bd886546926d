"""Where a block stands in its page: by its number, by a line, and with the prose above it."""

from rdscheck.errors import UsageError
from rdscheck.runbook.model import Block, Page


class Surroundings:
    """A page's blocks, found without going through all of them each time."""

    def __init__(self, page: Page) -> None:
        self._blocks = {one.number: one for one in page.blocks}
        self._lines = page.text.splitlines()
        self._above: dict[int, int] = {}  # the last line of a block before
        end = 0
        for block in page.blocks:
            self._above[block.number] = end
            end = max(end, block.end)
        self._end, self._last = end, page.blocks[-1].number if page.blocks else 0

    def block(self, number: int) -> Block:
        """Return the block of that number."""
        return self._blocks[number]

    def prose(self, block: Block) -> str:
        """Return what the page says between the block before and this one."""
        start = self._above[block.number]
        return "\n".join(self._lines[start : max(start, block.line - 1)])

    def prose_line(self, block: Block) -> int:
        """Return the line that this prose begins with."""
        return self._above[block.number] + 1

    def below(self, block: Block) -> tuple[str, int]:
        """Return what the page says below its last block, and the line where that begins; else nothing."""
        if block.number != self._last:
            return "", 1
        return "\n".join(self._lines[self._end :]), self._end + 1


def block_at(page: Page, line: int) -> Block:
    """Return the block that a line belongs to; raises ``UsageError`` when none does.

    The fence above a block counts as its line.
    """
    for block in page.blocks:
        if block.line - 1 <= line <= block.end:
            return block
    near = min(page.blocks, key=lambda one: abs(one.line - line), default=None)
    hint = f"the nearest block begins at line {near.line}" if near else "the page has no block"
    raise UsageError(f"{page.name}: line {line} belongs to no block", hint=hint)
