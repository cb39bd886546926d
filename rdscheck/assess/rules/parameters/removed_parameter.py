"""Parameters that the target's major no longer has."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import crosses
from rdscheck.assess.pages import release
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.parameters._settings import is_of_server, reset, routines, subject

#: Parameter -> first major without it, and what to use instead.
_GONE = {
    "sql_inheritance": (10, ""),
    "min_parallel_relation_size": (10, "min_parallel_table_scan_size"),
    "replacement_sort_tuples": (11, ""),
    "wal_keep_segments": (13, "wal_keep_size"),
    "operator_precedence_warning": (14, ""),
    "vacuum_cleanup_index_scale_factor": (14, ""),
    "stats_temp_directory": (15, ""),
    "force_parallel_mode": (16, "debug_parallel_query"),
    "lc_collate": (16, ""),
    "lc_ctype": (16, ""),
    "promote_trigger_file": (16, ""),
    "vacuum_defer_cleanup_age": (16, ""),
    "db_user_namespace": (17, ""),
    "old_snapshot_threshold": (17, ""),
    "trace_recovery_messages": (17, ""),
}

#: Those the server sets by itself; what still takes an old name (ssl_ecdh_curve) is not gone.
_NOT_SET_BY_HAND = frozenset({"lc_collate", "lc_ctype"})


@rule(
    id="removed-parameter",
    problem="A parameter that is set no longer exists in the target's major.",
    why="ALTER ROLE, ALTER DATABASE or CREATE FUNCTION with it fails: unrecognized configuration parameter. "
    "In an upgrade in place these statements are replayed too.",
    fix="Take the setting back before the move.",
    severity=Severity.BLOCKER,
    source=release("16"),
    date="2026-10-01",
    effort=Effort(0.25, 0.1),
    guilty=Example(
        sql="CREATE FUNCTION public.old() RETURNS integer LANGUAGE sql "
        "SET vacuum_cleanup_index_scale_factor = 1 AS 'SELECT 1'",
        subject="setting vacuum_cleanup_index_scale_factor of function public.old()",
        until=13,
        target="rds-17",
    ),
    innocent=Example(
        sql="CREATE FUNCTION public.old() RETURNS integer LANGUAGE sql "
        "SET enable_partition_pruning = off AS 'SELECT 1'",
        until=13,
        target="rds-17",
    ),
)
def removed_parameter(context: Context) -> Iterator[Hit]:
    """Find settings of parameters that went between source and target."""
    known = routines(context)
    for one in context.facts.settings:
        name = one.name.lower()
        border, instead = _GONE.get(name, (0, ""))
        if not border or not crosses(context, border) or one.scope == "session":
            continue
        server = is_of_server(one)
        if server and name in _NOT_SET_BY_HAND:
            continue
        yield hit(
            one,
            subject(one, known),
            f"{one.name} does not exist since {border}"
            + (f"; {instead} takes its place." if instead else "."),
            "" if server else reset(one, known),
            severity=Severity.NOTE if server else Severity.BLOCKER,
            source=release(str(border)),
        )
