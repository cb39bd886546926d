"""Reading dumps: how fast a schema is read, and how much memory rows take."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.checks import TABLES, filled
from bench.measure import Table, median, rounds, spread
from rdscheck.assess.dump.reading import read_dump
from rdscheck.model import Version
from rdscheck.sandbox.client import Client
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run

_GOAL = 10  # MB/s
_MEMORY = 300  # MB

#: A process of its own, so that nothing else counts for its memory; its children are those that parse.
_READER = """\
import json, resource, sys
from rdscheck.assess.dump.reading import read_dump
facts = read_dump(sys.stdin.buffer, "dump")
used = [resource.getrusage(one).ru_maxrss for one in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([*used, len(facts.relations)]))
"""

_HEAD = b"""--
-- PostgreSQL database dump
--

-- Dumped from database version 17.5
SET client_encoding = 'UTF8';
CREATE TABLE public.measured (id bigint NOT NULL, at timestamp with time zone, note text);
COPY public.measured (id, at, note) FROM stdin;
"""
_ROW = b"1234567890\t2024-02-29 12:00:00+00\tit's $$ a; CREATE TABLE \\\\. 'note' with \\\\n and \xc3\xa4\n"
_TAIL = b"\\.\nALTER TABLE ONLY public.measured ADD CONSTRAINT measured_pkey PRIMARY KEY (id);\n"


def schema(options: argparse.Namespace) -> list[Table]:
    """Time to read what ``pg_dump --schema-only`` writes of 10,000 tables."""
    engine = choose(options.engine)
    version = Version(options.pg)
    engine.prepare(version, print)
    run = RunDir.create(Owner.me())
    try:
        server = Pool(run, engine).server(version)
        login = server.login(filled(server))
        with Client(server.info, login["dbname"], login["user"], login["password"]) as client:
            client.run("pg_dump", "--schema-only", "--file=schema", seconds=600, limit=1 << 30)
            text = client.get("schema")
    finally:
        end_run(run)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "schema.sql"
        path.write_bytes(text)
        seconds = rounds({"read": lambda: read_dump(path)}, max(options.rounds, 3))["read"]
    table = Table(
        f"reading the schema dump of {TABLES} tables", ["MB", "median s", "min-max s", f"MB/s, goal {_GOAL}"]
    )
    size = len(text) / 1e6
    speed = f"{size / median(seconds):.1f}"
    table.rows.append([f"{size:.1f}", f"{median(seconds):.2f}", spread(seconds), speed])
    return [table]


def memory(options: argparse.Namespace) -> list[Table]:
    """Peak memory of reading dumps of rows from a pipe: it must not grow with them."""
    table = Table(
        "reading a dump of rows (COPY)",
        ["GB", "s", "MB/s", f"peak MB, goal {_MEMORY}", "largest child MB"],
    )
    for size in (options.gigabytes / 4, options.gigabytes):
        begin = time.perf_counter()
        own, child = _read(int(size * 1e9))
        took = time.perf_counter() - begin
        table.rows.append(
            [f"{size:.2f}", f"{took:.1f}", f"{size * 1000 / took:.0f}", f"{own:.0f}", f"{child:.0f}"]
        )
    return [table]


def _read(size: int) -> tuple[float, float]:
    """Return the peak memory in MB of a process that reads so many bytes of rows, and of its children."""
    block = _ROW * (1 + (1 << 20) // len(_ROW))
    with subprocess.Popen(
        [sys.executable, "-c", _READER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        reader.stdin.write(_HEAD)
        for _ in range(0, size, len(block)):
            reader.stdin.write(block)
        reader.stdin.write(_TAIL)
        reader.stdin.close()
        own, child, relations = json.loads(reader.stdout.read())
    assert relations == 1
    return own / 1024, child / 1024
