"""Encodings, locales and collations: what text is, and how it is sorted."""
