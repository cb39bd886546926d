-- One of almost everything that a dump can hold; run by a superuser in a fresh database.
CREATE SCHEMA app;
CREATE SCHEMA "Mixed ""Case""";
CREATE EXTENSION hstore SCHEMA app;
CREATE EXTENSION postgres_fdw;
CREATE EXTENSION pg_trgm SCHEMA public;

CREATE TYPE app.mood AS ENUM ('sad', 'it''s; fine');
CREATE TYPE app.pair AS (name text, made regproc, mood app.mood);
CREATE DOMAIN app.code AS text COLLATE "C" CHECK (VALUE ~ '^[a-z;]+$');
CREATE TYPE app.span AS RANGE (subtype = float8);
CREATE COLLATION app.german (provider = icu, locale = 'de', deterministic = false);
CREATE COLLATION app.byte (provider = libc, locale = 'C');

CREATE FUNCTION app.plus(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a + b; $$;
CREATE FUNCTION app.read(IN path text, OUT content text, OUT size bigint) LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'app', '' SET work_mem TO '1MB' AS $fn$
BEGIN
    -- $$ not the end; $$
    content := pg_read_file(path);
    size := length(content);
    EXECUTE 'ALTER SYSTEM SET work_mem = ''2MB''';
END $fn$;
CREATE FUNCTION app.pairs() RETURNS TABLE (a integer, b app.pair) LANGUAGE sql AS 'SELECT 1, NULL::app.pair';
CREATE FUNCTION app.one() RETURNS SETOF app.mood LANGUAGE sql AS 'SELECT NULL::app.mood';
CREATE FUNCTION app.sqrt(double precision) RETURNS double precision LANGUAGE internal IMMUTABLE STRICT AS 'dsqrt';
CREATE FUNCTION app.audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION app.to_code(app.mood) RETURNS app.code LANGUAGE sql AS 'SELECT ''a''::app.code';
CREATE FUNCTION app.many(VARIADIC "Number s" numeric[]) RETURNS void LANGUAGE sql AS '';
CREATE PROCEDURE app.work(INOUT n integer) LANGUAGE plpgsql AS 'BEGIN n := 1; END';
CREATE AGGREGATE app.total(integer) (SFUNC = app.plus, STYPE = integer, INITCOND = '0');
CREATE AGGREGATE app.counted(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
CREATE OPERATOR app.@+@ (FUNCTION = app.plus, LEFTARG = integer, RIGHTARG = integer);
CREATE OPERATOR FAMILY app.ints USING btree;
CREATE OPERATOR CLASS app.int_ops FOR TYPE integer USING btree FAMILY app.ints AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
CREATE CAST (app.mood AS app.code) WITH FUNCTION app.to_code(app.mood) AS ASSIGNMENT;
CREATE CAST (app.span AS text) WITH INOUT;
CREATE TEXT SEARCH DICTIONARY app.simple (TEMPLATE = pg_catalog.simple, STOPWORDS = 'english');
CREATE TEXT SEARCH CONFIGURATION app.plain (PARSER = pg_catalog."default");
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE CONVERSION app.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;

CREATE TABLE app.thing (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text DEFAULT 'a;b' NOT NULL,
    kind app.mood,
    kinds app.mood[],
    code app.code,
    proc regproc,
    bytes text COLLATE app.byte,
    extra app.hstore
) WITH (fillfactor = 70);
CREATE TABLE app.child (more oid) INHERITS (app.thing);
CREATE UNLOGGED TABLE app.quick (id integer, at timestamp with time zone);
CREATE TABLE app.parts (id integer NOT NULL, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE app.parts_1 PARTITION OF app.parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE app.other (id integer) USING heap2;
CREATE TABLE app.pairs_of OF app.pair;
CREATE TABLE "Mixed ""Case"""."Ta;ble $1$ 'é" (x xid);
CREATE INDEX thing_trgm ON app.thing USING gin (name public.gin_trgm_ops);
CREATE INDEX thing_pattern ON app.thing (name text_pattern_ops);
CREATE INDEX thing_collated ON app.thing (name COLLATE "C");
CREATE INDEX thing_plain ON app.thing (kind);
ALTER TABLE app.thing REPLICA IDENTITY FULL;
ALTER TABLE app.thing ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.quick ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON app.thing USING (name = current_user);
CREATE VIEW app.short WITH (security_barrier = true) AS SELECT id, proc FROM app.thing WHERE name <> ' AS ' WITH LOCAL CHECK OPTION;
CREATE VIEW app.sessions AS SELECT pid FROM pg_stat_activity;
CREATE MATERIALIZED VIEW app.kept AS SELECT id FROM app.thing WITH NO DATA;
CREATE SEQUENCE app.numbers;
CREATE RULE quiet AS ON DELETE TO app.quick DO INSTEAD (UPDATE app.quick SET id = 1; NOTIFY quick);
CREATE TRIGGER audit BEFORE INSERT ON app.thing FOR EACH ROW EXECUTE FUNCTION app.audit();
CREATE TRIGGER "Off" AFTER UPDATE ON app.thing FOR EACH ROW EXECUTE FUNCTION app.audit();
ALTER TABLE app.thing DISABLE TRIGGER "Off";
CREATE EVENT TRIGGER {new}_watch ON ddl_command_end EXECUTE FUNCTION app.watch();
ALTER EVENT TRIGGER {new}_watch ENABLE ALWAYS;

CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'far.example', dbname 'd');
CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'u', password 'hunter2');
CREATE FOREIGN TABLE app.distant (id integer, at oid) SERVER far OPTIONS (table_name 'x');
CREATE FOREIGN DATA WRAPPER mine VALIDATOR postgresql_fdw_validator;
CREATE PUBLICATION changes FOR TABLE app.thing WITH (publish = 'insert');
CREATE PUBLICATION everything FOR ALL TABLES;
CREATE SUBSCRIPTION {new}_copies CONNECTION 'host=far.example dbname=d user=u password=hunter2' PUBLICATION changes
    WITH (connect = false, slot_name = 'copies');

CREATE ROLE {new}_role LOGIN PASSWORD 'hunter2' VALID UNTIL '2030-01-01 00:00:00+00' CONNECTION LIMIT 3;
CREATE ROLE {new}_group NOLOGIN CREATEDB;
GRANT {new}_group TO {new}_role WITH ADMIN OPTION;
GRANT pg_read_server_files TO {new}_role;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO {new}_role;
GRANT SELECT ON TABLE pg_catalog.pg_authid TO {new}_role;
GRANT SELECT ON app.thing TO {new}_role, pg_monitor;
ALTER ROLE {new}_role SET search_path = app, "Mixed Case", '';
ALTER ROLE {new}_role IN DATABASE {database} SET statement_timeout = '5s';
ALTER DATABASE {database} SET work_mem = '8MB';
ALTER DATABASE {database} CONNECTION LIMIT 42;
COMMENT ON DATABASE {database} IS 'it''s; $$ here';
ALTER DEFAULT PRIVILEGES FOR ROLE {new}_group IN SCHEMA app GRANT SELECT ON TABLES TO {new}_role;
ALTER DEFAULT PRIVILEGES FOR ROLE {new}_group REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER TABLE app.quick OWNER TO {new}_group;
ALTER FUNCTION app.plus(integer, integer) OWNER TO {new}_group;
ALTER TYPE app.mood OWNER TO {new}_group;
ALTER SCHEMA app OWNER TO {new}_group;
ALTER SERVER far OWNER TO rdsadmin;

SELECT lo_create(0);
SELECT lo_create(0);
INSERT INTO app.thing (name) VALUES (E'a\nb;\t\\.'), ('c');
INSERT INTO app.quick VALUES (1, now());
