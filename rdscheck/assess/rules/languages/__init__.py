"""Languages: untrusted ones, functions in C, and what only such functions can make."""
