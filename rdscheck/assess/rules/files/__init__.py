"""Files and programs of the server's host, which nobody reaches on the target."""
