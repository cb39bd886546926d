"""Servers that behave like RDS: engines, images, databases, and leaving nothing behind."""
