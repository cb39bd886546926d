"""What may differ between a page and a run without being a difference: rules with names.

A rule replaces what no two servers have in common by a word in angle brackets, in what the page prints
and in what was printed. It looks at the form of a value and at the name of its column, never at both
texts at once, so that it cannot make equal what has another form.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from rdscheck.errors import UsageError

#: Numbers from here on are made by a server or a hash; smaller ones count something.
_GENERATED = 10_000

_NUMBER = re.compile(r"\d{1,20}")


@dataclass(frozen=True)
class Mask:
    """A rule: what it is called, and how it rewrites a line or a cell.

    ``rewrite`` takes the text, the name of its column (empty outside tables), and tells of a word whether
    the page has it in its own statements, so that it is data and not made by the server. What it stands
    for differs at each run of one machine where ``volatile`` says so: no report shows that.
    """

    name: str
    rewrite: Callable[[str, str, Callable[[str], bool]], str]
    volatile: bool = True


def _pattern(
    name: str, shown: str, regex: str, *, data: bool = False, flags: int = 0, volatile: bool = True
) -> Mask:
    """Return a rule that replaces every match; ``data`` leaves alone what the page's statements say."""
    compiled = re.compile(regex, flags)

    def rewrite(text: str, column: str, stated: Callable[[str], bool]) -> str:
        del column
        return compiled.sub(lambda match: match[0] if data and stated(match[0]) else shown, text)

    return Mask(name, rewrite, volatile)


def _cell(name: str, shown: str, columns: str, value: str, *, volatile: bool = True) -> Mask:
    """Return a rule for whole cells of columns with such names."""
    named, whole = re.compile(columns, re.IGNORECASE), re.compile(value)

    def rewrite(text: str, column: str, stated: Callable[[str], bool]) -> str:
        del stated
        return shown if named.fullmatch(column) and whole.fullmatch(text) else text

    return Mask(name, rewrite, volatile)


def _ids(text: str, column: str, stated: Callable[[str], bool]) -> str:
    """Mask numbers that a server gave out; small ones in a column of the user's own count something."""
    if not _NUMBER.fullmatch(text) or stated(text):
        return text
    if _SYSTEM_IDS.fullmatch(column):
        return "<id>"
    if int(text) >= _GENERATED and (_ID_COLUMN.fullmatch(column) or _CREATES.fullmatch(column)):
        return "<id>"
    return text


def _generated(text: str, column: str, stated: Callable[[str], bool]) -> str:
    """Mask the hashes in names of pglogical's slots: pgl_<database>_<publisher>_<subscription>."""
    del column, stated
    return _SLOT.sub(lambda slot: _HASH.sub("<hash>", slot[0]), text)


def _of_json(text: str, column: str, stated: Callable[[str], bool]) -> str:
    """Mask identifiers and keys that AWS makes up, in its JSON."""
    del column
    return _JSON_ID.sub(lambda found: found[0] if stated(found[2]) else f"{found[1]}<aws id>", text)


_JSON_ID = re.compile(r'("(?:\w{1,40}Id|SecretAccessKey|SessionToken)": ")([A-Za-z0-9/+=]{16,})(?=")')
_SLOT = re.compile(r"\bpgl_\w{1,60}\b")
#: A whole run of hexadecimal digits: the name may end in some, too.
_HASH = re.compile(r"[0-9a-f]{7,}(?=_|$)")
_SYSTEM_IDS = re.compile(
    r"(\w*_)?(oid|node_id|roident|xid|xmin|relfilenode|datid|datoid|usesysid|backend_xmin|jobid|runid)",
    re.IGNORECASE,
)
_ID_COLUMN = re.compile(r"\w*id\w*|sub_(target|origin)\w*|\w*_node", re.IGNORECASE)
#: Functions that answer with the identifier of what they made.
_CREATES = re.compile(r"(create|alter|get)_\w+|lo_\w+|\w+_create", re.IGNORECASE)

_DAYS = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTHS = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK = r"\d{1,2}:\d\d:\d\d(?:\.\d+)?"
_ZONE = r"(?:\s?(?:Z|[+-]\d\d(?::?\d\d)?|UTC|GMT|[A-Z]{3,4}))?(?![\w])"

MASKS: tuple[Mask, ...] = (
    Mask("generated name", _generated, volatile=False),
    _pattern(
        "uuid",
        "<uuid>",
        r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
        data=True,
        flags=re.IGNORECASE,
    ),
    _pattern(
        "date and time",
        "<time>",
        rf"\b\d{{4}}-\d\d-\d\d[ T]{_CLOCK}{_ZONE}|\b{_DAYS} {_MONTHS} +\d+ {_CLOCK}(?: [A-Z]+)?(?: \d{{4}})?"
        rf"|\b\d{{4}}-\d\d-\d\d\b|(?<![\d:]){_CLOCK}{_ZONE}",
        data=True,
    ),
    _pattern("pid", "<pid>", r"(?<=\[)\d+(?=\](?::|\s|$))|(?<=\bPID )\d+|(?<=\bpid[ =:])\d+"),
    _cell("pid", "<pid>", r"(\w*_)?pid|pg_backend_pid", r"\d+"),
    _pattern("lsn", "<lsn>", r"\b[0-9A-F]{1,8}/[0-9A-F]{5,8}\b"),
    _cell("lsn", "<lsn>", r"\w*lsn\w*", r"[0-9A-F]{1,8}/[0-9A-F]{1,8}"),
    Mask("id", _ids),
    _pattern(
        "version",
        "<version>",
        r"(?<=\bPostgreSQL )\d+(?:\.\d+)*(?:beta\d|rc\d)?(?: \([^)\n]{0,100}\))?(?: on [^\n]{0,150}bit)?"
        r"|(?<=\bpsql )\(\d[^\n]{0,200}\)|(?<=\bversion )\d+(?:\.\d+)+",
        volatile=False,
    ),
    _cell(
        "version",
        "<version>",
        r"\w*version\w*",
        r"\d+(?:\.\d+)*[-\w.]*|PostgreSQL <version>.*",
        volatile=False,
    ),
    _pattern(
        "duration",
        "<duration>",
        r"\b\d+(?:[.,]\d+)? ?(?:ms|msec|milliseconds|seconds|secs?)\b(?: \(\d+:\d+\.\d+\))?"
        r"|(?<=actual time=)\d+\.\d+\.\.\d+\.\d+",
        data=True,
    ),
    _pattern("duration", "tps = <rate>", r"\btps = \d+\.\d+"),
    _cell("duration", "<duration>", r"\w*(time|duration|elapsed)\w*", r"\d+\.\d+"),
    _pattern(
        "plan cost", "cost=<cost>", r"cost=\d+\.\d+\.\.\d+\.\d+(?: rows=\d+ width=\d+)?", volatile=False
    ),
    _pattern(
        "host",
        "<host>",
        r"\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.amazonaws\.com\b|(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])",
        data=True,
        volatile=False,
    ),
    _pattern("aws id", "<aws id>", r"\bA(?:KIA|SIA|ROA|NPA|IDA)[A-Z0-9]{12,}\b", data=True),
    Mask("aws id", _of_json),
    _pattern(
        "signature", "X-Amz-<signature>", r"X-Amz-(?:Date|Signature|Credential|Security-Token)=[^&\s\"']+"
    ),
)


def configured(masks: Mapping[str, str]) -> tuple[Mask, ...]:
    """Return the rules of a configuration file; raises ``UsageError`` for what is no regular expression."""
    rules = []
    for regex, shown in masks.items():
        try:
            compiled = re.compile(regex)
            # What is shown is a text; a group's number in it would be a surprise.
            rules.append(Mask(f"mask {regex}", _plainly(compiled, shown)))
        except re.error as error:
            raise UsageError(f"masks: {regex!r} is no regular expression: {error}") from error
    return tuple(rules)


def _plainly(compiled: "re.Pattern[str]", shown: str) -> Callable[[str, str, Callable[[str], bool]], str]:
    def rewrite(text: str, column: str, stated: Callable[[str], bool]) -> str:
        del column, stated
        return compiled.sub(shown.replace("\\", r"\\"), text)

    return rewrite


def volatile(rules: Iterable[Mask]) -> tuple[Mask, ...]:
    """Return the rules for what differs at each run of one machine."""
    return tuple(rule for rule in rules if rule.volatile)


def masked(text: str, column: str, rules: Iterable[Mask], stated: Callable[[str], bool]) -> str:
    """Return a line or a cell with every rule applied, in their order."""
    for rule in rules:
        text = rule.rewrite(text, column, stated)
    return text


def names(rules: Iterable[Mask]) -> tuple[str, ...]:
    """Return the names of rules, each once."""
    return tuple(dict.fromkeys(rule.name for rule in rules))


def without(rules: Iterable[Mask], left_out: Collection[str]) -> tuple[Mask, ...]:
    """Return the rules but those of some names."""
    return tuple(rule for rule in rules if rule.name not in left_out)
