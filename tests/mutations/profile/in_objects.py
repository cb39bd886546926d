"""Faults in what makes objects: objects.c, elevate.c, guards.c."""

from tests.mutations.profile.fault import Fault, c

#: How a handler leaves to the server what is not for members of rds_superuser.
_NOT_OURS = "if (!rds_is_rds_superuser())\n\t{\n\t\trds_run(call);\n\t\treturn;\n\t}\n\t"

FAULTS = (
    Fault(
        "event-trigger-of-rdsadmin",
        "an event trigger belongs to rdsadmin",
        (
            "objects/event-trigger-master",
            "objects/event-trigger-alter-master",
            "objects/event-trigger-drop-master",
        ),
        c("objects.c", "rds_set_owner(EventTriggerRelationId,", "(void) (0,"),
    ),
    Fault(
        "event-trigger-by-anybody",
        "everybody makes event triggers",
        ("objects/event-trigger-refused-ordinary", "objects/event-trigger-refused-owner"),
        c("objects.c", f"{_NOT_OURS}rds_run_as_admin", "rds_run_as_admin"),
    ),
    Fault(
        "publication-of-rdsadmin",
        "a publication of all tables belongs to rdsadmin",
        ("replication/all-tables-master", "replication/all-tables-second"),
        c("objects.c", "rds_set_owner(PublicationRelationId,", "(void) (0,"),
    ),
    Fault(
        "publication-by-anybody",
        "everybody publishes all tables",
        ("replication/all-tables-refused-owner", "replication/schema-tables-refused-owner"),
        c("objects.c", "if (!whole || !rds_is_rds_superuser() ||", "if (!whole ||"),
        since=15,
    ),
    Fault(
        "schemas-unpublished",
        "TABLES IN SCHEMA takes a superuser",
        ("replication/schema-tables-master",),
        c(
            "objects.c",
            "pubobjtype != PUBLICATIONOBJ_TABLE)\n\t\t\treturn true;",
            "pubobjtype != PUBLICATIONOBJ_TABLE)\n\t\t\treturn false;",
        ),
        since=15,
    ),
    Fault(
        "subscription-of-rdsadmin",
        "a subscription belongs to rdsadmin",
        ("replication/subscription-master", "replication/subscription-second"),
        c("objects.c", "rds_set_owner(SubscriptionRelationId,", "(void) (0,"),
        until=15,
    ),
    Fault(
        "subscription-by-anybody",
        "everybody subscribes",
        ("replication/subscription-refused-ordinary", "replication/subscription-refused-owner"),
        c("objects.c", "if (rds_is_rds_superuser() && rds_may_create_in_database(GetUserId()))", "if (true)"),
        until=15,
    ),
    Fault(
        "tablespace-where-asked",
        "a tablespace goes where the statement says",
        ("objects/tablespace-master", "objects/tablespace-second"),
        c("objects.c", "statement->location = own_location(statement->location);", ";"),
    ),
    Fault(
        "tablespace-by-anybody",
        "everybody makes tablespaces",
        ("objects/tablespace-refused-ordinary", "objects/tablespace-refused-owner"),
        c("objects.c", f"{_NOT_OURS}if (statement->owner)", "if (statement->owner)"),
    ),
    Fault(
        "tablespace-of-rdsadmin",
        "a tablespace belongs to rdsadmin",
        ("objects/tablespace-master", "objects/tablespace-use-master"),
        c("objects.c", "rds_set_owner(TableSpaceRelationId,", "(void) (0,"),
    ),
    Fault(
        "user-kept",
        "who ran a statement as rdsadmin stays rdsadmin",
        (
            "limits/after-extension-master",
            "limits/after-extension-second",
            "limits/after-extension-authid-master",
        ),
        c("elevate.c", "us back as well. */\n\t\trds_return(user);", "us back as well. */"),
    ),
    Fault(
        "event-triggers-elevated",
        "the master user's event triggers run as rdsadmin when an extension's script fires them",
        ("limits/event-trigger-role-master",),
        c("guards.c", "rds_become(owner)", "rds_become(GetUserId())"),
    ),
    Fault(
        "event-triggers-of-rdsadmin",
        "the master user's event triggers run in rdsadmin's sessions",
        ("limits/event-trigger-admin-master",),
        c("guards.c", "if (superuser_arg(GetSessionUserId()))", "if (false)"),
    ),
    Fault(
        "tables-beside-schemas",
        "another role's table is published beside a schema",
        ("replication/foreign-table-beside-schema-second",),
        c("objects.c", "if (!owned)\n\t\t\taclcheck_error(", "if (false)\n\t\t\taclcheck_error("),
        since=15,
    ),
    Fault(
        "published-without-create",
        "all tables are published by who may not create anything in the database",
        ("replication/all-tables-without-create-second",),
        c(
            "objects.c",
            "if (!whole || !rds_is_rds_superuser() || !rds_may_create_in_database(GetUserId()))",
            "if (!whole || !rds_is_rds_superuser())",
        ),
    ),
)
