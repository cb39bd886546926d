"""Faults in what is baked: profile.sql, each-database.sql, configure.sh."""

from tests.mutations.profile.fault import Edit, Fault

FAULTS = (
    Fault(
        "tls-not-forced",
        "pg_hba.conf takes connections without TLS whatever rds.force_ssl says",
        (
            "test_connections.py::test_tls_is_forced",
            "test_connections.py::test_tls_follows_the_parameter[1]",
        ),
        (Edit("configure.sh", "host=hostssl", "host=host"),),
        since=15,
    ),
    Fault(
        "rdsadmin-entered",
        "the database rdsadmin can be entered",
        (
            "test_connections.py::test_rdsadmin_is_closed_to_master",
            "test_connections.py::test_rdsadmin_is_closed_to_ordinary",
        ),
        (
            Edit("configure.sh", "host    rdsadmin     all        all      reject\n", ""),
            Edit("profile.sql", "REVOKE CONNECT, TEMPORARY ON DATABASE rdsadmin FROM PUBLIC;\n", ""),
        ),
    ),
    Fault(
        "rdsadmin-without-password",
        "rdsadmin logs in without a password",
        ("test_connections.py::test_nobody_logs_in_as_rdsadmin",),
        (Edit("configure.sh", "rdsadmin   all      md5", "rdsadmin   all      trust"),),
    ),
    Fault(
        "attribute-shown",
        "the views show REPLICATION for members of rds_replication",
        (
            "replication/replicator-attribute-replicator",
            "replication/replicator-attribute-master",
            "roles/master-attributes-master",
        ),
        (
            Edit(
                "each-database.sql",
                "'(pg_authid.rolreplication AND pg_authid.rolsuper) AS rolreplication,'",
                "'pg_authid.rolreplication,'",
            ),
        ),
    ),
    Fault(
        "origins-closed",
        "members of rds_superuser keep no replication origins",
        ("replication/origin-master",),
        (Edit("each-database.sql", "TO rds_superuser WITH GRANT OPTION'", "TO rdsadmin'"),),
        since=14,
    ),
    Fault(
        "replication-role-closed",
        "members of rds_superuser do not set session_replication_role",
        (
            "objects/replication-role-set-master",
            "objects/replication-role-set-second",
            "objects/replication-role-set-local-master",
            "objects/replication-role-set-config-master",
            "objects/replication-role-function-master",
            "objects/replication-role-do-master",
            "objects/replication-role-database-master",
            "objects/replication-role-role-master",
        ),
        (Edit("rights.sql", "session_replication_role TO rds_superuser'", "work_mem TO rds_superuser'"),),
        since=15,
    ),
    Fault(
        "replication-role-open",
        "everybody sets session_replication_role",
        (
            "objects/replication-role-set-refused-ordinary",
            "objects/replication-role-set-local-refused-ordinary",
            "objects/replication-role-set-config-refused-ordinary",
            "objects/replication-role-function-refused-ordinary",
            "objects/replication-role-do-refused-ordinary",
            "objects/replication-role-role-refused-ordinary",
            "test_connections.py::test_replication_role_at_login",
        ),
        (
            Edit(
                "rights.sql",
                "session_replication_role TO rds_superuser'",
                "session_replication_role TO PUBLIC'",
            ),
        ),
        since=15,
    ),
    Fault(
        "server-files-open",
        "rds_superuser is in pg_read_server_files, and reads all data",
        (
            "roles/no-server-roles-master",
            "files/copy-from-file-master",
            "limits/foreign-table-read-master",
        ),
        (
            Edit(
                "rights.sql",
                "GRANT pg_monitor, pg_signal",
                "GRANT pg_read_server_files, pg_read_all_data, pg_monitor, pg_signal",
            ),
        ),
        since=14,
    ),
    Fault(
        "memberships-missing",
        "rds_superuser is in none of the roles that are documented",
        (
            "roles/master-membership-master",
            "limits/see-queries-master",
            "limits/end-session-master",
            "replication/physical-slot-master",
        ),
        (
            Edit(
                "rights.sql",
                "GRANT pg_monitor, pg_signal_backend, rds_replication, rds_password TO rds_superuser",
                "GRANT pg_monitor TO rds_iam",
            ),
        ),
    ),
    Fault(
        "master-bypasses-row-security",
        "the master user has BYPASSRLS",
        ("roles/master-attributes-master", "limits/row-security-master"),
        (Edit("profile.sql", "postgres LOGIN CREATEDB", "postgres BYPASSRLS LOGIN CREATEDB"),),
    ),
    Fault(
        "physical-streaming",
        "pg_hba.conf lets physical replicas in",
        ("test_connections.py::test_no_physical_replication",),
        (
            Edit(
                "configure.sh",
                "$host   all          all        all      $method\n",
                "$host   all,replication all all $method\n",
            ),
        ),
    ),
)
