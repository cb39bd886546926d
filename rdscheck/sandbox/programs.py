"""Programs that the server itself starts: the one way that works for a container and a local process alike.

They run as the server's user with its data directory as working directory.
"""

from collections.abc import Iterable
from pathlib import PurePosixPath

from psycopg import sql

from rdscheck.sandbox.server import Connection


def run_program(admin: Connection, program: str, lines: Iterable[str] = ()) -> None:
    """Let the server run a shell command with these lines as its input.

    COPY escapes a backslash, and white space other than a blank. ``admin`` needs the right of a superuser.
    """
    rows = sql.SQL("SELECT unnest({}::text[])").format(sql.Literal(list(lines)))
    admin.execute(sql.SQL("COPY ({}) TO PROGRAM {}").format(rows, sql.Literal(program)))


def write_file(admin: Connection, path: str, lines: Iterable[str]) -> None:
    """Write a file that only the server's user may read; nobody sees half of it.

    ``path`` is relative to the data directory and holds nothing that a shell would read.
    """
    directory = PurePosixPath(path).parent
    # Each program that the shell starts costs more than what it does: hence no mkdir where there is no need.
    write = f"umask 077 && {{ [ -d {directory} ] || mkdir -p {directory}; }} && cat > {path}.new"
    write += f" && exec mv -f {path}.new {path}"
    run_program(admin, write, lines)
