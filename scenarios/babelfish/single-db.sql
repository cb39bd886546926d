-- The one user database of single-db mode, MyDB. The names stand as Babelfish's own tests and AWS's pages show them.

CREATE SCHEMA dbo AUTHORIZATION {my_db_owner};
GRANT USAGE, CREATE ON SCHEMA dbo TO {my_dbo};
CREATE SCHEMA sales AUTHORIZATION {my_db_owner};
GRANT USAGE, CREATE ON SCHEMA sales TO {my_dbo};
CREATE SCHEMA "my schema" AUTHORIZATION {my_db_owner};
GRANT USAGE, CREATE ON SCHEMA "my schema" TO {my_dbo};
CREATE SCHEMA "schéma" AUTHORIZATION {my_db_owner};
GRANT USAGE, CREATE ON SCHEMA "schéma" TO {my_dbo};
CREATE SCHEMA guest AUTHORIZATION {my_guest};
INSERT INTO sys.babelfish_namespace_ext (nspname, dbid, orig_name)
VALUES ('dbo', 5, 'dbo'), ('sales', 5, 'Sales'), ('my schema', 5, 'My Schema'), ('schéma', 5, 'Schéma'), ('guest', 5, 'guest');

-- Tables belong to who made them, the user of the session.
GRANT USAGE, CREATE ON SCHEMA guest TO {my_dbo};
SET ROLE {my_dbo};
CREATE TABLE dbo.orders (tsql_name text, orderid int);
INSERT INTO dbo.orders VALUES ('MyDB.dbo.Orders');
CREATE TABLE dbo."order" (tsql_name text, orderid int);
INSERT INTO dbo."order" VALUES ('MyDB.dbo.[Order]');
CREATE TABLE dbo."order lines" (tsql_name text, orderid int);
INSERT INTO dbo."order lines" VALUES ('MyDB.dbo.[Order Lines]');
CREATE TABLE dbo.table_longer_than_63_0abcdefgijc2ed7b983a352405e4e26c711bd071bf (tsql_name text, orderid int);
INSERT INTO dbo.table_longer_than_63_0abcdefgijc2ed7b983a352405e4e26c711bd071bf VALUES ('MyDB.dbo.[table_longer_than_63_0abcdefgij1abcdefgij2abcdefgij3abcdefgij4abcdefgij5abcdefgij6abcdefgij7abcdefgij8abcdefghij9abcdefghij]');
CREATE TABLE dbo."您您对您对您对您对您d60211ff7d947ff09db87babbf0cb9de" (tsql_name text, orderid int);
INSERT INTO dbo."您您对您对您对您对您d60211ff7d947ff09db87babbf0cb9de" VALUES ('MyDB.dbo.[您您对您对您对您对您对您对您对您对您对您您您]');
CREATE TABLE dbo."Übung" (tsql_name text, orderid int);
INSERT INTO dbo."Übung" VALUES ('MyDB.dbo.[Übung]');
CREATE TABLE dbo."a.b" (tsql_name text, orderid int);
INSERT INTO dbo."a.b" VALUES ('MyDB.dbo.[A.B]');
CREATE TABLE guest.t (tsql_name text, orderid int);
INSERT INTO guest.t VALUES ('MyDB.guest.t');
CREATE TABLE sales.orders (tsql_name text, orderid int);
INSERT INTO sales.orders VALUES ('MyDB.Sales.Orders');
CREATE TABLE "my schema"."my table" (tsql_name text, orderid int);
INSERT INTO "my schema"."my table" VALUES ('MyDB.[My Schema].[My Table]');
CREATE TABLE "schéma".t (tsql_name text, orderid int);
INSERT INTO "schéma".t VALUES ('MyDB.[Schéma].t');
RESET ROLE;

INSERT INTO sys.babelfish_authid_user_ext (rolname, orig_username, database_name)
VALUES ({master_dbo_name}, 'dbo', 'master'), ({master_db_owner_name}, 'db_owner', 'master'), ({my_dbo_name}, 'dbo', 'mydb'),
    ({my_db_owner_name}, 'db_owner', 'mydb'), ({my_guest_name}, 'guest', 'mydb');

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA master_dbo TO {master_dbo};
