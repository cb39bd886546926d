"""Reports of a readiness check: pure functions from ``Checks`` to the text of each format."""
