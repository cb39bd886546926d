"""Faults in the steps of pgstream's onboarding guide."""

from tests.mutations.extensions.fault import Fault

_FROM = "pgstream/test_snapshot_from.py::"
_TO = "pgstream/test_snapshot_to.py::"
_INIT = "pgstream/test_init.py::"
_STREAM = "pgstream/test_replication.py::"
_APPLY = "pgstream/test_replication_to.py::"
_TABLE = "pgstream/test_troubleshooting.py::"
_REPLAY = "scenarios/pgstream/conftest.py"

_PLAIN = 'target.role("pgstreamtarget")'
_CREATEROLE = 'target.role("pgstreamtarget", "CREATEROLE")'
_STREAMS = 'source.role("pgstreamsource", "IN ROLE rds_replication")'
#: As if the schema were not rdsadmin's; rdsadmin alone can do that.
_MASTERS_PUBLIC = """
    with target.database.admin() as admin:
        admin.execute("ALTER SCHEMA public OWNER TO postgres")"""
_TABLE_MADE = 'target.sql("CREATE TABLE orders (id integer)")'
_OWNED = "owned_by(target, role)"

FAULTS = (
    Fault(
        "the role that streams is no member of rds_replication",
        _STREAM + "test_streaming",
        ((_STREAMS, 'source.role("pgstreamsource")'),),
    ),
    Fault(
        "passwords are left out of the dump of roles that wants them",
        _FROM + "test_roles_with_passwords",
        (("snapshot.roles(source, user)", 'snapshot.roles(source, user, "--no-role-passwords")'),),
    ),
    Fault(
        "the values of sequences are not restored",
        _TO + "test_everything_arrives",
        (
            (
                'snapshot.restore(target, role, snapshot.values(source, shop.reader, "public.orders_id_seq").output)',  # noqa: E501
                "pass",
            ),
        ),
    ),
    Fault(
        "who initialises is a member of rds_replication only",
        _INIT + "test_rds_superuser",
        (("IN ROLE rds_superuser", "IN ROLE rds_replication"),),
    ),
    Fault(
        "deletes are not applied",
        _APPLY + "test_applied",
        (('session.execute(sql.SQL("DELETE FROM {} WHERE {}").format(table, is_it))', "pass"),),
    ),
    Fault(
        "the sequences are granted with the tables",
        _FROM + "test_sequences",
        (
            (
                "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}",
                "GRANT SELECT ON orders, orders_id_seq TO {}",
            ),
        ),
    ),
    Fault(
        "everybody may use the schema",
        _FROM + "test_without_usage",
        (
            (
                '"CREATE TABLE sales.visits (id integer)"',
                '"CREATE TABLE sales.visits (id integer); GRANT USAGE ON SCHEMA sales TO PUBLIC"',
            ),
        ),
    ),
    Fault(
        "the table may be read from the beginning",
        _FROM + "test_without_select",
        (("role = shop.reader", "role = shop.grant()"),),
    ),
    Fault(
        "no_passwords is forgotten",
        _FROM + "test_roles_without_passwords",
        ((', "--no-role-passwords")', ")"),),
    ),
    Fault(
        "managed roles that were granted something are kept",
        _FROM + "test_managed_roles",
        ((" - MANAGED\n", "\n"),),
        file=_REPLAY,
    ),
    Fault(
        "the worker does not take the exported snapshot",
        _FROM + "test_exported_snapshot",
        (('worker.execute("SET TRANSACTION SNAPSHOT %s", (snapshot,))', "pass"),),
    ),
    Fault(
        "the master user is a member of the new owner from the beginning",
        _TO + "test_ownership",
        ((_PLAIN, 'target.role("pgstreamtarget", "ROLE CURRENT_USER")'),),
    ),
    Fault(
        "pgstreamtarget has CREATEDB from the beginning",
        _TO + "test_create_database",
        ((_PLAIN, 'target.role("pgstreamtarget", "CREATEDB")'),),
    ),
    Fault(
        "pgstreamtarget has CREATEROLE from the beginning",
        _TO + "test_create_role",
        ((_PLAIN, _CREATEROLE),),
    ),
    Fault(
        "pgstreamtarget holds what it assigns",
        _TO + "test_assigned_attribute",
        ((_CREATEROLE, 'target.role("pgstreamtarget", "CREATEROLE CREATEDB")'),),
    ),
    Fault(
        "rds_replication is granted without ADMIN OPTION",
        _TO + "test_replication_attribute",
        (("GRANT rds_replication TO {} WITH ADMIN OPTION", "GRANT rds_replication TO {}"),),
    ),
    Fault(
        "owners are not granted to pgstreamtarget before they get their tables",
        _TO + "test_roles_and_owners",
        (("snapshot.owned(schema)", "schema"),),
    ),
    Fault(
        "the grantors of memberships are left out",
        _TO + "test_memberships",
        (('_TAKEN_OUT.sub("", line)', '_TAKEN_OUT.sub("", line.partition(" WITH ")[0] + ";")'),),
        file=_REPLAY,
    ),
    Fault(
        "owners are left out of the dump that keeps them",
        _TO + "test_owner_that_is_missing",
        (('"--no-privileges"', '"--no-owner", "--no-privileges"'),),
    ),
    Fault(
        "pgstreamtarget is a member of the owner from the beginning",
        _TO + "test_owner_of_others",
        (("login=False)", 'login=False, options=f"ROLE {role}")'),),
    ),
    Fault(
        "triggers are left on",
        _TO + "test_disable_triggers",
        (("session.execute(REPLICA)", "pass"),),
    ),
    Fault(
        "who must not disable triggers is a member of rds_superuser",
        _TO + "test_disable_triggers_refused",
        (('"CREATEDB CREATEROLE"', '"IN ROLE rds_superuser"'),),
    ),
    Fault(
        "the foreign key is not there",
        _TO + "test_triggers_left_on",
        ((" REFERENCES customers", ""),),
    ),
    Fault(
        "the public schema is handed over before the database",
        _TO + "test_public_schema_of_owner",
        (("owned_by(target, role)", "target.sql(OWN_PUBLIC, role)"),),
    ),
    Fault(
        "one of the event triggers is not made",
        _INIT + "test_master",
        ((', ("command_end", "ddl_command_end"))', ",)"),),
        file=_REPLAY,
    ),
    Fault(
        "CREATE on the database is granted before",
        _INIT + "test_schema",
        (
            (
                'source.sql("GRANT rds_replication TO {}", role)',
                'source.sql("GRANT CREATE ON DATABASE {} TO {}", source.name, role)',
            ),
        ),
    ),
    Fault(
        "the owner of the database is a member of rds_replication",
        _INIT + "test_owner",
        (('source.role("pgstreamsource")', _STREAMS),),
    ),
    Fault(
        "who is to have the slot only is a member of rds_superuser",
        _INIT + "test_rds_replication",
        (("IN ROLE rds_replication", "IN ROLE rds_superuser"),),
    ),
    Fault(
        "the first init made no slot",
        _INIT + "test_again",
        (("stream.init()", "stream.init(slot=False)"),),
    ),
    Fault(
        "the schema is not dropped",
        _INIT + "test_destroy",
        (('source.master.execute("DROP SCHEMA pgstream CASCADE")', "pass"),),
    ),
    Fault(
        "nobody reboots after the parameter was set",
        _STREAM + "test_procedure",
        (("instance.reboot()", "pass"),),
    ),
    Fault(
        "the role that owns everything is a member of rds_replication too",
        _STREAM + "test_streaming_refused",
        (('source.role("pgstreamsource")', _STREAMS),),
    ),
    Fault(
        "what came first was not received",
        _STREAM + "test_each_change_once",
        (("    assert len(stream.received()) == 5\n", ""),),
    ),
    Fault(
        "skip_log is set to another word",
        _STREAM + "test_skip_log",
        (("\"SET pgstream.skip_log = 'TRUE'\"", "\"SET pgstream.skip_log = 'yes'\""),),
    ),
    Fault(
        "rds_replication is forgotten in the transfer",
        _STREAM + "test_transfer",
        (('source.sql("GRANT rds_replication TO {}", role)', "pass"),),
    ),
    Fault(
        "pgstream is of a time before 1.0",
        _STREAM + "test_schema_log",
        (
            (
                "stream.init(slot=False)",
                'stream.init(slot=False)\n    source.sql("CREATE TABLE pgstream.schema_log (id integer)")',
            ),
        ),
    ),
    Fault(
        "the injector was used",
        _STREAM + "test_injector",
        (
            (
                "stream.init(slot=False)",
                'stream.init(slot=False)\n    source.sql("CREATE TABLE pgstream.table_ids (id integer)")',
            ),
        ),
    ),
    Fault(
        "the new owner may create in the schema already",
        _STREAM + "test_transfer_order",
        (
            (
                "stream.init(slot=False)",
                'stream.init(slot=False)\n    source.sql("GRANT CREATE ON SCHEMA pgstream TO PUBLIC")',
            ),
        ),
    ),
    Fault(
        "DDL is not applied",
        _APPLY + "test_applied",
        (('session.execute(json.loads(change["content"])["ddl"])', "pass"),),
    ),
    Fault(
        "the schema was handed over to who should not have it",
        _APPLY + "test_without_ownership",
        ((_PLAIN, "hand_over(target)"),),
    ),
    Fault(
        "the table stays with its owner",
        _APPLY + "test_tables_of_others",
        (('target.sql("ALTER TABLE app.orders OWNER TO {}", role)', "pass"),),
    ),
    Fault(
        "the dump that is to fail asks for no passwords",
        _TABLE + "test_pg_authid",
        (("snapshot.roles(instance)", 'snapshot.roles(instance, None, "--no-role-passwords")'),),
    ),
    Fault(
        "another role than rds_superuser is granted against the refused parameter",
        _TABLE + "test_session_replication_role",
        (("GRANT rds_superuser TO {}", "GRANT rds_replication TO {}"),),
    ),
    Fault(
        "USAGE on the schema is granted in place of CREATE",
        _TABLE + "test_schema_without_create",
        (("GRANT CREATE ON SCHEMA {} TO {}", "GRANT USAGE ON SCHEMA {} TO {}"),),
    ),
    Fault(
        "the membership is granted without ADMIN OPTION",
        _TABLE + "test_role_creation",
        ((" WITH ADMIN OPTION", ""),),
    ),
    Fault(
        "another role than rds_superuser is granted against the refused event trigger",
        _TABLE + "test_event_triggers",
        (("GRANT rds_superuser TO {}", "GRANT rds_replication TO {}"),),
    ),
    Fault(
        "the parameter group leaves logical replication off",
        _TABLE + "test_parameter",
        (('"rds.logical_replication": "1"', '"rds.logical_replication": "0"'),),
        file=_REPLAY,
    ),
    Fault(
        "the schema belongs to the master user",
        _TABLE + "test_public_schema",
        ((_TABLE_MADE, _TABLE_MADE + _MASTERS_PUBLIC),),
        pg=13,
    ),
    Fault(
        "the master user can give public away",
        _TO + "test_public_schema",
        ((_OWNED, _OWNED + _MASTERS_PUBLIC),),
        pg=13,
    ),
    Fault(
        "who restores owns the schema public",
        _TO + "test_comment_of_public",
        ((_OWNED, _OWNED + _MASTERS_PUBLIC + "\n    target.sql(OWN_PUBLIC, role)"),),
        pg=13,
    ),
    Fault(
        "pgstreamtarget has CREATEDB up to 15",
        _TO + "test_assigned_attribute_before_16",
        ((_CREATEROLE, 'target.role("pgstreamtarget", "CREATEDB CREATEROLE")'),),
        pg=13,
    ),
    Fault(
        "another role than pg_read_all_data is granted",
        _FROM + "test_read_all_data",
        (("GRANT pg_read_all_data TO {}", "GRANT pg_monitor TO {}"),),
        pg=15,
    ),
    Fault(
        "a role that may be granted is taken in place of pg_read_all_data",
        _FROM + "test_read_all_data_refused",
        (("GRANT pg_read_all_data TO {}", "GRANT pg_monitor TO {}"),),
    ),
    Fault(
        "memberships of managed roles are kept",
        _FROM + "test_managed_memberships",
        ((" and not MANAGED & {*pair}:", ":"),),
        file=_REPLAY,
    ),
    Fault(
        "rds_pgaudit was granted nothing",
        _FROM + "test_role_of_pgaudit",
        (("ON orders TO rds_pgaudit", "ON orders TO PUBLIC"),),
    ),
    Fault(
        "nothing is to be dropped at a target that cannot",
        _TO + "test_clean",
        (('"--clean", "--if-exists", ', ""),),
        pg=13,
    ),
    Fault(
        "nothing is dropped at the target",
        _TO + "test_clean_by_owner",
        (('"--clean", "--if-exists", ', ""),),
    ),
    Fault(
        "the slot is not read",
        _STREAM + "test_retained",
        (("stream.received()", "pass"),),
    ),
)
