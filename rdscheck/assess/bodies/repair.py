"""A body read without what the parser would have to know of it: types, parameters, what the function returns.

The parser has no catalog. It takes every type it does not know for a row, and refuses ``t.x := 1`` where
t is ``some_table%rowtype``. Where it refuses a body for such a reason, the body is tried again with
declarations that suit what it does; its statements stay as they are.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from rdscheck.assess.bodies.declarations import Declarations, declarations, loop_variables
from rdscheck.assess.bodies.header import parameters
from rdscheck.assess.bodies.tree import Unparsable, parsed_plpgsql

#: The most often a body is tried again: once for each variable that turns out to be missing, or a row.
_TRIES = 300
#: No more characters than this are parsed for one body, over all tries.
_BUDGET = 60_000_000

#: The parser's time for INTO grows with the square of their number: so many take it two seconds.
_MOST_TARGETS = 20_000
#: What a parameter is named that the body knows by its number.
_NUMBERED = "rdscheck_"
_INTO = re.compile(r"\binto\b", re.IGNORECASE)

_UNKNOWN = re.compile(r'"(.+?)" is not a known variable|variable "(.+?)" does not exist', re.DOTALL)
_CURSOR = re.compile(r'variable "(.+?)" must be of type cursor or refcursor', re.DOTALL)
_LOOP = re.compile(r"loop variable of .* must be")

#: What the parser says of a RETURN that does not suit, and what the function then has to return. What was
#: tried once is not tried again.
_RETURNS = (
    (re.compile("RETURN NEXT cannot have a parameter"), ("SETOF record",)),
    (re.compile("RETURN cannot have a parameter"), ("int",)),
    (re.compile("cannot use RETURN (NEXT|QUERY)"), ("SETOF record", "TABLE")),
    (re.compile(r'missing expression at or near ";"'), ("TABLE", "void")),
)

#: What it says of types it does not know; then all scalar types become one that it knows.
_TYPES = re.compile(
    "record variable cannot be part of|is not a scalar variable|Not implemented|trigger functions cannot have"
)


@dataclass(slots=True)
class _Wrapper:
    """A header of our own, and which variables are rows."""

    returns: str = "void"
    parameters: dict[str, None] = field(default_factory=dict)
    given: int = 0  # so many of them are known from the definition, in its order
    rows: set[str] = field(default_factory=set)
    cursors: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=lambda: {"void"})

    def statement(self, body: str) -> str:
        out = "OUT " if self.returns == "TABLE" else ""
        listed = [f"{out}{_quoted(one)} {self._type(one)}" for one in self._places()]
        if self.returns == "TABLE":
            listed += [f"{out}rdscheck_a text", f"{out}rdscheck_b text"]
        returns = "SETOF record" if self.returns == "TABLE" else self.returns
        return (
            f"CREATE FUNCTION f({', '.join(listed)}) RETURNS {returns} LANGUAGE plpgsql AS {_dollars(body)}"
        )

    def _places(self) -> list[str]:
        """Name the parameters so that those known by their number, as ``$2``, have their places."""
        given, others = list(self.parameters)[: self.given], list(self.parameters)[self.given :]
        numbered = [int(one[1:]) for one in others if re.fullmatch(r"\$[1-9]\d?", one)]
        between = [f"${place}" for place in range(self.given + 1, max(numbered, default=0) + 1)]
        return given + between + [one for one in others if not one.startswith("$")]

    def _type(self, name: str) -> str:
        if name in self.cursors:
            return "refcursor"
        return "record" if name in self.rows else "text"

    def suit(self, message: str, known: Declarations, body: str) -> bool:
        """Change what the parser complains of; False where that does not help."""
        if match := _UNKNOWN.search(message):
            return self._variable(match[1] or match[2], known)
        if match := _CURSOR.search(message):
            name = re.sub(f"^{_NUMBERED}", "$", match[1])
            fresh = name in self.parameters and name not in self.cursors
            self.cursors.add(name)
            return fresh
        if _LOOP.search(message):
            missing = [one for one in loop_variables(body) if one not in self.parameters]
            self.parameters.update(dict.fromkeys(missing))
            return bool(missing)
        for pattern, better in _RETURNS:
            if pattern.search(message):
                untried = [one for one in better if one not in self.tried]
                self.returns = untried[0] if untried else self.returns
                self.tried.add(self.returns)
                return bool(untried)
        return False

    def _variable(self, name: str, known: Declarations) -> bool:
        base, dot, _ = name.partition(".")
        base = known.aliases.get(base, base)
        changed = False
        if base not in known.names and base not in self.parameters:
            self.parameters[base] = None
            changed = True
        if dot and base not in self.rows:
            self.rows.add(base)
            changed = True
        return changed


def tree_of(create: str, body: str) -> tuple[Any, Declarations | None]:
    """Return the tree of a body, and what the body declares where that was looked at.

    ``create`` is the statement that defines the function; without it, or where that is not read, the body is
    put into one of our own. Raises ``Unparsable`` with what the parser says of it at last.
    """
    if _targets(create) > _MOST_TARGETS or _targets(body) > _MOST_TARGETS:
        raise Unparsable(f"the body has more than {_MOST_TARGETS} INTO: the parser would take minutes")
    if create:
        try:
            return parsed_plpgsql(create), None
        except Unparsable:
            if not body:
                raise
    names = dict.fromkeys(parameters(create))
    wrapper = _Wrapper(parameters=names, given=len(names))
    try:
        return parsed_plpgsql(wrapper.statement(body)), None
    except Unparsable as error:
        return _repaired(wrapper, body, error)


def _repaired(wrapper: _Wrapper, body: str, error: Unparsable) -> tuple[Any, Declarations]:
    if not any(one.search(str(error)) for one in (_UNKNOWN, _CURSOR, _LOOP, _TYPES, *dict(_RETURNS))):
        raise error
    known = declarations(body)
    plain = _TYPES.search(str(error)) is not None
    if not plain and not wrapper.suit(str(error), known, body):
        raise error
    for _ in range(min(_TRIES, _BUDGET // (len(body) + 1))):
        try:
            return parsed_plpgsql(wrapper.statement(known.rewritten(wrapper.rows))), known
        except Unparsable as again:
            error = again
            if not wrapper.suit(str(error), known, body):
                break
    raise error


def _targets(text: str) -> int:
    return len(_INTO.findall(text)) if len(text) > _MOST_TARGETS else 0


def _quoted(name: str) -> str:
    # Called by its number alone, a parameter needs no name, but then none after it could have one.
    plain = f"{_NUMBERED}{name[1:]}" if name.startswith("$") else name
    return '"' + plain.replace('"', '""') + '"'


def _dollars(body: str) -> str:
    """Quote a body so that nothing in it ends the quotes."""
    tag = "rdscheck"
    while f"${tag}" in body:
        tag += "_"
    return f"${tag}${body}${tag}$"
