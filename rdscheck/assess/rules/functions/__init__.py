"""What functions, views and statements do that the target refuses."""
