"""Faults in the procedure of a major version upgrade."""

from tests.mutations.extensions.fault import Fault

_CHECKS = "upgrade/test_prechecks.py::"
_TOOL = "upgrade/test_pg_upgrade.py::"
_MAJOR = "upgrade/test_major.py::"

FAULTS = (
    Fault(
        "a column of a reg* type keeps it",
        _CHECKS + "test_columns_of_reg_types_block",
        (('"ALTER TABLE job ALTER COLUMN what TYPE text"', '"SELECT 1"'),),
    ),
    Fault(
        "one of the tables with a nested regproc stays",
        _TOOL + "test_reg_types_are_found_inside_other_types",
        (("DROP TABLE a, b, c", "DROP TABLE a, c"),),
    ),
    Fault(
        "the event trigger is disabled and not dropped",
        _CHECKS + "test_event_triggers_block",
        (("DROP EVENT TRIGGER tell", "ALTER EVENT TRIGGER tell DISABLE"),),
    ),
    Fault(
        "the interrupted DROP DATABASE left no mark",
        _CHECKS + "test_invalid_databases_block",
        (("SET datconnlimit = -2", "SET datconnlimit = -1"),),
    ),
    Fault(
        "the view is on a column that stays",
        _CHECKS + "test_views_on_vanished_columns_block",
        (('17: "pg_stat_wal.wal_sync"', '17: "pg_stat_wal.wal_bytes"'),),
    ),
    Fault(
        "the child's column is left as it was",
        _TOOL + "test_null_below_not_null_blocks",
        (('"ALTER TABLE child ALTER COLUMN id SET NOT NULL"', '"ANALYZE child"'),),
    ),
    Fault(
        "the column has a row type of the user's own",
        _TOOL + "test_rows_of_system_catalogs_block",
        (
            (
                '"CREATE TABLE copy (one pg_class)"',
                '"CREATE TYPE own AS (a int)", "CREATE TABLE copy (one own)"',
            ),
        ),
    ),
    Fault(
        "pg_repack is moved and not dropped",
        _CHECKS + "test_pg_repack_blocks",
        (('"DROP EXTENSION pg_repack"', '"COMMENT ON EXTENSION pg_repack IS NULL"'),),
        needs="pg_repack",
    ),
    Fault(
        "the database is not renamed",
        _CHECKS + "test_unusual_database_names_block",
        (
            ("'ALTER DATABASE \"sales 2026\" RENAME TO sales_2026'", "\"SELECT 'sales_2026'\""),
            ('"DROP DATABASE sales_2026"', "'DROP DATABASE \"sales 2026\"'"),
        ),
    ),
    Fault(
        "the slot stays and is only moved on",
        _CHECKS + "test_logical_slots_block",
        (
            (
                "candidate.sql(\"SELECT pg_drop_replication_slot('feed')\")",
                "candidate.sql(\"SELECT pg_replication_slot_advance('feed', pg_current_wal_lsn())\")",
            ),
        ),
        pg=15,
    ),
    Fault(
        "the slot may keep all of its WAL",
        _CHECKS + "test_invalid_slots_block",
        (('"max_slot_wal_keep_size": "1"', '"max_slot_wal_keep_size": "1000"'),),
        pg=17,
    ),
    Fault(
        "only slots without a reason are looked for",
        _CHECKS + "test_invalid_slots_block",
        (
            (
                "->> 'invalidation_reason' IS NOT NULL OR s.wal_status = 'lost'",
                "->> 'invalidation_reason' IS NULL",
            ),
        ),
        file="rdscheck/upgrade/queries.py",
        pg=17,
    ),
    Fault(
        "the operator is a prefix operator",
        _TOOL + "test_postfix_operators_block",
        (("(LEFTARG = int", "(RIGHTARG = int"),),
        pg=13,
    ),
    Fault(
        "the event does not say what to do about slots",
        _CHECKS + "test_event_names_logical_slots",
        (('" slots. Please drop all logical replication slots and try again"', '" slots."'),),
        file="rdscheck/upgrade/checks.py",
        pg=15,
    ),
    Fault(
        "statistics were never made",
        _MAJOR + "test_statistics_are_kept_by_18",
        (('    "ANALYZE item",\n', ""),),
    ),
    Fault(
        "the extension is not updated",
        _MAJOR + "test_extensions_keep_their_version",
        (('"ALTER EXTENSION pg_stat_statements UPDATE"', '"SELECT 1"'),),
    ),
    Fault(
        "clerks were granted nothing",
        _MAJOR + "test_grants_survive",
        (('    "GRANT SELECT ON item TO clerks",\n', ""),),
    ),
)
