"""What functions and statements do, read from their text: see ``analysing``.

Everything here takes text and gives values; nothing asks a server, and nothing raises for a text it cannot
read. The acts it looks for are the kinds of ``rdscheck.assess.acts``.
"""
