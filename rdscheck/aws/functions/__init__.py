"""A local AWS Lambda: its API over HTTP, and Python handlers in processes of their own."""
