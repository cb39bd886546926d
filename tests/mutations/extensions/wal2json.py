"""Faults in logical decoding with wal2json."""

from tests.mutations.extensions.fault import Fault

_HERE = "test_wal2json.py::"
_RECORDS = "test_wal2json_records.py::"

FAULTS = (
    Fault(
        "the reboot that logical replication waits for is left out",
        _HERE + "test_procedure",
        (("instance.reboot()", "pass"),),
    ),
    Fault(
        "the ordinary role that meets slots is a member of rds_replication",
        _HERE + "test_ordinary_user",
        (('create_role("app")', 'create_role("app", options="IN ROLE rds_replication")'),),
    ),
    Fault(
        "rds_replication is not revoked",
        _HERE + "test_membership_decides",
        (('decoding.master.execute(sql.SQL("REVOKE rds_replication FROM {}").format(member))', "pass"),),
    ),
    Fault(
        "a library that is an output plugin is named",
        _HERE + "test_other_libraries",
        (('["hstore", ', '["test_decoding", '),),
    ),
    Fault(
        "an output plugin is named without its path",
        _HERE + "test_list_of_plugins",
        (('"$libdir/wal2json"', '"wal2json"'),),
    ),
    Fault(
        "the role that streams is a member of rds_replication",
        _HERE + "test_streaming_refused",
        (('create_role("app")', 'create_role("app", options="IN ROLE rds_replication")'),),
    ),
    Fault(
        "peeking takes changes from the slot",
        _HERE + "test_each_change_once",
        (
            (
                'decoding.read(slot, how="peek") == decoding.read(slot, how="peek")',
                "decoding.read(slot) == decoding.read(slot)",
            ),
        ),
    ),
    Fault(
        "the slot is not dropped",
        _HERE + "test_dropped",
        (("decoding.master.execute(DROP, (slot,))", "pass"),),
    ),
    Fault(
        "the table keeps its replica identity",
        _RECORDS + "test_replica_identity",
        (('decoding.master.execute(f"ALTER TABLE item REPLICA IDENTITY {setting}")', "pass"),),
    ),
    Fault(
        "the table without a key has one",
        _RECORDS + "test_no_key",
        (("loose (id integer)", "loose (id integer PRIMARY KEY)"),),
    ),
    Fault(
        "the second transaction is not rolled back",
        _RECORDS + "test_transactions",
        (
            (
                'force_rollback=True):\n        master.execute("INSERT INTO item VALUES (4)")',
                'force_rollback=False):\n        master.execute("INSERT INTO item VALUES (4)")',
            ),
        ),
    ),
    Fault(
        "the wrong table is left out of the changes",
        _RECORDS + "test_options",
        (('"*.other"', '"*.item"'),),
    ),
    Fault(
        "the table is not truncated",
        _RECORDS + "test_format_version_2",
        (('        "TRUNCATE item",\n', ""),),
    ),
    Fault(
        "the key of the row stays the same",
        _RECORDS + "test_rows",
        (("SET id = 3", "SET id = 2"),),
    ),
)
