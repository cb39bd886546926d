"""Statements for everything the RDS profile's library touches: valid, invalid, nested, hurried.

Hypothesis, derandomized, draws a stock of different statements from strategies for their pieces; a
seeded generator deals them into histories, one session's transactions and what lies between. All that
happens before the first one runs: inside ``@given`` Hypothesis would repeat a failing history to shrink
it, and eight sessions on one server never repeat one faithfully, so a crash would be called flaky. And
whole histories drawn by Hypothesis take a minute and repeat themselves: it varies what it drew before.
"""

from dataclasses import dataclass
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql

#: Names of roles that come and go; the long one is cut by the server, the odd one needs its quotes.
_COMING = ["r1", "r2", "r3", '"r ""ödd"', "r" * 70]
#: Without rds_iam: who gets that logs in with tokens alone, and a stream has passwords.
_RESERVED = [
    "rds_superuser", "rds_replication", "rds_password", "rds_ad", "rds_reserved",
    "rds_extension", "rdsadmin", "rdsrepladmin", "rdsproxyadmin",
]  # fmt: skip
#: What SET ROLE can make of a member.
GROUPS = {"team", "pg_monitor", *_RESERVED} - {"rdsadmin"}
_HOST = ["pg_read_server_files", "pg_write_server_files", "pg_execute_server_program"]
_BY_WORD = ["CURRENT_USER", "SESSION_USER", "PUBLIC", "CURRENT_ROLE"]
_LOGINS = ["postgres", "second", "plain", "maker", "copier", "delegate"]
_EXTENSIONS = [
    "hstore", "citext", "cube", "pg_trgm", "tablefunc", "unaccent", "intarray", "fuzzystrmatch",
    "aws_commons", "tcn", "lo", "seg", "dblink", "postgres_fdw", "pgcrypto", "insert_username",
]  # fmt: skip
_ODD_EXTENSIONS = [
    "earthdistance", "aws_s3", "no_such", "plpython3u", "plperlu", "file_fdw", "pageinspect",
    '"uuid-ossp"', '"we""ird"', "pg_cron", '""', "e" * 80,
]  # fmt: skip

#: What stands for {name} in a template.
_POOLS: dict[str, list[str]] = {
    "ext": _EXTENSIONS * 2 + _ODD_EXTENSIONS,
    "schema": ["public", "s1", "s2", "s3", "nowhere", "pg_catalog", "pg_temp", '"rdsadmin"', '"$user"'],
    "coming": _COMING,
    "role": _COMING + _RESERVED + _HOST + _BY_WORD + _LOGINS + ["nobody_there", "pg_monitor"],
    "granted": _COMING + _RESERVED + _HOST + ["pg_monitor", "pg_read_all_data", "pg_signal_backend", "team"],
    "revocable": _COMING * 2 + _BY_WORD + ["PUBLIC", "maker"],
    # Whoever is a role that is dropped meanwhile has its current_user fail, without the library's help.
    "lasting": ["team", *_RESERVED, *_HOST, *_LOGINS, "NONE", "pg_monitor"],
    "table": ["t1", "t2", "s1.t1", "s1.t2", "foreign_table", "s3.t1", "pg_authid", "pg_class", "nowhere.t"],
    "trigger": ["et1", "et2", "et3"],
    "event": ["ddl_command_start", "ddl_command_end", "sql_drop", "table_rewrite", "nonsense"],
    "handler": ["et_note", "et_raise", "et_ddl", "et_drop", "et_climb", "et_climb_definer", "run_it"],
    "pub": ["p1", "p2", '"p ü"'],
    "sub": ["u1", "u2"],
    "space": ["ts1", "ts2", "pg_evil", '"ts "" 3"'],
    "location": [
        "/a", "/a/b", "/a_b", "/../x", "relative", "", "/", "/with '' quote", "/new\nline", "/" + "l" * 199,
        "/" + "l" * 300, "/" + "m" * 5000, "/ü", "/..",
    ],
    "setting": [
        "rds.extensions", "rds.allowed_extensions", "rds.no_such", "rds.logical_replication",
        "rds.allowed_delegated_extensions", "rds.delegated_extension_allow_drop_cascade",
        "rds.restrict_password_commands", "rdscheck.trusted_extensions", "rdscheck.no_such",
        "session_replication_role", "session_authorization", "rds.force_ssl", "Rds.Extensions",
    ],
    "value": ["on", "off", "'*'", "'replica'", "'origin'", "''", "DEFAULT", "1", "'rdsadmin'"],
}  # fmt: skip

_EXTENSION_TEMPLATES = [
    "CREATE EXTENSION {ext}",
    "CREATE EXTENSION IF NOT EXISTS {ext}",
    "CREATE EXTENSION {ext} CASCADE",
    "CREATE EXTENSION {ext} SCHEMA {schema}",
    "CREATE EXTENSION IF NOT EXISTS {ext} SCHEMA {schema} CASCADE",
    "CREATE EXTENSION {ext} VERSION '1.0'",
    "CREATE EXTENSION {ext} VERSION 'nonsense--9' SCHEMA {schema}",
    "CREATE EXTENSION {ext} SCHEMA s1 SCHEMA s2",
    "DROP EXTENSION {ext}",
    "DROP EXTENSION IF EXISTS {ext} CASCADE",
    "DROP EXTENSION IF EXISTS {ext}, {ext}, {ext}",
    "DROP EXTENSION plpgsql",
    "ALTER EXTENSION {ext} UPDATE",
    "ALTER EXTENSION {ext} UPDATE TO '1.1'",
    "ALTER EXTENSION {ext} SET SCHEMA {schema}",
    "ALTER EXTENSION {ext} ADD TABLE {table}",
    "ALTER EXTENSION {ext} DROP FUNCTION public.run_it(text)",
    "COMMENT ON EXTENSION {ext} IS 'x'",
]
_OBJECT_TEMPLATES = [
    "CREATE EVENT TRIGGER {trigger} ON {event} EXECUTE FUNCTION public.{handler}()",
    "CREATE EVENT TRIGGER {trigger} ON {event} WHEN TAG IN ('GRANT') EXECUTE FUNCTION public.{handler}()",
    "ALTER EVENT TRIGGER {trigger} DISABLE",
    "ALTER EVENT TRIGGER {trigger} ENABLE ALWAYS",
    "ALTER EVENT TRIGGER {trigger} OWNER TO {role}",
    "ALTER EVENT TRIGGER {trigger} RENAME TO {trigger}",
    "DROP EVENT TRIGGER IF EXISTS {trigger}",
    "DROP EVENT TRIGGER IF EXISTS {trigger} CASCADE",
    "CREATE PUBLICATION {pub}",
    "CREATE PUBLICATION {pub} FOR ALL TABLES",
    "CREATE PUBLICATION {pub} FOR TABLE {table}",
    "CREATE PUBLICATION {pub} FOR TABLES IN SCHEMA {schema}",
    "CREATE PUBLICATION {pub} FOR TABLES IN SCHEMA CURRENT_SCHEMA, TABLE {table}",
    "CREATE PUBLICATION {pub} FOR TABLE {table} WHERE (i > 1), TABLES IN SCHEMA {schema}",
    "CREATE PUBLICATION {pub} FOR ALL SEQUENCES",
    "ALTER PUBLICATION {pub} ADD TABLES IN SCHEMA {schema}, TABLE {table}",
    "ALTER PUBLICATION {pub} SET TABLE {table}",
    "ALTER PUBLICATION {pub} DROP TABLES IN SCHEMA {schema}",
    "ALTER PUBLICATION {pub} OWNER TO {role}",
    "DROP PUBLICATION IF EXISTS {pub}",
    "CREATE SUBSCRIPTION {sub} CONNECTION 'port=1 password=x' PUBLICATION p1 WITH (connect = false)",
    "CREATE SUBSCRIPTION {sub} CONNECTION 'not a connection' PUBLICATION p1 WITH (connect = false)",
    "ALTER SUBSCRIPTION {sub} SET (slot_name = NONE)",
    "ALTER SUBSCRIPTION {sub} OWNER TO {role}",
    "DROP SUBSCRIPTION IF EXISTS {sub}",
    "CREATE TABLESPACE {space} LOCATION '{location}'",
    "CREATE TABLESPACE {space} OWNER {role} LOCATION '{location}'",
    "DROP TABLESPACE IF EXISTS {space}",
    "ALTER TABLESPACE {space} OWNER TO {role}",
    "CREATE TABLE {table} (i int PRIMARY KEY)",
    "DROP TABLE IF EXISTS {table}",
    "ALTER TABLE {table} OWNER TO {role}",
    "ALTER TABLE IF EXISTS {table} OWNER TO {role}, ADD COLUMN j int",
    "ALTER TABLE {table} ADD COLUMN IF NOT EXISTS k int, DROP COLUMN IF EXISTS k",
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} RENAME TO t2",
    "ALTER TABLE {table} ALTER COLUMN i TYPE bigint",
    "ALTER VIEW pg_roles OWNER TO {role}",
    "ALTER SCHEMA {schema} OWNER TO {role}",
    "ALTER SCHEMA s2 RENAME TO s3",
    "CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {role}",
    "ALTER FUNCTION public.run_it(text) OWNER TO {role}",
    "ALTER DATABASE postgres OWNER TO {role}",
    "REASSIGN OWNED BY {coming} TO {role}",
]
_ROLE_TEMPLATES = [
    "CREATE ROLE {coming}",
    "CREATE ROLE {role} LOGIN PASSWORD 'x' VALID UNTIL 'infinity'",
    "CREATE ROLE {coming} IN ROLE {granted}",
    "CREATE ROLE {coming} IN ROLE {granted}, {granted} ROLE {role} ADMIN {role}",
    "CREATE ROLE {coming} ROLE rdsadmin",
    "CREATE ROLE {coming} SUPERUSER",
    "CREATE ROLE {coming} REPLICATION BYPASSRLS",
    "CREATE USER {coming} NOREPLICATION CREATEROLE",
    "ALTER ROLE {coming} NOLOGIN",
    "ALTER ROLE {coming} PASSWORD 'secret' VALID UNTIL '2099-01-01'",
    "ALTER ROLE {role} SUPERUSER",
    "ALTER ROLE {role} CONNECTION LIMIT 150",
    "ALTER ROLE {role} NOREPLICATION",
    "ALTER ROLE {coming} RENAME TO {role}",
    "ALTER ROLE {coming} RENAME TO {coming}",
    "ALTER ROLE rds_superuser RENAME TO x",
    "DROP ROLE IF EXISTS {coming}",
    "DROP ROLE {coming}, {role}",
    "DROP ROLE IF EXISTS CURRENT_USER",
    "GRANT {granted} TO {role}",
    "GRANT {granted}, {granted} TO {role}, {role} WITH ADMIN OPTION",
    "GRANT {granted} TO {role} GRANTED BY {role}",
    "GRANT {granted} TO {role} WITH INHERIT FALSE",
    "REVOKE {granted} FROM {revocable}",
    "REVOKE ADMIN OPTION FOR {granted} FROM {revocable} CASCADE",
    "REVOKE {granted} FROM {revocable} GRANTED BY {role}",
    "DROP OWNED BY {coming} CASCADE",
    "SET ROLE {lasting}",
    "RESET ROLE",
    "SET SESSION AUTHORIZATION {role}",
]
_SETTING_TEMPLATES = [
    "SET {setting} = {value}",
    "SET LOCAL {setting} TO {value}",
    "RESET {setting}",
    "SHOW {setting}",
    "SELECT set_config('{setting}', 'replica', false)",
    "SELECT set_config('{setting}', '*', true)",
    "ALTER ROLE {coming} SET {setting} = {value}",
    "ALTER ROLE {coming} RESET ALL",
    "ALTER ROLE ALL SET {setting} = {value}",
    "ALTER DATABASE template1 SET {setting} = {value}",
    "ALTER SYSTEM SET {setting} = {value}",
    "SET search_path = {schema}, public",
    "SET search_path = {schema}, pg_catalog",
    "RESET search_path",
    "SELECT count(*) FROM pg_catalog.pg_authid",
    "SELECT rolname, rolsuper FROM pg_roles ORDER BY 1",
    "SELECT passwd FROM pg_catalog.pg_shadow",
    "COPY pg_catalog.pg_authid TO STDOUT",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('PG_VERSION')",
    "CREATE FUNCTION c_code() RETURNS int LANGUAGE c AS 'rdsutils', '_PG_init'",
    "LOAD 'rdsutils'",
    "CREATE OR REPLACE FUNCTION odd() RETURNS int LANGUAGE sql SET {setting} = 'replica' AS 'SELECT 1'",
    "SELECT odd()",
]
#: One session disturbs another; never rdsadmin's.
_OTHERS = (
    " FROM pg_stat_activity WHERE usename <> 'rdsadmin' AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' ORDER BY random() LIMIT 1"
)
_FLOW_TEMPLATES = [
    "BEGIN", "COMMIT", "ROLLBACK", "BEGIN ISOLATION LEVEL SERIALIZABLE", "BEGIN READ ONLY",
    "SAVEPOINT a", "ROLLBACK TO a", "RELEASE a", "SAVEPOINT b", "ROLLBACK TO b",
    "SELECT 1/0", "syntax error", "DISCARD ALL", "DEALLOCATE ALL", "LISTEN x",
    f"SELECT pg_cancel_backend(pid){_OTHERS}",
]  # fmt: skip
_ENDING = f"SELECT pg_terminate_backend(pid){_OTHERS}"

_NESTINGS = [
    "DO {body}",
    "SELECT public.run_it({text})",
    "SELECT public.run_definer({text})",
    "SELECT public.run_caught({text})",
    "SELECT public.run_caught({text}), public.run_it({text})",
    "DECLARE c{n} CURSOR FOR SELECT public.run_it({text})",
    "FETCH ALL FROM c{n}",
    "PREPARE q{n} AS SELECT public.run_caught({text})",
    "EXECUTE q{n}",
    "CALL public.run_and_commit({text})",
    "EXPLAIN ANALYZE SELECT public.run_caught({text})",
]


#: Different statements that histories are dealt from.
STOCK = 6000


@dataclass(frozen=True)
class Statement:
    """One statement: its text, milliseconds until it is cancelled (0: never), which protocol carries it."""

    text: str
    milliseconds: int = 0
    extended: bool = False


def _filled(template: str) -> st.SearchStrategy[str]:
    """Fill each {name} of a template from the pool of that name."""
    parts = template.replace("}", "{").split("{")
    return st.tuples(
        *(
            st.just(part) if place % 2 == 0 else st.sampled_from(_POOLS[part])
            for place, part in enumerate(parts)
        )
    ).map("".join)


def _one_of(templates: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(templates).flatmap(_filled)


def _literal(text: str) -> str:
    return sql.Literal(text).as_string(None)


@st.composite
def _nested(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    """Put a statement into a block, function, cursor or prepared statement, once or twice."""
    text = draw(inner)
    for _ in range(draw(st.integers(1, 2))):
        wrapping = draw(st.sampled_from(_NESTINGS))
        caught = draw(st.booleans())
        block = f"BEGIN EXECUTE {_literal(text)}; {'EXCEPTION WHEN OTHERS THEN NULL; ' if caught else ''}END"
        text = wrapping.format(body=_literal(block), text=_literal(text), n=draw(st.integers(1, 2)))
    return text


PLAIN = st.one_of(
    *[_one_of(_EXTENSION_TEMPLATES)] * 2,
    *[_one_of(_OBJECT_TEMPLATES)] * 3,
    *[_one_of(_ROLE_TEMPLATES)] * 3,
    *[_one_of(_SETTING_TEMPLATES)] * 2,
)
TEXT = st.one_of(*[PLAIN] * 4, *[_nested(PLAIN)] * 3, *[st.sampled_from(_FLOW_TEMPLATES)] * 3)
STATEMENT = st.builds(
    Statement, TEXT, st.sampled_from([0] * 12 + [1, 2, 5]), st.sampled_from([False, False, True])
)


def _stock(size: int) -> list[Statement]:
    """Return that many statements or a few less, always the same ones."""
    found: dict[Statement, None] = {}

    @settings(
        max_examples=size, phases=[Phase.generate], derandomize=True, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(STATEMENT)
    def collect(statement: Statement) -> None:
        found[statement] = None

    collect()
    return list(found)


def histories(total: int, seed: int = 3) -> list[list[Statement]]:
    """Return histories of 8 to 24 statements each, at least ``total`` together, always the same ones."""
    deal, stock = Random(seed), _stock(STOCK)
    found: list[list[Statement]] = []
    while total > 0:
        found.append(deal.choices(stock, k=deal.randint(8, 24)))
        total -= len(found[-1])
        if len(found) % 25 == 0:
            found[-1].append(Statement(_ENDING))
    return found
