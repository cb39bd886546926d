"""Ports that belong to hosts: an endpoint is both, and a page tells them apart.

Where a text names a port beside a host, the number is replaced together with it; where it does not and
the sandbox listens elsewhere than at 5432, the port is added in the way of that text.
"""

import re
from dataclasses import dataclass

from rdscheck.runbook.binding.contexts import CLIENTS, program
from rdscheck.runbook.binding.occurrences import Occurrence
from rdscheck.runbook.binding.places import Map, Place
from rdscheck.runbook.model import Kind

_DIGITS = r"(?:\d{1,5}|<[\w-]*port[\w-]*>|YOUR_\w*PORT|\$\{?\w*PORT\}?|\{\{ ?\w*port ?\}\})"
_COLON = re.compile(rf":({_DIGITS})(?![\w.:])", re.IGNORECASE)
_WORD = re.compile(rf"(?<![\w-])port\s*=\s*'{{0,2}}({_DIGITS})(?!\w)", re.IGNORECASE)
_OPTION = re.compile(rf"(?<!\S)(?:--port(?:=|[ \t]+)|-p[ \t]*)[\"']?({_DIGITS})(?!\w)", re.IGNORECASE)
_QUOTED = re.compile(rf"\bPORT\s+'?({_DIGITS})(?!\w)'?", re.IGNORECASE)
_KEY = re.compile(rf"\bport\"?\s*:\s*[\"']?({_DIGITS})(?!\w)", re.IGNORECASE)
_ENVIRONMENT = re.compile(rf"\bPGPORT=[\"']?({_DIGITS})(?!\w)", re.IGNORECASE)
_SEPARATOR = re.compile(r"(?<![\\^\r])\r?\n|[|;&]")


#: How far from its host a port is looked for.
_FAR = 2000


@dataclass(frozen=True)
class Slot:
    """Where a port is written: instead of a stretch, or, where that is empty, as an addition to the text.

    The stretch holds what makes the number a port, so that its new text is not found where it is none.
    """

    start: int
    end: int
    before: str
    after: str = ""
    number: str = ""  # as the page has it

    def written(self, port: str) -> str:
        """Return what the stretch becomes."""
        return self.before + port + self.after


def slot(text: str, places: Map, host: Occurrence, kind: Kind) -> Slot | None:  # noqa: PLR0911 - one per form
    """Return where the port of a host is written; None where nothing can say it."""
    before = text[max(0, host.start - 60) : host.start]
    colon = _COLON.match(text, host.end)
    if colon:
        return _of(colon)
    if re.search(r"://[^\s'\"/]*$", before):
        return Slot(host.end, host.end, ":")
    dsn = re.search(r"(?<![\w-])host(?:addr)?\s*=\s*('{0,2})$", before, re.IGNORECASE)
    first, last = _reach(text, places, host, kind)
    if dsn:
        end = host.end + (len(dsn.group(1)) if text.startswith(dsn.group(1), host.end) else 0)
        return _found(_WORD, text, first, last) or Slot(end, end, " port=")
    end = host.end + (1 if text[host.end : host.end + 1] in {"'", '"'} else 0)
    if kind is Kind.SHELL:
        if "PGHOST=" in before:
            return _found(_ENVIRONMENT, text, max(0, host.start - _FAR), host.end + _FAR) or Slot(
                end, end, " PGPORT="
            )
        there = _found(_OPTION, text, first, last)
        return there or (Slot(end, end, " -p ") if program(text[: host.start]) in CLIENTS else None)
    if kind in {Kind.YAML, Kind.POLICY}:
        return _found(_KEY, text, host.end, min(len(text), host.end + 200))
    if re.search(r"\bHOST(?:ADDR)?\s+'$", before, re.IGNORECASE):
        return _found(_QUOTED, text, first, last) or Slot(end, end, ", PORT '", "'")
    return None


def _found(pattern: re.Pattern[str], text: str, first: int, last: int) -> Slot | None:
    found = pattern.search(text, first, last)
    return _of(found) if found else None


def _of(found: re.Match[str]) -> Slot:
    text, (first, last) = found.string, found.span(1)
    return Slot(
        found.start(), found.end(), text[found.start() : first], text[last : found.end()], found.group(1)
    )


def _reach(text: str, places: Map, host: Occurrence, kind: Kind) -> tuple[int, int]:
    """Return the stretch in which a port belongs to that host: its string, command or statement."""
    region = places.region(host.start)
    floor, ceiling = max(0, host.start - _FAR), min(len(text), host.end + _FAR)
    if (
        region.place in {Place.LITERAL, Place.ESCAPED, Place.SINGLE, Place.DOUBLE, Place.JSON}
        and "=" in text[max(floor, region.start) : min(ceiling, region.end)]
    ):
        return max(floor, region.start), min(ceiling, region.end)
    if kind is Kind.SHELL:
        first = max((found.end() for found in _SEPARATOR.finditer(text, floor, host.start)), default=floor)
        after = _SEPARATOR.search(text, host.end, ceiling)
        return first, after.start() if after else ceiling
    first, last = text.rfind(";", floor, host.start), text.find(";", host.end, ceiling)
    return floor if first < 0 else first + 1, ceiling if last < 0 else last
