"""Names that break naive tools: a live database and its dump give the same findings, each once."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from psycopg import sql

from rdscheck.assess.facts import Facts, Flavour
from rdscheck.assess.judge import judge
from rdscheck.assess.names import plain
from rdscheck.assess.target import Move, read_target
from rdscheck.model import Version
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.assess.making import Made, Workshop, read
from tests.conftest import PACKAGED, THOROUGH
from tests.corpus.differences import DIFFERENCES
from tests.sandbox.places import place

#: The newest each time, all of them when the tests are asked to be thorough.
MAJORS = PACKAGED if THOROUGH else PACKAGED[-1:]

pytestmark = pytest.mark.xdist_group("hostile-sources")

#: Names as people and attackers give them; of 63 bytes where that may matter.
NAMES = (
    'with "quotes"',
    "it's",
    "two\nlines",
    "carriage\r\nreturn",
    "tab\tand \x0b",
    "back\\slash \\. \\connect",
    "; DROP TABLE x; --",
    "/* comment",
    "$$ $body$",
    "select",
    "PUBLIC",
    "app.pg_authid",
    "🐘📏" * 7,
    "ä" * 31,
    "x" * 63,
    " lead and trail ",
    "%s %(x)s {new} {database}",
    "<b>&amp;</b> [x](y) `z` |",
    "\x1b[31mred",
    "\u202eright to left",
    "a.b",
    "1st",
    "E'x'",
    "COPY t FROM stdin;",
)


@dataclass
class Both:
    """The facts of a database of hostile names, from both sides."""

    major: int
    live: Facts
    dumped: Facts

    def found(self, facts: Facts) -> dict[tuple[str, str], str]:
        """Return messages by rule and subject, without what the sides rightly tell differently."""
        facts.origin = replace(facts.origin, flavour=Flavour.PLAIN)
        assessment = judge(facts, read_target(f"rds-{self.major}"), Move.RESTORE)
        apart = {rule for rule, _ in DIFFERENCES}
        return {
            (one.id, one.subject): one.message
            for one in assessment.findings
            # The dump of one database has no roles, and rdsadmin is the sandbox's own.
            if one.id not in apart and not one.subject.startswith(("role ", "database rdsadmin"))
        }


def _statements() -> Iterator[sql.Composed]:
    for name in NAMES:
        quoted = sql.Identifier(name)
        made = sql.SQL(
            "CREATE SCHEMA {0};"
            "CREATE TABLE {0}.{0} ({0} oid, id int PRIMARY KEY);"
            "CREATE FUNCTION public.{0}() RETURNS void LANGUAGE plpgsql"
            " AS $q$ BEGIN COPY (SELECT 1) TO PROGRAM 'x'; END $q$;"
            "CREATE FUNCTION {0}.low(text) RETURNS text LANGUAGE internal IMMUTABLE AS 'lower';"
            "CREATE FUNCTION {0}.quiet() RETURNS int LANGUAGE sql SET log_statement = 'none' AS 'SELECT 1';"
            "CREATE TYPE public.{0} AS ENUM ({1});"
            "CREATE UNLOGGED TABLE public.{2} ({0} public.{0} PRIMARY KEY);"
            "COMMENT ON TABLE {0}.{0} IS {1};"
            "CREATE VIEW {0}.{2} AS SELECT {0} AS {2} FROM {0}.{0} WHERE {1} <> ''"
        )
        yield made.format(
            quoted, sql.Literal(name), sql.Identifier(f"t {name}".encode()[:63].decode(errors="ignore"))
        )


@pytest.fixture(scope="module", params=MAJORS)
def both(request: pytest.FixtureRequest) -> Iterator[Both]:
    engine, major = place(f"docker-{request.param}")
    run = RunDir.create(Owner.me())
    try:
        workshop = Workshop(Pool(run, choose(engine)).server(Version(major)))
        made = Made("")
        workshop.make([made])
        with workshop.server.admin(made.database) as admin:
            for statement in _statements():
                admin.execute(statement)
        (live,) = workshop.live([made])
        workshop.dump([made])
        yield Both(major, live, read(made.text))
    finally:
        end_run(run)


def test_both_sides_find_the_same(both: Both) -> None:
    live, dumped = both.found(both.live), both.found(both.dumped)
    assert sorted(live.keys() ^ dumped.keys()) == []
    assert {key: (live[key], dumped[key]) for key in live if live[key] != dumped[key]} == {}


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_found_in_each_place(both: Both, name: str) -> None:
    found = both.found(both.live)
    for rule, subject in (
        ("copy-program", f"function {plain('public', name)}()"),
        ("internal-function", f"function {plain(name, 'low')}(text)"),
        ("superuser-parameter", f"setting log_statement of function {plain(name, 'quiet')}()"),
    ):
        assert (rule, subject) in found


def test_nothing_is_unreadable(both: Both) -> None:
    assert [one.message for one in both.dumped.unreadable] == []
    assert [(one.what, one.reason) for one in both.live.not_seen] == []


#: A process of its own, so that nothing else counts for its memory.
_LOOK = """\
import resource, sys
from rdscheck.assess.live.collecting import collect
facts = collect(sys.argv[1])
print(len(facts.relations), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10, len(facts.not_seen))
"""
_MANY = 100_000


@pytest.mark.skipif(not THOROUGH, reason="takes minutes: RDSCHECK_THOROUGH=1")
def test_a_hundred_thousand_tables_are_looked_at_in_little_memory() -> None:
    engine, major = place("docker")
    run = RunDir.create(Owner.me())
    try:
        workshop = Workshop(Pool(run, choose(engine)).server(Version(major)))
        made = Made("")
        workshop.make([made])
        with workshop.server.admin(made.database) as admin:
            for first in range(0, _MANY, 1000):
                tables = f"generate_series({first + 1}, {first + 1000})"
                create = "EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, made regclass)', i);"
                admin.execute(
                    f"DO $$ DECLARE i int; BEGIN FOR i IN SELECT {tables} LOOP {create} END LOOP; END $$"
                )
        done = subprocess.run(
            [sys.executable, "-c", _LOOK, workshop.dsn(made.database)],
            capture_output=True,
            text=True,
            check=True,
            timeout=600,
        )
        relations, megabytes, not_seen = map(int, done.stdout.split())
        assert (relations, not_seen) == (_MANY, 0)
        assert megabytes < 1024
    finally:
        end_run(run)
