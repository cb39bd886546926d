"""Binding: which words of a page stand for the reader's own, and what they are in the sandbox.

``placeholders`` finds them, ``places`` knows how a value is written where a word stands, ``fitting``
which values a role takes, ``binder`` puts values in and takes them out of output again, ``configuration``
reads what a ``runbook.toml`` says.
"""
