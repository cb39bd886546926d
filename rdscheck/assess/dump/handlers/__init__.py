"""What each kind of statement says, as facts and as changes of facts."""

from rdscheck.assess.dump.handlers import (
    code,
    define,
    elsewhere,
    instance,
    owners,
    rights,
    session,
    tables,
    types,
)

__all__ = ["code", "define", "elsewhere", "instance", "owners", "rights", "session", "tables", "types"]
