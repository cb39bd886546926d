"""Types of columns that a move does not bring along, or brings along with another meaning."""
