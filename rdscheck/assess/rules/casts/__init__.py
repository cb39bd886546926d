"""Casts that only a superuser makes."""
