"""Running a page in a lab: its pieces in order, a verdict for each block, and what is known about it."""

from rdscheck.runbook.running.runner import Runner, run

__all__ = ["Runner", "run"]
