"""Outputs without bounds made bounded: what is left out is stood for by its length and digest.

So two long texts are equal after the cut only when they were before.
"""

from hashlib import sha256

_LINE = 20_000  # characters of a line that are compared and shown
_TEXT = 250_000  # characters of an output that are compared
_SHOWN = 64_000  # characters of an output that a report has
_DIFF_LINE = 500


def bounded(text: str) -> str:
    """Return an output as it is compared."""
    if len(text) <= _LINE:
        return text
    if len(text) > _TEXT:
        at = text.rfind("\n", 0, _TEXT) + 1 or _TEXT
        text = f"{text[:at]}… {_rest(text[at:])}\n"
    return "\n".join(_line(line) for line in text.split("\n"))


def reported(text: str) -> str:
    """Return an output as a report has it."""
    if len(text) <= _SHOWN:
        return text
    at = text.rfind("\n", 0, _SHOWN) + 1 or _SHOWN
    return f"{text[:at]}… {_rest(text[at:])}\n"


def short(line: str) -> str:
    """Return a line of a diff."""
    return line if len(line) <= _DIFF_LINE else f"{line[: _DIFF_LINE - 1]}…"


def _line(line: str) -> str:
    return line if len(line) <= _LINE else f"{line[:_LINE]}… {_rest(line[_LINE:])}"


def _rest(text: str) -> str:
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{len(text)} more characters ({digest})"
