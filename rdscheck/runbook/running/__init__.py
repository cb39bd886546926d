"""Running a page in a lab: its pieces in order, a verdict for each block, and what is known about it."""
