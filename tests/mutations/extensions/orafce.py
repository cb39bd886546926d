"""Faults in the procedures of orafce."""

from tests.mutations.extensions.fault import Fault

_HERE, _FILES = "test_orafce.py::", "test_orafce_files.py::"
_FUNCTIONS, _PACKAGES = "test_orafce_functions.py::", "test_orafce_packages.py::"

FAULTS = (
    Fault(
        "orafce is never created",
        _HERE + "test_procedure",
        (('rds.execute("CREATE EXTENSION orafce")', "pass"),),
    ),
    Fault(
        "the schema oracle is given to another role",
        _HERE + "test_procedure",
        (("OWNER TO rds_superuser", "OWNER TO rds_replication"),),
    ),
    Fault(
        "the schema oracle is given to nobody",
        _HERE + "test_procedure",
        (('rds.execute("ALTER SCHEMA oracle OWNER TO rds_superuser")', "pass"),),
    ),
    Fault(
        "members of rds_superuser act before the transfer",
        _HERE + "test_transfer_needs_ownership",
        (('    orafce.execute("ALTER SCHEMA oracle OWNER TO rds_superuser")\n', ""),),
    ),
    Fault(
        "the schema oracle is closed to PUBLIC without being owned",
        _HERE + "test_transfer_gives_control",
        (('        orafce.execute("ALTER SCHEMA oracle OWNER TO rds_superuser")\n', ""),),
    ),
    Fault(
        "the schema is opened to everybody again",
        _HERE + "test_transfer_gives_control",
        (("GRANT USAGE ON SCHEMA oracle TO {app}", "GRANT USAGE ON SCHEMA oracle TO PUBLIC"),),
    ),
    Fault(
        "orafce is created in the first database only",
        _HERE + "test_another_database",
        (('second.execute("CREATE EXTENSION orafce")', "pass"),),
    ),
    Fault(
        "the extension is not dropped",
        _HERE + "test_drop",
        (('    orafce.execute("DROP EXTENSION orafce")', "    pass"),),
    ),
    Fault(
        "a directory is listed for utl_file from the start",
        _FILES + "test_what_keeps_it_shut",
        (
            (
                'rds.execute("CREATE EXTENSION orafce")',
                (
                    'rds.execute("CREATE EXTENSION orafce");'
                    " rds_admin.execute(\"INSERT INTO utl_file.utl_file_dir (dir) VALUES ('/tmp')\")"
                ),
            ),
        ),
    ),
    Fault(
        "the master user may list directories for utl_file",
        _FILES + "test_rights_are_not_passed_on",
        (
            ("(rds: Any)", "(rds: Any, rds_admin: Any)"),
            ('rds.execute("GRANT INSERT ON', 'rds_admin.execute("GRANT INSERT ON'),
            ("TO CURRENT_USER", "TO postgres"),
        ),
    ),
    Fault(
        "oracle does not stand before pg_catalog in the search path",
        _FUNCTIONS + "test_search_path",
        (("plain.execute(ORACLE_FIRST)", 'plain.execute("SET search_path = pg_catalog, oracle")'),),
    ),
    Fault(
        "functions are looked for with oracle in the search path",
        _FUNCTIONS + "test_border",
        (('"SELECT bitand(12, 10)", ', '"SELECT oracle.bitand(12, 10)", '),),
    ),
    Fault(
        "dbms_output is never enabled",
        _PACKAGES + "test_dbms_output",
        (("SELECT dbms_output.enable()", "SELECT 1"),),
    ),
    Fault(
        "dbms_random gets another seed",
        _PACKAGES + "test_dbms_random",
        (("for seed in (7, 7, 8):", "for seed in (7, 9, 8):"),),
    ),
    Fault(
        "nobody listens for the alert",
        _PACKAGES + "test_dbms_alert",
        (("SELECT dbms_alert.register('{with_orafce}')", "SELECT 1"),),
    ),
)
