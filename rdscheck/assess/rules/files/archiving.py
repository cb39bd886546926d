"""Archiving and recovery by programs of one's own."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import is_service

_PROGRAMS = frozenset(
    {
        "archive_cleanup_command",
        "archive_command",
        "archive_library",
        "archive_mode",
        "recovery_end_command",
        "restore_command",
    }
)


@rule(
    id="archiving",
    problem="The server archives its write-ahead log, or recovers, by a program of one's own.",
    why="RDS archives and restores by itself, and nobody gets at the files: pgBackRest, WAL-G, Barman and"
    " pg_basebackup have nothing to work on. Backups become snapshots and recovery to a point in time, kept"
    " up to 35 days.",
    fix="Set the instance's backup retention, and export snapshots or dumps for longer times.",
    severity=Severity.WARNING,
    source=pages.BACKUPS,
    date=pages.READ,
    effort=Effort(4),
    moves=(Move.RESTORE,),
    # Archiving takes a restart; this one is read at once, and a server that does not recover never runs it.
    guilty=Example(
        sql="ALTER SYSTEM SET archive_cleanup_command = '/bin/true'; SELECT pg_reload_conf(); SELECT"
        " pg_sleep(0.3)",
        subject="setting archive_cleanup_command",
        clean="ALTER SYSTEM RESET archive_cleanup_command; SELECT pg_reload_conf()",
        not_dumped="a dump has nothing of postgresql.conf",
    ),
    innocent=Example(sql="CREATE TABLE archive_command (id integer PRIMARY KEY)"),
)
def archiving(context: Context) -> Iterator[Hit]:
    """Find settings of archiving and recovery, where they do something."""
    if is_service(context.facts):
        return  # these are the service's own
    set_ = {
        one.name: one for one in context.facts.settings if one.scope == "server" and one.name in _PROGRAMS
    }
    mode = set_.pop("archive_mode", None)
    if not set_ and mode is not None and mode.value != "off":
        set_[mode.name] = mode
    for one in set_.values():
        if one.value not in {"", "(disabled)"}:
            yield hit(
                one,
                f"setting {one.name}",
                f"{one.name} is set; {context.target.name} archives and restores by itself.",
                "-- aws rds modify-db-instance --backup-retention-period 7 …",
            )
