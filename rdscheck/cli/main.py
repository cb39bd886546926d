"""``rdscheck``: the commands, what they take, what they end with."""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence

from rdscheck import __version__
from rdscheck.cli import (
    catalogue,
    checking,
    checkup,
    imaging,
    new,
    refreshing,
    runbooks,
    running,
    sandboxes,
    upgrades,
)
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


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
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
    for module in (
        running,
        checking,
        runbooks,
        sandboxes,
        upgrades,
        checkup,
        imaging,
        catalogue,
        refreshing,
        new,
    ):
        module.add_to(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = parser().parse_args(arguments)
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
