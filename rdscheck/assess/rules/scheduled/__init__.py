"""Jobs that the server runs by itself."""
