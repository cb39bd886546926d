"""Claims kept as data: who may do what on RDS, in TOML files that a person can review.

``data`` has the nouns, ``roles`` who tries, ``names`` the placeholders, ``loading`` the
strict reader, ``running`` does what a claim says and judges what came of it, ``marking``
makes tests of a file.
"""
