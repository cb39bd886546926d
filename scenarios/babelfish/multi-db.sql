-- The user databases MyDB, ThisNewDatabaseNameIsCaseSensitiveAndIsLongerThan64DigitsToTestRenameDb,
-- [My DB] and a_b in multi-db mode. The names stand as Babelfish's own tests and AWS's pages show them.

CREATE SCHEMA mydb_dbo AUTHORIZATION {my_db_owner};
GRANT USAGE, CREATE ON SCHEMA mydb_dbo TO {my_dbo};
CREATE SCHEMA mydb_sales AUTHORIZATION {my_db_owner};
GRANT USAGE, CREATE ON SCHEMA mydb_sales TO {my_dbo};
CREATE SCHEMA "mydb_my schema" AUTHORIZATION {my_db_owner};
GRANT USAGE, CREATE ON SCHEMA "mydb_my schema" TO {my_dbo};
CREATE SCHEMA "mydb_schéma" AUTHORIZATION {my_db_owner};
GRANT USAGE, CREATE ON SCHEMA "mydb_schéma" TO {my_dbo};
CREATE SCHEMA mydb_guest AUTHORIZATION {my_guest};
INSERT INTO sys.babelfish_namespace_ext (nspname, dbid, orig_name)
VALUES ('mydb_dbo', 5, 'dbo'), ('mydb_sales', 5, 'Sales'), ('mydb_my schema', 5, 'My Schema'), ('mydb_schéma', 5, 'Schéma'), ('mydb_guest', 5, 'guest');

-- Tables belong to who made them, the user of the session.
GRANT USAGE, CREATE ON SCHEMA mydb_guest TO {my_dbo};
SET ROLE {my_dbo};
CREATE TABLE mydb_dbo.orders (tsql_name text, orderid int);
INSERT INTO mydb_dbo.orders VALUES ('MyDB.dbo.Orders');
CREATE TABLE mydb_dbo."order" (tsql_name text, orderid int);
INSERT INTO mydb_dbo."order" VALUES ('MyDB.dbo.[Order]');
CREATE TABLE mydb_dbo."order lines" (tsql_name text, orderid int);
INSERT INTO mydb_dbo."order lines" VALUES ('MyDB.dbo.[Order Lines]');
CREATE TABLE mydb_dbo.table_longer_than_63_0abcdefgijc2ed7b983a352405e4e26c711bd071bf (tsql_name text, orderid int);
INSERT INTO mydb_dbo.table_longer_than_63_0abcdefgijc2ed7b983a352405e4e26c711bd071bf VALUES ('MyDB.dbo.[table_longer_than_63_0abcdefgij1abcdefgij2abcdefgij3abcdefgij4abcdefgij5abcdefgij6abcdefgij7abcdefgij8abcdefghij9abcdefghij]');
CREATE TABLE mydb_dbo."您您对您对您对您对您d60211ff7d947ff09db87babbf0cb9de" (tsql_name text, orderid int);
INSERT INTO mydb_dbo."您您对您对您对您对您d60211ff7d947ff09db87babbf0cb9de" VALUES ('MyDB.dbo.[您您对您对您对您对您对您对您对您对您对您您您]');
CREATE TABLE mydb_dbo."Übung" (tsql_name text, orderid int);
INSERT INTO mydb_dbo."Übung" VALUES ('MyDB.dbo.[Übung]');
CREATE TABLE mydb_dbo."a.b" (tsql_name text, orderid int);
INSERT INTO mydb_dbo."a.b" VALUES ('MyDB.dbo.[A.B]');
CREATE TABLE mydb_guest.t (tsql_name text, orderid int);
INSERT INTO mydb_guest.t VALUES ('MyDB.guest.t');
CREATE TABLE mydb_sales.orders (tsql_name text, orderid int);
INSERT INTO mydb_sales.orders VALUES ('MyDB.Sales.Orders');
CREATE TABLE "mydb_my schema"."my table" (tsql_name text, orderid int);
INSERT INTO "mydb_my schema"."my table" VALUES ('MyDB.[My Schema].[My Table]');
CREATE TABLE "mydb_schéma".t (tsql_name text, orderid int);
INSERT INTO "mydb_schéma".t VALUES ('MyDB.[Schéma].t');
RESET ROLE;

INSERT INTO sys.babelfish_sysdatabases (dbid, owner, name)
VALUES (6, 'sysadmin', 'thisnewdatabasenameiscasesensit44f3247005ec268e1a10c736599cfb7e'), (7, 'sysadmin', 'my db'), (8, 'sysadmin', 'a_b');
CREATE SCHEMA thisnewdatabasenameiscasesensitc4313f9adf0e47cfa5aca25228e02f29;
CREATE SCHEMA "my db_dbo";
CREATE SCHEMA a_b_c;
INSERT INTO sys.babelfish_namespace_ext (nspname, dbid, orig_name)
VALUES ('thisnewdatabasenameiscasesensitc4313f9adf0e47cfa5aca25228e02f29', 6, 'dbo'), ('my db_dbo', 7, 'dbo'), ('a_b_c', 8, 'c');

CREATE TABLE thisnewdatabasenameiscasesensitc4313f9adf0e47cfa5aca25228e02f29.t (tsql_name text, orderid int);
INSERT INTO thisnewdatabasenameiscasesensitc4313f9adf0e47cfa5aca25228e02f29.t VALUES ('ThisNewDatabaseNameIsCaseSensitiveAndIsLongerThan64DigitsToTestRenameDb.dbo.t');
CREATE TABLE "my db_dbo".t (tsql_name text, orderid int);
INSERT INTO "my db_dbo".t VALUES ('[My DB].dbo.t');
CREATE TABLE a_b_c.t (tsql_name text, orderid int);
INSERT INTO a_b_c.t VALUES ('a_b.c.t');

INSERT INTO sys.babelfish_authid_user_ext (rolname, orig_username, database_name)
VALUES ({master_dbo_name}, 'dbo', 'master'), ({master_db_owner_name}, 'db_owner', 'master'), ({my_dbo_name}, 'dbo', 'mydb'),
    ({my_db_owner_name}, 'db_owner', 'mydb'), ({my_guest_name}, 'guest', 'mydb');

-- The dbo roles of these databases are left out; sysadmin is a member of each.
GRANT USAGE ON SCHEMA thisnewdatabasenameiscasesensitc4313f9adf0e47cfa5aca25228e02f29, "my db_dbo", a_b_c TO {sysadmin};
GRANT SELECT ON ALL TABLES IN SCHEMA
    thisnewdatabasenameiscasesensitc4313f9adf0e47cfa5aca25228e02f29, "my db_dbo", a_b_c TO {sysadmin};
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA master_dbo TO {master_dbo};
