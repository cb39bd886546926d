"""Databases made from SQL on a real server, many at once, and seen from both sides: live, and as dumps.

Starting a program in a container costs as much as a small dump itself, so all databases are dumped by one
process. What belongs to the instance (roles, subscriptions, slots) carries names that nothing else has:
examples stand beside each other, and what is found of another one's is left out.
"""

import io
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from secrets import token_hex

import psycopg
from pglast.parser import ParseError, split
from psycopg.conninfo import make_conninfo

from rdscheck.assess.dump.reading import read_dump
from rdscheck.assess.facts import Facts
from rdscheck.assess.live.collecting import collect
from rdscheck.errors import RdscheckError
from rdscheck.sandbox.client import Client
from rdscheck.sandbox.server import ADMIN, Server

#: What is done at once; most of it is waiting for answers.
WORKERS = 4

_DUMP = """\
mark=$1; globals=$2; shift 2
[ -n "$globals" ] && { echo "$mark globals"; pg_dumpall --globals-only || echo "$mark failed"; }
printf '%s\\n' "$@" | xargs -P 2 -n 1 sh -c '
  name=${1#*:}; create=; [ "${1%%:*}" = create ] && create=--create
  { echo; echo "$0 of $name"; pg_dump $create "$name" 2>&1 || echo "$0 failed"; } >"dump-$name"
  ' "$mark"
for one in "$@"; do cat "dump-${one#*:}"; done
rm -f dump-*
"""


@dataclass
class Made:
    """A database to be made, and then what became of it.

    ``{new}`` in ``sql`` and ``clean`` stands for a name nobody else has. ``whole`` says that the dump is
    that of ``pg_dumpall --globals-only`` and of ``pg_dump --create`` after it.
    """

    sql: str
    clean: str = ""
    whole: bool = False
    dumped: bool = True
    database: str = field(default_factory=lambda: f"made_{token_hex(4)}")
    new: str = field(default_factory=lambda: f"new_{token_hex(4)}")
    text: str = ""  # of the dump
    error: str = ""  # why it could not be made

    def filled(self, text: str) -> str:
        """Return a text with the names of this one."""
        return text.replace("{new}", self.new).replace("{database}", self.database)

    def shown(self, text: str) -> str:
        """Return a text with what the names stand for, as ``filled`` takes it."""
        return text.replace(self.new, "{new}").replace(self.database, "{database}")


def statements(text: str) -> list[str]:
    """Return the statements of a script, as a client sends them."""
    try:
        return list(split(text))
    except ParseError:
        # Syntax of another major: statements end where the scanner sees a semicolon.
        return list(split(text, with_parser=False))


class Workshop:
    """Makes databases on one server as the superuser, and dumps them; ``made`` are all of them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.major = server.major
        self.made: list[Made] = []

    def admin(self, database: str = "postgres") -> "psycopg.Connection":
        """Return a connection of the superuser."""
        return self.server.admin(database)

    def make(self, wanted: Sequence[Made]) -> None:
        """Make databases; ``error`` of one says why it could not be."""
        self.made += wanted
        strategy = "STRATEGY file_copy" if self.major >= 15 else ""
        with self.admin() as admin:
            for one in wanted:
                admin.execute(f"CREATE DATABASE {one.database} TEMPLATE template0 {strategy}".encode())
        with ThreadPoolExecutor(WORKERS) as threads:
            list(threads.map(self._fill, wanted))

    def _fill(self, one: Made) -> None:
        try:
            with self.admin(one.database) as admin:
                admin.add_notice_handler(lambda _notice: None)
                for statement in statements(one.filled(one.sql)):
                    admin.execute(statement.encode())
        except (psycopg.Error, ParseError) as error:
            one.error = f"{type(error).__name__}: {error}".strip()

    def live(self, wanted: Iterable[Made]) -> list[Facts]:
        """Return the facts of databases, collected as the superuser."""
        with ThreadPoolExecutor(WORKERS) as threads:
            return list(threads.map(lambda one: collect(self.dsn(one.database)), wanted))

    def dsn(self, database: str) -> str:
        """Return the superuser's connection string."""
        parameters = self.server.parameters(database, ADMIN, self.server.info.admin_password)
        return make_conninfo("", **parameters | {"host": self.server.info.admin_host, "sslmode": "disable"})

    def dump(self, wanted: Sequence[Made]) -> None:
        """Fill in the dumps of databases."""
        todo = [one for one in wanted if one.dumped and not one.error]
        if not todo:
            return
        mark = f"-- {token_hex(16)}"
        names = [f"{'create' if one.whole else 'plain'}:{one.database}" for one in todo]
        whole = "whole" if any(one.whole for one in todo) else ""
        with Client(self.server.info, "postgres", ADMIN, self.server.info.admin_password) as client:
            done = client.run("sh", "-c", _DUMP, "sh", mark, whole, *names, seconds=600, limit=1 << 30)
        if done.status:
            raise RdscheckError(f"dumping failed: {done.errors[:400]} {done.ended}")
        parts = {}
        for part in done.output.split(f"{mark} of ")[1:]:
            name, _, text = part.partition("\n")
            parts[name] = text
        shared = done.output.partition(f"{mark} of ")[0].partition("\n")[2]
        for one in todo:
            text = parts[one.database]
            if f"{mark} failed" in text:
                one.error = f"pg_dump: {text[:400]}"
            one.text = shared + text if one.whole else text

    def clean(self, wanted: Iterable[Made]) -> list[str]:
        """Remove what belongs to the instance; return what was said instead. Databases go with the server."""
        said: list[str] = []
        for one in wanted:
            if not one.clean:
                continue
            try:
                with self.admin(one.database) as admin:
                    for statement in statements(one.filled(one.clean)):
                        admin.execute(statement.encode())
            except psycopg.Error as error:
                if not one.error:
                    said.append(f"{one.shown(one.clean)}: {error}".strip())
        return said


def read(text: str) -> Facts:
    """Return the facts of a dump's text."""
    return read_dump(io.BytesIO(text.encode()), "dump")


def foreign(subject: str, own: Made, others: Iterable[Made]) -> bool:
    """Tell whether a subject is named after another database that stands on the same server."""
    return any(one is not own and (one.new in subject or one.database in subject) for one in others)
