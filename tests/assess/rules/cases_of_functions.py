"""Cases of the rules for what functions, views and statements do."""

from rdscheck.assess.facts import Act, Role, Via
from tests.assess.rules.hand_made import NOTE, WARNING, Case, act, function, innocent, statement, table

_F = "function public.f()"


def _call(name: str) -> Act:
    return act("call", f"pg_catalog.{name}")


SETTINGS = (
    Case("function-alters-system", (act("alter system", "work_mem"),), _F, fix="ParameterName=work_mem,"),
    Case(
        "function-alters-system",
        (statement("alter system", "fsync"),),
        "statement alter system fsync",
        via=Via.DUMP,
    ),
    innocent("function-alters-system", act("set", "work_mem")),
    Case(
        "function-sets-superuser-parameter",
        (act("set", "log_statement"), act("set", "work_mem")),
        _F,
        says="sets log_statement,",
    ),
    innocent(
        "function-sets-superuser-parameter", act("set", "work_mem"), act("set", "session_replication_role")
    ),
    Case(
        "function-sets-session-authorization",
        (act("set session authorization", "app"),),
        _F,
        says="authorization to app,",
    ),
    innocent("function-sets-session-authorization", act("set session authorization", "DEFAULT")),
    Case(
        "function-sets-role",
        (act("set role", "boss"), Role(name="boss", superuser=True)),
        _F,
        says="role boss,",
    ),
    Case("function-sets-role", (act("set role", "postgres"),), _F, WARNING),
    Case("function-sets-role", (act("set role", "rdsadmin"),), _F),
    innocent(
        "function-sets-role",
        act("set role", "boss"),
        act("set role", "none"),
        Role(name="boss"),
        statement("set role", "postgres"),
    ),
)

CREATED = (
    Case(
        "function-creates-extension",
        (act("create extension", "citus"), act("create extension", "hstore")),
        _F,
        says="creates citus, which",
    ),
    Case(
        "function-creates-extension",
        (act("create extension", "dblink"),),
        _F,
        WARNING,
        "rds_superuser",
        'CREATE EXTENSION IF NOT EXISTS "dblink"',
    ),
    innocent(
        "function-creates-extension",
        act("create extension", "hstore"),
        act("create extension", "plpgsql"),
        statement("create extension", "citus"),
    ),
    Case(
        "function-makes-superuser",
        (act("create role", "a"), act("create role superuser", "a")),
        _F,
        says="(a)",
    ),
    innocent(
        "function-makes-superuser", act("create role", "a"), statement("alter role superuser", "postgres")
    ),
    Case(
        "function-needs-rds-superuser", (act("create tablespace", "t"),), _F, WARNING, "CREATE TABLESPACE (t)"
    ),
    innocent(
        "function-needs-rds-superuser", act("create database", "d"), statement("create event trigger", "e")
    ),
)

READ = (
    *(
        Case(
            "connects-to-localhost",
            (act("connect", host),),
            _F,
            WARNING,
            f"connects to {'a socket of the host' if host == 'socket' else host};",
        )
        for host in ("localhost", "socket", "127.0.0.2", "::1", "/run/postgresql")
    ),
    innocent(
        "connects-to-localhost", act("connect", "db.example.com"), act("connect", "localhost.example.com")
    ),
    Case("reads-password-hashes", (act("reads", "pg_catalog.pg_shadow"),), _F, says="pg_catalog.pg_shadow"),
    innocent(
        "reads-password-hashes", act("reads", "pg_catalog.pg_stat_activity"), act("reads", "app.pg_shadow")
    ),
    Case(
        "reads-hidden-catalog",
        (act("reads", "pg_catalog.pg_statistic", by="public.V", by_kind="view"), table("V", kind="view")),
        'view public."V"',
        says='The view public."V" reads pg_statistic,',
        fix="pg_stats",
    ),
    Case("reads-hidden-catalog", (act("reads", "pg_catalog.pg_shmem_allocations"),), _F, target="rds-14"),
    innocent(
        "reads-hidden-catalog",
        act("reads", "pg_catalog.pg_shmem_allocations"),
        act("reads", "pg_catalog.pg_stat_activity"),
        act("reads", "pg_catalog.pg_subscription"),
    ),
    Case(
        "writes-system-catalog",
        (act("writes", "pg_catalog.pg_class"), act("writes", "pg_catalog.pg_settings")),
        _F,
        says="writes to pg_catalog.pg_class,",
    ),
    innocent(
        "writes-system-catalog", act("writes", "pg_catalog.pg_settings"), act("reads", "pg_catalog.pg_class")
    ),
)

CALLED = (
    Case("ends-sessions", (_call("pg_terminate_backend"),), _F, WARNING, fix="usename <> 'rdsadmin'"),
    innocent("ends-sessions", _call("pg_read_file")),
    Case(
        "controls-server",
        (_call("pg_reload_conf"), _call("pg_promote")),
        _F,
        fix="aws rds promote-read-replica",
    ),
    innocent("controls-server", _call("pg_current_logfile")),
    Case("file-level-backup", (_call("pg_start_backup"),), _F, says="pg_catalog.pg_start_backup"),
    innocent("file-level-backup", _call("pg_switch_wal")),
    Case("handles-slots", (_call("pg_replication_slot_advance"),), _F, WARNING, fix="GRANT rds_replication"),
    innocent("handles-slots", _call("pg_advisory_lock")),
    Case(
        "disables-system-triggers",
        (act("disable system triggers", "public.t"),),
        _F,
        says="triggers of public.t",
    ),
    Case(
        "disables-system-triggers",
        (statement("disable system triggers", "public.t"),),
        "statement disable system triggers public.t",
        via=Via.DUMP,
    ),
    innocent("disables-system-triggers", act("set", "session_replication_role")),
    Case(
        "security-definer-of-superuser",
        (function("F", "integer", security_definer=True, owner="postgres"),),
        'function public."F"(integer)',
        NOTE,
        fix='ALTER FUNCTION "public"."F"(integer) OWNER TO app_owner',
    ),
    innocent(
        "security-definer-of-superuser",
        function("f", security_definer=True, owner="app"),
        function("h", security_definer=True, owner="postgres"),
        Role(name="postgres", create_role=True),
        function("g", owner="postgres"),
    ),
)

FUNCTIONS = SETTINGS + CREATED + READ + CALLED
