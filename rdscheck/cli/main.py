"""``rdscheck``: the commands, what they take, what they end with."""

import argparse
import os
import sys
import traceback
from collections.abc import Iterable, Sequence
from importlib import import_module

from rdscheck import __version__
from rdscheck.cli.console import Console
from rdscheck.errors import ExitCode, RdscheckError

_EXIT_CODES = """\
exit status:
  0  everything asked for was found out and nothing is wrong
  1  a promise was broken: failed claims or findings at the threshold
  2  the command line or the input cannot be understood
  3  something could not be checked (no engine, a missing version, an interrupted run)

Data goes to standard output, progress and notes to standard error.
"""

#: The modules of the commands, in the order in which help shows them, each with its commands. What other
#: commands need is not loaded: that takes longer than most of them run.
COMMANDS = {
    "running": ("run",),
    "checking": ("check",),
    "runbooks": ("runbook",),
    "sandboxes": ("up", "down", "ps"),
    "upgrades": ("upgrade",),
    "checkup": ("doctor",),
    "imaging": ("images",),
    "catalogue": ("list", "explain"),
    "refreshing": ("catalog",),
    "new": ("new",),
}


def parser(modules: Iterable[str] = tuple(COMMANDS)) -> argparse.ArgumentParser:
    """Return the parser of the whole command line, or of the commands of some modules only."""
    top = argparse.ArgumentParser(
        prog="rdscheck",
        description="Does it work on Amazon RDS for PostgreSQL? Runs documented procedures for real on local "
        "servers that behave like RDS, and reports per version.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"rdscheck {__version__}")
    top.add_argument("--debug", action="store_true", help="show the traceback of a user's mistake, too")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in modules:
        import_module(f"rdscheck.cli.{module}").add_to(commands)
    return top


def _needed(words: Sequence[str]) -> Iterable[str]:
    """Return the modules that these words need: all, where no command begins them."""
    command = next((word for word in words if word != "--debug"), "")
    return [module for module, names in COMMANDS.items() if command in names] or COMMANDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    options = parser(_needed(words)).parse_args(words)
    console = Console()
    try:
        return _done(options, console)
    except RdscheckError as error:
        if options.debug:
            # The exit status stays what it says: 1 is for findings.
            traceback.print_exc()
        console.error(error.message, error.hint)
        return int(error.exit_code)
    except KeyboardInterrupt:
        console.error("interrupted")
        return int(ExitCode.UNCHECKED)
    except BrokenPipeError:
        # Whoever read our output has seen enough: what is left of it goes nowhere.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        return int(ExitCode.OK)


def _done(options: argparse.Namespace, console: Console) -> int:
    code = int(options.command(options, console))
    # What is still to be written fails here, if it does, and not when nobody can do anything about it.
    sys.stdout.flush()
    return code


def run() -> None:
    """Be the ``rdscheck`` program."""
    sys.exit(main())
