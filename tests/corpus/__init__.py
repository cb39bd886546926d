"""The corpus in ``fixtures/corpus``: small databases and dumps, with the findings they must give.

``python -m tests.corpus`` tells precision and recall over it.
"""
