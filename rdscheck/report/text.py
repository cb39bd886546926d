"""Foreign text made safe for markdown: names, titles, statements and errors are not ours.

Whatever they contain, a table row keeps its columns, no HTML comes alive, and a
terminal that prints the file is sent no escape sequence.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from urllib.parse import quote

#: Control, formatting (bidirectional too), lone surrogates, line and paragraph separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SPECIAL = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~]|$)      # a backslash that would escape something
      | [`*\[\]|~$]                  # code, emphasis, links, table cells, strikes, GitHub's math
      | (?<![0-9A-Za-z])_ | _(?![0-9A-Za-z])   # not inside a word: there it is harmless
      | \#(?=\#*$)                   # the end of a heading
      | [&<]""",
    re.VERBOSE,
)
_ENTITIES = {"&": "&amp;", "<": "&lt;"}
_URL = re.compile(r"https?://[^\s<>\"'`|\\]+", re.IGNORECASE)
# Nothing in it can end the span early, divide a table cell or be taken for an escape.
_SPAN = re.compile(r"(?<![`\\])(`[!-\[\]-_a-{}~](?:[ -\[\]-_a-{}~]*[!-\[\]-_a-{}~])?`)(?!`)")
_PLAIN_CODE = re.compile(r"[!-~](?:[ -~]*[!-~])?")

ACT_LINES = 40
ACT_CHARACTERS = 2000
ACTS_PER_STEP = 30
REMARK_CHARACTERS = 160


def visible(text: str, *, keep: str = "") -> str:
    r"""Return text in which every character can be seen: ESC becomes ``\x1b``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char if char in keep or unicodedata.category(char) not in _INVISIBLE else _named(char)
        for char in text
    )


def one_line(text: str) -> str:
    """Return text as one visible line, runs of white space as single spaces."""
    return visible(" ".join(text.split()))


def md(text: str) -> str:
    """Return text for the inside of a line, a table cell or an emphasis.

    Short names that the text itself puts in backticks stay code; every other backtick is escaped.
    """
    # The pattern has one group, so every second part is a span.
    parts = _SPAN.split(one_line(text))
    return "".join(part if number % 2 else _SPECIAL.sub(_escaped, part) for number, part in enumerate(parts))


def linked(text: str) -> str:
    """Return text like ``md``, its web addresses as links."""
    parts, end = [], 0
    line = one_line(text)
    for match in _URL.finditer(line):
        address = match.group().rstrip(".,;:!?)]}*_~")
        parts += [md(line[end : match.start()]), " " if line[end : match.start()].endswith(" ") else ""]
        parts.append(f"<{_address(address)}>")
        end = match.start() + len(address)
        parts.append(" " if line[end : end + 1] == " " else "")
    return "".join([*parts, md(line[end:])])


def link(text: str, url: str) -> str:
    """Return a link to an address of our own making: a page, or a heading of this page."""
    return f"[{md(text)}]({_address(url)})"


def code(text: str) -> str:
    """Return a name as inline code; one that code cannot hold inside a table, as text."""
    line = one_line(text)
    if _PLAIN_CODE.fullmatch(line) and not set(line) & set("`|\\"):
        return f"`{line}`"
    return md(line)


def fence(text: str, language: str = "", indent: int = 0) -> str:
    """Return a code block whose fence is longer than any run of backticks inside."""
    body = visible(text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4), keep="\n")
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    marks = "`" * max(3, longest + 1)
    lines = [f"{marks}{language}", *(line.rstrip() for line in body.strip("\n").split("\n")), marks]
    return "\n".join(" " * indent + line if line else "" for line in lines)


def acts(statements: Sequence[str]) -> str:
    """Return what a step ran, long statements and long lists cut where it can be seen."""
    shown = [shortened(statement) for statement in statements[:ACTS_PER_STEP]]
    if len(statements) > ACTS_PER_STEP:
        shown.append(f"-- … {len(statements) - ACTS_PER_STEP} more not shown")
    apart = "\n\n" if any("\n" in statement for statement in shown) else "\n"
    return apart.join(shown)


def shortened(text: str) -> str:
    """Return a statement cut to a readable length, with a line saying what is missing."""
    text = text.strip()
    kept = "\n".join(text.splitlines()[:ACT_LINES])[:ACT_CHARACTERS]
    missing = len(text) - len(kept)
    return text if missing <= 0 else f"{kept}\n-- … {missing} more characters not shown"


def remark(text: str) -> str:
    """Return the first line of a reason, cut to fit a table."""
    first = next((line for line in text.splitlines() if line.strip()), "").strip()
    if len(first) > REMARK_CHARACTERS:
        return first[: REMARK_CHARACTERS - 1].rstrip() + "…"
    return first


def row(cells: Sequence[str], widths: Sequence[int] = ()) -> str:
    """Return a table row of escaped cells.

    Widths are fixed and not measured: a longer cell in one row must not change
    the others, or one changed claim would rewrite a whole table.
    """
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
    return f"| {' | '.join([*padded, *cells[len(padded) :]])} |"


def rule(columns: int, widths: Sequence[int] = ()) -> str:
    """Return the line under a table's header."""
    lengths = [*widths[:columns], *[3] * (columns - len(widths))]
    return f"|{'|'.join('-' * (length + 2) for length in lengths)}|"


def anchor(heading: str) -> str:
    """Return the fragment under which a heading is reached, as GitHub makes it."""
    kept = re.sub(r"[^\w\- ]", "", visible(" ".join(heading.split())).lower())
    return quote(kept.replace(" ", "-"), safe="")


def _named(char: str) -> str:
    number = ord(char)
    return (
        f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}"
    )


def _escaped(match: re.Match[str]) -> str:
    found = match.group()
    return _ENTITIES.get(found, f"\\{found}")


def _address(url: str) -> str:
    # Nothing that ends a link, a table cell or begins an entity survives unquoted.
    return quote(visible(url).encode("utf-8", "backslashreplace"), safe="/:?#@!$&'*+,=%~-._")


def joined(lines: Iterable[str]) -> str:
    """Return lines of markdown as one text, without empty lines in a row but those inside of a fence."""
    kept: list[str] = []
    closing = ""
    for line in "\n".join(lines).split("\n"):
        bare = line.lstrip(" ")
        marks = bare[: len(bare) - len(bare.lstrip("`"))]
        if closing:
            closing = "" if bare == closing else closing
        elif len(marks) >= 3:
            closing = marks
        elif not line and kept and not kept[-1]:
            continue
        kept.append(line)
    return "\n".join(kept).strip("\n") + "\n"
