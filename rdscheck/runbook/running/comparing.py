"""What a page prints against what was printed: tables by their cells, everything else by its lines.

Alignment, the width of rules, blank lines and the order of rows without ORDER BY do not count. In what
the page prints, a line that ends with ``(re)`` or ``(glob)`` is a pattern, and ``...`` alone stands for any
lines, as in cram.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff

from rdscheck.runbook.running.cutting import bounded, short
from rdscheck.runbook.running.masking import MASKS, Mask, masked, names, volatile, without
from rdscheck.runbook.running.matching import PATTERN as _PATTERN
from rdscheck.runbook.running.matching import matching

_RULE = re.compile(r"\s*[-=]{2,}[-=+|\s]*|\s*-[-=]*(?:\+[-=]+)+\s*")
_GOES_ON = re.compile(r"\s+\+\Z")
_FOOTER = re.compile(r"\s*\((\d+) rows?\)\s*")
_RECORD = re.compile(r"-\[ RECORD (\d+) \][-+]*")
_BOX_RULE = re.compile(r"\s*[┌├└][─┬┼┴]*[┐┤┘]\s*")
_ELLIPSIS = frozenset({"...", "…"})
_ORDERED = re.compile(r"\bORDER\s+BY\b", re.IGNORECASE)
#: What psql and other clients print at a terminal only: the greeting and the prompt for a password.
_TERMINAL = re.compile(
    r"Password(?: for user .*)?:\s*|psql \(\S[^\n]*\)|SSL connection \(.*\)|Type \"help\" for help\."
    r"|You are now connected to database .*|\w*[=-][>#]\s*"
)
#: Below an error psql shows the statement's line and points into it; pages leave that out.
_PLACE = re.compile(r"LINE \d+: |\s+\^\s*$")
#: More lines than this are compared without patterns: a page has no such output, and time is limited.
_MOST = 4000
#: Of a diff.
_MOST_SHOWN = 400


@dataclass(frozen=True)
class Line:
    """A line as it is compared, and as it came."""

    text: str
    raw: str
    row: bool = False  # of a table
    footer: bool = False


@dataclass(frozen=True)
class Compared:
    """Whether they are equal, which masks that needs, and else a unified diff without file names."""

    equal: bool
    masks: tuple[str, ...] = ()
    diff: str = ""
    likeness: float = 1.0


def compare(
    page: str, printed: str, statement: str = "", *, rules: Sequence[Mask] = MASKS, said: str = ""
) -> Compared:
    """Compare what a page prints with what was printed by ``statement``.

    ``said`` is what the page's own statements say: a value from there is data, and not masked.
    """
    ordered = bool(_ORDERED.search(statement))
    stated = _stated(f"{said}\n{statement}")

    def equal(some: Sequence[Mask]) -> bool:
        return _equal(*lines_of(page, printed, ordered, some, stated))

    if equal(()):
        return Compared(equal=True)
    if equal(rules):
        return Compared(equal=True, masks=_needed(rules, equal))
    wanted, found = lines_of(page, printed, ordered, rules, stated)
    shown, texts = _shown(wanted[:_MOST], found[:_MOST]), [one.text for one in found[:_MOST]]
    likeness = SequenceMatcher(None, shown, texts).ratio()
    told = diff(shown, texts) or f"… only beyond line {_MOST}"
    return Compared(equal=False, diff=told, likeness=likeness)


def lines_of(
    page: str, printed: str, ordered: bool, rules: Sequence[Mask], stated: Callable[[str], bool]
) -> tuple[list[Line], list[Line]]:
    """Return both texts as the lines that are compared."""
    wanted = list(_lines(page, rules, stated, ordered))
    found = list(_lines(printed, rules, stated, ordered))
    if not any(one.footer for one in wanted):  # a page may leave "(1 row)" out
        found = [one for one in found if not one.footer]
    if not any(_TERMINAL.fullmatch(one.text) for one in found):
        wanted = [one for one in wanted if not _TERMINAL.fullmatch(one.text)]
    if not any(_TERMINAL.fullmatch(one.text) for one in wanted):
        found = [one for one in found if not _TERMINAL.fullmatch(one.text)]
    if not any(_PLACE.match(one.text) for one in wanted):  # where in the statement the error is
        found = [one for one in found if not _PLACE.match(one.raw)]
    return wanted, found


def merged(page: str, printed: str, statement: str, rules: Sequence[Mask], said: str) -> list[str]:
    """Return what was printed line by line, each line as the page has it where only masks tell them apart."""
    wanted, found = lines_of(page, printed, ordered=True, rules=rules, stated=_stated(f"{said}\n{statement}"))
    own: dict[str, list[str]] = {}
    for one in wanted:
        own.setdefault(one.text, []).append(one.raw)
    lines = []
    for one in found:
        same = own.get(one.text)
        lines.append(same.pop(0) if same else one.raw.rstrip())
    return lines


def concealed(printed: str, statement: str, rules: Sequence[Mask], said: str) -> str:
    """Return what was printed without what differs at each run, for reports; other lines stay as they are."""
    stated = _stated(f"{said}\n{statement}")
    plain = list(_lines(printed, (), stated, ordered=True))
    hidden = list(_lines(printed, volatile(rules), stated, ordered=True))
    if plain == hidden:
        return printed
    lines = [
        one.raw.rstrip() if one.text == other.text else other.text
        for one, other in zip(plain, hidden, strict=True)
    ]
    return "".join(f"{line}\n" for line in lines)


def diff(page: Sequence[str], printed: Sequence[str]) -> str:
    """Return a unified diff without names of files; empty when nothing differs."""
    found = list(unified_diff(page, printed, lineterm="", n=3))
    more = len(found) - 2 - _MOST_SHOWN
    return "\n".join(
        [*map(short, found[2 : 2 + _MOST_SHOWN]), *([f"… {more} more lines"] if more > 0 else [])]
    )


def _needed(rules: Sequence[Mask], equal: Callable[[Sequence[Mask]], bool]) -> tuple[str, ...]:
    """Return the names of the rules that equality rests on."""
    unneeded: list[str] = []
    for name in names(rules):
        if equal(without(rules, [*unneeded, name])):
            unneeded.append(name)
    return names(without(rules, unneeded))


def _stated(said: str) -> Callable[[str], bool]:
    def stated(word: str) -> bool:
        return len(word) > 1 and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) is not None

    return stated


def _lines(text: str, rules: Sequence[Mask], stated: Callable[[str], bool], ordered: bool) -> Iterator[Line]:
    """Yield a text as it is compared; blank lines outside tables are none."""
    lines = bounded(text).replace("\r\n", "\n").expandtabs(8).split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        if line.strip() and number + 1 < len(lines) and _is_rule(lines[number + 1]):
            end, table = _table(lines, number, rules, stated, ordered)
            yield from table
            number = end
        elif _BOX_RULE.fullmatch(line):
            end, table = _box(lines, number, rules, stated, ordered)
            yield from table
            number = end
        else:
            if line.strip():
                yield _plain(line, rules, stated)
            number += 1


def _is_rule(line: str) -> bool:
    return _RULE.fullmatch(line) is not None and "-" in line


def _plain(line: str, rules: Sequence[Mask], stated: Callable[[str], bool]) -> Line:
    if found := _RECORD.fullmatch(line.strip()):
        return Line(f"-[ RECORD {found[1]} ]", line)
    if _FOOTER.fullmatch(line):
        return Line(line.strip(), line, footer=True)
    if _is_pattern(line.strip()):
        return Line(" ".join(line.split()), line)
    name, bar, value = line.partition("|")
    if bar and re.fullmatch(r"\s*\w+\s*", name):  # \x: the name of a column, and its value
        return Line(f"{name.strip()} | {masked(value.strip(), name.strip(), rules, stated)}", line)
    return Line(masked(" ".join(line.split()), "", rules, stated), line)


def _table(
    lines: Sequence[str], start: int, rules: Sequence[Mask], stated: Callable[[str], bool], ordered: bool
) -> tuple[int, list[Line]]:
    """Return the line after a table of psql, and the table."""
    columns = [cell.strip() for cell in lines[start].split("|")]
    end = start + 2
    footer = next(
        (at for at in range(end, len(lines)) if _FOOTER.fullmatch(lines[at]) or _is_rule(lines[at])), None
    )
    if footer is None or _is_rule(lines[footer]):  # cut off by the page: up to the first blank line
        while end < len(lines) and lines[end].strip():
            end += 1
        body, after, told = lines[start + 2 : end], end, None
    else:
        counted = int((_FOOTER.fullmatch(lines[footer]) or [0, 0])[1])
        body, after, told = list(lines[end:footer]), footer + 1, lines[footer]
        if len(columns) == 1 and len(body) < counted <= _MOST:
            body += [""] * (counted - len(body))  # an editor took rows that are empty for blank lines
    rows = [_row(line, columns, rules, stated) for line in body if line.strip() or len(columns) == 1]
    found = [
        Line(" | ".join(columns), lines[start]),
        Line("-+-".join("---" for _ in columns), lines[start + 1]),
        *_in_order(rows, ordered),
    ]
    if told is not None:
        found.append(Line(told.strip(), told, footer=True))
    return after, found


def _box(
    lines: Sequence[str], start: int, rules: Sequence[Mask], stated: Callable[[str], bool], ordered: bool
) -> tuple[int, list[Line]]:
    """Return the line after a table as DuckDB draws it, and the table."""
    end = start + 1
    found, rows, columns = [Line("┌┐", lines[start])], [], [""]
    below = False
    while end < len(lines) and (_BOX_RULE.fullmatch(lines[end]) or lines[end].strip().startswith("│")):
        line = lines[end].strip()
        end += 1
        if line.startswith("│"):
            if columns == [""]:
                columns = [cell.strip() for cell in line.strip("│").split("│")]
            if below:
                rows.append(_row(line.strip("│"), columns, rules, stated, "│"))
            else:
                found.append(Line(" | ".join(cell.strip() for cell in line.strip("│").split("│")), line))
            continue
        if line.startswith("├"):
            below = True
            found.append(Line("├┤", line))
        if line.startswith("└"):
            break
    return end, [*found, *_in_order(rows, ordered), Line("└┘", lines[end - 1])]


def _row(
    line: str, columns: Sequence[str], rules: Sequence[Mask], stated: Callable[[str], bool], bar: str = "|"
) -> Line:
    if _is_pattern(line.strip()):
        return Line(" ".join(line.split()), line, row=True)
    # psql pads a line of a cell that goes on below up to its sign, by the longest line of the column.
    cells = [_GOES_ON.sub("+", cell.strip()) for cell in line.split(bar)]
    whole = len(cells) == len(columns)
    text = " | ".join(
        masked(cell, column if whole else "", rules, stated)
        for cell, column in zip(cells, columns if whole else [""] * len(cells), strict=True)
    )
    return Line(text, line, row=True)


def _in_order(rows: list[Line], ordered: bool) -> list[Line]:
    """Return rows sorted where their order tells nothing; a pattern among them keeps its place."""
    if ordered or any(_is_pattern(one.text) for one in rows):
        return rows
    return sorted(rows, key=lambda one: one.text)


def _is_pattern(text: str) -> bool:
    return text in _ELLIPSIS or _PATTERN.fullmatch(text) is not None


def _equal(wanted: Sequence[Line], found: Sequence[Line]) -> bool:
    patterns = [one.text for one in wanted]
    texts = [one.text for one in found]
    if patterns == texts:
        return True
    if not any(map(_is_pattern, patterns)) or len(patterns) * len(texts) > _MOST * _MOST:
        return False
    fits = matching(patterns, texts)
    # Which numbers of printed lines the patterns so far can stand for.
    reached = {0}
    for pattern in patterns:
        if pattern in _ELLIPSIS:
            reached = set(range(min(reached), len(texts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(texts) and fits(pattern, texts[at])}
        if not reached:
            return False
    return len(texts) in reached


def _shown(wanted: Iterable[Line], found: Sequence[Line]) -> list[str]:
    """Return the page's lines, each pattern as the first printed line it stands for."""
    lines = list(wanted)
    fits = matching([one.text for one in lines], [one.text for one in found])
    shown, at = [], 0
    for one in lines:
        text = one.text
        if _PATTERN.fullmatch(text):
            hit = next((n for n in range(at, len(found)) if fits(text, found[n].text)), None)
            if hit is not None:
                text, at = found[hit].text, hit + 1
        shown.append(text)
    return shown
