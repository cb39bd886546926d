"""Babelfish for Aurora PostgreSQL: what T-SQL calls a thing, and what PostgreSQL calls it."""
