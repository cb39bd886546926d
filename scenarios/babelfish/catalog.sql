-- What both migration modes of Babelfish have in common, done by the service: the catalogs that naming reads,
-- with the columns of contrib/babelfishpg_tsql/sql/ownership.sql (its types of T-SQL as PostgreSQL's), the
-- system databases, and sysadmin, to whom the master user belongs. Words in braces are roles: they belong to the whole
-- server, so each test has its own.

CREATE SCHEMA sys;
GRANT USAGE ON SCHEMA sys TO PUBLIC;

CREATE TABLE sys.babelfish_sysdatabases (
    dbid smallint NOT NULL UNIQUE,
    status int NOT NULL DEFAULT 0,
    status2 int NOT NULL DEFAULT 0,
    owner name NOT NULL,
    default_collation name NOT NULL DEFAULT 'sql_latin1_general_cp1_ci_as',
    name text COLLATE "C" PRIMARY KEY,
    crdate timestamptz NOT NULL DEFAULT now(),
    properties text COLLATE "C" NOT NULL DEFAULT '{{}}'
);

CREATE TABLE sys.babelfish_namespace_ext (
    nspname name PRIMARY KEY,
    dbid smallint NOT NULL,
    orig_name varchar(128) NOT NULL,
    properties text COLLATE "C" NOT NULL DEFAULT '{{}}'
);

CREATE TABLE sys.babelfish_authid_user_ext (
    rolname name PRIMARY KEY,
    login_name name NOT NULL DEFAULT '',
    type char(1) NOT NULL DEFAULT 'S',
    orig_username varchar(128) NOT NULL,
    database_name varchar(128) NOT NULL,
    default_schema_name varchar(128) NOT NULL DEFAULT ''
);

GRANT SELECT ON ALL TABLES IN SCHEMA sys TO PUBLIC;

GRANT {sysadmin} TO {master};
GRANT {master_db_owner} TO {master_dbo};
GRANT {master_dbo} TO {sysadmin};
GRANT {my_db_owner} TO {my_dbo};
GRANT {my_dbo} TO {sysadmin};

INSERT INTO sys.babelfish_sysdatabases (dbid, owner, name)
VALUES (1, 'sysadmin', 'master'), (2, 'sysadmin', 'tempdb'), (4, 'sysadmin', 'msdb'), (5, 'sysadmin', 'mydb');

CREATE SCHEMA master_dbo AUTHORIZATION {master_db_owner};
CREATE SCHEMA master_guest;
CREATE SCHEMA tempdb_dbo;
CREATE SCHEMA msdb_dbo;
GRANT USAGE, CREATE ON SCHEMA master_dbo TO {master_dbo};

INSERT INTO sys.babelfish_namespace_ext (nspname, dbid, orig_name)
VALUES ('master_dbo', 1, 'dbo'), ('master_guest', 1, 'guest'), ('tempdb_dbo', 2, 'dbo'), ('msdb_dbo', 4, 'dbo');

CREATE TABLE master_dbo.t1 (tsql_name text, orderid int);
CREATE TABLE msdb_dbo.backupset (tsql_name text, orderid int);
INSERT INTO master_dbo.t1 VALUES ('master.dbo.t1');
INSERT INTO msdb_dbo.backupset VALUES ('msdb.dbo.backupset');
GRANT USAGE ON SCHEMA msdb_dbo TO {sysadmin};
GRANT SELECT ON ALL TABLES IN SCHEMA msdb_dbo TO {sysadmin};
