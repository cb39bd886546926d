"""Where pgstream's onboarding guide for AWS is wrong or incomplete when it is followed."""

from rdscheck.model import DocumentationFinding

_GUIDE = "https://xata.io/documentation/opensource/pgstream/docs/aws"
_POSTGRES = "https://www.postgresql.org/docs/current"

FINDINGS = (
    DocumentationFinding(
        "pgstream-sequences",
        "pgstream's AWS guide, snapshots from RDS, user privileges",
        "the user can access the schema and the tables",
        "the schema and the rows come along, but the values of sequences are refused: permission denied for"
        " sequence, from 18 on user may lack SELECT privilege on the sequence",
        "GRANT SELECT ON ALL SEQUENCES IN SCHEMA … TO pgstreamsource as well",
        f"{_POSTGRES}/sql-grant.html",
    ),
    DocumentationFinding(
        "pgstream-managed-roles",
        "pgstream's AWS guide, snapshots from RDS, note on managed roles",
        "nine roles are not snapshotted, rdsadmin and eight more",
        "rds_pgaudit, which the user guide of RDS asks for, is not among them and comes along",
        "create rds_pgaudit at the target beforehand, or leave privileges out with no_privileges",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
        "Appendix.PostgreSQL.CommonDBATasks.pgaudit.auditing.html",
    ),
    DocumentationFinding(
        "pgstream-target-membership",
        "pgstream's AWS guide, snapshots to RDS, schema ownership",
        "ALTER DATABASE db OWNER TO pgstreamtarget, and nothing before it",
        "refused to the master user, who is no superuser: must be member of role, from 16 on must be able to"
        " SET ROLE",
        "GRANT pgstreamtarget TO CURRENT_USER first, as the guide has it for pgstreamsource",
        f"{_POSTGRES}/sql-alterdatabase.html",
    ),
    DocumentationFinding(
        "pgstream-public-rdsadmin",
        "pgstream's AWS guide, snapshots to RDS, schema ownership, up to PostgreSQL 14",
        "ALTER SCHEMA public OWNER TO pgstreamtarget",
        "must be owner of schema public: it belongs to rdsadmin, and neither the master user nor the owner of"
        " the database can change that",
        "leave the statement out: up to 14 everybody may create in public; or use a schema of your own",
        "https://github.com/xataio/pgstream/issues/1004",
    ),
    DocumentationFinding(
        "pgstream-public-owner",
        "pgstream's AWS guide, snapshots to RDS, schema ownership, from PostgreSQL 15 on",
        "the user must own the database and the schema public",
        "the owner of the database has all rights of an owner on public, which belongs to pg_database_owner",
        "leave ALTER SCHEMA public out",
        f"{_POSTGRES}/ddl-schemas.html",
    ),
    DocumentationFinding(
        "pgstream-assigned-privileges",
        "pgstream's AWS guide, snapshots to RDS, role creation, up to PostgreSQL 15",
        "pgstreamtarget must already hold any privileges it assigns",
        "up to 15 CREATEROLE is enough to give CREATEDB; what it cannot give is REPLICATION, BYPASSRLS and"
        " SUPERUSER, which it cannot hold either",
        "grant CREATEDB to pgstreamtarget from 16 on only",
        "https://www.postgresql.org/docs/15/sql-createrole.html",
    ),
    DocumentationFinding(
        "pgstream-replication-attribute",
        "pgstream's AWS guide, snapshots to RDS, role creation",
        "pgstreamtarget must already hold the privileges it assigns, REPLICATION for example",
        "no user of RDS can hold or give the attribute REPLICATION, not even the master user",
        "GRANT rds_replication TO pgstreamtarget WITH ADMIN OPTION, and let roles be members of it",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html",
    ),
    DocumentationFinding(
        "pgstream-memberships",
        "pgstream's AWS guide, snapshots from RDS, roles handling",
        "roles without passwords need no changes",
        "the dump grants memberships in the name of who granted them at the source; a target that is no"
        " superuser refuses: must be superuser to set grantor up to 15, where pgstream gives up, and from 16"
        " on permission denied to grant privileges as role, which pgstream passes over",
        "grant memberships at the target yourself, and disable the snapshot of roles up to 15",
        f"{_POSTGRES}/sql-grant.html",
    ),
    DocumentationFinding(
        "pgstream-init-grants",
        "pgstream's AWS guide, replication from RDS, initialization",
        "the user needs rds_superuser and rds_replication",
        "rds_superuser is a member of rds_replication: the second grant adds nothing",
        "grant rds_superuser for the initialization, and rds_replication to who only streams",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
        "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html",
    ),
    DocumentationFinding(
        "pgstream-init-create",
        "pgstream's AWS guide, replication from RDS, initialization",
        "another user than postgres needs rds_superuser and rds_replication",
        "CREATE SCHEMA pgstream is refused to it, permission denied for database, where it does not own the"
        " database: rds_superuser has no privilege on databases",
        "GRANT CREATE ON DATABASE … to it as well",
        f"{_POSTGRES}/sql-createschema.html",
    ),
    DocumentationFinding(
        "pgstream-source-ownership",
        "pgstream's AWS guide, replication from RDS, streaming",
        "ownership of the database, its schemas and pgstream's tables is transferred to pgstreamsource",
        "a member of rds_replication that owns nothing and may read no table receives all changes, DDL too",
        "GRANT rds_replication TO pgstreamsource, and leave the transfers out",
        f"{_POSTGRES}/logicaldecoding-explanation.html",
    ),
    DocumentationFinding(
        "pgstream-schema-log",
        "pgstream's AWS guide, replication from RDS, streaming",
        "ALTER TABLE pgstream.schema_log OWNER TO pgstreamsource",
        "the table is gone since pgstream 1.0, which tells DDL by messages in the stream",
        "leave the statement out",
        "https://github.com/xataio/pgstream/releases/tag/v1.0.0",
    ),
    DocumentationFinding(
        "pgstream-injector",
        "pgstream's AWS guide, replication from RDS, streaming",
        "transfer pgstream.table_ids and pgstream.xid_serial",
        "they exist only after pgstream init --with-injector; without it both statements fail",
        "leave them out unless the injector is used",
        "https://github.com/xataio/pgstream",
    ),
    DocumentationFinding(
        "pgstream-target-tables",
        "pgstream's AWS guide, replication to RDS",
        "pgstreamtarget needs the ownership of database and schema",
        "that gives no right on tables that others own in the schema: permission denied for table, must be"
        " owner of table",
        "let pgstreamtarget own the tables too, or make them by its own snapshot",
        f"{_POSTGRES}/ddl-priv.html",
    ),
    DocumentationFinding(
        "pgstream-public-create",
        "pgstream's AWS guide, troubleshooting, up to PostgreSQL 14",
        "permission denied for schema public is mended by GRANT CREATE ON SCHEMA public",
        "up to 14 everybody may create in public, so that the error does not come up; the grant only gives"
        " the warning that no privileges were granted, since the schema is rdsadmin's",
        "look for the error from 15 on, or in other schemas",
        "https://www.postgresql.org/docs/14/ddl-schemas.html",
    ),
    DocumentationFinding(
        "pgstream-event-trigger-text",
        "pgstream's AWS guide, troubleshooting",
        "must be superuser to create event triggers",
        'PostgreSQL 13 to 18 say: permission denied to create event trigger "pgstream_emit_ddl_drop", with'
        " the hint Must be superuser to create an event trigger.",
        "search logs for permission denied to create event trigger",
        f"{_POSTGRES}/sql-createeventtrigger.html",
    ),
    DocumentationFinding(
        "pgstream-parameter-text",
        "pgstream's AWS guide, troubleshooting",
        'cannot set parameter "rds.logical_replication"',
        'parameter "rds.logical_replication" cannot be changed without restarting the server, as for every'
        " static parameter; ALTER SYSTEM is refused to all but superusers",
        "search logs for cannot be changed without restarting the server",
        f"{_POSTGRES}/config-setting.html",
    ),
)
