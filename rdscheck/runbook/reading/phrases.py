"""Phrases that tell a step in the console, and the act each one is.

A phrase is matched against one clause of a sentence in plain words: "Choose your instance, and then choose
Reboot" has two. Procedures say the same in a few ways only; each phrase names a page that says it so. What
only speaks of a step ("this requires a reboot", "you can also add …") never begins with the verb: no act.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
_AURORA = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
PGAUDIT = _RDS + "Appendix.PostgreSQL.CommonDBATasks.pgaudit.basic-setup.html"
PGLOGICAL = _RDS + "Appendix.PostgreSQL.CommonDBATasks.pglogical.basic-setup.html"
PG_CRON = _RDS + "PostgreSQL_pg_cron.html"
PLV8 = _RDS + "PostgreSQL.Concepts.General.UpgradingPLv8.html"
LOGICAL = _AURORA + "AuroraPostgreSQL.Replication.Logical.Configure.html"
REBOOT = _RDS + "USER_RebootInstance.html"
SNAPSHOT = _RDS + "USER_CreateSnapshot.html"
GROUPS = _RDS + "USER_WorkingWithDBInstanceParamGroups.html"
S3_EXPORT = _RDS + "postgresql-s3-export-access-bucket.html"
PGSTREAM = "https://github.com/xataio/pgstream/tree/main/docs"
AIVEN = "https://aiven.io/docs/products/postgresql/howto/logical-replication-aws-aurora"
PRISMA = "https://www.prisma.io/docs/pulse/database-setup/aws-rds"


@dataclass(frozen=True)
class Phrase:
    """A way to tell an act; the pattern's groups ``parameter`` and ``value`` are the act's words."""

    act: str
    pattern: re.Pattern[str]
    source: str
    example: str


_P = r"(?P<parameter>[a-z_][\w.]*[\w])"
_V = r"(?P<value>[\w*][\w.,:/*+{}-]*(?<![.,:]))"
_THE = r"(?:the |your |this |that |each |both |all |a |an )?"
_GROUP = r"(?:[\w/-]+ ){0,5}parameter group"
_CHOOSE = r"(?:choose|select|click(?: on)?|press|enter|type|specify|use)"


def _phrase(act: str, pattern: str, source: str, example: str) -> Phrase:
    return Phrase(act, re.compile(pattern, re.IGNORECASE), source, example)


#: A phrase further up is tried first. An act whose clause names no parameter is of the last one named.
PHRASES = (
    _phrase(
        "add",
        rf"(?:add|append|include) (?:the )?{_V}(?: library| module| extension)? (?:to|in) (?:the )?"
        rf"(?:list of |value of |values of )?(?:the )?(?!list\b|values?\b|shared\b){_P}",
        PG_CRON,
        "add pg_cron to the shared_preload_libraries parameter value",
    ),
    _phrase(
        "add",
        rf"(?:add|append|include) (?:the )?{_V}(?: library| module| extension)? (?:to|in) (?:the |its )?"
        r"(?:comma-separated )?(?:current |existing )?(?:list|values?)\b",
        PGAUDIT,
        "Add pgaudit to the list in the Values field",
    ),
    _phrase(
        "add shared_preload_libraries",
        rf"(?:add|append|include) (?:the )?{_V}(?: library| module| extension)? to (?:the )?"
        r"shared (?:preload )?libraries\b",
        PGLOGICAL,
        "Add pglogical to the shared libraries",
    ),
    _phrase(
        "add",
        rf"(?:set|change|modify|edit|update) {_THE}{_P}(?: parameter)? to include (?:the )?{_V}",
        PGAUDIT,
        "Edit the shared_preload_libraries parameter to include pgaudit",
    ),
    _phrase(
        "set",
        r"set (?:it |its value )?to (?:the|an?) (?:appropriate|desired|suitable) (?:value|setting)\b.*?"
        rf"\bsetting {_THE}{_P}(?: parameter)? to {_V}",
        PGAUDIT,
        "set to the appropriate value. For example, setting the pgaudit.log parameter to write",
    ),
    _phrase(
        "set",
        rf"(?:set|change|modify|update|edit) {_THE}(?:value (?:of|for) )?(?:the )?{_P}"
        rf"(?:(?: DB| cluster)* parameter)?(?: value)?"
        rf" (?:to|=|as) (?:a value of |the value )?(?!include\b){_V}",
        PGLOGICAL,
        "Set the rds.logical_replication parameter to 1",
    ),
    _phrase(
        "set",
        rf"(?:set|add) (?:the )?{_P} ?= ?{_V}",
        AIVEN,
        "Set rds.logical_replication=1",
    ),
    _phrase(
        "set",
        r"(?:set|change|modify|edit|update) (?:it|its value|the value|this parameter|the parameter)"
        rf"(?: from \w+)? to (?:be )?{_V}",
        PGLOGICAL,
        "set it to 1",
    ),
    _phrase(
        "set",
        rf"{_CHOOSE} {_V} (?:from the selector|in (?:the|its) values? (?:field|box|column)"
        r"|(?:as|for) (?:the|its) (?:new )?value)\b",
        LOGICAL,
        "choose 1 from the selector to turn on the feature",
    ),
    _phrase(
        "set",
        rf"(?:in|for|under) (?:the )?(?:new )?values?(?: field| box| column)?, {_CHOOSE} {_V}",
        LOGICAL,
        "In the Values field, enter 1",
    ),
    _phrase(
        "set",
        rf"for (?:the )?{_P}(?: parameter)?, {_CHOOSE} {_V}",
        GROUPS,
        "For rds.force_ssl, choose 0",
    ),
    _phrase(
        "set {parameter} 1",
        rf"(?:turn on|enable|activate) (?:the )?{_P} parameter\b",
        LOGICAL,
        "Turn on the rds.logical_replication parameter",
    ),
    _phrase(
        "set {parameter} 0",
        rf"(?:turn off|disable|deactivate) (?:the )?{_P} parameter\b",
        LOGICAL,
        "Turn off the rds.force_ssl parameter",
    ),
    _phrase(
        "reboot",
        rf"(?:reboot|restart) (?:it\b|{_THE}(?:[\w/-]+ ){{0,7}}?(?:instances?|clusters?|databases?)\b"
        r"(?! (?:connection|session)))",
        PGAUDIT,
        "Reboot the RDS for PostgreSQL DB instance so that your changes take effect",
    ),
    _phrase(
        "reboot",
        rf"{_CHOOSE} (?:the )?(?:actions?(?:,| >| and(?: then)?) )?(?:the )?reboot\b"
        r"(?! (?:required|with|behavior))",
        REBOOT,
        "choose Reboot from the Actions menu",
    ),
    _phrase(
        "snapshot",
        r"(?:create|take|make) (?:a |an |another |one )?(?:[\w-]+ ){0,3}snapshots? (?:of|for|from)\b",
        PLV8,
        "Create a snapshot of your RDS for PostgreSQL DB instance",
    ),
    _phrase(
        "snapshot",
        rf"{_CHOOSE} (?:actions?(?:,| >| and(?: then)?) )?take (?:DB )?snapshot\b",
        SNAPSHOT,
        "choose Take snapshot",
    ),
    _phrase(
        "create-group",
        rf"create {_THE}{_GROUP}\b",
        GROUPS,
        "Create a custom DB parameter group",
    ),
    _phrase(
        "create-group",
        rf"{_CHOOSE} create parameter group\b",
        GROUPS,
        "Choose Create parameter group",
    ),
    _phrase(
        "associate-group",
        rf"(?:associate|attach|assign|apply) {_THE}{_GROUP} (?:with|to)\b",
        PGSTREAM,
        "Apply the parameter group to your RDS/Aurora instance",
    ),
    _phrase(
        "associate-group",
        rf"(?:modify|change|update|edit) {_THE}(?:[\w/-]+ ){{0,7}}?to use {_THE}{_GROUP}\b",
        AIVEN,
        "Modify Database options to use the new DB Cluster parameter group",
    ),
    _phrase(
        "associate-group",
        rf"(?:under|for|in) (?:the )?(?:database options|(?:DB )?(?:cluster )?parameter group)\b[^,]*, "
        rf"(?:choose|select) {_THE}{_GROUP}\b",
        PGSTREAM,
        "Under Database options, select your custom parameter group",
    ),
    _phrase(
        "add-role",
        r"(?:attach|associate|add) (?:the |your |an? |this )?(?:[\w-]+ ){0,4}roles?\b[^.]{0,200}?"
        r"\bfeature(?: name)?\W{0,4}(?:of |is )?(?P<value>[A-Za-z][\w]*)",
        S3_EXPORT,
        "Attach the IAM role to the DB instance with the feature name s3Export",
    ),
    _phrase(
        "add-role",
        r"(?:under|for|as) (?:the )?feature(?: name)?, (?:choose|select|enter) (?P<value>[A-Za-z]\w*)",
        S3_EXPORT,
        "Under Feature, choose s3Export",
    ),
)

#: Verbs a step begins with; a sentence that begins otherwise tells no act.
_IMPERATIVE_WORDS = """
add append apply assign associate attach activate change choose click connect confirm create
deactivate disable edit enable enter find go include locate log look make modify navigate open press
reboot restart review save scroll search select set sign specify switch take turn type update use
verify wait
"""
IMPERATIVES = frozenset(_IMPERATIVE_WORDS.split())

#: Code that does an act: an instruction followed by it is done by the code and not once more.
DOES: Mapping[str, re.Pattern[str]] = {
    "reboot": re.compile(r"\breboot-db-|\bfailover-db-|\bpg_ctl\b|\brebootdb", re.IGNORECASE),
    "snapshot": re.compile(r"\bcreate-db-(?:cluster-)?snapshot\b", re.IGNORECASE),
    "create-group": re.compile(r"\bcreate-db-(?:cluster-)?parameter-group\b"),
    "associate-group": re.compile(r"\bmodify-db-(?:instance|cluster)\b|-parameter-group-name\b"),
    "add-role": re.compile(r"\badd-role-to-db-"),
    "add": re.compile(r"\bmodify-db-(?:cluster-)?parameter-group\b|\b(?:ALTER|SET)\b"),
    "set": re.compile(r"\bmodify-db-(?:cluster-)?parameter-group\b|\b(?:ALTER|SET)\b|set_config"),
}
