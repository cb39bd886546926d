"""Text search: what needs files of the server."""
