"""Runbooks: any markdown procedure, run block by block in a sandbox.

``reading`` turns a page into blocks, ``binding`` puts the sandbox's names in the place of a page's
placeholders, ``lab`` is the sandbox with all that blocks may use, ``running`` runs them in order and judges
each. The nouns they share are in ``model``; reports are made by ``rdscheck.report.runbook``.
"""
