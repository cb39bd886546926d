"""Facts of a live server, read in one read-only transaction per database."""
