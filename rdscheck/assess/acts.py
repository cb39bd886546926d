"""What a function or a statement can do that RDS looks at: the words of ``Act.kind``."""

#: Kind and what ``detail`` then names. Both collectors use the same analyser (``rdscheck.assess.bodies``).
KINDS = {
    "copy from program": "the program",
    "copy to program": "the program",
    "copy from file": "the file of the server",
    "copy to file": "the file of the server",
    "alter system": "the parameter",
    "set": "the parameter",
    "set role": "the role",
    "set session authorization": "the role",
    "create extension": "the extension",
    "create language": "the language",
    "create role": "the role",
    "alter role superuser": "the role",
    "create tablespace": "the tablespace",
    "create event trigger": "the event trigger",
    "create subscription": "the subscription",
    "create database": "the database",
    "load": "the library",
    "call": "the function of the system, schema-qualified, for example pg_catalog.pg_read_file",
    "connect": "where dblink or a foreign server connects to, without password",
    "reads": "the relation of the system, for example pg_catalog.pg_authid",
    "writes": "the relation of the system",
}

#: Functions of the system whose call makes a fact.
CALLS = frozenset(
    {
        "lo_export",
        "lo_import",
        "pg_advisory_lock",
        "pg_backup_start",
        "pg_backup_stop",
        "pg_cancel_backend",
        "pg_create_logical_replication_slot",
        "pg_create_physical_replication_slot",
        "pg_create_restore_point",
        "pg_current_logfile",
        "pg_file_read",
        "pg_file_rename",
        "pg_file_sync",
        "pg_file_unlink",
        "pg_file_write",
        "pg_logdir_ls",
        "pg_ls_archive_statusdir",
        "pg_ls_dir",
        "pg_ls_logdir",
        "pg_ls_tmpdir",
        "pg_ls_waldir",
        "pg_promote",
        "pg_read_binary_file",
        "pg_read_file",
        "pg_reload_conf",
        "pg_replication_origin_create",
        "pg_replication_slot_advance",
        "pg_rotate_logfile",
        "pg_start_backup",
        "pg_stat_file",
        "pg_stop_backup",
        "pg_switch_wal",
        "pg_switch_xlog",
        "pg_terminate_backend",
        "pg_wal_replay_pause",
        "pg_wal_replay_resume",
        "set_config",
    }
)

#: Relations of the system of which reading makes a fact: RDS hides them, or later versions lack columns.
RELATIONS = frozenset(
    {
        "pg_authid",
        "pg_file_settings",
        "pg_hba_file_rules",
        "pg_largeobject",
        "pg_shadow",
        "pg_shmem_allocations",
        "pg_stat_activity",
        "pg_stat_replication",
        "pg_statistic",
        "pg_subscription",
        "pg_user_mapping",
    }
)
