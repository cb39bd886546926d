"""Event triggers: who owns them, and when they are in the way."""
