"""Faults in what the scenarios of the API do, and in the control plane that answers."""

from tests.mutations.extensions.fault import Fault

_GROUPS = "aws/test_parameter_groups.py::"
_INSTANCES = "aws/test_instances.py::"
_SNAPSHOTS = "aws/test_snapshots.py::"
_LOGS = "aws/test_logs.py::"
_TYPED = "aws/test_transcripts.py::"
_PLANE = "rdscheck/aws/control/"

FAULTS = (
    Fault(
        "the reboot after a static parameter is left out",
        _GROUPS + "test_static_parameters_wait_for_a_reboot",
        (("lab.reboot()", "pass"),),
    ),
    Fault(
        "the cluster's group says nothing about logical replication",
        _GROUPS + "test_groups_of_a_cluster_reach_its_instance",
        (('"ParameterValue": "1"', '"ParameterValue": "0"'),),
    ),
    Fault(
        "the last line of a portion is asked for twice",
        _LOGS + "test_portions_from_marker_0_make_up_the_file",
        (('if f"STATEMENT:  SELECT {number} / 0\\n"', 'if f"STATEMENT:  SELECT {number} / 1\\n"'),),
    ),
    Fault(
        "an attached group comes into force at once",
        _GROUPS + "test_an_attached_group_waits_for_a_reboot",
        (("server.modify({**gone, **values}, PENDING)", "server.modify({**gone, **values})"),),
        file=_PLANE + "changes.py",
    ),
    Fault(
        "a restored instance has the source's group",
        _SNAPSHOTS + "test_a_restored_instance_has_its_own_group_and_no_roles",
        (
            (
                'call, asked.get("DBParameterGroupName"), snapshot.engine',
                'call, asked.get("DBParameterGroupName") or snapshot.group, snapshot.engine',
            ),
        ),
        file=_PLANE + "snapshots.py",
    ),
    Fault(
        "pgaudit is to log what is read",
        _TYPED + "test_pgaudit",
        (('("pgaudit.log", "write")', '("pgaudit.log", "read")'),),
        needs="pgaudit",
    ),
    Fault(
        "rds.logical_replication stays off",
        _TYPED + "test_pglogical",
        (('("rds.logical_replication", "1")', '("rds.logical_replication", "0")'),),
        needs="pglogical",
    ),
    Fault(
        "pgaudit is in the list when pglogical is added",
        _TYPED + "test_pglogical_replaces_the_list",
        (('added_by_the_guide(typist, "pglogical")', "added_by_the_guide(typist, \"'pgaudit,pglogical'\")"),),
        needs="pglogical",
    ),
    Fault(
        "pgaudit is left out of the whole list",
        _TYPED + "test_pglogical_with_the_whole_list",
        (("pg_stat_statements,pgaudit,pglogical'", "pg_stat_statements,pglogical'"),),
        needs="pglogical",
    ),
    Fault(
        "the table is emptied before the snapshot",
        _SNAPSHOTS + "test_a_restored_instance_has_the_data_of_that_moment",
        (
            (
                '            snap(lab)\n            master.execute("TRUNCATE item")',
                '            master.execute("TRUNCATE item")\n            snap(lab)',
            ),
        ),
    ),
    Fault(
        "the new group is of the instance's family",
        _GROUPS + "test_a_group_of_another_family_is_refused",
        (
            (
                'DBParameterGroupName=f"default.postgres{other}"',
                'DBParameterGroupName=f"default.postgres{lab.major}"',
            ),
        ),
    ),
    Fault(
        "default groups can be changed",
        _GROUPS + "test_default_groups_cannot_be_changed",
        (
            (
                '        raise _unchangeable()\n    asked = call.arguments["Parameters"]',
                '        pass\n    asked = call.arguments["Parameters"]',
            ),
        ),
        file=_PLANE + "groups.py",
    ),
    Fault(
        "a group in use is deleted",
        _GROUPS + "test_a_group_in_use_cannot_be_deleted",
        (("if used_by(call, group) or clusters:", "if clusters:"),),
        file=_PLANE + "groups.py",
    ),
    Fault(
        "a role serves two features",
        _INSTANCES + "test_a_feature_has_one_role_and_a_role_one_feature",
        (("arn == one.arn or feature == one.feature", "feature == one.feature"),),
        file=_PLANE + "roles.py",
    ),
    Fault(
        "any feature name will do",
        _INSTANCES + "test_other_feature_names_are_refused",
        (("        check_feature(feature)\n", '        feature = "s3Export"\n'),),
        file=_PLANE + "roles.py",
    ),
    Fault(
        "short passwords are taken",
        _INSTANCES + "test_wrong_input_creates_nothing",
        (("if len(password) < 8:", "if len(password) < 3:"),),
        file=_PLANE + "instances.py",
    ),
    Fault(
        "a change of class does not wait",
        _INSTANCES + "test_what_is_not_applied_immediately_is_pending",
        (("for name in _WAITING if name in changed}", "for name in () if name in changed}"),),
        file=_PLANE + "changes.py",
    ),
    Fault(
        "minors and majors are mixed up",
        _INSTANCES + "test_versions_tell_where_they_may_be_upgraded_to",
        (("order_key(target)[0] != int(row.major)", "order_key(target)[0] == int(row.major)"),),
        file=_PLANE + "engines.py",
    ),
    Fault(
        "protected instances are deleted",
        _INSTANCES + "test_deleting_needs_a_word_about_the_last_snapshot",
        (('if database.echo.get("DeletionProtection"):', "if False:"),),
        file=_PLANE + "instances.py",
    ),
    Fault(
        "without a marker the log is read from its beginning",
        _LOGS + "test_the_end_comes_without_a_marker",
        (("_tail(text, lines or _MOST_LINES)", "0"),),
        file=_PLANE + "logs.py",
    ),
    Fault(
        "portions are as long as can be",
        _LOGS + "test_portions_from_marker_0_make_up_the_file",
        (("lines if marker is not None else 0", "0"),),
        file=_PLANE + "logs.py",
    ),
    Fault(
        "a list in a parameter is quoted twice",
        _TYPED + "test_a_list_is_quoted_once",
        (("\"'pgaudit,pg_stat_statements'\"", "\"'pgaudit\\\\\\\\,pg_stat_statements'\""),),
        needs="pgaudit",
    ),
)
