"""Faults in what decides about roles: roles.c, replication.c."""

from tests.mutations.profile.fault import Fault, c

FAULTS = (
    Fault(
        "reserved-altered",
        "roles of the service can be altered",
        ("roles/rds-superuser-alter-master", "roles/rds-iam-alter-master", "roles/rds-password-alter-master"),
        c(
            "roles.c",
            'refuse_change_of_reserved(name_of(statement->role), "alter");\n\tcheck_password',
            "check_password",
        ),
    ),
    Fault(
        "reserved-set",
        "settings of roles of the service can be altered",
        ("roles/rds-superuser-set-master",),
        c(
            "roles.c",
            'refuse_change_of_reserved(name_of(statement->role), "alter");\n\trds_check',
            "rds_check",
        ),
    ),
    Fault(
        "reserved-dropped",
        "roles of the service can be dropped",
        ("roles/rds-ad-drop-master", "roles/rds-extension-drop-master", "roles/rds-iam-drop-createrole"),
        c("roles.c", 'refuse_change_of_reserved(name_of(lfirst_node(RoleSpec, cell)), "drop");', ";"),
    ),
    Fault(
        "reserved-renamed",
        "roles of the service can be renamed",
        ("roles/rds-superuser-rename-master", "roles/rds-replication-rename-master"),
        c("roles.c", 'refuse_change_of_reserved(statement->subname, "rename");', ";"),
    ),
    Fault(
        "reserved-created",
        "names of the service can be given to roles",
        ("roles/rdstopmgr-create-master",),
        c("roles.c", "refuse_reserved_name(statement->role);", ";"),
    ),
    Fault(
        "renamed-to-reserved",
        "roles can be renamed to names of the service",
        ("roles/rename-to-reserved-master",),
        c("roles.c", "refuse_reserved_name(statement->newname);", ";"),
    ),
    Fault(
        "host-roles-granted",
        "roles for files and programs of the server can be granted",
        (
            "files/server-files-role-master",
            "files/write-files-role-second",
            "files/server-program-role-createrole",
            "files/server-program-role-self-second",
            "files/server-program-role-at-birth-master",
        ),
        c("roles.c", "if (is_one_of(host_roles, role))", "if (false)"),
        until=15,
    ),
    Fault(
        "host-roles-at-birth",
        "IN ROLE is not looked at",
        ("files/server-program-role-at-birth-master", "files/server-program-role-at-birth-createrole"),
        c("roles.c", "if (name)\n\t\t\t\tcheck_grant(name);", ";"),
        until=15,
    ),
    Fault(
        "granted-by-createrole",
        "CREATEROLE is enough to grant rds_superuser",
        (
            "roles/grant-rds-superuser-refused-createrole",
            "roles/grant-rds-superuser-self-createrole",
            "roles/grant-rds-replication-refused-createrole",
        ),
        c("roles.c", "check_membership(role, true);", ";"),
        until=15,
    ),
    Fault(
        "revoked-by-createrole",
        "CREATEROLE is enough to take rds_superuser from its members",
        ("roles/revoke-rds-superuser-refused-createrole",),
        c("roles.c", "check_membership(role, false);", ";"),
        until=15,
    ),
    Fault(
        "admin-option-asked-for",
        "members of rds_superuser without ADMIN OPTION grant nothing",
        ("roles/grant-rds-superuser-second-second",),
        c("roles.c", "rds_is_rds_superuser() ||\n\t\tis_admin", "is_admin"),
    ),
    Fault(
        "grant-not-seen",
        "who is granted rds_replication does not get what it gives",
        ("replication/physical-slot-replicator",),
        c("rdsutils.c", "return IsA(statement, GrantRoleStmt) ||", "return"),
    ),
    Fault(
        "revoke-not-seen",
        "who loses rds_replication keeps what it gave",
        ("replication/slot-after-revoke-replicator",),
        c("replication.c", "role->rolreplication != is_member", "!role->rolreplication && is_member"),
    ),
    Fault(
        "passwords-unrestricted",
        "rds.restrict_password_commands does not count",
        (
            "test_passwords.py::test_refused_outside_rds_password",
            "test_passwords.py::test_refused_to_ordinary",
            "test_passwords.py::test_not_for_rds_superuser",
        ),
        c("roles.c", "if (!rds_restrict_password_commands || (", "if (true || ("),
    ),
    Fault(
        "expiry-unrestricted",
        "VALID UNTIL is no password command",
        ("test_passwords.py::test_refused_outside_rds_password",),
        c("roles.c", ' && !option(options, "validUntil")', ""),
    ),
    Fault(
        "passwords-for-nobody",
        "members of rds_password set no passwords",
        ("test_passwords.py::test_keeper_sets_passwords",),
        c("roles.c", 'if (!rds_has_role("rds_password"))', "if (!rds_is_rds_superuser())"),
    ),
    Fault(
        "passwords-always-restricted",
        "passwords are restricted without the parameter",
        ("test_passwords.py::test_off_by_default",),
        c("roles.c", "if (!rds_restrict_password_commands || (", "if (("),
    ),
    Fault(
        "superusers-passwords-open",
        "members of rds_password change passwords of members of rds_superuser",
        ("test_passwords.py::test_not_for_rds_superuser",),
        c("roles.c", "if (OidIsValid(target) && is_member", "if (false && is_member"),
        since=14,
    ),
    Fault(
        "md5-renamed",
        "a rename clears an MD5 password outside rds_password",
        ("test_passwords.py::test_rename_of_md5",),
        c("roles.c", "has_md5_password(statement->subname))", "false)"),
    ),
    Fault(
        "replicators-untouchable",
        "a member of rds_replication cannot be altered",
        ("roles/alter-replicator-master",),
        c("roles.c", "rds_clear_replication(role);", ""),
        until=15,
    ),
    Fault(
        "hashes-for-readers",
        "who may read all data reads password hashes",
        ("roles/hashes-for-readers-other", "roles/hashes-for-readers-of-the-view-other"),
        c("guards.c", "return (wanted & ACL_SELECT) && ", "return false && (wanted & ACL_SELECT) && "),
        since=14,
    ),
)
