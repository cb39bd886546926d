"""The sandbox that runs the pieces of a page."""

from rdscheck.runbook.lab.lab import Sandbox, open_lab

__all__ = ["Sandbox", "open_lab"]
