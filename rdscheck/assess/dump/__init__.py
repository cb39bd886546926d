"""Dumps read into facts: opened, split into statements, parsed, understood, folded."""
