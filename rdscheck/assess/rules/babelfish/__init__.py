"""Babelfish: names that T-SQL and PostgreSQL know each in its own way."""
