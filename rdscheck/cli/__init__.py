"""The command line: arguments, printing, exit codes. Only this package prints or exits."""
