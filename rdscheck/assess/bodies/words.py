"""A quick look at a text, whether it can do anything at all that makes a fact.

The look cannot miss. Each act is either a name of ours (of a function, relation or type), or a statement that
begins with a keyword of ours.

* The lexer takes a word as one token, and folds it as ``str.lower`` does or less. So a text that has no
  such run of ASCII letters, digits and underscores has not the word: what stands next to a run, ``$`` or a
  letter beyond ASCII, can only make another word of it. Otherwise a name can only be written with escapes;
  these need a backslash, or the word UESCAPE.
* A statement begins at the begin of the text or behind ``;``, in PL/pgSQL also behind a label, BEGIN, THEN,
  ELSE or LOOP. Between that and its keyword only blanks and comments can stand: so directly before the
  keyword there is one of these, or the end of a comment.
* What is put together at run time needs EXECUTE; what stands in the text of DO needs that.
"""

import re

from rdscheck.assess.acts import CALLS, RELATIONS, TYPES, WRITABLE

_RUN = re.compile(r"[a-z0-9_]+", re.ASCII)

#: Names of functions and relations, and what can hide one.
_NAMES = (
    CALLS
    | RELATIONS
    | TYPES
    | WRITABLE
    | {"dblink", "dblink_connect", "dblink_connect_u", "dblink_exec", "uescape", "utl_file"}
)

#: Keywords of statements that are acts.
_VERBS = frozenset({"copy", "do", "load", "reset", "set"})
#: And of those that are acts for some objects only, with their objects.
_MAKING = frozenset({"alter", "create"})
_MADE = frozenset(
    {
        "database",
        "event",
        "extension",
        "group",
        "language",
        "role",
        "server",
        "subscription",
        "system",
        "tablespace",
        "trigger",  # ALTER TABLE … DISABLE TRIGGER ALL
        "user",
    }
)
_BEGINNING = re.compile(
    r"(?:\A|;|>>|\*/|--[^\n\r]*[\n\r]|\b(?:begin|then|else|loop))\s*"
    r"(?:(?P<verb>copy|do|load|reset|set)|alter|create)\b",
    re.ASCII,
)


def may_act(text: str) -> bool:
    """Tell whether a text of SQL or PL/pgSQL has anything without which it does nothing of note."""
    if "\\" in text:
        return True
    folded = text.lower()
    words = set(_RUN.findall(folded))
    if not _NAMES.isdisjoint(words) or "execute" in words:
        return True
    making = not (_MAKING.isdisjoint(words) or _MADE.isdisjoint(words))
    if not making and _VERBS.isdisjoint(words):
        return False
    return any(making or match["verb"] for match in _BEGINNING.finditer(folded))


def may_call(text: str) -> bool:
    """Tell the same of the header of a function, where only expressions and queries stand."""
    return "\\" in text or not _NAMES.isdisjoint(_RUN.findall(text.lower()))
