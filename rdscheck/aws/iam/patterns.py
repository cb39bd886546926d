"""Patterns of policies: wildcards and policy variables."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rdscheck.errors import UnevaluatedCondition

#: Values of one key of the request; None for a key the request is known not to have.
Value = str | tuple[str, ...] | None

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_DEFAULT = re.compile(r"\s*([^,\s]+)\s*,\s*'([^']*)'\s*")
_WILDCARD = re.compile(r"[*?]")


class Context:
    """What is known of a request, by condition key; case does not count in keys.

    A key that is not here is one nobody can tell: asking for it raises ``UnevaluatedCondition``.
    """

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = {key.lower(): value for key, value in values.items()}

    def get(self, key: str) -> Value:
        """Return the value of a key, None when the request has none."""
        try:
            return self._values[key.lower()]
        except KeyError:
            raise UnevaluatedCondition(
                f"the condition key {key!r} is not evaluated",
                hint=f"known are {', '.join(sorted(self._values)) or 'none'}",
            ) from None

    def also(self, values: Mapping[str, Value]) -> "Context":
        """Return a context that knows these values besides."""
        return Context({**self._values, **values})


@dataclass(frozen=True)
class Pattern:
    """A text with wildcards, its variables put in; ``pieces`` are texts and the wildcards between them."""

    pieces: tuple[tuple[Literal["text", "wild"], str], ...]

    @classmethod
    def read(cls, text: str, context: Context | None = None, *, wildcards: bool = True) -> "Pattern":
        """Read a pattern; ``context`` is given where ``${…}`` stands for a variable.

        ``${*}``, ``${?}`` and ``${$}`` are those characters themselves. Raises ``UnevaluatedCondition``
        for a variable without a value, in which case AWS's own answer depends on the service.
        """
        pieces: list[tuple[Literal["text", "wild"], str]] = []
        at = 0
        for found in _VARIABLE.finditer(text) if context is not None else ():
            pieces += _plain(text[at : found.start()], wildcards=wildcards)
            pieces.append(("text", _variable(found[1], context)))
            at = found.end()
        pieces += _plain(text[at:], wildcards=wildcards)
        return cls(tuple(pieces))

    def matches(self, text: str, *, fold: bool = False) -> bool:
        """Tell whether a whole text fits; ``fold`` for what ignores case, such as actions."""
        if fold:
            return _fits([(kind, piece.lower()) for kind, piece in self.pieces], text.lower())
        return _fits(self.pieces, text)

    def glob(self) -> str | None:
        """Return it as a pattern without variables; None when a wildcard in it is meant literally."""
        if any(kind == "text" and _WILDCARD.search(text) for kind, text in self.pieces):
            return None
        return "".join(text for _, text in self.pieces)


def _fits(pieces: Sequence[tuple[str, str]], text: str) -> bool:
    """Match from left to right; only the last star ever needs another try, so it takes no time."""
    # One wildcard or one character each.
    wanted = [(kind, char) for kind, piece in pieces for char in piece]
    at = here = 0
    star, resume = -1, 0
    while at < len(text):
        if here < len(wanted) and wanted[here] == ("wild", "*"):
            star, resume, here = here, at, here + 1
        elif here < len(wanted) and wanted[here] in {("wild", "?"), ("text", text[at])}:
            at, here = at + 1, here + 1
        elif star >= 0:
            resume += 1
            at, here = resume, star + 1
        else:
            return False
    return all(one == ("wild", "*") for one in wanted[here:])


def _plain(text: str, *, wildcards: bool) -> list[tuple[Literal["text", "wild"], str]]:
    if not wildcards:
        return [("text", text)] if text else []
    pieces: list[tuple[Literal["text", "wild"], str]] = []
    for part in re.split(r"([*?])", text):
        if part in {"*", "?"}:
            # One star is as good as many.
            if part == "?" or not pieces or pieces[-1] != ("wild", "*"):
                pieces.append(("wild", part))
        elif part:
            pieces.append(("text", part))
    return pieces


def _variable(name: str, context: Context | None) -> str:
    assert context is not None
    if name in {"*", "?", "$"}:
        return name
    default = None
    if found := _DEFAULT.fullmatch(name):
        name, default = found[1], found[2]
    value = context.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise UnevaluatedCondition(f"the policy variable ${{{name}}} has no single value in this request")
    return value
