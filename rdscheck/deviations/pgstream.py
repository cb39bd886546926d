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
        " sequence",
        "GRANT SELECT ON ALL SEQUENCES IN SCHEMA … TO pgstreamsource as well",
        f"{_POSTGRES}/sql-grant.html",
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
)
