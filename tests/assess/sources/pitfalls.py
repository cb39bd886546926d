"""A database with what stands in the way, written for plain servers of 10 to 18, and its innocent neighbours.

Each piece says on which majors it can be made, and what must be found of it on the way to ``rds-17`` (from
18, ``rds-18``). Nothing else may be found at warning or above.
"""

from dataclasses import dataclass

NEWEST = 99
LIVE, DUMP = "live", "dump"


@dataclass(frozen=True)
class Piece:
    """Statements run by the superuser, and the findings (rule, subject) they must give.

    ``live`` and ``dump`` are findings that one side alone has; ``first`` and ``last`` are majors.
    """

    sql: str
    found: tuple[tuple[str, str], ...] = ()
    live: tuple[tuple[str, str], ...] = ()
    dump: tuple[tuple[str, str], ...] = ()
    first: int = 0
    last: int = NEWEST

    def of(self, major: int) -> bool:
        """Tell whether it can be made on a major."""
        return self.first <= major <= self.last


PIECES = (
    # Who may do everything, and who may do much.
    Piece("CREATE ROLE boss SUPERUSER LOGIN PASSWORD 'secret'", found=(("superuser-role", "role boss"),)),
    Piece(
        "CREATE ROLE copier REPLICATION LOGIN PASSWORD 'secret'", found=(("replication-role", "role copier"),)
    ),
    Piece("CREATE ROLE seer BYPASSRLS NOLOGIN", found=(("bypassrls-role", "role seer"),)),
    Piece(
        "CREATE ROLE reader LOGIN PASSWORD 'secret'; GRANT pg_read_server_files TO reader",
        first=11,
        found=(("server-file-membership", "role reader"),),
    ),
    Piece("CREATE ROLE monitor LOGIN PASSWORD 'secret'; GRANT pg_monitor TO monitor"),
    Piece("SET password_encryption = 'md5'; CREATE ROLE old_password LOGIN PASSWORD 'secret'"),
    Piece("SET password_encryption = 'scram-sha-256'; CREATE ROLE new_password LOGIN PASSWORD 'secret'"),
    Piece("CREATE ROLE nameless LOGIN", found=(("role-without-password", "role nameless"),)),
    Piece("CREATE ROLE owner_of_all NOLOGIN"),
    # Files of the server.
    Piece(
        "CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;"
        "CREATE FOREIGN TABLE passwd (line text) SERVER files OPTIONS (filename '/etc/passwd')",
        found=(
            ("extension-not-offered", "extension file_fdw"),
            ("foreign-server-wrapper", "foreign server files"),
            ("file-foreign-table", "foreign table public.passwd"),
        ),
    ),
    Piece(
        "CREATE TABLE stored (a int) TABLESPACE elsewhere",
        found=(
            ("tablespace", "tablespace elsewhere"),
            ("tablespace-used", "tablespace elsewhere"),
        ),
    ),
    Piece(
        "CREATE FUNCTION export() RETURNS void LANGUAGE plpgsql AS"
        " $$ BEGIN COPY public.plain TO PROGRAM 'gzip > /tmp/x.gz'; END $$",
        found=(("copy-program", "function public.export()"),),
    ),
    Piece(
        "CREATE FUNCTION slurp() RETURNS text LANGUAGE sql AS $$ SELECT pg_catalog.pg_read_file('x') $$",
        found=(("server-file-read", "function public.slurp()"),),
    ),
    Piece(
        "CREATE FUNCTION take_in() RETURNS oid LANGUAGE sql AS $$ SELECT pg_catalog.lo_import('/tmp/x') $$",
        found=(("large-object-server-file", "function public.take_in()"),),
    ),
    # Code that only a superuser may bring.
    Piece(
        "CREATE FUNCTION in_c() RETURNS trigger LANGUAGE c AS '$libdir/refint', 'check_primary_key'",
        found=(("extension-unpackaged", "extension refint"),),
    ),
    Piece(
        "CREATE FUNCTION inside(int4, int4) RETURNS int4 LANGUAGE internal IMMUTABLE STRICT AS 'int4pl'",
        found=(("internal-function", "function public.inside(integer, integer)"),),
    ),
    Piece("CREATE LANGUAGE plown HANDLER plpgsql_call_handler", found=(("own-language", "language plown"),)),
    Piece(
        "CREATE FUNCTION sealed(int) RETURNS bool LANGUAGE sql LEAKPROOF AS 'SELECT true'",
        found=(("leakproof-function", "function public.sealed(integer)"),),
    ),
    Piece("CREATE TYPE mood AS ENUM ('a'); CREATE CAST (mood AS text) WITH INOUT; CREATE DOMAIN num AS int"),
    Piece(
        "CREATE TYPE pair AS (a int, b int); CREATE TYPE twin AS (a int, b int);"
        "CREATE CAST (bytea AS tsvector) WITHOUT FUNCTION",
        found=(("cast-binary", "cast bytea AS tsvector"),),
    ),
    Piece(
        "CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
        "CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE PROCEDURE on_ddl()"
    ),
    Piece(
        "CREATE TEXT SEARCH TEMPLATE own_template (LEXIZE = dsimple_lexize)",
        found=(("text-search-template", "text search template public.own_template"),),
    ),
    Piece(
        "CREATE OPERATOR FAMILY own_family USING btree",
        found=(("operator-family", "operator family public.own_family"),),
    ),
    Piece(
        "CREATE FUNCTION alters() RETURNS void LANGUAGE plpgsql AS"
        " $$ BEGIN EXECUTE 'ALTER SYSTEM SET work_mem = 1'; END $$",
        found=(("function-alters-system", "function public.alters()"),),
    ),
    Piece(
        "CREATE VIEW hashes AS SELECT rolname, rolpassword FROM pg_catalog.pg_authid",
        found=(("reads-password-hashes", "view public.hashes"),),
    ),
    # Replication.
    Piece(
        "SELECT pg_create_logical_replication_slot('decoded', 'test_decoding')",
        live=(("logical-slot-left-behind", "slot decoded"),),
    ),
    Piece("SELECT pg_create_physical_replication_slot('standby')", live=(("physical-slot", "slot standby"),)),
    Piece("CREATE PUBLICATION everything FOR ALL TABLES"),
    Piece(
        "CREATE SUBSCRIPTION taken CONNECTION 'host=192.0.2.1 dbname=x user=y password=secret'"
        " PUBLICATION p WITH (connect = false)",
        found=(("subscription-disabled-after-restore", "subscription taken"),),
    ),
    # Settings.
    Piece(
        "ALTER ROLE boss SET log_statement = 'all'",
        found=(("superuser-parameter", "setting log_statement of role boss"),),
    ),
    Piece("ALTER SYSTEM SET work_mem = '8MB'", live=(("alter-system-setting", "setting work_mem"),)),
    # What later majors lack.
    Piece(
        "CREATE TABLE with_oids (a int) WITH OIDS",
        last=11,
        live=(("tables-with-oids", "table public.with_oids"),),
    ),
    Piece(
        "CREATE TABLE of_times (a abstime, b reltime, c tinterval)",
        last=11,
        found=(
            ("removed-time-types", "column public.of_times.a"),
            ("removed-time-types", "column public.of_times.b"),
            ("removed-time-types", "column public.of_times.c"),
        ),
    ),
    Piece(
        "CREATE TABLE of_time_arrays (a abstime[])",
        last=11,
        found=(("removed-time-types", "column public.of_time_arrays.a"),),
    ),
    Piece(
        "CREATE DOMAIN span AS reltime; CREATE TABLE of_domains (a span)",
        last=11,
        found=(
            ("removed-time-types", "type public.span"),
            ("removed-time-types", "column public.of_domains.a"),
        ),
    ),
    Piece("CREATE TYPE timed AS (a abstime)", last=11, found=(("removed-time-types", "type public.timed"),)),
    Piece(
        "CREATE VIEW times AS SELECT now()::abstime AS a",
        last=11,
        found=(("removed-time-types", "view public.times"),),
    ),
    Piece(
        "CREATE VIEW times_inside AS SELECT now()::abstime::timestamptz AS a",
        last=11,
        found=(("removed-time-types", "view public.times_inside"),),
    ),
    Piece(
        "CREATE FUNCTION of_time(abstime) RETURNS reltime LANGUAGE sql AS 'SELECT NULL::reltime'",
        last=11,
        found=(("removed-time-types", "function public.of_time(abstime)"),),
    ),
    Piece(
        "CREATE FUNCTION times_in_body() RETURNS text LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN now()::abstime::text; END $$",
        last=11,
        found=(("removed-time-types", "function public.times_in_body()"),),
    ),
    Piece(
        "CREATE FUNCTION times_declared() RETURNS text LANGUAGE plpgsql AS"
        " $$ DECLARE t abstime; BEGIN RETURN t; END $$",
        last=11,
        found=(("removed-time-types", "function public.times_declared()"),),
    ),
    Piece(
        "CREATE TABLE time_default (a timestamptz DEFAULT now()::abstime)",
        last=11,
        found=(("removed-time-types", "table public.time_default"),),
    ),
    Piece(
        "CREATE VIEW old_columns AS SELECT relname, relhasoids FROM pg_catalog.pg_class",
        last=11,
        found=(("view-on-removed-column", "view public.old_columns"),),
    ),
    Piece(
        "CREATE VIEW old_sources AS SELECT adrelid, adsrc FROM pg_catalog.pg_attrdef",
        last=11,
        found=(("view-on-removed-column", "view public.old_sources"),),
    ),
    Piece(
        "CREATE VIEW old_aggregates AS SELECT proname FROM pg_catalog.pg_proc WHERE proisagg",
        last=10,
        found=(("view-on-removed-column", "view public.old_aggregates"),),
    ),
    Piece(
        "CREATE VIEW faculty AS SELECT (5::bigint) ! AS f",
        last=13,
        found=(("postfix-operators", "view public.faculty"),),
    ),
    Piece(
        "CREATE AGGREGATE pile(anyelement) (SFUNC = array_append, STYPE = anyarray)",
        last=13,
        found=(("array-polymorphics", "aggregate public.pile(anyelement)"),),
    ),
    Piece("SELECT lo_create(0)"),
    # Innocents.
    Piece(
        "CREATE TABLE plain (id serial PRIMARY KEY, name text NOT NULL, at date DEFAULT now(), d jsonb);"
        "CREATE INDEX ON plain USING gin (d); CREATE INDEX ON plain (name text_pattern_ops);"
        "CREATE VIEW names AS SELECT name FROM plain; CREATE MATERIALIZED VIEW kept AS SELECT 1 AS a"
    ),
    Piece('CREATE TABLE own_names (abstime timestamptz, reltime interval, "with oids" int)'),
    Piece(
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.at := now(); RETURN NEW; END'"
    ),
    Piece(
        "CREATE TABLE parted (a int) PARTITION BY RANGE (a);"
        "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (9)"
    ),
    Piece("CREATE TABLE with_identity (a int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)"),
    Piece("CREATE PROCEDURE act() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'", first=11),
    Piece("CREATE TABLE computed (a int, b int GENERATED ALWAYS AS (a * 2) STORED)", first=12),
    Piece("CREATE EXTENSION hstore; CREATE EXTENSION pg_trgm; CREATE EXTENSION citext"),
    Piece(
        "CREATE TABLE owned (a int); ALTER TABLE owned OWNER TO owner_of_all",
        found=(("owner-needs-membership", "role owner_of_all"),),
    ),
    Piece("", found=(("public-schema-create", "schema public"),), last=14),
    Piece("", found=(("owner-needs-create", "schema public"),), first=15),
    Piece("ALTER ROLE new_password SET search_path = public, pg_catalog"),
)

#: Lines of pg_hba.conf, and what is found of them.
LINES = """\
host all app 192.0.2.0/24 trust
host all app 192.0.2.0/24 ident
hostnossl all app 198.51.100.0/24 md5
host all app 203.0.113.0/24 md5
host all app 127.0.0.1/32 ident
"""
OF_LINES = frozenset(
    {
        ("login-without-password", "login host all app 192.0.2.0/24 trust"),
        ("login-method-not-offered", "login host all app 192.0.2.0/24 ident"),
        ("login-without-tls", "login hostnossl all app 198.51.100.0/24 md5"),
    }
)

#: What the server is started with, and what is found of it.
SETTINGS = {"wal_level": "logical", "max_prepared_transactions": "5"}
OF_SETTINGS = frozenset({("prepared-transactions-off", "setting max_prepared_transactions")})
