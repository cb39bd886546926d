"""Databases made from SQL on a plain server, and seen from both sides."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from subprocess import CalledProcessError

import psycopg

from tests.assess.making import WORKERS, Made, Workshop
from tests.assess.sources.plain import Plain


class PlainWorkshop(Workshop):
    """A workshop whose server has nothing of ours."""

    def __init__(self, server: Plain) -> None:
        self.plain = server
        self.major = server.major
        self.made: list[Made] = []

    def admin(self, database: str = "postgres") -> psycopg.Connection:
        """Return a connection of the superuser."""
        return psycopg.connect(self.dsn(database), autocommit=True)

    def dsn(self, database: str) -> str:
        """Return the superuser's connection string."""
        return self.plain.dsn(database)

    def dump(self, wanted: Sequence[Made]) -> None:
        """Fill in the dumps of databases."""
        todo = [one for one in wanted if one.dumped and not one.error]
        shared = ""
        if any(one.whole for one in todo):
            shared = self.plain.dump("pg_dumpall", "--globals-only").decode()

        def fill(one: Made) -> None:
            try:
                create = ["--create"] if one.whole else []
                text = self.plain.dump("pg_dump", *create, one.database).decode()
            except CalledProcessError as error:
                one.error = f"pg_dump: {error}"
            else:
                one.text = shared + text if one.whole else text

        with ThreadPoolExecutor(WORKERS) as threads:
            list(threads.map(fill, todo))
