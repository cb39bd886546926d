"""Views and functions that call a function of the system which the target no longer has."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import crosses
from rdscheck.assess.pages import release
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.major_upgrade._views import calls, drop, subject, views

#: Function -> first major without it, and its successor.
_GONE = {
    "pg_current_xlog_flush_location": (10, "pg_current_wal_flush_lsn"),
    "pg_current_xlog_insert_location": (10, "pg_current_wal_insert_lsn"),
    "pg_current_xlog_location": (10, "pg_current_wal_lsn"),
    "pg_is_xlog_replay_paused": (10, "pg_is_wal_replay_paused"),
    "pg_last_xlog_receive_location": (10, "pg_last_wal_receive_lsn"),
    "pg_last_xlog_replay_location": (10, "pg_last_wal_replay_lsn"),
    "pg_switch_xlog": (10, "pg_switch_wal"),
    "pg_xlog_location_diff": (10, "pg_wal_lsn_diff"),
    "pg_xlog_replay_pause": (10, "pg_wal_replay_pause"),
    "pg_xlog_replay_resume": (10, "pg_wal_replay_resume"),
    "pg_xlogfile_name": (10, "pg_walfile_name"),
    "pg_xlogfile_name_offset": (10, "pg_walfile_name_offset"),
    "timenow": (12, "now"),
    "numeric_fac": (14, "factorial"),
    "pg_backup_start_time": (15, ""),
    "pg_is_in_backup": (15, ""),
    "pg_start_backup": (15, "pg_backup_start"),
    "pg_stop_backup": (15, "pg_backup_stop"),
}


@rule(
    id="removed-function",
    problem="A view or function calls a function that the target no longer has.",
    why="The view cannot be created; the function can, and fails when it is called.",
    fix="Call the successor.",
    severity=Severity.BLOCKER,
    source=release("15"),
    date="2026-10-01",
    effort=Effort(0.5, 0.25),
    guilty=Example(
        sql="CREATE VIEW public.backup AS SELECT pg_is_in_backup() AS running",
        subject="view public.backup",
        until=14,
        target="rds-17",
    ),
    innocent=Example(
        sql="CREATE VIEW public.backup AS SELECT pg_is_in_recovery() AS running, 'pg_is_in_backup()' AS a",
        until=14,
        target="rds-17",
    ),
)
def removed_function(context: Context) -> Iterator[Hit]:
    """Find such calls in views, and those that the facts tell of functions' bodies."""
    gone = {name: told for name, told in _GONE.items() if crosses(context, told[0])}
    if not gone:
        return
    for view in views(context.facts):
        for name in sorted(gone.keys() & calls(view.definition)):
            yield hit(view, subject(view), _said(subject(view), name, gone[name]), drop(view))
    for act in context.facts.acts:
        name = act.detail.removeprefix("pg_catalog.")
        if act.kind == "call" and act.by and name in gone and _is_function(act.by):
            yield hit(act, f"function {act.by}", _said(f"function {act.by}", name, gone[name]))


def _said(what: str, name: str, told: tuple[int, str]) -> str:
    border, successor = told
    instead = f"; its successor is {successor}" if successor else ""
    return f"The {what} calls {name}, gone since {border}{instead}."


def _is_function(by: str) -> bool:
    return by.endswith(")")
