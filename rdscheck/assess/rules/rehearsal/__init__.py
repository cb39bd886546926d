"""What only a rehearsed restore shows."""
