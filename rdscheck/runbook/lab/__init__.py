"""The sandbox that runs the pieces of a page."""
