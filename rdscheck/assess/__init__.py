"""Readiness: facts collected from a database or a dump, judged by rules, for a move to one version of RDS.

Nothing is imported here: reading facts needs no rules, judging needs no server.
"""
