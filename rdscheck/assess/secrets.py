"""Taking secrets out of what is read, before a fact is made of it."""

import re
from collections.abc import Iterable

HIDDEN = "***"

#: Names of options and parameters whose value is secret, and the one that only sounds like it.
_SECRET = re.compile(
    r"pass(?!word_required\Z|file\Z)|pwd|secret|token|credential|(access|private|api)_?key", re.I
)

# What stands before such a word need not be read, and what is behind it is no longer than a name: nothing is
# read again and again of texts that are anybody's.
_WORD = r"(?:passw(?:or)?d|passphrase|pwd|secret|token|credential|access_?key|private_?key|api_?key)\w{0,63}+"
#: A literal; in one that stands within another its quotes are doubled. One without end goes to the end.
_LITERAL = r"(?:''[^']*''|[eE]?'(?:[^'\\]|''|\\.)*'|[eE]?'[^']*\Z|[eE]?'[^']*'|\"[^\"]*\")"
_ASSIGNED = re.compile(rf"({_WORD}['\"]?\s*(?:=>|:=|=|:)\s*)({_LITERAL})", re.I)
_GLUED = re.compile(rf"({_WORD}(?:=|%3d))([^\s'\",;)&]+)", re.I)
_PASSWORD = re.compile(rf"(\b(?:password|identified\s+by)\s+)({_LITERAL})", re.I)
_ADDRESS = re.compile(r"(\b[a-z][\w+.-]{0,30}://[^\s:/@'\"]{0,1000}):([^\s'\"]{0,4096})@", re.I)


def is_secret(name: str) -> bool:
    """Tell whether the value of an option or parameter of that name is to be hidden."""
    return bool(_SECRET.search(name))


def masked(text: str) -> str:
    """Return a text, of SQL or a program's call, with what looks like a password replaced by ``***``."""
    text = _ADDRESS.sub(rf"\1:{HIDDEN}@", text)
    for pattern in (_ASSIGNED, _PASSWORD):
        text = pattern.sub(lambda match: match[1] + _hidden(match[2]), text)
    return _GLUED.sub(rf"\1{HIDDEN}", text)


def _hidden(literal: str) -> str:
    quote = "''" if literal.startswith("''") and len(literal) > 2 else literal.lstrip("eE")[0]
    return f"{quote}{HIDDEN}{quote}"


def masked_value(name: str, value: str) -> str:
    """Return the value of an option or parameter, or what of it may be shown."""
    return HIDDEN if is_secret(name) and value else masked(value)


def masked_options(options: Iterable[str] | None) -> tuple[str, ...]:
    """Return options as ``name=value``, those that are secret as ``name=***``."""
    if not options:
        return ()
    return tuple(
        f"{name}={masked_value(name, value)}" for name, _, value in (one.partition("=") for one in options)
    )


def masked_conninfo(text: str) -> tuple[str, bool]:
    """Return a connection string as ``name=value …`` without passwords, and whether it had one.

    One that libpq cannot read is left out altogether.
    """
    # It loads slowly, and those that read dumps side by side seldom meet such a string.
    from psycopg import Error  # noqa: PLC0415
    from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: PLC0415

    try:
        parts = conninfo_to_dict(text)
    except Error:
        return "", "password" in text.lower()
    shown = {name: value for name, value in parts.items() if not is_secret(name)}
    return make_conninfo("", **shown), "password" in parts
