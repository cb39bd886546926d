"""Looking at a live server, against what ``pg_dump --schema-only`` takes for the same database."""

import argparse
import resource

from psycopg.conninfo import make_conninfo

from bench.measure import Table, median, rounds, spread
from rdscheck.assess.live.collecting import collect
from rdscheck.model import Version
from rdscheck.sandbox.client import Client
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Server
from rdscheck.sandbox.sweep import end_run

TABLES = 10_000
_AT_ONCE = 250  # tables of one transaction: each takes a few locks
_GOAL = 0.3

#: A table as applications have it; every tenth has a view and a function besides.
_SCHEMA = """
DO $do$ BEGIN FOR i IN {first}..{last} LOOP
    EXECUTE format('CREATE TABLE t%s (id bigserial PRIMARY KEY, name text NOT NULL,
        amount numeric(12,2) DEFAULT 0, at timestamptz DEFAULT now(), kind int CHECK (kind > 0),
        note varchar(100), ok bool, data jsonb, ref uuid, tags text[])', i);
    EXECUTE format('CREATE INDEX ON t%s (name)', i);
    CONTINUE WHEN i % 10 <> 0;
    EXECUTE format('CREATE VIEW v%s AS SELECT id, name, amount FROM t%s WHERE ok', i, i);
    EXECUTE format('CREATE FUNCTION f%s(a int) RETURNS int LANGUAGE plpgsql AS $f$ DECLARE r record; BEGIN
        FOR r IN SELECT * FROM t%s WHERE kind = a LOOP UPDATE t%s SET ok = true WHERE id = r.id; END LOOP;
        RETURN 1; END $f$', i, i, i);
END LOOP; END $do$"""


def live(options: argparse.Namespace) -> list[Table]:
    """Look at a database of 10,000 tables, and dump its schema."""
    engine = choose(options.engine)
    version = Version(options.pg)
    engine.prepare(version, print)
    run = RunDir.create(Owner.me())
    try:
        server = Pool(run, engine).server(version)
        return [_compare(server, max(options.rounds, 3))]
    finally:
        end_run(run)


def filled(server: Server, tables: int = TABLES) -> str:
    """Return the name of a new database of so many tables."""
    database = server.create_database("bench")
    with server.connect(database) as conn:
        for first in range(0, tables, _AT_ONCE):
            conn.execute(_SCHEMA.format(first=first, last=min(tables, first + _AT_ONCE) - 1).encode())
        conn.execute("ANALYZE")
    return database


def _compare(server: Server, number: int) -> Table:
    database = filled(server)
    conninfo = make_conninfo("", **server.login(database))
    login = server.login(database)
    with Client(server.info, database, login["user"], login["password"]) as client:
        variants = {
            "check": lambda: collect(conninfo),
            "pg_dump": lambda: client.run("pg_dump", "--schema-only", "--file=/dev/null", seconds=600),
            "start": lambda: client.run("pg_dump", "--version"),
        }
        seconds = rounds(variants, number)
    # What it takes to start a program in a container is not pg_dump's.
    dump = median(seconds["pg_dump"]) - median(seconds["start"])
    table = Table(
        f"a live check of {TABLES} tables against pg_dump --schema-only",
        ["what", "median s", "min-max s", f"ratio, goal {_GOAL}"],
    )
    table.rows.append(["pg_dump", f"{dump:.2f}", spread(seconds["pg_dump"]), "1"])
    ratio = f"{median(seconds['check']) / dump:.2f}"
    table.rows.append(["check", f"{median(seconds['check']):.2f}", spread(seconds["check"]), ratio])
    table.rows.append(
        ["memory, peak", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB", "", ""]
    )
    return table
