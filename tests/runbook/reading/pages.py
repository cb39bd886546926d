"""Small pages for tests of the reader."""

from textwrap import dedent

from rdscheck.runbook.model import Block, Kind, Page
from rdscheck.runbook.reading import read


def page(text: str) -> Page:
    """Read a page written in a test, indented as the test is."""
    return read("page.md", dedent(text).lstrip("\n"))


def fence(content: str, label: str = "", before: str = "Some words.") -> Block:
    """Return the block of a page with one fence."""
    (block,) = read("page.md", f"{before}\n\n```{label}\n{content}\n```\n").blocks
    return block


def kinds(*contents: tuple[str, str]) -> list[Kind]:
    """Return the kinds of fences, each with its label, on one page."""
    text = "\n\n".join(f"Words.\n\n```{label}\n{content}\n```" for label, content in contents)
    return [block.kind for block in read("page.md", text).blocks]


def typed(block: Block) -> list[str]:
    """Return what the pieces of a block type."""
    return [piece.text for piece in block.pieces]


def printed(block: Block) -> list[str | None]:
    """Return what the page prints below each piece of a block."""
    return [piece.expected for piece in block.pieces]
