"""``python -m bench``: every measurement of the project, in one command.

Variants of one measurement take turns in the same rounds, so that a busy machine
slows all of them alike; what is printed is the median and its ratio to the yardstick.
"""

import argparse
import sys
from pathlib import Path

from bench import api, checks, dumps, sandboxes, transfer
from bench.measure import Table, machine
from rdscheck.errors import RdscheckError

SECTIONS = {
    "export": transfer.exports,
    "import": transfer.imports,
    "latency": transfer.latency,
    "start": sandboxes.first_query,
    "database": sandboxes.fresh_database,
    "api": api.control_plane,
    "check": checks.live,
    "dump": dumps.schema,
    "memory": dumps.memory,
    "run": sandboxes.whole_run,
}


def main() -> int:
    top = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    top.add_argument(
        "--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), help="sections to measure"
    )
    top.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 5_000_000], help="table sizes")
    top.add_argument("--gigabytes", type=float, default=1.0, help="size of the dump of rows that is read")
    top.add_argument("--rounds", type=int, default=3, help="rounds of each measurement (median counts)")
    top.add_argument("--pg", type=int, default=17, help="version for single-server measurements")
    top.add_argument("--engine", choices=("docker", "local"), default="docker")
    top.add_argument("-o", type=Path, metavar="FILE", help="write the tables to FILE as markdown, too")
    options = top.parse_args()
    tables: list[Table] = []
    print(machine())
    for name in options.only:
        try:
            found = SECTIONS[name](options)
        except RdscheckError as error:
            print(f"\n{name}: not measured: {error}")
            continue
        for table in found:
            tables.append(table)
            print(f"\n{table.text()}", flush=True)
    if options.o:
        options.o.write_text("\n\n".join([machine(), *(table.markdown() for table in tables)]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
