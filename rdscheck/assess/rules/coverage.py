"""Which rule makes each check that stands in the way of a major upgrade, and why some need none.

Checks are those of AWS's documentation, of AWS's own precheck script, of pg_upgrade, and of our sandbox.
A rule is named as ``group/id``; what begins with ``none:`` says why there is no rule.
"""

from collections.abc import Mapping

_API = "none: only the AWS API tells it, not the database: "
_STATE = "none: the state of a moment, of no meaning to what the target takes: "
_SCOPE = "none: sources from 9.6 on are read: "

_REG = "types/reg-type-columns"
_SLOTS = (
    "major upgrade/logical-slots-before-17",
    "major upgrade/invalid-logical-slot",
    "major upgrade/unread-logical-slot",
)
_VIEWS = ("major upgrade/view-on-removed-column", "major upgrade/view-on-system-catalog")
_NOT_OFFERED = ("extensions/extension-not-offered", "extensions/extension-not-in-minor")
_UPDATE_FIRST = "extension upgrades/extension-update-first"
_LARGE = "major upgrade/many-large-objects"
_REPLICAS = f"{_API}read replicas; slots of physical ones are replication/physical-slot"

#: Checks of AWS's pages on major upgrades, by names of ours.
DOCUMENTED: Mapping[str, str | tuple[str, ...]] = {
    "param_group": f"{_API}the family of the parameter group",
    "instance_class": f"{_API}classes the target is offered on",
    "prepared_xacts": "major upgrade/prepared-transactions",
    "reg_types": _REG,
    "invalid_db": "major upgrade/invalid-database",
    "logical_slots": _SLOTS[0],
    "logical_slots_17": _SLOTS[1:],
    "flow_control": "extension upgrades/flow-control-preloaded",
    "replicas": _REPLICAS,
    "large_objects": _LARGE,
    "zero_etl": f"{_API}zero-ETL integrations",
    "ext_update_first": _UPDATE_FIRST,
    "rdkit_17": "extension upgrades/rdkit-too-old",
    "ext_unsupported": _NOT_OFFERED,
    "plrust_18": "languages/plrust-discontinued",
    "topology_18": "extensions/postgis-topology-missing",
    "plcoffee_18": "languages/plv8-dialect-removed",
    "old_snapshot_17": "extensions/old-snapshot-removed",
    "pgrouting_11": "extension upgrades/pgrouting-drop-first",
    "pgrouting_aurora": "extension upgrades/pgrouting-drop-first",
    "pg_repack_aurora": "extension upgrades/pg-repack-recreate",
    "tsearch2": ("extensions/tsearch2-removed", "extensions/chkpass-removed"),
    "unknown_type": "types/unknown-type-columns",
    "event_triggers": "event triggers/event-trigger-blocks-upgrade",
    "pg_stat_views": _VIEWS,
    "role_prefix": "roles/role-name-pg-prefix",
    "db_name": "names/database-name-characters",
    "templates": "major upgrade/template-databases",
    "global_db_rpo": "service differences/global-database-rpo",
    "plv8": "extension upgrades/plv8-2-to-3",
    "pg_repack_after": "extension upgrades/pg-repack-recreate",
    "force_ssl": "parameters/tls-required",
}

#: Checks of the sandbox's own precheck (``rdscheck.upgrade.checks``).
SANDBOX: Mapping[str, str | tuple[str, ...]] = {
    "invalid_db": "major upgrade/invalid-database",
    "no_connections": "major upgrade/database-refuses-connections",
    "templates": "major upgrade/template-databases",
    "db_name": "names/database-name-characters",
    "role_prefix": "roles/role-name-pg-prefix",
    "prepared_xacts": "major upgrade/prepared-transactions",
    "logical_slots": _SLOTS[0],
    "invalid_slots": _SLOTS[1],
    "large_objects": _LARGE,
    "reg_types": _REG,
    "reg_types_upstream": _REG,
    "unknown_type": "types/unknown-type-columns",
    "old_types": ("types/removed-time-types", "types/sql-identifier-columns"),
    "aclitem_type": "types/aclitem-columns",
    "system_composites": "types/system-row-types",
    "with_oids": "major upgrade/tables-with-oids",
    "encoding_conversions": "major upgrade/encoding-conversions",
    "postfix_operators": "major upgrade/postfix-operators",
    "polymorphics": "major upgrade/array-polymorphics",
    "not_null_inheritance": "major upgrade/not-null-inheritance",
    "subscriptions": "major upgrade/subscription-not-ready",
    "ext_unsupported": _NOT_OFFERED,
    "pg_repack": "extension upgrades/pg-repack-recreate",
    "ext_update_first": _UPDATE_FIRST,
    "rdkit": "extension upgrades/rdkit-too-old",
    "event_triggers": "event triggers/event-trigger-blocks-upgrade",
    "event_triggers_of_extensions": "none: members of extensions are left out; AWS refuses none of them",
    "system_views": _VIEWS[0],
}

#: Checks of AWS's precheck script, by its numbers: https://github.com/awslabs/rds-support-tools
SCRIPT: Mapping[str, str | tuple[str, ...]] = {
    "1": "none: the version is in the head of the report; major upgrade/target-is-older compares it",
    "2": "major upgrade/invalid-database",
    "2b": "major upgrade/database-refuses-connections",
    "3": "major upgrade/template-databases",
    "4": ("roles/role-name-pg-prefix", "names/master-name-refused"),
    "5": f"{_STATE}sizes of databases",
    "6": f"{_STATE}numbers of objects",
    "7": f"{_STATE}the largest tables",
    "8": "major upgrade/invalid-index",
    "9": f"{_STATE}indexes that are there twice",
    "10": f"{_STATE}indexes that nobody uses",
    "11": f"{_STATE}dead rows",
    "12": f"{_STATE}queries that run long",
    "13": _SLOTS,  # those of read replicas, which it counts as well, are the service's own
    "14": ("parameters/removed-parameter", "parameters/tls-required"),
    "15": "extension upgrades/extension-update-advised",
    "15b": (_UPDATE_FIRST, "extension upgrades/rdkit-too-old"),
    "16": _VIEWS,
    "17": "major upgrade/prepared-transactions",
    "18": f"{_STATE}the age of transaction numbers, which autovacuum brings down",
    "19": _REG,
    "20": _LARGE,
    "21": "types/unknown-type-columns",
    "22": "none: its query asks for functions named like parameter; grants on parameters are carried over",
    "23": f"{_STATE}sizes of schemas",
    "24": f"{_API}which targets are valid",
    "25": "blue green/blue-green-replication-parameters",
    "25b": "blue green/blue-green-replication-parameters",
    "26": "blue green/blue-green-table-without-key",
    "27": "blue green/blue-green-foreign-server",
    "28": "blue green/blue-green-unlogged-table",
    "29": "blue green/blue-green-publication",
    "30": "blue green/blue-green-subscription",
    "31": "blue green/blue-green-foreign-server",
    "32": f"{_STATE}how much is written",
    "33": f"{_STATE}a list of partitioned tables",
    "34": "blue green/blue-green-extension",
    "35": "blue green/blue-green-event-trigger",
    "35b": "blue green/blue-green-event-trigger",
    "35c": "blue green/blue-green-locks",
    "36": "extensions/chkpass-removed",
    "37": "extensions/tsearch2-removed",
    "38": "extension upgrades/pg-repack-recreate",
    "39": "types/system-row-types",
    "39b": _REG,
    "40": "types/aclitem-columns",
    "41": "types/sql-identifier-columns",
    "42": "types/removed-time-types",
    "43": "major upgrade/tables-with-oids",
    "44": "major upgrade/encoding-conversions",
    "45": "major upgrade/postfix-operators",
    "46": "major upgrade/array-polymorphics",
}

#: Checks of pg_upgrade, by the file or function of its source.
PG_UPGRADE: Mapping[str, str | tuple[str, ...]] = {
    "check_proper_datallowconn": "major upgrade/database-refuses-connections",
    "check_for_prepared_transactions": "major upgrade/prepared-transactions",
    "tables_using_composite": "types/system-row-types",
    "check_for_isn_and_int8_passing_mismatch": "none: int8 is passed by value on every machine of RDS",
    "tables_using_reg": _REG,
    "check_for_not_null_inheritance": "major upgrade/not-null-inheritance",
    "tables_using_aclitem": "types/aclitem-columns",
    "check_for_user_defined_encoding_conversions": "major upgrade/encoding-conversions",
    "check_for_user_defined_postfix_ops": "major upgrade/postfix-operators",
    "check_for_incompatible_polymorphics": "major upgrade/array-polymorphics",
    "check_for_tables_with_oids": "major upgrade/tables-with-oids",
    "tables_using_sql_identifier": "types/sql-identifier-columns",
    "tables_using_abstime": "types/removed-time-types",
    "tables_using_reltime": "types/removed-time-types",
    "tables_using_tinterval": "types/removed-time-types",
    "tables_using_unknown": "types/unknown-type-columns",
    "check_for_pg_role_prefix": "roles/role-name-pg-prefix",
    "tables_using_jsonb": f"{_SCOPE}jsonb changed with 9.4",
    "tables_using_line": f"{_SCOPE}line changed with 9.4",
    "check_old_cluster_for_valid_slots": _SLOTS[1:],
    "check_old_cluster_subscription_state": "major upgrade/subscription-not-ready",
    "disallowed_output_plugins": "none: slots of RDS have its plugins alone, and no later major drops one",
}

TABLES = {"documented": DOCUMENTED, "sandbox": SANDBOX, "script": SCRIPT, "pg_upgrade": PG_UPGRADE}


def named(entry: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the rules of an entry as ``group/id``, none where it says why there is none."""
    entries = (entry,) if isinstance(entry, str) else entry
    return tuple(one for one in entries if not one.startswith("none:"))
