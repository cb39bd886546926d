"""Reports of ``rdscheck runbook``: pure functions of what was found out."""
