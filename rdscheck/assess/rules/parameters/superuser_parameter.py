"""Parameters that only superusers may set, given to a role, a database or a function."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import PG_SETTINGS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.parameters._settings import of_objects, reset, routines, subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

#: Context superuser or superuser-backend in pg_settings, of 13 to 18 together. session_replication_role
#: is not here: RDS lets members of rds_superuser set it (rds.superuser_variables).
_WORDS = """
allow_in_place_tablespaces allow_system_table_mods backtrace_functions commit_delay compute_query_id
deadlock_timeout debug_discard_caches dynamic_library_path event_triggers extension_control_path
extension_destdir ignore_checksum_failure jit_debugging_support jit_dump_bitcode jit_profiling_support
lc_messages lo_compat_privileges log_connections log_disconnections log_duration log_error_verbosity
log_executor_stats log_lock_failures log_lock_waits log_min_duration_sample log_min_duration_statement
log_min_error_statement log_min_messages log_parameter_max_length log_parser_stats log_planner_stats
log_replication_commands log_statement log_statement_sample_rate log_statement_stats log_temp_files
log_transaction_sample_rate max_stack_depth session_preload_libraries temp_file_limit track_activities
track_cost_delay_timing track_counts track_functions track_io_timing track_wal_io_timing
update_process_title wal_compression wal_consistency_checking wal_init_zero wal_recycle zero_damaged_pages
"""
_SUPERUSER = frozenset(_WORDS.split())


@rule(
    id="superuser-parameter",
    problem="A role, database or function sets a parameter that only a superuser may set.",
    why="Nobody is a superuser on RDS, so the statement is refused: permission denied to set parameter. A "
    "function with such a SET is not created at all.",
    fix="Take the setting back, and set the parameter in the parameter group, for the whole instance.",
    severity=Severity.BLOCKER,
    source=PG_SETTINGS,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION public.quiet(integer) RETURNS integer LANGUAGE sql SET log_statement = 'none' "
        "AS 'SELECT $1'",
        subject="setting log_statement of function public.quiet(integer)",
    ),
    innocent=Example(
        sql="CREATE FUNCTION public.quiet(integer) RETURNS integer LANGUAGE sql SET statement_timeout = "
        "'1min' "
        "SET session_replication_role = 'replica' AS 'SELECT $1'",
    ),
)
def superuser_parameter(context: Context) -> Iterator[Hit]:
    """Find settings of those parameters that are not the server's own."""
    known = routines(context)
    for one in of_objects(context):
        if one.name.lower() in _SUPERUSER:
            yield hit(
                one,
                subject(one, known),
                f"{one.name} may be set by superusers only: the statement that sets it is refused.",
                reset(one, known),
            )
