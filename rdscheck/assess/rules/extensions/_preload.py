"""What stands in ``shared_preload_libraries``, and where RDS has it."""

from collections.abc import Iterator

from rdscheck.assess.facts import Facts, Setting
from rdscheck.assess.target import AURORA, Target

PARAMETER = "shared_preload_libraries"

#: The background worker of pg_partman, which has a rule of its own.
PARTMAN_BGW = "pg_partman_bgw"


def group_of(target: Target) -> str:
    """Return what the group of parameters is called in which libraries are named."""
    return "DB cluster parameter group" if target.engine == AURORA else "DB parameter group"


def preloaded(facts: Facts) -> Iterator[tuple[Setting, tuple[str, ...]]]:
    """Return the setting of the server with the names in it: without directory and suffix."""
    for one in facts.settings:
        if one.name == PARAMETER and one.scope == "server":
            yield one, tuple(library(part) for part in one.value.split(",") if part.strip(' "'))


def library(text: str) -> str:
    """Return the name of a library without quotation marks, directory and suffix."""
    return text.strip().strip("\"'").rpartition("/")[2].removesuffix(".so")
