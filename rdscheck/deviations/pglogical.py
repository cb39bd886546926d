"""Where the user guide's pages on pglogical are wrong when they are run, and where a sandbox differs."""

from rdscheck.model import Deviation, DocumentationFinding

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.pglogical"
_ABOUT = f"{_GUIDE}.html"
_SETUP = f"{_GUIDE}.basic-setup.html"
_RECOVERY = f"{_GUIDE}.recover-replication-after-upgrade.html"
_SLOTS = f"{_GUIDE}.handle-slots.html"
_REFERENCE = f"{_GUIDE}.reference.html"

DEVIATIONS = (
    Deviation(
        "replication-origins-13",
        "functions about replication origins, before PostgreSQL 14",
        "pglogical and the guide's pg_replication_origin_create work for members of rds_superuser; how is not"
        " documented",
        "queries that call these functions with values and do nothing else run as a superuser; other queries"
        " that call them are refused, as PostgreSQL 13 does",
        "guessed",
        _RECOVERY,
    ),
)

FINDINGS = (
    DocumentationFinding(
        "pglogical-command-tag",
        "pglogical, setting up, CREATE EXTENSION",
        "the server answers EXTENSION CREATED",
        "it answers CREATE EXTENSION",
        "let a script look for CREATE EXTENSION, or in pg_extension",
        _SETUP,
    ),
    DocumentationFinding(
        "pglogical-preload-alone",
        "pglogical, setting up by the AWS CLI, step 1",
        "add pglogical to shared_preload_libraries with ParameterValue=pglogical",
        "the value replaces the whole list: after the reboot pgaudit and pg_stat_statements, loaded before,"
        " are gone; nothing is audited any more, and where the extension pgaudit was created CREATE TABLE and"
        " the like are refused, pgaudit must be loaded via shared_preload_libraries",
        "read the value first (aws rds describe-db-parameters) and give the whole list, quoted because of"
        " its commas: ParameterValue='pg_stat_statements,pgaudit,pglogical'",
        _SETUP,
    ),
    DocumentationFinding(
        "pglogical-second-reboot",
        "pglogical, setting up, last step",
        "reboot the DB instance once more after CREATE EXTENSION",
        "the library was loaded by the first reboot; nodes, sets and subscriptions work at once",
        "leave the second reboot out",
        _SETUP,
    ),
    DocumentationFinding(
        "pglogical-direction",
        "pglogical, requirements and limitations",
        "tables are replicated from subscriber to publisher",
        "they go from publisher to subscriber; what is written at the subscriber stays there",
        "read it the other way round; for both ways let each instance subscribe to the other",
        _ABOUT,
    ),
    DocumentationFinding(
        "pglogical-origin-empty",
        "pglogical, reestablishing, checking the subscriber node",
        "normally pg_replication_origin has a row; an empty one means that replication is disrupted",
        "that is one way of being disrupted only: where the publisher's slot is gone, or a table is missing,"
        " the row is still there while the status is down",
        "ask pglogical.show_subscription_status(), which tells in every case",
        _RECOVERY,
    ),
    DocumentationFinding(
        "pglogical-origin-order",
        "pglogical, reestablishing, steps 3 and 4",
        "read the name from pg_replication_origin, then create an origin of that name",
        "when it can be read it exists, and creating it is refused as a duplicate; when it has to be created,"
        " there is nothing to read",
        "take the name from sub_slot_name in pglogical.subscription; create the origin only if it is missing",
        _RECOVERY,
    ),
    DocumentationFinding(
        "pglogical-recovery-slot",
        "pglogical, reestablishing after a major upgrade",
        "after the publisher's slots were dropped for its upgrade, five steps on the subscriber bring"
        " replication back",
        "they leave it down: the publisher has no slot, and what was written meanwhile never comes",
        "create the slot at the publisher before step 5, then call"
        " pglogical.alter_subscription_resynchronize_table; or drop the subscription and create it anew",
        _RECOVERY,
    ),
    DocumentationFinding(
        "pglogical-recovered-name",
        "pglogical, reestablishing, the last two outputs",
        "the slot has another name than before, with 98f517b in place of cb4fa94",
        "its name is made of the names of database, publisher node and subscription, and stays the same",
        "expect the slot under its old name",
        _RECOVERY,
    ),
    DocumentationFinding(
        "pglogical-drop-node-name",
        "pglogical, managing slots, dropping the node",
        "drop the node docs-lab-subscriber",
        "no node has that name, and the statement is refused: the page itself created docs_lab_target",
        "SELECT pglogical.drop_node(node_name := 'docs_lab_target')",
        _SLOTS,
    ),
    DocumentationFinding(
        "pglogical-slot-goes-along",
        "pglogical, managing slots",
        "first drop the subscription and then drop the slot",
        "dropping the subscription drops its slot at the publisher; there is none left to be dropped",
        "look into pg_replication_slots afterwards, and drop by hand only what a publisher out of reach kept",
        _SLOTS,
    ),
    DocumentationFinding(
        "pglogical-batch-inserts",
        "pglogical, parameter reference, pglogical.batch_inserts",
        "not set by default; change it to 1 to turn it on",
        "it is on unless the group turns it off",
        "set it to 0 to turn it off",
        _REFERENCE,
    ),
)
