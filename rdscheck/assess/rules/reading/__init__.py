"""What of a source could not be read."""
