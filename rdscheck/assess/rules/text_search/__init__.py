"""Text search: what needs files of the server, or functions in C."""
