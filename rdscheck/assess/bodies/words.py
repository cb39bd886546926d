"""A quick look at a text, whether it can do anything at all that makes a fact.

The look cannot miss, because every act needs a word of its own: a keyword, or the name of a function or
relation, that the grammar takes as one token. A token that is a word is a run of ASCII letters, digits
and underscores between other characters (within a longer name, with ``$`` or letters beyond ASCII, it is
none), and it is folded as ``str.lower`` folds it, which folds more. So a text without the run has not the
token. A name can otherwise only be written with escapes: these need a backslash, or the word UESCAPE.
What is put together at run time needs EXECUTE, or stands in a text of DO; a text in quotes may be cut
in two by a line break, so these words count too.
"""

import re

from rdscheck.assess.acts import CALLS, RELATIONS, WRITABLE

_RUN = re.compile(r"[a-z0-9_]+", re.ASCII)

#: Names of functions and relations, and what can hide one.
_NAMES = (
    CALLS
    | RELATIONS
    | WRITABLE
    | {"dblink", "dblink_connect", "dblink_connect_u", "dblink_exec", "uescape", "utl_file"}
)

#: Words of the statements that are acts.
_STATEMENTS = frozenset(
    {
        "copy",  # COPY
        "database",  # CREATE DATABASE
        "do",
        "execute",
        "extension",  # CREATE EXTENSION
        "group",  # CREATE GROUP
        "language",  # CREATE LANGUAGE
        "load",  # LOAD
        "reset",  # RESET
        "role",  # CREATE ROLE, ALTER ROLE
        "server",  # CREATE SERVER
        "set",  # SET
        "subscription",  # CREATE SUBSCRIPTION
        "system",  # ALTER SYSTEM
        "tablespace",  # CREATE TABLESPACE
        "trigger",  # CREATE EVENT TRIGGER
        "user",  # CREATE USER, ALTER USER
    }
)
_ALL = _NAMES | _STATEMENTS


def may_act(text: str) -> bool:
    """Tell whether a text of SQL or PL/pgSQL has any word without which it does nothing of note."""
    return "\\" in text or not _ALL.isdisjoint(_RUN.findall(text.lower()))


def may_call(text: str) -> bool:
    """Tell the same of the header of a function, where only expressions and queries stand."""
    return "\\" in text or not _NAMES.isdisjoint(_RUN.findall(text.lower()))
