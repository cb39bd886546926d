"""Export and import against raw COPY and boto3 alone, on a null sink, moto and LocalStack."""

import argparse
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import nullsink
from bench.measure import Table, median, percentile, rounds, spread
from rdscheck.aws import backends
from rdscheck.aws.client import s3_client
from rdscheck.aws.endpoint import S3Endpoint
from rdscheck.errors import RdscheckError
from rdscheck.model import Version
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Connection
from rdscheck.sandbox.sweep import end_run

BUCKET = "bench"
KEY = "rows.csv"
COLUMNS = "id int8, name text, at timestamptz, price numeric, note text"
FILL = """INSERT INTO rows
    SELECT i, 'customer number ' || i, timestamptz '2026-01-01' + i * interval '1 second',
           (i %% 100000) / 100.0,
           CASE i %% 10 WHEN 0 THEN 'said "hello", twice' ELSE 'nothing special about this row' END
      FROM generate_series(1, %s) AS i"""


@dataclass
class Bench:
    """One server with a table of rows, and a file of them."""

    pool: Pool
    db: Database
    conn: Connection
    admin: Connection
    rows: int
    size: int

    def point_at(self, endpoint: S3Endpoint) -> None:
        self.db.use_s3(endpoint.url_for_server, endpoint.region, endpoint.credentials, BUCKET)
        self.db.associate_role("s3Export", allow=["s3:*"], resource=["*"])
        self.db.associate_role("s3Import", allow=["s3:*"], resource=["*"])

    def export(self) -> None:
        query = "SELECT * FROM aws_s3.query_export_to_s3('TABLE rows', %s, %s, options := 'format csv')"
        row = self.conn.execute(query, [BUCKET, KEY]).fetchone()
        assert row is not None
        assert row[0] == self.rows

    def load(self) -> None:
        self.conn.execute("TRUNCATE copy_of_rows")
        self.conn.execute(
            "SELECT aws_s3.table_import_from_s3('copy_of_rows', '', '(format csv)', %s, %s, 'us-east-1')",
            [BUCKET, KEY],
        )

    def raw_export(self) -> None:
        self.admin.execute("COPY (TABLE rows) TO PROGRAM 'cat >/dev/null' (format csv)")

    def raw_load(self) -> None:
        self.admin.execute("TRUNCATE copy_of_rows")
        self.admin.execute("COPY copy_of_rows FROM PROGRAM 'cat rows.csv' (format csv)")


@contextmanager
def bench(options: argparse.Namespace, rows: int) -> Iterator[Bench]:
    engine = choose(options.engine)
    engine.prepare(Version(options.pg), print)
    run = RunDir.create(Owner.me())
    try:
        pool = Pool(run, engine)
        db = Database.create(pool.server(Version(options.pg)))
        if reason := db.server.why_not("aws_s3"):
            raise RdscheckError(reason)
        with db.connect() as conn, db.admin() as admin:
            conn.execute("CREATE EXTENSION aws_s3 CASCADE")
            conn.execute(f"CREATE TABLE rows ({COLUMNS}); CREATE UNLOGGED TABLE copy_of_rows ({COLUMNS})")
            conn.execute("SET max_parallel_workers_per_gather = 0")
            admin.execute("SET max_parallel_workers_per_gather = 0")
            conn.execute(FILL, [rows])
            conn.execute("VACUUM ANALYZE rows")
            admin.execute("COPY rows TO PROGRAM 'cat > rows.csv' (format csv)")
            row = admin.execute("SELECT size FROM pg_stat_file('rows.csv')").fetchone()
            assert row is not None
            yield Bench(pool, db, conn, admin, rows, int(row[0]))
    finally:
        end_run(run)


@contextmanager
def endpoints(bench: Bench, data: Path) -> Iterator[dict[str, S3Endpoint]]:
    """Start the null sink and every S3 backend that can be had."""
    run, engine = bench.pool.run, bench.pool.engine
    bind, host = engine.s3_addresses()
    found: dict[str, S3Endpoint] = {}
    with ExitStack() as stack:
        url = stack.enter_context(nullsink.running(data, bind=bind))
        port = urlsplit(url).port
        found["null sink"] = S3Endpoint(
            "url", "null sink", url, f"http://{host or bind}:{port}", "us-east-1", "test", "test"
        )
        for kind in ("moto", "localstack"):
            try:
                endpoint = backends.start_for(engine, run, kind)
            except RdscheckError as error:
                print(f"{kind}: not measured: {error}")
                continue
            stack.callback(backends.stop, endpoint)
            s3_client(endpoint).create_bucket(Bucket=BUCKET)
            found[endpoint.name] = endpoint
        yield found


def _megabytes(size: int, seconds: float) -> str:
    return f"{size / 1e6 / seconds:.0f}"


def exports(options: argparse.Namespace) -> list[Table]:
    """Compare exports with raw COPY to a program and with boto3 uploading the finished file."""
    return [_transfer(options, rows, "export") for rows in options.rows]


def imports(options: argparse.Namespace) -> list[Table]:
    """Compare imports with raw COPY from a program and with boto3 downloading."""
    return [_transfer(options, rows, "import") for rows in options.rows]


def _transfer(options: argparse.Namespace, rows: int, way: str) -> Table:
    with bench(options, rows) as one, tempfile.TemporaryDirectory() as directory:
        data = Path(directory) / KEY
        with data.open("wb") as file, one.conn.cursor().copy("COPY rows TO STDOUT (format csv)") as copy:
            for block in copy:
                file.write(block)
        where = f"PostgreSQL {options.pg} ({options.engine})"
        table = Table(
            f"{way} of {rows:,} rows, {one.size / 1e6:.0f} MB CSV, {where}",
            ["variant", "MB/s", "ratio to raw COPY", "seconds min-max", "backend memory growth"],
        )
        raw = one.raw_export if way == "export" else one.raw_load
        with endpoints(one, data) as found:
            for name, endpoint in found.items():
                one.point_at(endpoint)
                client = s3_client(replace(endpoint))
                if endpoint.kind != "url":
                    client.upload_file(str(data), BUCKET, KEY)
                ours = one.export if way == "export" else one.load
                growth = _growth(one, ours)
                variants = {f"raw COPY ({name})": raw, f"aws_s3, {name}": ours}
                if way == "export":
                    variants[f"boto3 upload_file, {name}"] = lambda c=client: c.upload_file(
                        str(data), BUCKET, KEY
                    )  # type: ignore[misc]
                elif endpoint.kind != "url":
                    variants[f"boto3 download, {name}"] = lambda c=client: _download(c)  # type: ignore[misc]
                seconds = rounds(variants, options.rounds)
                base = median(seconds[f"raw COPY ({name})"])
                for variant, values in seconds.items():
                    middle = median(values)
                    memory = growth if variant.startswith("aws_s3") else ""
                    table.rows.append(
                        [
                            variant,
                            _megabytes(one.size, middle),
                            f"{base / middle:.2f}",
                            spread(values),
                            memory,
                        ]
                    )
        return table


def _put(client: Any, data: Path) -> None:
    client.put_object(Bucket=BUCKET, Key=KEY, Body=data.read_bytes())


def _upload(client: Any, data: Path) -> None:
    client.upload_file(str(data), BUCKET, KEY)


def _download(client: Any) -> None:
    body = client.get_object(Bucket=BUCKET, Key=KEY)["Body"]
    while body.read(1 << 20):
        pass


def _growth(one: Bench, act: Any) -> str:
    """Return by how much the backend's own memory grew at most while it ran, sampled."""
    row = one.conn.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    look = (
        f"COPY (SELECT 1 WHERE false) TO PROGRAM "
        f"'grep -E \"^(RssAnon|VmHWM)\" /proc/{int(row[0])}/status | grep RssAnon > backend.status'"
    )

    def resident() -> int:
        one.admin.execute(look)
        text = one.admin.execute("SELECT pg_read_file('backend.status')").fetchone()
        assert text is not None
        return int(str(text[0]).split()[1])

    before = resident()
    most = before
    worker = threading.Thread(target=act)
    worker.start()
    while worker.is_alive():
        most = max(most, resident())
        worker.join(0.05)
    return f"{(most - before) / 1024:.0f} MB"


def latency(options: argparse.Namespace) -> list[Table]:
    """Compare a ten-row export and import with the S3 backend's own PUT and GET."""
    number = 50
    with bench(options, 10) as one, tempfile.TemporaryDirectory() as directory:
        data = Path(directory) / KEY
        data.write_bytes(b"x" * one.size)
        table = Table(
            f"ten rows, {number} calls, PostgreSQL {options.pg} ({options.engine})",
            ["variant", "p50 ms", "p95 ms", "p50 over boto3's PUT or GET, ms"],
        )
        with endpoints(one, data) as found:
            for name, endpoint in found.items():
                one.point_at(endpoint)
                client = s3_client(endpoint)
                variants = {
                    f"boto3 put_object, {name}": lambda c=client: c.put_object(
                        Bucket=BUCKET, Key=KEY, Body=data.read_bytes()
                    ),  # type: ignore[misc]
                    f"aws_s3 export, {name}": one.export,
                    f"boto3 get_object, {name}": lambda c=client: _download(c),  # type: ignore[misc]
                }
                if endpoint.kind != "url":
                    variants[f"aws_s3 import, {name}"] = one.load
                for act in variants.values():
                    act()
                seconds = rounds(variants, number)
                bases = {
                    "aws_s3 export": median(seconds[f"boto3 put_object, {name}"]),
                    "aws_s3 import": median(seconds[f"boto3 get_object, {name}"]),
                }
                for variant, values in seconds.items():
                    middle = median(values)
                    base = bases.get(variant.partition(",")[0])
                    over = f"{(middle - base) * 1000:+.1f}" if base is not None else ""
                    table.rows.append(
                        [variant, f"{middle * 1000:.1f}", f"{percentile(values, 95) * 1000:.1f}", over]
                    )
        return [table]
