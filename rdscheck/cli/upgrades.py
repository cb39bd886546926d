"""``rdscheck upgrade``: a sandbox of ``rdscheck up`` goes to another major, as an instance of RDS does."""

import argparse
from datetime import UTC, datetime
from typing import Any

from rdscheck.catalog.numbering import order_key
from rdscheck.catalog.versions import emulated, parse_versions, read_version
from rdscheck.cli.console import Console
from rdscheck.cli.sandboxes import parameter, sandboxes, shown
from rdscheck.errors import ExitCode, UsageError
from rdscheck.sandbox.engines import by_name
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.pool import servers_of
from rdscheck.sandbox.rundir import SHARED, RunDir
from rdscheck.sandbox.upgrading import UpgradeBlocked, UpgradeFailed
from rdscheck.upgrade.precheck import log

_EXAMPLES = """\
examples:
  rdscheck up --pg 13 --name shop            a sandbox to practise on; fill it
  rdscheck upgrade shop --to 17 --check      what is in the way, as in pg_upgrade_precheck.log
  rdscheck upgrade shop --to 17              the upgrade; address and passwords stay
  rdscheck upgrade shop --to 17 --parameter rds.logical_replication=1

As on RDS, extensions keep their version (ALTER EXTENSION … UPDATE), statistics are gone before 18
(ANALYZE), and a parameter group is not taken along: the new server has the default group, or the values
given here. When pg_upgrade fails the old server runs on as it was.

exit status:
  0  upgraded; with --check: nothing is in the way
  1  something is in the way: the precheck log is on standard output; or pg_upgrade failed: its log is
  2  wrong usage, or an upgrade that RDS does not offer
  3  it could not be tried: no Docker engine, no image
"""


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command."""
    upgrade = commands.add_parser(
        "upgrade",
        help="upgrade a sandbox to another major version",
        description="Upgrade a sandbox to another major version: prechecks as on RDS, then pg_upgrade.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    upgrade.add_argument(
        "name", nargs="?", default="default", metavar="X", help="its name (default: default)"
    )
    upgrade.add_argument("--to", required=True, metavar="N", help="the version to go to: 17 or 17.5")
    upgrade.add_argument("--check", action="store_true", help="only tell what is in the way")
    upgrade.add_argument(
        "--parameter",
        action="append",
        metavar="NAME=VALUE",
        help="a value of the new parameter group; may be given again",
    )
    upgrade.add_argument(
        "--default-group",
        action="store_true",
        help="give up the values of the old parameter group, where it has some",
    )
    upgrade.set_defaults(command=_upgrade)


def _upgrade(options: argparse.Namespace, console: Console) -> ExitCode:
    if len(parse_versions(options.to)) != 1:
        raise UsageError("a sandbox goes to one version", hint="--to 17")
    run, instance = _instance(options.name)
    source = emulated(read_version(instance.version)).version
    target = emulated(read_version(options.to)).version
    if options.check:
        found = instance.obstacles(options.to)
        console.data(log(found, source, target, _now()).rstrip())
        for one in found:
            where = f" in {one.database}" if one.database else ""
            console.note(f"{one.check.id}{where}: {', '.join(one.found)}; mend it: {one.check.fix}")
        return ExitCode.FINDINGS if any(one.blocks for one in found) else ExitCode.OK
    values = dict(map(parameter, options.parameter or [])) if options.parameter else None
    if values is None and options.default_group:
        values = {}
    record = f"{SHARED}{instance.version}"
    try:
        instance.upgrade(options.to, values, progress=console.note)
    except UpgradeBlocked as error:
        console.data(log(error.obstacles, source, target, _now()).rstrip())
        raise
    except UpgradeFailed as error:
        console.data(error.log.rstrip())
        raise
    finally:
        # A sandbox is found by its version; it has the new one also when Ctrl-C came last.
        if record != f"{SHARED}{instance.version}":
            run.write(f"{SHARED}{instance.version}", instance.info.to_json())
            run.forget(record)
    where = f"{instance.info.host}:{instance.info.port}"
    console.note(
        f"sandbox {shown(run)} runs PostgreSQL {instance.server_version} at {where},"
        f" lists of {instance.emulates}"
    )
    for line in left_to_do(instance, source):
        console.note(f"left to do: {line}")
    return ExitCode.OK


def left_to_do(instance: Instance, source: str) -> list[str]:
    """Return what RDS leaves to its user after an upgrade, for the databases of an instance."""
    told: list[str] = []
    with instance.admin() as conn:
        names = [
            row[0] for row in conn.execute("SELECT datname FROM pg_database WHERE datallowconn ORDER BY 1")
        ]
        moved = conn.execute(
            "SELECT 1 FROM pg_database d WHERE to_jsonb(d) ->> 'datcollversion'"
            " <> pg_database_collation_actual_version(oid)"
            if instance.major >= 15
            else "SELECT 1 WHERE false"
        ).fetchone()
    for name in names:
        if name == "rdsadmin":
            continue
        with instance.admin(name) as conn:
            rows = conn.execute(
                "SELECT name, installed_version, default_version FROM pg_available_extensions"
                " WHERE installed_version <> default_version ORDER BY 1"
            ).fetchall()
        for extension, installed, default in rows:
            how = (
                "DROP EXTENSION and CREATE EXTENSION"
                if extension == "pg_repack"
                else "ALTER EXTENSION … UPDATE"
            )
            told.append(f"in {name}: {extension} {installed} to {default} ({how})")
    if instance.major < 18:
        told.append("ANALYZE in every database: statistics were not carried over")
    if moved:
        told.append(
            "the system sorts text by other rules: REINDEX, then ALTER DATABASE … REFRESH COLLATION VERSION"
        )
    if order_key(source)[0] < 15 <= instance.major and "rds.force_ssl" not in instance.group:
        told.append("clients must use TLS now: rds.force_ssl is 1 by default from 15 on")
    return told


def _instance(name: str) -> tuple[RunDir, Instance]:
    for run in sandboxes():
        if name in {run.id, shown(run)}:
            for server in servers_of(run):
                engine = by_name(server.info.engine)
                return run, Instance.attach(server.info, engine, run, f"{SHARED}{server.version}")
    raise UsageError(f"no sandbox is called {name!r}", hint="rdscheck ps lists them, rdscheck up starts one")


def _now() -> str:
    return datetime.now(tz=UTC).strftime("%a %b %d %H:%M:%S %Y")
