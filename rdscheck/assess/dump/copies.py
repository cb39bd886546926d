"""Which COPY has its data behind it in the dump."""

from rdscheck.assess.dump.parsing import parse
from rdscheck.assess.dump.patterns import COPY, COPY_IN, QUOTED


def reads_stdin(statement: bytes) -> bool:
    """Tell whether data follow a COPY: as the server has it, whatever stands in its strings and comments."""
    if COPY_IN.fullmatch(statement):
        return True
    if not COPY.match(QUOTED.sub(b"q", statement)):
        return False
    (parsed,) = parse([statement.decode("latin-1")])
    if parsed.kind == "CopyStmt":
        return bool(parsed.node.get("is_from")) and not parsed.node.get("filename")
    # Of a form that the parser does not know; what is no COPY at all has no data.
    return not parsed.kind
