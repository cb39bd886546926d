"""A database with one of everything that is looked at, and look-alikes that make no fact.

``{new}`` is a name that nothing else of the instance has. Statements run one by one, as a superuser.
"""

STATEMENTS = r'''
CREATE ROLE {new} LOGIN PASSWORD 'very-secret' VALID UNTIL '2031-01-31 23:00:00+00' CONNECTION LIMIT 3
COMMENT ON ROLE {new} IS 'who does it'
ALTER ROLE {new} IN DATABASE {new} SET work_mem = '9MB'
ALTER ROLE {new} SET search_path = app, public
ALTER DATABASE {new} SET statement_timeout = '9min'
GRANT pg_monitor TO {new} WITH ADMIN OPTION
CREATE EXTENSION hstore
CREATE SCHEMA app AUTHORIZATION {new}
CREATE TYPE app.mood AS ENUM ('sad', 'ok')
CREATE DOMAIN app.mail AS text CHECK (VALUE <> '')
CREATE TYPE app.pair AS (left_one pg_catalog.regproc, right_one app.mood[])
CREATE TYPE app.floats AS RANGE (subtype = float8)
CREATE TYPE app.empty
CREATE COLLATION app.german (provider = icu, locale = 'de-x-icu', deterministic = false)
CREATE TABLE app.plain (id bigint PRIMARY KEY, name text, tags text[], at timestamptz DEFAULT now())
CREATE TABLE app.odd (id serial,
    kind app.mood, f regproc, fs regproc[], pairs app.pair[], store public.hstore,
    "Straße ""x""" text COLLATE app.german, gen int GENERATED ALWAYS AS IDENTITY)
CREATE UNLOGGED TABLE app.quick (a int) WITH (fillfactor = 50)
ALTER TABLE app.odd REPLICA IDENTITY FULL
ALTER TABLE app.quick ENABLE ROW LEVEL SECURITY
ALTER TABLE app.odd ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY
CREATE TABLE app.parent (day date NOT NULL, o oid) PARTITION BY RANGE (day)
CREATE TABLE app.part PARTITION OF app.parent FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')
CREATE TABLE app.old_parent (o oid)
CREATE TABLE app.old_child (x xid) INHERITS (app.old_parent)
CREATE VIEW app.who AS
    SELECT usename, 'host=h password=very-secret' AS conninfo FROM pg_catalog.pg_stat_activity
CREATE VIEW app.names AS SELECT name FROM app.plain
CREATE MATERIALIZED VIEW app.some AS SELECT 1::oid AS o
CREATE INDEX plain_name ON app.plain (name)
CREATE INDEX plain_like ON app.plain (name text_pattern_ops, (lower(name)) COLLATE "C")
CREATE INDEX plain_tags ON app.plain USING gin (tags)
CREATE INDEX plain_german ON app.plain (name COLLATE app.german)
CREATE INDEX plain_lower ON app.plain (lower(name COLLATE "C"))
CREATE FUNCTION app.reads(path text, OUT found text) LANGUAGE plpgsql SECURITY DEFINER
    SET work_mem = '1MB' AS $$
BEGIN
  found := pg_catalog.pg_read_file(path);
END $$
CREATE FUNCTION app.adds(a int, b app.mood[] DEFAULT NULL, VARIADIC rest varchar[] DEFAULT '{{}}')
    RETURNS SETOF text LANGUAGE sql AS 'SELECT 1::text'
CREATE PROCEDURE app.copies() LANGUAGE plpgsql AS $$ BEGIN COPY app.plain TO PROGRAM 'cat'; END $$
CREATE FUNCTION app.cos(float8) RETURNS float8 LANGUAGE internal STRICT IMMUTABLE AS 'dcos'
CREATE FUNCTION app.hook() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$
CREATE FUNCTION app.ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$
CREATE TRIGGER hooked BEFORE INSERT ON app.plain FOR EACH ROW EXECUTE FUNCTION app.hook()
CREATE TRIGGER everywhere AFTER INSERT ON app.parent FOR EACH ROW EXECUTE FUNCTION app.hook()
ALTER TABLE app.plain ENABLE ALWAYS TRIGGER hooked
CREATE EVENT TRIGGER {new} ON ddl_command_end EXECUTE FUNCTION app.ddl()
ALTER EVENT TRIGGER {new} DISABLE
CREATE TABLE app.defaults (a text DEFAULT pg_read_file('x'), b text DEFAULT 'pg_read_file')
CREATE TABLE app.guarded (a text CHECK (pg_read_file(a) IS NULL OR a = 'pg_ls_waldir'))
CREATE POLICY mine ON app.guarded USING (pg_advisory_lock(1) IS NULL)
    WITH CHECK (set_config('x.y', a, true) <> '')
CREATE POLICY innocent ON app.guarded USING (a = 'pg_advisory_lock')
CREATE TRIGGER when_read BEFORE UPDATE ON app.guarded FOR EACH ROW
    WHEN (pg_stat_file(NEW.a) IS NULL) EXECUTE FUNCTION app.hook()
CREATE RULE note AS ON DELETE TO app.defaults DO ALSO SELECT pg_catalog.pg_reload_conf()
CREATE AGGREGATE app.glue(text) (SFUNC = textcat, STYPE = text, COMBINEFUNC = textcat)
CREATE FUNCTION app.same(app.mood, app.mail) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true'
CREATE OPERATOR app.=== (LEFTARG = app.mood, RIGHTARG = app.mail, FUNCTION = app.same)
CREATE OPERATOR FAMILY app.family USING btree
CREATE OPERATOR CLASS app.class FOR TYPE int4 USING hash AS FUNCTION 1 hashint4(int4)
CREATE CAST (app.mood AS int4) WITH INOUT AS ASSIGNMENT
CREATE FUNCTION app.storing(public.hstore) RETURNS int8 LANGUAGE sql IMMUTABLE AS 'SELECT 1::int8'
CREATE CAST (public.hstore AS int8) WITH FUNCTION app.storing(public.hstore)
CREATE CONVERSION app.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8
CREATE TEXT SEARCH DICTIONARY app.words (TEMPLATE = pg_catalog.simple, stopwords = english)
CREATE TEXT SEARCH CONFIGURATION app.config (PARSER = pg_catalog.default)
CREATE ACCESS METHOD {new} TYPE TABLE HANDLER heap_tableam_handler
CREATE PUBLICATION everything FOR ALL TABLES
CREATE PUBLICATION inserts FOR TABLE app.plain WITH (publish = 'insert')
CREATE SUBSCRIPTION {new} CONNECTION 'host=localhost user=u password=very-secret' PUBLICATION p, q
    WITH (connect = false, slot_name = 'slot_a', synchronous_commit = on)
CREATE FOREIGN DATA WRAPPER mine
CREATE EXTENSION postgres_fdw
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'h', dbname 'd')
CREATE SERVER bare FOREIGN DATA WRAPPER mine OPTIONS (token 'very-secret', password_required 'false')
CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'u', password 'very-secret')
CREATE FOREIGN TABLE app.away (a int) SERVER far OPTIONS (table_name 'b')
GRANT SELECT ON pg_catalog.pg_authid TO {new}
GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO {new}
GRANT UPDATE (rolpassword) ON pg_catalog.pg_authid TO {new}
GRANT SELECT ON app.plain TO {new}
GRANT SELECT ON app.odd TO pg_monitor
GRANT ALL ON SCHEMA public TO {new}
GRANT USAGE ON LANGUAGE plpgsql TO {new}
ALTER DEFAULT PRIVILEGES FOR ROLE {new} IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC, pg_monitor
ALTER DEFAULT PRIVILEGES FOR ROLE {new} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC
SELECT lo_create(0), lo_create(0)
'''


def statements(new: str) -> list[str]:
    """Return the statements; a line that is indented, or closes a body, belongs to the one before it."""
    found: list[str] = []
    for line in STATEMENTS.strip().replace("{new}", new).replace("{{}}", "{}").splitlines():
        if found and (line[0] == " " or line.startswith(("BEGIN", "END"))):
            found[-1] += "\n" + line
        else:
            found.append(line)
    return found
