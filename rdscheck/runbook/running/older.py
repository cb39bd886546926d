"""Extensions that are older here than on RDS: a page may fail for that alone."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from psycopg import sql

from rdscheck.catalog.extensions import offered
from rdscheck.catalog.versions import emulated, read_version
from rdscheck.errors import RdscheckError
from rdscheck.runbook.running.knowing import lacking

_CREATES = re.compile(r'\bCREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?"?([\w-]+)', re.IGNORECASE)
_AVAILABLE = "SELECT name FROM pg_catalog.pg_available_extensions WHERE name = {};"
_QUERY = """SELECT 'rdscheck ' || extversion || ' in ' || pg_catalog.concat_ws(' ', n.nspname, (
    SELECT pg_catalog.string_agg(o.nspname, ' ') FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_namespace o ON o.oid = d.objid AND d.classid = 'pg_catalog.pg_namespace'::regclass
    WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'))
  FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
 WHERE e.extname = {};"""
_ANSWER = re.compile(r"rdscheck (\S+) in ([^\n|]+)")
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
#: Everybody's schemas: what is in them may be anything's.
_SHARED = frozenset({"public", "pg_catalog"})
#: A function, or a table, that a schema does not have.
_ABSENT = re.compile(r'\bfunction ([\w.]+)\.\w+\(.*\) does not exist|relation "(\w+)\.\w+" does not exist')


@dataclass(frozen=True)
class Older:
    """An extension that is installed, older than that of RDS, with the schemas that are its own."""

    name: str
    here: str
    there: str  # its version on RDS
    version: str  # of RDS
    schemas: frozenset[str]

    @property
    def told(self) -> str:
        """Return the fact in one line."""
        return f"{self.name} is {self.here} here, and {self.there} on RDS for PostgreSQL {self.version}"

    def concerns(self, text: str) -> bool:
        """Tell whether a text names anything in its schemas."""
        return any(re.search(rf"\b{re.escape(one)}\s*\.", text, re.IGNORECASE) for one in self.schemas)

    def lacks(self, output: str) -> bool:
        """Tell whether an error says that one of its schemas has no such function or table."""
        found = _ABSENT.search(output)
        return found is not None and (found[1] or found[2]) in self.schemas


class Extensions:
    """What a page's server has of extensions; ``ask`` runs a statement and returns the output."""

    def __init__(self, ask: Callable[[str], str], version: str) -> None:
        self._ask, self._version = ask, version
        self._older: dict[str, Older] = {}

    def available(self, name: str) -> bool:
        """Tell whether the server can have an extension, as far as it says so."""
        # In a transaction that failed the server does not say.
        return "(0 rows)" not in self._ask(_with(_AVAILABLE, name))

    def created(self, text: str) -> None:
        """Take note of the extensions that a statement has created."""
        for name in created(text):
            if on_rds(name, self._version) and (
                one := older(name, self._ask(_with(_QUERY, name)), self._version)
            ):
                self._older[name] = one

    def told(self, texts: Iterable[str], *, failed: bool) -> Iterator[str]:
        """Yield which older extensions statements create, and those that failed work with."""
        said = "\n".join(texts)
        names = set(created(said))
        for one in self._older.values():
            if one.name in names:
                yield one.told
            elif failed and one.concerns(said):
                yield f"{one.told}, where this may work"

    def lacking(self, output: str, error: str) -> str:
        """Return why an error tells nothing of RDS: an extension is missing or older here; else nothing."""
        if reason := lacking(output, self._version, self.available):
            return reason
        return next((f"{one.told}: {error}" for one in self._older.values() if one.lacks(output)), "")


def created(text: str) -> Iterator[str]:
    """Yield the extensions that statements create, in lower case."""
    for found in _CREATES.finditer(text):
        yield found[1].lower()


def _with(query: str, name: str) -> str:
    return sql.SQL(query).format(sql.Literal(name)).as_string(None)


def older(name: str, answer: str, version: str) -> Older | None:
    """Return an extension that is older here than on RDS, by what the server answered to the question.

    Nothing where that is not so, or not known. Only the first two numbers count: later ones stand for
    repairs, and RDS prints more of them than an extension has.
    """
    found = _ANSWER.search(answer)
    there = on_rds(name, version)
    if found is None or not there or not _numbers(found[1]) or not _numbers(there):
        return None
    if _numbers(found[1]) >= _numbers(there):
        return None
    return Older(name, found[1], there, version, frozenset(found[2].split()) - _SHARED)


def on_rds(name: str, version: str) -> str:
    """Return the version of an extension on RDS; nothing where it is not offered, or no list is known."""
    try:
        entry = offered(emulated(read_version(version)).version).get(name)
    except RdscheckError:
        return ""
    return entry.version if entry else ""


def _numbers(text: str) -> tuple[int, ...]:
    found = _NUMBERS.match(text)
    return tuple(map(int, found[0].split("."))) if found else ()
