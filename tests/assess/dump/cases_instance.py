"""Statements about rights, the instance and data, and the facts they make."""

# ruff: noqa: E501
# A statement is easier to read on a line of its own, however long.

from rdscheck.assess.facts import (
    CronJob,
    Database,
    DefaultPrivilege,
    Fact,
    Grant,
    LargeObjects,
    Membership,
    PartitionSet,
    Role,
    Schema,
    SecurityLabel,
    Setting,
    Statement,
    Tablespace,
)

CASES: list[tuple[str, str, list[Fact]]] = [
    # rights
    (
        (
            "GRANT ALL ON FUNCTION pg_catalog.f(a text, integer) TO app; GRANT SELECT(a),UPDATE ON TABLE pg_catalog.t TO app,"
            " PUBLIC; GRANT SELECT ON public.t TO pg_monitor; GRANT SELECT ON public.t TO app; GRANT SET ON PARAMETER"
            " log_statement TO app; REVOKE ALL ON SCHEMA pg_catalog FROM app; GRANT USAGE ON LANGUAGE c TO app;"
            " GRANT ALL ON SCHEMA public TO app; GRANT ALL ON SEQUENCE public.s TO rds_superuser;"
        ),
        "grants",
        [
            Grant(kind=kind, object=thing, privilege=privilege, grantee=grantee, line=1)
            for kind, thing, privilege, grantee in (
                ("function", "pg_catalog.f(text, integer)", "EXECUTE", "app"),
                ("table", "pg_catalog.t", "SELECT", "app"),
                ("table", "pg_catalog.t", "UPDATE", "app"),
                ("table", "pg_catalog.t", "SELECT", "public"),
                ("table", "pg_catalog.t", "UPDATE", "public"),
                ("table", "public.t", "SELECT", "pg_monitor"),
                ("parameter", "log_statement", "SET", "app"),
                ("language", "c", "USAGE", "app"),
                ("table", "public.s", "SELECT", "rds_superuser"),
                ("table", "public.s", "UPDATE", "rds_superuser"),
                ("table", "public.s", "USAGE", "rds_superuser"),
            )
        ],
    ),
    (
        (
            "SET SESSION AUTHORIZATION rdsadmin; GRANT SELECT ON TABLE public.t TO app; RESET SESSION AUTHORIZATION;"
            " GRANT SELECT ON TABLE public.u TO app;"
        ),
        "grants",
        [
            Grant(
                kind="table", object="public.t", privilege="SELECT", grantee="app", grantor="rdsadmin", line=1
            )
        ],
    ),
    (
        (
            "ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA s GRANT SELECT ON TABLES TO b; ALTER DEFAULT PRIVILEGES FOR ROLE a"
            " IN SCHEMA s GRANT INSERT ON TABLES TO PUBLIC; ALTER DEFAULT PRIVILEGES FOR ROLE a REVOKE ALL ON FUNCTIONS FROM"
            " PUBLIC; ALTER DEFAULT PRIVILEGES FOR ROLE a GRANT ALL ON FUNCTIONS TO a;"
        ),
        "default_privileges",
        [
            DefaultPrivilege(role="a", schema="s", kind="tables", grantees=("b", "public"), line=1),
            DefaultPrivilege(role="a", kind="functions", line=1),
        ],
    ),
    (
        (
            "SECURITY LABEL FOR p ON COLUMN public.t.c IS 'x'; SECURITY LABEL FOR p ON FUNCTION public.f(integer) IS 'x';"
            " SECURITY LABEL FOR p ON ROLE r IS 'x';"
        ),
        "security_labels",
        [
            SecurityLabel(provider="p", kind="column", object="public.t.c", line=1),
            SecurityLabel(provider="p", kind="function", object="public.f(integer)", line=1),
            SecurityLabel(provider="p", kind="role", object="r", line=1),
        ],
    ),
    # the instance
    (
        (
            "CREATE ROLE a; ALTER ROLE a WITH SUPERUSER NOINHERIT NOCREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS CONNECTION"
            " LIMIT 3 PASSWORD 'md5d41d8cd98f00b204e9800998ecf8427e' VALID UNTIL '2030-01-01 02:00:00+02';"
            " CREATE ROLE b; ALTER ROLE b WITH NOLOGIN; COMMENT ON ROLE b IS 'said';"
            " CREATE ROLE c; ALTER ROLE c WITH LOGIN PASSWORD 'SCRAM-SHA-256$4096:x'; CREATE USER d PASSWORD 'secret';"
        ),
        "roles",
        [
            Role(
                name="a",
                superuser=True,
                replication=True,
                bypass_rls=True,
                create_database=True,
                login=True,
                inherit=False,
                connection_limit=3,
                valid_until="2030-01-01 00:00:00+00",
                password="md5",
                line=1,
                spelled=("superuser", "replication", "bypassrls"),
            ),
            Role(name="b", password="none", comment="said", line=1),
            Role(name="c", login=True, password="scram", line=1),
            Role(name="d", login=True, password="plain", line=1),
        ],
    ),
    ("CREATE ROLE a; ALTER ROLE a WITH LOGIN;", "roles", [Role(name="a", login=True, line=1)]),
    (
        "GRANT a TO b WITH ADMIN OPTION GRANTED BY c; GRANT a TO d WITH INHERIT TRUE GRANTED BY c;",
        "memberships",
        [
            Membership(role="a", member="b", admin=True, grantor="c", line=1),
            Membership(role="a", member="d", grantor="c", line=1),
        ],
    ),
    (
        "CREATE TABLESPACE t OWNER me LOCATION '/x'; ALTER TABLESPACE t OWNER TO you;",
        "tablespaces",
        [Tablespace(name="t", owner="you", location="/x", line=1)],
    ),
    (
        (
            "CREATE DATABASE a WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = icu LOCALE = 'C' ICU_LOCALE ="
            " 'de' ICU_RULES = '&a' COLLATION_VERSION = '1' TABLESPACE = fast CONNECTION LIMIT = 7 IS_TEMPLATE = true"
            " ALLOW_CONNECTIONS = false; ALTER DATABASE a OWNER TO me; COMMENT ON DATABASE a IS 'x';"
            " CREATE DATABASE b ENCODING = 'LATIN1' LC_COLLATE = 'de_DE' LC_CTYPE = 'C' TABLESPACE = pg_default;"
            " UPDATE pg_catalog.pg_database SET datistemplate = 't' WHERE datname = 'b';"
        ),
        "databases",
        [
            Database(
                name="a",
                owner="me",
                encoding="UTF8",
                collate="C",
                ctype="C",
                provider="icu",
                locale="de",
                icu_rules="&a",
                collation_version="1",
                tablespace="fast",
                connection_limit=7,
                allows_connections=False,
                is_template=True,
                comment="x",
                line=1,
            ),
            Database(name="b", encoding="LATIN1", collate="de_DE", ctype="C", is_template=True, line=1),
        ],
    ),
    (
        (
            "ALTER ROLE a SET search_path TO 'app', 'My Schema', ''; ALTER ROLE a IN DATABASE d SET work_mem TO '1MB';"
            " ALTER DATABASE d SET log_statement TO 'all'; ALTER ROLE ALL SET jit TO off; ALTER ROLE a RESET jit;"
            " ALTER DATABASE d SET \"app.password\" TO 'secret';"
        ),
        "settings",
        [
            Setting(name="search_path", value='app, "My Schema", ""', scope="role", subject="a", line=1),
            Setting(
                name="work_mem", value="1MB", scope="role in database", subject="a", database="d", line=1
            ),
            Setting(name="log_statement", value="all", scope="database", subject="d", line=1),
            Setting(name="jit", value="off", scope="server", source="ALTER ROLE ALL", line=1),
            Setting(name="app.password", value="***", scope="database", subject="d", line=1),
        ],
    ),
    (
        (
            "CREATE FUNCTION app.f(integer) RETURNS void LANGUAGE sql SET search_path TO '' SET work_mem TO '1MB' AS 'x';"
            " SET lock_timeout = 0; SET lock_timeout = 0;"
        ),
        "settings",
        [
            Setting(name="search_path", value='""', scope="function", subject="app.f(integer)", line=1),
            Setting(name="work_mem", value="1MB", scope="function", subject="app.f(integer)", line=1),
            Setting(name="lock_timeout", value="0", scope="session", line=1),
        ],
    ),
    (
        "CREATE SCHEMA a; ALTER SCHEMA a OWNER TO me; CREATE SCHEMA public; CREATE SCHEMA b AUTHORIZATION you;",
        "schemas",
        [Schema(name="a", owner="me", line=1), Schema(name="b", owner="you", line=1)],
    ),
    (
        "COMMENT ON EXTENSION plpgsql IS 'x'; COMMENT ON TABLE public.t IS 'x';",
        "statements",
        [Statement(kind="comment", detail="extension plpgsql", line=1)],
    ),
    # data
    (
        (
            "SELECT pg_catalog.lo_create('1');SELECT pg_catalog.lo_create('2');ALTER LARGE OBJECT 1 OWNER TO a;"
            "ALTER LARGE OBJECT 2 OWNER TO b;SELECT pg_catalog.lowrite(0, '\\x00');"
        ),
        "large_objects",
        [LargeObjects(number=2, owners=2, line=1)],
    ),
    (
        (
            "COPY cron.job (jobid, schedule, command, nodename, nodeport, database, username, active, jobname) FROM stdin;\n"
            '7\t* * * * *\tSELECT 1\\tAS "a\\\\b"\\n\tlocalhost\t5432\tapp\tme\tt\t\\N\n\\.\n'
        ),
        "cron_jobs",
        [
            CronJob(
                id=7,
                schedule="* * * * *",
                command='SELECT 1\tAS "a\\b"\n',
                in_database="app",
                user="me",
                node="localhost",
                line=2,
            )
        ],
    ),
    (
        "INSERT INTO cron.job VALUES (7, '@daily', 'VACUUM', 'localhost', 5432, 'app', 'me', true, NULL);",
        "cron_jobs",
        [
            CronJob(
                id=7,
                schedule="@daily",
                command="VACUUM",
                in_database="app",
                user="me",
                node="localhost",
                line=1,
            )
        ],
    ),
    (
        (
            "COPY partman.part_config (parent_table, control, partition_type, partition_interval, template_table) FROM stdin;\n"
            "public.t\tday\tnative\t1 day\t\\N\n\\.\n"
        ),
        "partition_sets",
        [PartitionSet(parent="public.t", kind="native", interval="1 day", line=2)],
    ),
    ("COPY app.job (jobid) FROM stdin;\n7\n\\.\n", "cron_jobs", []),
    (
        'COPY public.t (a) FROM stdin;\n\\.\nINSERT INTO "A".b VALUES (1);INSERT INTO "A".b VALUES (2);',
        "statements",
        [
            Statement(kind="copy", detail="public.t", line=1),
            Statement(kind="insert", detail="A.b", line=3),
        ],
    ),
    (
        "\\connect d\n\\echo hello\n\\pset pager off\n\\restrict x\nSELECT 1;",
        "statements",
        [
            Statement(kind="connect", detail="d", line=1),
            Statement(kind="meta", detail="echo hello", database="d", line=2),
            Statement(kind="meta", detail="pset pager off", database="d", line=3),
        ],
    ),
]
