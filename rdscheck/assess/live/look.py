"""How parts of a database are looked at: one query each, and what could not be seen is said."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args, get_type_hints

import psycopg
from psycopg import errors

from rdscheck.assess.facts import Fact, Facts, NotSeen
from rdscheck.assess.live.connecting import Connection, Stalled, reason
from rdscheck.assess.names import quoted
from rdscheck.assess.secrets import masked_options

#: Rows fetched at once where there may be many.
BATCH = 2000

Row = tuple[Any, ...]


class Gone(Exception):
    """The connection is lost: nothing more of this database can be seen."""


#: The list of ``Facts`` for each kind of fact.
LISTS: Mapping[type, str] = {
    get_args(hint)[0]: name for name, hint in get_type_hints(Facts).items() if get_args(hint)
}


@dataclass
class Look:
    """One database seen in one transaction.

    ``version`` is ``server_version_num``, ``whole`` whether facts of all databases of the instance are
    wanted, ``service`` whether it is one of RDS or Aurora, ``where`` the database of what is looked at,
    empty for what belongs to the instance.
    """

    conn: Connection
    database: str
    version: int
    whole: bool = False
    service: bool = False
    where: str = ""
    unseen: list[NotSeen] = field(default_factory=list)
    extensions: dict[str, str] = field(default_factory=dict)  # name and schema of those installed

    def since(self, major: float, there: str, before: str = "") -> str:
        """Return a piece of SQL for servers from a major on (9.6, 10 …), and another one for older ones."""
        return there if self.version >= number_of(major) else before

    def rows(self, query: str, **values: object) -> list[Row]:
        """Return the rows of a query; ``%(name)s`` in it is a value."""
        with self.conn.cursor() as cursor:
            # Braces and percent signs of the query are its own where it has no values.
            return list(cursor.execute(query.encode(), values or None))

    def many(self, query: str, **values: object) -> Iterator[Row]:
        """Yield the rows of a query that may have very many, without holding all of them."""
        with self.conn.cursor(name="rdscheck") as cursor:
            cursor.itersize = BATCH
            yield from cursor.execute(query.encode(), values or None)

    def copied(self, schema: str, table: str, columns: Sequence[str]) -> list[Row]:
        """Return columns, as text, of a table that may be anybody's, who may wait for a superuser to read it.

        Nothing of the owner's runs: COPY refuses a view in the table's place, makes no plan (which would
        evaluate what indexes and constraints call), and casts nothing. Where a policy would hide rows, and
        so run as well, the server refuses.
        """
        names = ", ".join(map(quoted, columns))
        with self.conn.cursor() as cursor:
            cursor.execute("SET LOCAL row_security = off")
            with cursor.copy(f"COPY {quoted(schema, table)} ({names}) TO STDOUT".encode()) as copy:
                copy.set_types(["text"] * len(columns))
                found = list(copy.rows())
            cursor.execute("SET LOCAL row_security = on")
        return found

    def either(self, query: str, other: str, part: "Part", what: str, **values: object) -> list[Row]:
        """Return the rows of a query, or where it fails those of another, and note what is missing."""
        try:
            return self.rows(query, **values)
        except psycopg.Error as error:
            self.again(error)
            self.miss(what, error, part.groups)
        return self.rows(other, **values)

    def many_or(self, query: str, other: str, part: "Part", what: str, key: int = 2) -> Iterator[Row]:
        """Yield the rows of a query, and where it fails those of another that had not come yet.

        Rows are told apart by their first ``key`` columns. What is missing is noted.
        """
        seen = set()
        try:
            for row in self.many(query):
                seen.add(row[:key])
                yield row
        except psycopg.Error as error:
            # Somebody holds a lock on what is to be put into words, for example.
            self.again(error)
            self.miss(what, error, part.groups)
        else:
            return
        yield from (row for row in self.many(other) if row[:key] not in seen)

    def again(self, error: psycopg.Error) -> None:
        """Make the transaction usable after an error; raises ``Gone`` where the connection is lost."""
        if self.conn.closed or isinstance(error, Stalled):
            raise Gone(reason(error)) from error
        try:
            self.conn.execute("ROLLBACK TO SAVEPOINT seen")
        except psycopg.Error:
            raise Gone(reason(error)) from error

    def miss(self, what: str, why: BaseException | str, groups: Iterable[str]) -> None:
        """Note something that could not be looked at."""
        words = why if isinstance(why, str) else _in_words(why)
        self.unseen.append(NotSeen(what, words, tuple(groups), self.where))


def _in_words(error: BaseException) -> str:
    match error:
        case errors.InsufficientPrivilege():
            return f"the role may not read it: {reason(error)}"
        case errors.LockNotAvailable():
            return f"somebody holds a lock on it: {reason(error)}"
        case errors.QueryCanceled():
            return f"it took too long: {reason(error)}"
    return reason(error)


def number_of(major: float) -> int:
    """Return the first ``server_version_num`` of a major: 90600, 100000 and so on."""
    return round(major * 10000) if major >= 10 else int(major) * 10000 + round(major * 10) % 10 * 100


def major_of(version: int) -> float:
    """Return the major of a ``server_version_num``: 9.6, 10, 17 and so on."""
    return version // 10000 if version >= 100000 else version // 10000 + version // 100 % 100 / 10


@dataclass(frozen=True)
class Part:
    """One thing to look at; what cannot be seen of it makes the ``groups`` of rules know less."""

    what: str
    groups: tuple[str, ...]
    read: Callable[[Look, "Part"], Iterable[Fact]]
    since: float = 0

    @property
    def first(self) -> int:
        """Return the first ``server_version_num`` of servers that have it."""
        return number_of(self.since)

    def read_into(self, found: list[Fact], look: Look) -> None:
        """Put what is there into a list, one by one, so that what came before an error is kept.

        What is not seen is noted. Raises ``Gone`` with the connection's end.
        """
        if look.version < self.first:
            return
        try:
            for one in self.read(look, self):
                found.append(one)  # noqa: PERF402
        except psycopg.Error as error:
            look.again(error)
            look.miss(self.what, error, self.groups)


def part(
    what: str, *groups: str, since: float = 0
) -> Callable[[Callable[[Look, Part], Iterable[Fact]]], Part]:
    """Make a part of the function that reads it."""
    return lambda read: Part(what, groups, read, since)


def add(facts: Facts, found: Iterable[Fact]) -> None:
    """Put facts where they belong."""
    sorted_out: dict[type, list[Fact]] = defaultdict(list)
    for one in found:
        sorted_out[type(one)].append(one)
    for kind, some in sorted_out.items():
        getattr(facts, LISTS[kind]).extend(some)


def text(value: object) -> str:
    """Return a column as text, nothing as the empty one."""
    return "" if value is None else str(value)


def in_order(options: Iterable[str] | None) -> tuple[str, ...]:
    """Return foreign options by name, as pg_dump orders them, without secrets."""
    return masked_options(sorted(options or (), key=lambda one: one.partition("=")[0]))


def pairs(value: str) -> tuple[str, ...]:
    """Return ``a = 'b', c = 'd'``, as text search dictionaries keep their options, as ``name=value``."""
    found = re.findall(r"\"?([^\s,\"=]+)\"?\s*=\s*(?:E?'((?:[^']|'')*)'|([^\s,]+))", value or "")
    return tuple(f"{name}={text.replace(chr(39) * 2, chr(39)) or bare}" for name, text, bare in found)
