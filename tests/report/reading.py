"""Markdown read back, to see what a renderer would make of a report."""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def blocks(markdown: str) -> list[tuple[str, str]]:
    """Return the structure of a document without its texts."""
    return [(token.type, token.tag) for token in _PARSER.parse(markdown)]


def tables(markdown: str) -> list[list[list[str]]]:
    """Return the tables of a document as rows of plain cells."""
    found: list[list[list[str]]] = []
    inside = False
    for token in _PARSER.parse(markdown):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in {"th_open", "td_open"}:
            inside = True
        elif token.type == "inline" and inside:
            found[-1][-1].append(plain(token))
            inside = False
    return found


def inline(markdown: str) -> Iterator[Token]:
    """Yield every inline token of a document."""
    for token in _PARSER.parse(markdown):
        yield from token.children or ()


def fences(markdown: str) -> list[str]:
    """Return what stands in the code blocks of a document."""
    return [token.content for token in _PARSER.parse(markdown) if token.type == "fence"]


def text_of(line: str) -> str:
    """Return what a reader sees of one line of markdown."""
    (token,) = _PARSER.parseInline(line)
    return plain(token)


def plain(token: Token) -> str:
    """Return what a reader sees of an inline token."""
    return "".join(child.content for child in token.children or ())


def section(markdown: str, heading: str) -> str:
    """Return the text under a heading, up to the next one of its level."""
    _, _, rest = markdown.partition(f"\n## {heading}\n")
    assert rest, f"no section {heading}"
    return rest.partition("\n## ")[0]
