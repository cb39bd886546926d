"""What is shown of what cannot be read, without secrets."""

import re

from rdscheck.assess.facts import Unreadable
from rdscheck.assess.secrets import masked

#: How much is shown of a statement.
SHOWN = 200

_SECRET = re.compile(r"password|connection|user\s+mapping|server|options|secret|dblink", re.IGNORECASE)
_BARE = re.compile(r"(\b(?:password|secret)\W?(?:\s+|\s*=\s*))[^\s'\"=*]+", re.IGNORECASE)
_LITERAL = re.compile(r"'[^']*(?:'|\Z)")


def unreadable(database: str, line: int, message: str, text: str, *, torn: bool = False) -> Unreadable:
    """Return the fact that a statement cannot be read; ``torn`` where the dump ends with it."""
    if _SECRET.search(text[: 4 * SHOWN]):
        # The parser quotes what it stumbled over, which may be the secret.
        message = message.partition(" at or near ")[0]
        text = _BARE.sub(r"\1***", _LITERAL.sub("'***'", text[: 4 * SHOWN]))
    shown = masked(text[: 4 * SHOWN])[:SHOWN].strip()
    return Unreadable(message=message, text=shown, database=database, line=line, torn=torn)
