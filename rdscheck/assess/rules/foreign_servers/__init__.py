"""Connections the database makes to other servers."""
