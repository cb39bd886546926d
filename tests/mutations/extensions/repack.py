"""Faults in the procedure of pg_repack."""

from tests.mutations.extensions.fault import Fault

_HERE = "test_repack.py::"

FAULTS = (
    Fault(
        "the client runs without -k",
        _HERE + "test_procedure",
        (('"pg_repack", "-k", *arguments', '"pg_repack", *arguments'),),
    ),
    Fault(
        "no row of the table was ever dead",
        _HERE + "test_procedure",
        (
            ('f"UPDATE {name} SET filler = filler || aid"', '"SELECT 1"'),
            ('f"DELETE FROM {name} WHERE aid % 3 > 0"', '"SELECT 2"'),
        ),
    ),
    Fault(
        "the client only says what it would do",
        _HERE + "test_procedure",
        (("done = repack.repack()", 'done = repack.repack("--dry-run")'),),
    ),
    Fault(
        "a row is lost in the repack",
        _HERE + "test_procedure",
        (
            (
                "        after = repack.row(",
                (
                    '        repack.session.execute("DELETE FROM accounts WHERE aid = 3")\n'
                    "        after = repack.row("
                ),
            ),
        ),
    ),
    Fault(
        "the role that repacks is no member of rds_superuser",
        _HERE + "test_procedure",
        (("IN ROLE rds_superuser", "IN ROLE rds_replication"),),
        pg=13,
    ),
    Fault(
        "the grant on log tables is left out",
        _HERE + "test_writers_go_on",
        (("GRANT INSERT ON TABLES", "GRANT SELECT ON TABLES"),),
    ),
    Fault(
        "the grant on their sequences is left out",
        _HERE + "test_writers_go_on",
        (("GRANT USAGE, SELECT ON SEQUENCES", "GRANT SELECT ON SEQUENCES"),),
        pg=13,
    ),
    Fault(
        "the trigger is off while others write",
        _HERE + "test_writers_go_on",
        (
            (
                '        writer.execute("INSERT INTO accounts SELECT',
                (
                    '        repack.session.execute("ALTER TABLE accounts DISABLE TRIGGER ALL")\n'
                    '        writer.execute("INSERT INTO accounts SELECT'
                ),
            ),
        ),
    ),
    Fault(
        "the trigger function belongs to rdsadmin, as packaged",
        _HERE + "test_writers_need_both_grants",
        (
            (
                '    bare.table("accounts")',
                (
                    "    with bare.database.admin() as admin:\n"
                    '        admin.execute("ALTER FUNCTION repack.repack_trigger() OWNER TO rdsadmin")\n'
                    '    bare.table("accounts")'
                ),
            ),
        ),
    ),
    Fault(
        "step 2 is done by who repacks",
        _HERE + "test_grants_are_for_who_repacks",
        (("        rds.execute(statement)", "        bare.session.execute(statement)"),),
    ),
    Fault(
        "only one database is asked for",
        _HERE + "test_all_databases",
        (('"-k", "-a"', '"-k"'),),
    ),
    Fault(
        "the table is the client's own",
        _HERE + "test_tables_of_others",
        (('    theirs.table("accounts")', '    repack.table("accounts")'),),
    ),
    Fault(
        "the table's owner is never granted",
        _HERE + "test_tables_of_others",
        (('    rds.execute(f"GRANT {owner} TO {repack.session.info.user}")\n', ""),),
    ),
    Fault(
        "the ordinary user is a member of rds_superuser",
        _HERE + "test_ordinary_user",
        (('create_role("app")', 'create_role("app", options="IN ROLE rds_superuser")'),),
    ),
    Fault(
        "the client repacks all tables instead of one",
        _HERE + "test_one_table",
        (('repack.repack("-t", "public.accounts")', "repack.repack()"),),
    ),
    Fault(
        "the client repacks the table together with its indexes",
        _HERE + "test_indexes_only",
        (('"--only-indexes", ', ""),),
    ),
    Fault(
        "a dry run runs",
        _HERE + "test_dry_run",
        (('repack.repack("--dry-run")', "repack.repack()"),),
    ),
    Fault(
        "the table has its key",
        _HERE + "test_table_without_key",
        (('repack.session.execute("ALTER TABLE accounts DROP CONSTRAINT accounts_pkey")', "pass"),),
    ),
    Fault(
        "client and extension are of one version",
        _HERE + "test_versions_must_be_equal",
        (("$$SELECT 'pg_repack 1.4.0'::text$$", "$$SELECT repack.version()$$"),),
    ),
    Fault(
        "the extension is not dropped before the client runs",
        _HERE + "test_extension_is_needed",
        (('rds.execute("DROP EXTENSION pg_repack CASCADE")', "pass"),),
    ),
)
