"""Faults in the procedures of pgAudit."""

from tests.mutations.extensions.fault import Fault

_HERE, _CLASSES = "test_pgaudit.py::", "test_pgaudit_classes.py::"
_OBJECTS, _PARAMETERS = "test_pgaudit_objects.py::", "test_pgaudit_parameters.py::"
_EXCLUSIONS = "test_pgaudit_exclusions.py::"
_CONFTEST = "scenarios/extensions/conftest.py"
_CREATE = 'found.master.execute("CREATE EXTENSION pgaudit")'
_AS_ADMIN = _CREATE + "; database.admin().execute({!r})"

FAULTS = (
    Fault(
        "another library is in the parameter group",
        _HERE + "test_library_needs_a_reboot",
        (('{"shared_preload_libraries": "pgaudit"}', '{"shared_preload_libraries": "auto_explain"}'),),
    ),
    Fault(
        "the reboot that loads the library is left out",
        _HERE + "test_library_needs_a_reboot",
        (
            (
                '        instance.reboot()\n        assert instance.parameter_status == "in-sync"',
                "        pass",
            ),
        ),
    ),
    Fault(
        "another class is audited than the one asked for",
        _HERE + "test_log_needs_no_reboot",
        (
            (
                '{"pgaudit.log": "write"}, apply_method="immediate"',
                '{"pgaudit.log": "read"}, apply_method="immediate"',
            ),
        ),
    ),
    Fault(
        "an event trigger of pgAudit is dropped",
        _HERE + "test_event_triggers",
        (
            (
                _CREATE,
                _AS_ADMIN.format(
                    "ALTER EXTENSION pgaudit DROP EVENT TRIGGER pgaudit_sql_drop;"
                    " DROP EVENT TRIGGER pgaudit_sql_drop"
                ),
            ),
        ),
        file=_CONFTEST,
    ),
    Fault(
        "the event trigger for DDL is turned off",
        _HERE + "test_ddl_without_extension",
        ((_CREATE, _AS_ADMIN.format("ALTER EVENT TRIGGER pgaudit_ddl_command_end DISABLE")),),
        file=_CONFTEST,
    ),
    Fault(
        "the user who must not create pgaudit is a member of rds_superuser",
        _HERE + "test_extension_needs_rds_superuser",
        (('create_role("app")', 'create_role("app", options="IN ROLE rds_superuser")'),),
    ),
    Fault(
        "the wrong class is switched on for each statement",
        _CLASSES + "test_class_logs",
        (("tables.watch(log=wanted)", 'tables.watch(log="role")'),),
    ),
    Fault(
        "the class is not taken away",
        _CLASSES + "test_class_logs",
        (('tables.watch(log=f"all, -{wanted}")', 'tables.watch(log="all")'),),
    ),
    Fault(
        "all is set where none is meant",
        _CLASSES + "test_none_logs_nothing",
        (('log="none"', 'log="all"'),),
    ),
    Fault(
        "one class is missing from all",
        _CLASSES + "test_all_logs_every_class",
        (('log="all"', 'log="all, -misc"'),),
    ),
    Fault(
        "the minus sign is left out",
        _CLASSES + "test_minus_takes_away",
        (('log="all, -read, -misc"', 'log="all, read, misc"'),),
    ),
    Fault(
        "the list has another class in it",
        _CLASSES + "test_list_of_classes",
        (('log="read,ddl"', 'log="read,role"'),),
    ),
    Fault(
        "roles are looked for among DDL",
        _CLASSES + "test_role_statements",
        (("watch(log=setting)", 'watch(log={"role": "ddl", "ddl": "role"}[setting])'),),
    ),
    Fault(
        "the role for object auditing is not set",
        _OBJECTS + "test_select_on_a_granted_table",
        ((', "pgaudit.role": "rds_pgaudit"}', "}"),),
        file=_CONFTEST,
    ),
    Fault(
        "the grant to rds_pgaudit is left out",
        _OBJECTS + "test_select_on_a_granted_table",
        (('    auditing.master.execute("GRANT SELECT ON t1 TO rds_pgaudit")\n', ""),),
    ),
    Fault(
        "all columns are granted where one is meant",
        _OBJECTS + "test_columns",
        (("GRANT SELECT (secret), UPDATE (secret) ON t1", "GRANT SELECT, UPDATE ON t1"),),
    ),
    Fault(
        "the privilege is not revoked",
        _OBJECTS + "test_revoke_ends_it",
        (('    auditing.master.execute("REVOKE SELECT ON t1 FROM rds_pgaudit")\n', ""),),
    ),
    Fault(
        "the wrong user is excluded",
        _EXCLUSIONS + "test_user_in_database_is_excluded",
        (('"ALTER USER {user} IN', '"ALTER USER " + audited.other + " IN'),),
    ),
    Fault(
        "a user is excluded everywhere and not in one database",
        _EXCLUSIONS + "test_user_in_database_only_there",
        (("{user} SET pgaudit.log TO 'read'", "{user} SET pgaudit.log TO 'none'"),),
    ),
    Fault(
        "a user is excluded where the database is meant",
        _EXCLUSIONS + "test_database_setting_is_shown",
        (("ALTER DATABASE {database} SET", "ALTER USER {user} SET"),),
    ),
    Fault(
        "the RESET of a user is left out",
        _EXCLUSIONS + "test_reset_of_user",
        (('    audited.run("ALTER USER {user} RESET pgaudit.log")\n', ""),),
    ),
    Fault(
        "RESET forgets the database it is in",
        _EXCLUSIONS + "test_reset_of_user_in_database",
        (("{user} IN DATABASE {database} RESET", "{user} RESET"),),
    ),
    Fault(
        "parameters are not logged",
        _PARAMETERS + "test_log_parameter",
        (('log_parameter="on"', 'log_parameter="off"'),),
    ),
    Fault(
        "the catalog goes on being logged",
        _PARAMETERS + "test_log_catalog",
        (('log_catalog="off"', 'log_catalog="on"'),),
    ),
    Fault(
        "the statement is logged every time",
        _PARAMETERS + "test_log_statement_once",
        (('log_statement_once="on"', 'log_statement_once="off"'),),
    ),
    Fault(
        "rows are not counted",
        _PARAMETERS + "test_log_rows",
        (('log="read, write", log_rows="on"', 'log="read, write", log_rows="off"'),),
    ),
    Fault(
        "another user uses the table",
        _OBJECTS + "test_other_users_are_audited",
        (("auditing.watch(user=role)", "auditing.watch()"),),
    ),
    Fault(
        "the log reader numbers every sub-statement alike",
        _CLASSES + "test_numbers_of_statements",
        (("substatement_id=numbers[1]", "substatement_id=1"),),
        file="rdscheck/sandbox/logs.py",
    ),
)
