"""The playground of a stream of statements, and what must hold there however the stream goes."""

import re
from contextlib import suppress

import psycopg
from psycopg import sql

from rdscheck.sandbox.database import Database
from rdscheck.sandbox.server import Connection

#: Login roles of the stream by name, and what makes each what it is.
LOGINS = {
    "second": "IN ROLE rds_superuser",  # without ADMIN OPTION
    "plain": "",
    "maker": "CREATEROLE",
    "copier": "IN ROLE rds_replication",
    "delegate": "IN ROLE rds_extension",
}
PASSWORD = "stream"

#: What a session checks of itself after each statement; in one call, caught inside, so that it costs one
#: round trip and no transaction. Names carry their schema: the session's search path is hostile.
_SEEN = """
CREATE FUNCTION watch.seen() RETURNS text LANGUAGE plpgsql AS $$
DECLARE hashes text := 'hidden';
BEGIN
    BEGIN
        PERFORM FROM pg_catalog.pg_authid LIMIT 1;
        hashes := 'readable';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
    RETURN pg_catalog.concat_ws(' ', hashes, pg_catalog.current_setting('is_superuser'),
                                pg_catalog.current_setting('role'), session_user, current_user);
END $$
"""
#: An event trigger whose own statements do not fire it again.
_ONCE = """
BEGIN
    IF current_setting('stream.inside', true) = '1' THEN RETURN; END IF;
    PERFORM set_config('stream.inside', '1', true);
    {}
    PERFORM set_config('stream.inside', '0', true);
END
"""
_CLIMB = _ONCE.format("""
    INSERT INTO public.notes VALUES (tg_event || tg_tag);
    PERFORM set_config('search_path', 's1, pg_catalog', false);
    BEGIN ALTER ROLE postgres SUPERUSER; EXCEPTION WHEN OTHERS THEN NULL; END;
    BEGIN GRANT pg_execute_server_program TO postgres; EXCEPTION WHEN OTHERS THEN NULL; END;
    BEGIN SET ROLE rdsadmin; EXCEPTION WHEN OTHERS THEN NULL; END;
    BEGIN SET SESSION AUTHORIZATION rdsadmin; EXCEPTION WHEN OTHERS THEN NULL; END;
    BEGIN CREATE EXTENSION cube; EXCEPTION WHEN OTHERS THEN NULL; END;
""")
_DEFERRED = """
BEGIN
    BEGIN ALTER ROLE postgres SUPERUSER; EXCEPTION WHEN OTHERS THEN NULL; END;
    RETURN NULL;
END
"""
#: Functions of the master user: name, what follows the name, body.
_FUNCTIONS = [
    ("run_it", "(s text) RETURNS text LANGUAGE plpgsql", "BEGIN EXECUTE s; RETURN 'done'; END"),
    (
        "run_definer",
        "(s text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER",
        "BEGIN EXECUTE s; RETURN 'done'; END",
    ),
    (
        "run_caught",
        "(s text) RETURNS text LANGUAGE plpgsql",
        "BEGIN BEGIN EXECUTE s; RETURN 'done'; EXCEPTION WHEN OTHERS THEN RETURN sqlerrm; END; END",
    ),
    (
        "et_note",
        "() RETURNS event_trigger LANGUAGE plpgsql",
        "BEGIN INSERT INTO public.notes VALUES (tg_tag); END",
    ),
    (
        "et_raise",
        "() RETURNS event_trigger LANGUAGE plpgsql",
        "BEGIN IF random() < 0.2 THEN RAISE 'no'; END IF; END",
    ),
    (
        "et_ddl",
        "() RETURNS event_trigger LANGUAGE plpgsql",
        _ONCE.format("CREATE TABLE IF NOT EXISTS s1.made (); DROP TABLE s1.made;"),
    ),
    (
        "et_drop",
        "() RETURNS event_trigger LANGUAGE plpgsql",
        _ONCE.format("DROP EVENT TRIGGER IF EXISTS et1; DROP EVENT TRIGGER IF EXISTS et2;"),
    ),
    ("et_climb", "() RETURNS event_trigger LANGUAGE plpgsql", _CLIMB),
    ("et_climb_definer", "() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER", _CLIMB),
    ("later", "() RETURNS trigger LANGUAGE plpgsql", _DEFERRED),
]

_HOST_ROLES = "('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')"
#: What is wrong, one row each; nothing else may be in the answer. Plain names: regprocedure and its like
#: look up types that another session may be dropping.
_WRONG = f"""
SELECT 'superuser ' || rolname FROM pg_authid WHERE rolsuper AND rolname <> 'rdsadmin'
UNION ALL
SELECT 'host role ' || roleid::regrole || ' given to ' || member::regrole FROM pg_auth_members
 WHERE roleid::regrole::text IN {_HOST_ROLES}
UNION ALL
SELECT 'member of rdsadmin ' || member::regrole FROM pg_auth_members WHERE roleid = 10
UNION ALL
SELECT 'function of rdsadmin ' || p.proname FROM pg_proc p
 WHERE p.proowner = 10 AND p.oid >= 16384 AND p.pronamespace <> 'watch'::regnamespace
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
UNION ALL
SELECT 'in pg_catalog ' || o.what FROM (
    SELECT 'pg_proc'::regclass AS class, oid, proname::text AS what FROM pg_proc
     WHERE pronamespace = 'pg_catalog'::regnamespace
    UNION ALL SELECT 'pg_class'::regclass, oid, relname::text FROM pg_class
     WHERE relnamespace = 'pg_catalog'::regnamespace
    UNION ALL SELECT 'pg_operator'::regclass, oid, oprname::text FROM pg_operator
     WHERE oprnamespace = 'pg_catalog'::regnamespace) o
 WHERE o.oid >= 16384
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype IN ('e', 'i'))
"""
#: Everything initdb made that somebody could have changed; ``public`` is its owner's to change.
_INITIAL = """
SELECT concat_ws('|', 'function', oid, proname, proowner, proacl, prosrc, prosecdef, proconfig)
  FROM pg_proc WHERE oid < 16384
UNION ALL
SELECT concat_ws('|', 'relation', oid, relname, relowner, relacl, relkind, relnamespace)
  FROM pg_class WHERE oid < 16384
UNION ALL
SELECT concat_ws('|', 'type', oid, typname, typowner, typacl) FROM pg_type WHERE oid < 16384
UNION ALL
SELECT concat_ws('|', 'operator', oid, oprname, oprowner, oprcode::oid) FROM pg_operator WHERE oid < 16384
UNION ALL
SELECT concat_ws('|', 'schema', oid, nspname, nspowner, nspacl)
  FROM pg_namespace WHERE oid < 16384 AND nspname <> 'public'
UNION ALL
SELECT concat_ws('|', 'rule', oid, ev_class, md5(ev_action::text)) FROM pg_rewrite WHERE oid < 16384
"""
_FINGERPRINT = f"SELECT md5(string_agg(row, '' ORDER BY row)) FROM ({_INITIAL}) AS initial(row)"

#: What the server's log must not hold, and one look behind: words in a statement's text are no fault. A
#: function that another session drops is missed by a plain server in these very words (SELECT, GRANT and
#: ALTER FUNCTION of it: nothing locks a function); ``DROP OWNED BY`` of the stream drops the master user's.
_FAULT = re.compile(
    r"terminated by signal|PANIC: |TRAP: |server process .* (?:was terminated|exited with exit code)"
    r"|invalid memory alloc|cache lookup failed (?!for function)|unrecognized node type|corrupted"
    r"|stack smashing|rdsutils: "
)
_MESSAGE = re.compile(r":(?:ERROR|FATAL|PANIC|LOG|WARNING|NOTICE):\s+(.*)|^(TRAP:.*)")

#: What the server says of a message follows it: context, statement; lines of other sessions between.
_STATEMENT = re.compile(r":(?:CONTEXT|STATEMENT):\s")
_FOLLOWING = 12


class Playground:
    """One database with everything the stream's statements name."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.admin() as admin:
            admin.execute("CREATE SCHEMA watch")
            admin.execute("GRANT USAGE ON SCHEMA watch TO PUBLIC")
            admin.execute(_SEEN)
            # What waits for another session of the stream shall not wait long.
            for setting in (
                "deadlock_timeout = '20ms'",
                "lock_timeout = '100ms'",
                "statement_timeout = '3s'",
            ):
                admin.execute(
                    sql.SQL("ALTER DATABASE {} SET {}").format(
                        sql.Identifier(database.name),
                        sql.SQL(setting),
                    )
                )
        with database.connect() as master:
            for role, options in LOGINS.items():
                master.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}' {options}")
            master.execute("CREATE ROLE team")
            master.execute("GRANT team TO postgres, second, plain, maker, copier, delegate")
            master.execute("CREATE TABLE public.notes (t text)")
            master.execute("GRANT INSERT ON public.notes TO PUBLIC")
            for name, kind, body in _FUNCTIONS:
                master.execute(f"CREATE FUNCTION {name}{kind} AS $body${body}$body$")
            master.execute(
                "CREATE PROCEDURE run_and_commit(s text) LANGUAGE plpgsql AS $$BEGIN EXECUTE s; COMMIT; END$$"
            )
            master.execute(
                "CREATE CONSTRAINT TRIGGER later AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION later()"
            )
            for schema in ("s1", "s2"):
                master.execute(f"CREATE SCHEMA {schema}")
            master.execute("GRANT CREATE, USAGE ON SCHEMA public, s1, s2 TO PUBLIC")
            master.execute(
                sql.SQL("GRANT CREATE ON DATABASE {} TO plain, maker").format(sql.Identifier(database.name))
            )
            master.execute(
                sql.SQL(
                    "ALTER DATABASE {} SET rds.allowed_delegated_extensions = 'hstore, cube, tcn'"
                ).format(sql.Identifier(database.name))
            )
        with database.admin() as admin:
            for role in LOGINS:  # which also keeps the role from being dropped
                admin.execute(f"CREATE TABLE watch.of_{role} ()")
                admin.execute(f"ALTER TABLE watch.of_{role} OWNER TO {role}")
            admin.execute("CREATE TABLE public.foreign_table (i int)")
        self._admin = database.admin()
        self._initial = self._read_initial()
        self._fingerprint = self._admin.execute(_FINGERPRINT).fetchone()

    def close(self) -> None:
        self._admin.close()

    def connect(self, role: str) -> Connection:
        return self.database.connect(role, None if role == "postgres" else PASSWORD)

    def wrong(self) -> list[str]:
        """Return what is wrong in the whole server right now."""
        found = [str(row[0]) for row in self._admin.execute(_WRONG)]
        if self._admin.execute(_FINGERPRINT).fetchone() != self._fingerprint:
            found += [f"initdb's object changed: {row}" for row in self._read_initial() ^ self._initial]
        return found

    def restore(self) -> None:
        """Make the roles again what the stream may have talked them out of."""
        for statement in (
            "GRANT rds_superuser TO postgres WITH ADMIN OPTION",
            "GRANT rds_superuser TO second",
            "GRANT rds_extension TO delegate",
            "GRANT rds_replication TO copier",
            "REVOKE rds_superuser FROM plain, maker, copier, delegate",
            "ALTER ROLE maker CREATEROLE",
        ):
            # Sessions change the same rows; the next round tries again.
            with suppress(psycopg.errors.InternalError_, psycopg.errors.OperationalError):
                self._admin.execute(statement)

    def _read_initial(self) -> set[str]:
        return {str(row[0]) for row in self._admin.execute(_INITIAL)}


def faults(log: str) -> list[str]:
    """Return the lines of a log that tell of a crash or of broken insides, each once, with the statement."""
    found = {}
    lines = log.splitlines()
    for number, line in enumerate(lines):
        message = _MESSAGE.search(line)
        if message and _FAULT.search(message[1] or message[2]):
            told = [later for later in lines[number + 1 : number + _FOLLOWING] if _STATEMENT.search(later)]
            found[message[1] or message[2]] = "\n".join([line, *told[:1]])
    return list(found.values())
