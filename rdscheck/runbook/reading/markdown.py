"""Markdown as a flat list of what matters: headings, prose and code, each with its lines and its place.

markdown-it-py reads the structure, so a block is one exactly where a browser shows one: in list items and
quotes, fenced or indented. Prose is made plain only where somebody asks: most of a page is never asked for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable("table").disable("inline")

#: Prose longer than this is read from its end: nothing that stands further off introduces a block.
_LONGEST = 8000
#: What a page for a site generator says of itself before it begins.
_FRONT = re.compile(r"\A---[ \t]*\n(?:(?!---)[^\n]*\n)*---[ \t]*(?:\n|\Z)")
#: Text indented like code may be that of a tab or a note, with code of its own in it, no deeper than this.
_FENCE = re.compile(r"^(?:```|~~~)", re.MULTILINE)
_DEEPEST = 4


class Sort(StrEnum):
    """What a part of a page is."""

    HEADING = "heading"
    PROSE = "prose"
    CODE = "code"


@dataclass(frozen=True)
class Item:
    """A list item: which list it belongs to and whether that one is numbered."""

    list: int
    item: int
    numbered: bool


@dataclass(frozen=True)
class Part:
    """A heading, a paragraph or a code block of a page; lines count from 1."""

    sort: Sort
    text: str  # as the page has it, without indentation, fence and list marker
    line: int
    end: int
    label: str = ""  # of a fence
    level: int = 0  # of a heading
    items: tuple[Item, ...] = field(default=())  # the list items around it, outermost first

    @cached_property
    def plain(self) -> str:
        """The prose in plain words, on one line: escapes undone, markup and images dropped."""
        return " ".join(flat(self.text[-_LONGEST:]).split())


def normalised(text: str) -> str:
    r"""Return a text with ``\n`` as its only line end and without a byte order mark, as lines are counted."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def parts(text: str) -> list[Part]:
    """Return the parts of a normalised page in their order. Text in tables and raw HTML is none."""
    return list(_Walk(_FRONT.sub(_blank, text, count=1)).parts())


def _blank(front: re.Match[str]) -> str:
    """Return as many empty lines as stand in what is no part of the page's text."""
    return "\n" * front[0].count("\n")


class _Walk:
    """Goes through markdown-it's tokens, keeping in mind what is around."""

    def __init__(self, text: str, numbers: int = 0, depth: int = 0) -> None:
        self._text = text
        self._lines = text.split("\n")
        self._depth = depth
        self._lists: list[tuple[int, bool]] = []
        self._items: list[Item] = []
        self._numbers = numbers
        self._heading = 0
        self._table = False

    def parts(self) -> Iterator[Part]:
        """Return the parts in their order."""
        for token in _PARSER.parse(self._text):
            self._enter(token)
            if token.type == "code_block" and self._depth < _DEEPEST and _FENCE.search(token.content):
                yield from self._within(token)
            elif token.type in {"fence", "code_block"}:
                yield self._code(token)
            elif token.type == "inline" and not self._table and token.map:
                sort = Sort.HEADING if self._heading else Sort.PROSE
                line = self._begin(token) + 1
                yield Part(
                    sort,
                    token.content,
                    line,
                    line + token.content.count("\n"),
                    level=self._heading,
                    items=tuple(self._items),
                )

    def _within(self, token: Token) -> Iterator[Part]:
        """Return the parts of text indented like code that has fences in it: tabs and notes of MkDocs."""
        assert token.map is not None
        inner = _Walk(token.content, self._numbers, self._depth + 1)
        for part in inner.parts():
            yield replace(
                part,
                line=part.line + token.map[0],
                end=part.end + token.map[0],
                items=(*self._items, *part.items),
            )
        self._numbers = inner._numbers

    def _begin(self, token: Token) -> int:
        """Return the line of prose, from 0: behind lines of blanks that are none for markdown."""
        assert token.map is not None
        begin = token.content.split("\n", 1)[0]
        first, end = token.map
        return next((at for at in range(first, end) if begin in self._lines[at]), first)

    def _enter(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._numbers += 1
                self._lists.append((self._numbers, token.type == "ordered_list_open"))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._numbers += 1
                self._items.append(Item(self._lists[-1][0], self._numbers, self._lists[-1][1]))
            case "list_item_close":
                self._items.pop()
            case "heading_open":
                self._heading = int(token.tag[1:])
            case "heading_close":
                self._heading = 0
            case "table_open":
                self._table = True
            case "table_close":
                self._table = False

    def _code(self, token: Token) -> Part:
        assert token.map is not None
        content = token.content.removesuffix("\n")
        fenced = token.type == "fence"
        first = token.map[0] + 1 + (fenced and bool(token.content))
        return Part(
            Sort.CODE,
            content,
            first,
            first + content.count("\n"),
            label=" ".join(token.info.split()).lower() if fenced else "",
            items=tuple(self._items),
        )


_INLINE = MarkdownIt("commonmark")
_MARKED = re.compile(r"[\\`*_\[\]<>&!\n]")


def flat(text: str) -> str:
    """Return prose in plain words: a link is its text, code its content, an image and HTML nothing."""
    if not _MARKED.search(text):
        return text
    (token,) = _INLINE.parseInline(text)
    return "".join(_words(token.children or []))


def is_link(text: str) -> bool:
    """Tell whether a prose is one link and nothing else, as an entry of a table of contents."""
    if not text.lstrip().startswith("[") or len(text) > _LONGEST:
        return False
    (token,) = _INLINE.parseInline(text.strip())
    children = [child for child in token.children or [] if child.type != "text" or child.content.strip()]
    return bool(children) and children[0].type == "link_open" and children[-1].type == "link_close"


def _words(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in {"text", "code_inline"}:
            yield token.content
        elif token.type in {"softbreak", "hardbreak"}:
            yield " "
