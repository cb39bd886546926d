"""What the splitter looks for."""

import re
from functools import lru_cache

# One match for most statements: nothing in them needs a second look. Each alternative excludes how the others
# begin, and repetition never gives back, so that no text takes longer than its length.
_SIMPLE = rb"""(?:[^'"$;\\\-/(\s]++|[\s(]++|'[^'\\]*+'|"[^"]*+"|-(?!-)|/(?!\*)|(?<=[\w$\x80-\xff])\$)*+;"""
PLAIN = re.compile(_SIMPLE)
STRETCH = re.compile(
    rb"""(?:[^'"$;\\\-/(\s]++|[\s(]++|(?<![eE])'[^'\\]*+'|"[^"]*+"|-(?!-|\Z)|/(?!\*|\Z)|(?<=[\w$\x80-\xff])\$)*+"""
)
# A comment ends with either sign of a line's end, as psql and the server have it.
BETWEEN = re.compile(rb"(?:\s++|--[^\r\n]*+[\r\n])*+")
LINE_END = re.compile(rb"[\r\n]")
SPECIAL = re.compile(rb"""['"$;\\]|--|/\*""")
DOLLAR = re.compile(rb"\$(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*+)?\$")
DOLLAR_BEGUN = re.compile(rb"\$(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*+)?\Z")
COMMENT = re.compile(rb"/\*|\*/")
QUOTED = re.compile(rb"""'(?:[^'\\]|\\.|'')*+'|"[^"]*+"|--[^\r\n]*+""", re.DOTALL)
COPY = re.compile(rb"COPY\b.*\bFROM\b.*\bSTDIN\b", re.IGNORECASE | re.DOTALL)
#: What pg_dump writes, of which there is no doubt.
COPY_IN = re.compile(rb"""COPY (?:"[^"]++"|[\w$.\x80-\xff]++)++ (?:\([^()'$/-]*+\) )?FROM stdin""")
#: Arguments of a psql command, up to a backslash outside of quotes, with which it ends.
ARGUMENTS = re.compile(rb"""(?:'(?:[^'\\]|\\.|'')*+'|"[^"]*+"|`[^`]*+`|[^\\'"`])*+""", re.DOTALL)
#: Commands whose arguments are the rest of the line, backslashes included.
WHOLE_LINE = re.compile(rb"!|(?:copy|h|help|ef|ev|sf\+?|sv\+?|\?)(?![^\s\\])")
NOTE = re.compile(rb"^-- ((?:Dumped|Started|Completed|PostgreSQL database)[^\r\n]*)", re.MULTILINE)
CONTINUED = re.compile(rb"[ \t\f\v]*+(?:--[^\r\n]*+)?+[\r\n](?:\s++|--[^\r\n]*+[\r\n])*+'")
MAY_CONTINUE = re.compile(
    rb"[ \t\f\v]*+(?:--[^\r\n]*+)?+(?:[\r\n](?:\s++|--[^\r\n]*+[\r\n])*+(?:--?[^\r\n]*+)?+)?+\Z"
)
STRING = re.compile(rb"[\\']")
WORD = re.compile(rb"[\w$\x80-\xff]")
OFF = re.compile(
    rb"(?:SET\s+(?:SESSION\s+|LOCAL\s+)?\"?standard_conforming_strings\"?\s*(?:=|\sTO\s)\s*"
    rb"|SELECT\s+(?:pg_catalog\s*\.\s*)?set_config\s*\(\s*'standard_conforming_strings'\s*,\s*)'?(\w+)'?",
    re.IGNORECASE,
)
_NAME = rb'(?:"(?:[^"]|"")*+"|[\w$\x80-\xff]++)'
# Rows that are given; what an INSERT selects is read as any other statement.
_VALUES = rb'(?:\s*+\((?:[^()"]|"[^"]*+")*+\))?+\s*+(?:OVERRIDING\s+\w+\s+VALUE\s*+)?+VALUES[\s(]'
INSERT = re.compile(
    rb"INSERT\s+INTO\s+" + _NAME + rb"(?:\s*\.\s*" + _NAME + rb"){0,2}" + _VALUES, re.IGNORECASE
)
INTO = re.compile(rb"INSERT INTO " + _NAME + rb"(?:\." + _NAME + rb")?(?=[\s(])")


@lru_cache(maxsize=16)
def inserts(begins: bytes) -> re.Pattern[bytes]:
    """Return what matches one INSERT after the other that begins so."""
    return re.compile(rb"(?:\s*+" + re.escape(begins) + rb"(?i:" + _VALUES + rb")" + _SIMPLE + rb")*+")
