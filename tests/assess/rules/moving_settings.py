"""Cases of rules about parameters, names and how clients log in."""

from rdscheck.assess.facts import Flavour, Function, Schema, Setting, Via
from tests.assess.rules.moving import (
    BLOCKER,
    NOTE,
    WARNING,
    Case,
    db,
    login,
    role,
    role_setting,
    server_setting,
    table,
    upgrade,
)


def of_function(name: str) -> Setting:
    return Setting(name=name, value="1", scope="function", subject='public.f(integer, "T"[])')


def in_database(name: str) -> Setting:
    return Setting(name=name, value="1", scope="role in database", subject="App", database="shop")


PARAMETERS = (
    Case(
        "all-roles-setting",
        (Setting(name="work_mem", value="5MB", scope="server", source="ALTER ROLE ALL", line=7),),
        "setting work_mem of all roles",
        via=Via.DUMP,
    ),
    Case(
        "all-roles-setting",
        (server_setting("work_mem", "5000", "ALTER ROLE ALL"),),
        "setting work_mem of all roles",
        (server_setting("work_mem", "5000"), role_setting("work_mem")),
        WARNING,
        fix='ALTER ROLE ALL RESET "work_mem";',
    ),
    Case(
        "lo-compat-privileges",
        (role_setting("lo_compat_privileges", "on"),),
        "setting lo_compat_privileges of role app",
        (role_setting("lo_compat_privileges", "off"),),
        WARNING,
    ),
    Case(
        "parameter-value-refused",
        (server_setting("log_destination", "stderr,syslog"),),
        "setting log_destination",
        (server_setting("log_destination", "stderr, csvlog"), server_setting("log_statement", "all")),
        NOTE,
        says="RDS takes stderr or csvlog",
    ),
    Case(
        "superuser-parameter",
        (of_function("log_statement"),),
        'setting log_statement of function public.f(integer, "T"[])',
        (
            of_function("work_mem"),
            server_setting("log_statement", "all"),
            role_setting("session_replication_role"),
        ),
    ),
    Case(
        "superuser-parameter",
        (in_database("lc_messages"),),
        'setting lc_messages of role "App" in database shop',
        (role_setting("lc_monetary"), Setting(name="lc_messages", value="C", scope="session")),
        fix='ALTER ROLE "App" IN DATABASE "shop" RESET "lc_messages";',
    ),
    Case(
        "superuser-parameter",
        (
            Setting(
                name="log_statement", value="1", scope="function", subject="public.My F()", database="app"
            ),
            Function(
                schema="public", name="My F", arguments="", language="sql", kind="procedure", database="app"
            ),
        ),
        'setting log_statement of function public."My F"()',
        fix='ALTER PROCEDURE "public"."My F"() RESET "log_statement";',
    ),
    Case(
        "custom-parameter",
        (server_setting("app.x", "1", "ALTER ROLE ALL"),),
        "setting app.x of all roles",
        fix='ALTER ROLE ALL RESET "app"."x";',
    ),
    Case(
        "custom-parameter",
        (role_setting("app.tenant"),),
        "setting app.tenant of role app",
        (role_setting("search_path"), server_setting("cron.timezone", "UTC")),
        fix='ALTER ROLE "app" RESET "app"."tenant";',
    ),
    Case(
        "removed-parameter",
        (role_setting("force_parallel_mode"),),
        "setting force_parallel_mode of role app",
        (role_setting("default_with_oids"), role_setting("ssl_ecdh_curve")),
        says="debug_parallel_query",
    ),
    Case(
        "removed-parameter",
        (server_setting("old_snapshot_threshold", "60"),),
        "setting old_snapshot_threshold",
        (server_setting("lc_collate", "C"),),
        NOTE,
    ),
    Case(
        "removed-parameter",
        (role_setting("force_parallel_mode"),),
        "setting force_parallel_mode of role app",
        (role_setting("force_parallel_mode"),),
        major=0,
        innocent_target="rds-15",
    ),
    Case(
        "alter-system-setting",
        (server_setting("work_mem", "5000", "ALTER SYSTEM"),),
        "setting work_mem",
        (server_setting("work_mem", "5000"),),
        WARNING,
    ),
    Case(
        "fixed-parameter",
        (server_setting("restart_after_crash", "off"),),
        "setting restart_after_crash",
        (
            server_setting("archive_command", "cp"),
            server_setting("superuser_reserved_connections", "3"),
            server_setting("allow_system_table_mods", "off"),
            server_setting("work_mem", "5000"),
        ),
        NOTE,
    ),
    Case(
        "server-settings-stay-behind",
        (server_setting("statement_timeout", "70000"),),
        "setting statement_timeout",
        (
            server_setting("DateStyle", "ISO, MDY"),
            server_setting("shared_buffers", "100"),
            server_setting("idle_in_transaction_session_timeout", "86400000"),
            role_setting("statement_timeout"),
        ),
        NOTE,
        fix="Set statement_timeout = 70000 in the parameter group",
    ),
    Case(
        "prepared-transactions-off",
        (server_setting("max_prepared_transactions", "7"),),
        "setting max_prepared_transactions",
        (server_setting("max_prepared_transactions", "0"),),
        WARNING,
    ),
    Case(
        "wal-level-logical",
        (server_setting("wal_level", "logical"),),
        "setting wal_level",
        (server_setting("wal_level", "replica"),),
        NOTE,
    ),
    Case(
        "idle-transactions-ended",
        (role_setting("idle_in_transaction_session_timeout", "0", "rdsadmin"),),
        "setting idle_in_transaction_session_timeout",
        (role_setting("idle_in_transaction_session_timeout", "0"),),
        NOTE,
    ),
    Case(
        "toast-compression-default",
        (table(),),
        "setting default_toast_compression",
        (table(),),
        NOTE,
        innocent_target="rds-14",
    ),
    Case(
        "tls-required",
        (server_setting("max_connections", "100"),),
        "setting rds.force_ssl",
        (server_setting("ssl", "on"),),
        NOTE,
    ),
    upgrade("tls-required", (table(),), "setting rds.force_ssl", severity=NOTE, major=14, innocent_major=15),
    upgrade(
        "tls-required",
        (table(),),
        "setting rds.force_ssl",
        server_setting("rds.force_ssl", "on"),
        severity=NOTE,
        major=16,
        flavour=Flavour.AURORA,
        target="aurora-17",
    ),
    Case(
        "password-encryption-md5",
        (role("app", password="scram"),),
        "setting password_encryption",
        (role("app", password="md5"),),
        NOTE,
        target="rds-13",
    ),
    Case(
        "max-connections-high",
        (server_setting("max_connections", "5001"),),
        "setting max_connections",
        (server_setting("max_connections", "5000"),),
        WARNING,
    ),
)

NAMES = (
    Case(
        "database-name-reserved",
        (db("rdsadmin", owner="app"),),
        "database rdsadmin",
        (db("rds_admin"), db("postgres"), db("rdsadmin", owner="rdsadmin")),
    ),
    Case("database-name-reserved", (db("rdsadmin", owner="rdsadmin"),), "database rdsadmin", via=Via.DUMP),
    upgrade("database-name-characters", (db("a b"),), 'database "a b"', db("A-b_9"), fix='RENAME TO "a_b";'),
    Case("database-name-characters", (db("größe"),), 'database "größe"', (db("groesse"),), WARNING),
    Case(
        "name-with-line-break",
        (Function(schema="public", name="a\nb", arguments="", language="sql"),),
        'function public."a\nb"',
        (table("a\tb"), role("ab"), Schema(name="a  b")),
        WARNING,
        fix='RENAME TO "a b";',
    ),
    upgrade("name-with-line-break", (role("a\rb"),), 'role "a\rb"', severity=BLOCKER),
    Case(
        "master-name-refused",
        (role("admin", superuser=True),),
        "role admin",
        (role("admin"), role("postgres", superuser=True), role("rdsadmin", superuser=True)),
        NOTE,
    ),
    Case(
        "schema-of-aws-extension",
        (Schema(name="aws_lambda"),),
        "schema aws_lambda",
        (Schema(name="aws"), Schema(name="aws_ml")),
        WARNING,
    ),
)

AUTHENTICATION = (
    Case(
        "login-method-not-offered",
        (login("hostssl", "ldap"),),
        "login hostssl all app 10.0.0.0/8 ldap",
        (
            login("local", "peer", ""),
            login("host", "ident", "::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            login("host", "scram-sha-256"),
            login("hostssl", "pam", "all", "+rds_iam"),
        ),
        WARNING,
    ),
    Case(
        "login-without-password",
        (login("host", "trust", "all"),),
        "login host all app all trust",
        (login("host", "trust", "127.0.0.1/255.255.255.255"), login("host", "trust", "samehost")),
        WARNING,
    ),
    Case(
        "login-without-tls",
        (login("hostnossl", "md5"),),
        "login hostnossl all app 10.0.0.0/8 md5",
        (login("hostnossl", "reject"), login("host", "md5")),
        WARNING,
    ),
    Case(
        "password-md5",
        (role("app", password="md5"),),
        "role app",
        (role("app", password="scram"), role("group", login=False, password="md5")),
        NOTE,
        target="rds-18",
        says="18.",
    ),
)

CASES = (*PARAMETERS, *NAMES, *AUTHENTICATION)
