"""Where a major upgrade in a sandbox differs from RDS, or rests on a guess about it."""

from rdscheck.model import Deviation

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_PROCESS = f"{_GUIDE}/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html"
_TOOL = "https://github.com/awslabs/rds-support-tools/pull/88"
_CUSTOM_GROUP = "https://github.com/aws/aws-cli/issues/5939"
_EVENT_TRIGGERS = f"{_GUIDE}/PostgreSQL.Concepts.General.FeatureSupport.EventTriggers.html"

_KNOWN = "known"
_GUESSED = "guessed"

DEVIATIONS = (
    Deviation(
        "upgrade-precheck-texts",
        "texts of the events and of pg_upgrade_precheck.log",
        "those of a few checks are in AWS's sample or in public reports; the others are not known",
        "AWS's words where they are known, our own in the same form otherwise (rdscheck upgrade --check)",
        _GUESSED,
        _PROCESS,
    ),
    Deviation(
        "upgrade-pg-repack",
        "whether pg_repack has to be dropped before an upgrade from 14 or later",
        "AWS's precheck tool asks for it whenever the target is 14 or later; the user guide only says that"
        " ALTER EXTENSION cannot update it",
        "it blocks for every target; pg_upgrade itself refuses it from 13 and takes it along from 14 on",
        _GUESSED,
        _TOOL,
    ),
    Deviation(
        "upgrade-event-triggers",
        "event triggers before an upgrade",
        "the user guide says that they have to be deleted; whether a precheck looks for them, and for those"
        " of extensions such as pgaudit, is not documented",
        "event triggers of users block; those of extensions do not",
        _GUESSED,
        _EVENT_TRIGGERS,
    ),
    Deviation(
        "upgrade-database-names",
        "which characters a database's name may have for an upgrade",
        "unsupported ones are reported; which they are is not documented",
        "letters, digits, underscore and dash are supported, as AWS's precheck tool takes them",
        _GUESSED,
        _TOOL,
    ),
    Deviation(
        "upgrade-custom-group",
        "an upgrade without a new group while the old parameter group is custom",
        "refused with InvalidParameterCombination; the text was published for Aurora",
        "refused with the same text; a sandbox's group is custom once it holds a value of the user's",
        _GUESSED,
        _CUSTOM_GROUP,
    ),
    Deviation(
        "upgrade-created-roles",
        "who administers roles that a CREATEROLE user made before 16, after an upgrade to 16 or later",
        "PostgreSQL asks for the ADMIN OPTION from 16 on, which nobody got for them; whether RDS hands it to"
        " the master user is not documented",
        "the master user has none, as after plain pg_upgrade",
        _GUESSED,
        "https://www.postgresql.org/docs/16/release-16.html",
    ),
    Deviation(
        "upgrade-collations",
        "collation versions after an upgrade",
        "RDS brings its own collation library; whether an upgrade changes its version is not documented",
        "they change with the Debian release of the new server: log-ins warn until the database is refreshed",
        _KNOWN,
        f"{_GUIDE}/PostgreSQL-Collations.html",
    ),
    Deviation(
        "upgrade-not-modelled",
        "what the service does around pg_upgrade",
        "snapshots before and after, read replicas, instance classes, Multi-AZ, zero-ETL, the time it takes",
        "none of it; the old data directory is kept until the new server has its data",
        _KNOWN,
        _PROCESS,
    ),
)
