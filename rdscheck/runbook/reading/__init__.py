"""Pages read: markdown into blocks, each with its kind, its pieces and its lines."""

from rdscheck.runbook.reading.pages import decode, load, read

__all__ = ["decode", "load", "read"]
