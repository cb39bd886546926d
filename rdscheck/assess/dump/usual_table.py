"""Tables of the usual form, told without the parser: columns of plain types, simple defaults, checks.

Such a table has no column that makes a fact. One that differs by a word goes to the parser.
"""

import re

from rdscheck.assess.bodies.words import may_act
from rdscheck.assess.dump.handlers.tables import create_table
from rdscheck.assess.dump.scene import Said, Scene

#: A name, and one that may have a schema.
NAME = rb'(?:"(?:[^"]|"")++"|[a-z_\x80-\xff][a-z0-9_$\x80-\xff]*+)'
QUALIFIED = rb"(?:" + NAME + rb"\.)?+" + NAME

_ZONE = rb"(?:\(\d\))?(?: with(?:out)? time zone)"
_TYPE = (
    rb"(?:bigint|boolean|bytea|character varying(?:\(\d++\))?|character\(\d++\)|date|double precision|inet"
    rb"|integer|interval|jsonb?|numeric(?:\(\d++,\d++\))?|real|smallint|text|time" + _ZONE + rb"|timestamp"
    + _ZONE + rb"|tsvector|uuid|xml)(?:\[\])?"
)  # fmt: skip
_STRING = rb"'(?:[^'\\]|'')*+'"
_DEFAULT = (
    rb" DEFAULT (?:-?\d++(?:\.\d++)?|\(-?\d++(?:\.\d++)?\)(?:::" + _TYPE + rb")?|" + _STRING + rb"::" + _TYPE
    + rb"|true|false|now\(\)|CURRENT_DATE|CURRENT_TIMESTAMP|gen_random_uuid\(\)|NULL::" + _TYPE
    + rb"|nextval\(" + _STRING + rb"::regclass\))"
)  # fmt: skip


def _nested(depth: int) -> bytes:
    inner = rb"|" + _nested(depth - 1) if depth else b""
    return rb"\((?:[^()'\"\n$/-]++|" + _STRING + rb'|"[^"\n]*+"|-(?!-)|/(?!\*)' + inner + rb")*+\)"


_ITEM = (
    rb"(?:" + NAME + rb" " + _TYPE + rb"(?:" + _DEFAULT + rb")?(?: NOT NULL)?"
    rb"|CONSTRAINT " + NAME + rb" CHECK " + _nested(8) + rb")"
)  # fmt: skip
_OPTION = rb"(?!oids)[a-z_]++='[\w.]++'"
_TABLE = re.compile(
    rb"CREATE (UNLOGGED )?TABLE (?:(" + NAME + rb")\.)?(" + NAME + rb") \(\n    "
    + _ITEM + rb"(?:,\n    " + _ITEM + rb")*+\n\)(?:\nWITH \((" + _OPTION + rb"(?:, " + _OPTION + rb")*+)\))?"
)  # fmt: skip

#: What the server takes of a name.
_LONGEST = 63


def plain_name(name: bytes) -> str | None:
    """Return a name without quotation marks, None for one that is too long or not UTF-8."""
    bare = name[1:-1].replace(b'""', b'"') if name[:1] == b'"' else name
    try:
        return bare.decode() if len(bare) <= _LONGEST else None
    except UnicodeDecodeError:
        return None


def _checks_act(statement: bytes) -> bool:
    """Tell whether a check may do something of note; types and defaults are of those that do nothing."""
    at = statement.find(b" CHECK ")
    return at >= 0 and may_act(statement[at:].decode("latin_1"))


def usual_table(scene: Scene, statement: bytes) -> list[Said] | None:
    """Return what the statement says that creates a table of the usual form, None for any other."""
    match = _TABLE.fullmatch(statement)
    if match is None:
        return None
    unlogged, schema, name, options = match.groups()
    names = [plain_name(one) for one in (schema or b"", name)]
    if None in names or _checks_act(statement):
        return None
    said = (one.partition(b"=") for one in (options or b"").split(b", ") if one)
    node = {
        "relation": {
            "schemaname": names[0],
            "relname": names[1],
            "relpersistence": "u" if unlogged else "p",
        },
        "options": [
            {"DefElem": {"defname": option.decode(), "arg": {"String": {"sval": value[1:-1].decode()}}}}
            for option, _, value in said
        ],
    }
    return list(create_table(scene, node))
