"""Where the RDS profile (roles, the library rdsutils) differs from RDS, or rests on a guess about it."""

from rdscheck.model import Deviation

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_ROLES = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html"
_PASSWORDS = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.RestrictPasswordMgmt.html"
_EXTENSIONS = f"{_GUIDE}/PostgreSQL.Concepts.General.FeatureSupport.Extensions.html"
_DELEGATED = f"{_GUIDE}/RDS_delegated_ext.html"
_EVENT_TRIGGERS = f"{_GUIDE}/PostgreSQL.Concepts.General.FeatureSupport.EventTriggers.html"
_TABLESPACES = f"{_GUIDE}/PostgreSQL.Concepts.General.FeatureSupport.Tablespaces.html"
_LOGICAL = f"{_GUIDE}/PostgreSQL.Concepts.General.FeatureSupport.LogicalReplication.html"
_PARAMETERS = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.Parameters.html"
_PGSYNC = "https://github.com/toluaina/pgsync/issues/16"
_TELEPORT = "https://github.com/gravitational/teleport/pull/48897"
_NOWHERE = "no public source shows it"

_KNOWN = "known"
_GUESSED = "guessed"

DEVIATIONS = (
    Deviation(
        "not-a-security-boundary",
        "what the imitation of rds_superuser is good for",
        "the service keeps its customers apart",
        "behaviour is imitated for tests; who attacks the sandbox will find a way to become superuser",
        _KNOWN,
        "scripts of extensions run as superuser, and resolve names in schemas the master user may write to",
    ),
    # Roles
    Deviation(
        "rds-superuser-memberships",
        "predefined roles that rds_superuser holds from 14 on",
        "pg_monitor, pg_signal_backend, rds_replication and rds_password are documented; others are not",
        "these four, and pg_checkpoint (15+), pg_create_subscription and pg_use_reserved_connections (16+),"
        " pg_maintain (17+); neither pg_read_all_data nor pg_write_all_data",
        _GUESSED,
        _ROLES,
    ),
    Deviation(
        "replication-attribute",
        "the attribute REPLICATION of members of rds_replication",
        "pg_roles and pg_user show it as false for them",
        "a slot or a WAL sender takes the attribute, so members may carry it in pg_authid",
        _KNOWN,
        _PGSYNC,
    ),
    Deviation(
        "reserved-role-texts",
        "errors for changing, dropping, renaming or granting the service's own roles",
        "documented as resulting in an error; its text and SQLSTATE are not",
        "SQLSTATE 42501 and a text of our own, where PostgreSQL does not refuse it first",
        _GUESSED,
        _ROLES,
    ),
    Deviation(
        "reserved-role-names",
        "which roles of the service exist on a new instance, and whose names nobody may take",
        "rdstopmgr, rdsrepladmin and others are named in the documentation; when each exists is not",
        "rdsadmin and the rds_ roles of the profile exist; the other names are refused",
        _GUESSED,
        _ROLES,
    ),
    Deviation(
        "predefined-role-grants",
        "granting pg_execute_server_program and the two roles for server files, up to 15",
        "PostgreSQL lets every CREATEROLE user grant them; whether RDS does is not documented",
        "refused, with the text PostgreSQL 16 has",
        _GUESSED,
        "without that a COPY FROM PROGRAM is two statements away",
    ),
    Deviation(
        "grant-without-admin-option",
        "who may grant rds_superuser without ADMIN OPTION, PostgreSQL 16 and later included",
        "every member of rds_superuser, as one project saw it; for the other roles nothing was published",
        "members of rds_superuser may grant the roles of the service",
        _GUESSED,
        _TELEPORT,
    ),
    Deviation(
        "authid-refused",
        "reading pg_authid",
        "refused to the master user; for a member of pg_read_all_data it is not documented",
        "refused to the master user, who is no member of pg_read_all_data and cannot become one from 16 on",
        _GUESSED,
        f"{_GUIDE}/PostgreSQL.Procedural.Importing.html",
    ),
    # Passwords
    Deviation(
        "restrict-password-errors",
        "errors under rds.restrict_password_commands",
        "the text is documented, the SQLSTATE is not; nor is what exactly counts as renaming a password role",
        "the documented text with SQLSTATE 42501",
        _GUESSED,
        _PASSWORDS,
    ),
    # Extensions
    Deviation(
        "unsupported-extension-text",
        "error for an extension that RDS does not support",
        "seen once, in 2020, on an engine of that time",
        "that text, DETAIL and HINT with SQLSTATE 22023 on every version",
        _GUESSED,
        "one published session from 2020; SQLSTATE: " + _NOWHERE,
    ),
    Deviation(
        "allowed-extensions-text",
        "error for an extension outside rds.allowed_extensions",
        "text and HINT are documented; SQLSTATE and the name shown for a dependency are not",
        "SQLSTATE 42501; of several extensions the first that is not allowed is named",
        _GUESSED,
        _EXTENSIONS,
    ),
    Deviation(
        "delegated-extension-texts",
        "errors for members of rds_extension",
        "for what was not delegated the text is documented; for DROP EXTENSION … CASCADE and for those"
        " that cannot be delegated it is not",
        "SQLSTATE 42501, the documented text as HINT; for the others a text of ours",
        _GUESSED,
        _DELEGATED,
    ),
    Deviation(
        "extension-objects",
        "rights of rds_superuser on what extensions create, and who owns it",
        "the documentation's examples work; which grants make them work is not documented",
        "objects belong to rdsadmin; rds_superuser holds all rights on them with grant option, on tables save"
        " TRIGGER and REFERENCES; C functions that ask for a superuser themselves, as those of pageinspect,"
        " refuse",
        _GUESSED,
        _EXTENSIONS,
    ),
    # Event triggers, tablespaces
    Deviation(
        "superuser-event-triggers",
        "event triggers of the master user while rdsadmin or an extension's script acts",
        "not documented",
        "inside a statement done for a user they run with the rights of their owner; in a session of"
        " rdsadmin's own they do not run",
        _GUESSED,
        _EVENT_TRIGGERS,
    ),
    Deviation(
        "tablespace-path",
        "where CREATE TABLESPACE puts its files",
        "below /rdsdbdata/db/base/tablespace, whatever the statement says",
        "below a directory of the sandbox, whatever the statement says",
        _KNOWN,
        _TABLESPACES,
    ),
    # Replication
    Deviation(
        "subscription-owner",
        "CREATE SUBSCRIPTION by the master user before 16",
        "allowed, as projects that run on RDS show; by which means is not documented",
        "created with the rights of a superuser, then given to the master user",
        _KNOWN,
        _LOGICAL,
    ),
    Deviation(
        "base-backup",
        "BASE_BACKUP through a logical replication connection",
        "no physical copy of an instance leaves it: RDS offers neither replicas nor base backups outside",
        "a member of rds_replication can take one, password hashes included: PostgreSQL has no hook for"
        " the command",
        _KNOWN,
        _LOGICAL,
    ),
    # Parameters
    Deviation(
        "rds-parameter-contexts",
        "how SET on an rds.* parameter is refused",
        "static and dynamic are documented; the text of the error is not",
        "PostgreSQL's own texts for parameters of the contexts postmaster and sighup; unknown rds.* names are"
        " refused in SET, ALTER ROLE and ALTER DATABASE, but up to 14 set_config() takes them",
        _GUESSED,
        _PARAMETERS,
    ),
    Deviation(
        "pgaudit-settings",
        "which parameters of pgAudit rds_superuser may set in SQL",
        "ALTER USER and ALTER DATABASE with pgaudit.log are documented; SET and other parameters are not",
        "pgaudit.log by SET, ALTER USER and ALTER DATABASE; no other parameter of pgAudit",
        _GUESSED,
        f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.pgaudit.exclude-user-db.html",
    ),
    Deviation(
        "reserved-connections-text",
        "error when all but the reserved connections are taken",
        "two texts were seen, one on older and one on newer engines; where the change lies, and how"
        " the numbers of reserved slots add up, is not known",
        "the older one up to 15, the newer one from 16 on, with rds.rds_reserved_connections = 4 as seen by"
        " users",
        _GUESSED,
        _ROLES,
    ),
)
