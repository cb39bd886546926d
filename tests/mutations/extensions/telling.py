"""Loaded with ``-p`` into a run of copied scenarios: writes the verdicts to ``RDSCHECK_VERDICTS``."""

import json
import os
from pathlib import Path

from rdscheck.model import Outcome


def pytest_rdscheck_outcome(outcome: Outcome, nodeid: str) -> None:
    """Write a verdict down, in the process that collects."""
    path, _, test = nodeid.partition("::")
    line = {
        "copy": path.partition("/scenarios/")[0].rpartition("/")[2],
        "test": test.partition("[")[0],
        "status": outcome.status.value,
        "reason": outcome.reason,
    }
    with Path(os.environ["RDSCHECK_VERDICTS"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
