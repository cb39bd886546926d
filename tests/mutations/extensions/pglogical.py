"""Faults in the procedures of pglogical."""

from tests.mutations.extensions.fault import Fault

_HERE = "extensions/pglogical/test_pglogical.py::"
_REPLICATION = "extensions/pglogical/test_pglogical_replication.py::"
_CONFLICTS = "extensions/pglogical/test_pglogical_conflicts.py::"
_RECOVERY = "extensions/pglogical/test_pglogical_recovery.py::"
_SLOTS = "extensions/pglogical/test_pglogical_slots.py::"
_DISABLE = "SELECT pglogical.alter_subscription_disable(sub_name, true) FROM pglogical.subscription"
_DROP = 'drop = "SELECT pg_drop_replication_slot(%s)"\n'
_SENT = "SELECT pglogical.replicate_ddl_command('CREATE TABLE public.plain (a int)', ARRAY['default'])"
_USAGE = 'lab.master.execute("GRANT USAGE ON SCHEMA pglogical TO PUBLIC")'

FAULTS = (
    Fault(
        "logical replication is not turned on",
        _HERE + "test_set_up",
        (('instance.modify({"rds.logical_replication": "1"}, apply_method="pending-reboot")', "pass"),),
        needs="pglogical",
    ),
    Fault(
        "the reboot that loads pglogical is left out",
        _HERE + "test_set_up",
        (("instance.reboot()", "pass"),),
        needs="pglogical",
    ),
    Fault(
        "the server without logical replication has it",
        _HERE + "test_library_alone_is_not_enough",
        (("with servers[1].recorded()", "with servers[0].recorded()"),),
        needs="pglogical",
    ),
    Fault(
        "everybody may use pglogical's schema",
        _HERE + "test_ordinary_users_cannot_drop",
        (
            (
                'lab.master.execute(CREATE)\n    app.execute("CREATE TABLE item',
                f'lab.master.execute(CREATE)\n    {_USAGE}\n    app.execute("CREATE TABLE item',
            ),
        ),
        needs="pglogical",
    ),
    Fault(
        "pglogical is created in the database that is to be free of it",
        _HERE + "test_other_databases_are_free",
        (('_, app = lab.login("app")', 'lab.master.execute(CREATE)\n    _, app = lab.login("app")'),),
        needs="pglogical",
    ),
    Fault(
        "an ordinary user belongs to rds_superuser",
        _HERE + "test_use_needs_rds_superuser",
        (('lab.login("app")', 'lab.login("app", "IN ROLE rds_superuser")'),),
        needs="pglogical",
    ),
    Fault(
        "publisher and subscriber have each other's node names",
        _REPLICATION + "test_publish_and_subscribe",
        (('["docs_lab_provider", dsn]', '["docs_lab_target", dsn]'),),
        needs="pglogical",
    ),
    Fault(
        "the subscription copies nothing",
        _REPLICATION + "test_publish_and_subscribe",
        (("pair.subscribe()", "pair.subscribe(copy=False)"),),
        needs="pglogical",
    ),
    Fault(
        "the table is in another set than the one subscribed to",
        _REPLICATION + "test_changes_follow",
        (('running.add_table("item")', 'running.add_table("item", to="default_insert_only")'),),
        needs="pglogical",
    ),
    Fault(
        "the table without primary key has one",
        _REPLICATION + "test_table_without_primary_key",
        (("CREATE TABLE keyless (a int)", "CREATE TABLE keyless (a int PRIMARY KEY)"),),
        needs="pglogical",
    ),
    Fault(
        "the list of columns holds the secret one",
        _REPLICATION + "test_rows_and_columns",
        (("'{id,v}'", "'{id,v,secret}'"),),
        needs="pglogical",
    ),
    Fault(
        "the definition is sent to the subscriber",
        _REPLICATION + "test_definitions_do_not_follow",
        (
            (
                'running.source.execute("CREATE TABLE plain (a int PRIMARY KEY)")',
                f"running.source.execute({_SENT!r})",
            ),
        ),
        needs="pglogical",
    ),
    Fault(
        "the subscription's user may replicate from the beginning",
        _REPLICATION + "test_publisher_wants_rds_replication",
        (('pair.role("reader")', 'pair.role("reader", "IN ROLE rds_replication")'),),
        needs="pglogical",
    ),
    Fault(
        "the way to resolve conflicts is not set",
        _CONFLICTS + "test_resolution",
        (("settle(written, resolution=resolution)", "settle(written)"),),
        needs="pglogical",
    ),
    Fault(
        "the worker goes on with the old log level",
        _CONFLICTS + "test_log_level",
        (("    written.restart()\n    mark", "    mark"),),
        needs="pglogical",
    ),
    Fault(
        "the worker begins anew before the first conflict",
        _CONFLICTS + "test_running_workers_keep_their_values",
        (
            (
                'settle(written, log_level="warning")',
                'settle(written, log_level="warning")\n    written.restart()',
            ),
        ),
        needs="pglogical",
    ),
    Fault(
        "commit timestamps are kept",
        _CONFLICTS + "test_timestamps_are_needed",
        (
            (
                '{"shared_preload_libraries": "pglogical"}',
                '{"shared_preload_libraries": "pglogical", "track_commit_timestamp": "1"}',
            ),
        ),
        needs="pglogical",
    ),
    Fault(
        "the group turns batch inserts off",
        _CONFLICTS + "test_parameters",
        (
            (
                'GROUP = {"track_commit_timestamp": "1"}',
                'GROUP = {"track_commit_timestamp": "1", "pglogical.batch_inserts": "0"}',
            ),
        ),
        needs="pglogical",
    ),
    Fault(
        "the subscriber keeps its origin",
        _RECOVERY + "test_disruption_shows_everywhere",
        (('    pair.target.execute("SELECT pg_replication_origin_drop(%s)", [pair.slot])\n', ""),),
        needs="pglogical",
    ),
    Fault(
        "the origin is not created again",
        _RECOVERY + "test_reestablish",
        (("assert target.execute(CREATE_ORIGIN, [slot]).fetchone()[0] > 0", "pass"),),
        needs="pglogical",
    ),
    Fault(
        "the publisher keeps its slot",
        _RECOVERY + "test_lost_slot_shows_in_the_status",
        (("mark = lose_slot(replicating)", "mark = lose_origin(replicating)"),),
        needs="pglogical",
    ),
    Fault(
        "the subscription is still enabled",
        _RECOVERY + "test_disabled_is_not_down",
        (("    replicating.until_stopped()\n", "    replicating.restart()\n"),),
        needs="pglogical",
    ),
    Fault(
        "the subscription is disabled in place of dropped",
        _SLOTS + "test_slot_goes_with_the_subscription",
        (
            (
                "    replicating.target.execute(DROP)\n",
                f"    replicating.target.execute({_DISABLE!r})\n",
            ),
        ),
        needs="pglogical",
    ),
    Fault(
        "the subscription is not dropped before its node",
        _SLOTS + "test_drop_subscription_and_node",
        (("assert target.execute(DROP).fetchone() == (1,)", "pass"),),
        needs="pglogical",
    ),
    Fault(
        "the publisher lets the subscriber in",
        _SLOTS + "test_slot_stays_when_the_publisher_is_out_of_reach",
        (('pair.source.execute(f"ALTER ROLE {role} NOLOGIN")', "pass"),),
        needs="pglogical",
    ),
    Fault(
        "the slot is not in use any more",
        _SLOTS + "test_active_slot_stays",
        (
            (
                _DROP,
                f"{_DROP}    replicating.target.execute({_DISABLE!r})\n    replicating.until_stopped()\n",
            ),
        ),
        needs="pglogical",
    ),
)
