"""Cases of the rules for files of the host, event triggers and large objects."""

from rdscheck.assess.facts import (
    Database,
    EventTrigger,
    Flavour,
    Index,
    LargeObjects,
    Server,
    Setting,
    Statement,
    Tablespace,
    Via,
)
from rdscheck.assess.target import Move
from tests.assess.rules.hand_made import NOTE, WARNING, Case, act, function, innocent, statement, table

_LOGIN = EventTrigger(name="e", event="login", function="public.greet")
_DDL = EventTrigger(name="e", event="sql_drop", function="public.greet", owner="postgres")


def _setting(name: str, value: str, scope: str = "server", subject: str = "") -> Setting:
    return Setting(name=name, value=value, scope=scope, subject=subject)


def _foreign(server: str) -> tuple[Server, ...]:
    return (Server(name="files", wrapper="file_fdw"), Server(name="far", wrapper="postgres_fdw"))


FILES = (
    Case(
        "dump-reads-other-files",
        (Statement(kind="meta", detail="ir 'more/of it.sql'", line=3),),
        "file more/of it.sql",
        WARNING,
        via=Via.DUMP,
    ),
    innocent(
        "dump-reads-other-files",
        Statement(kind="meta", detail="connect i"),
        Statement(kind="meta", detail="i"),
        Statement(kind="copy", detail="i some"),
    ),
    Case("tablespace", (Tablespace(name="fast", location="/mnt"),), "tablespace fast", WARNING, "(/mnt)"),
    innocent("tablespace", table("fast")),
    Case(
        "tablespace-used",
        (
            table("t", tablespace="fast"),
            table("u", tablespace="fast"),
            Index(schema="public", name="i", relation="t", tablespace="fast"),
            Database(name="d", tablespace="fast"),
        ),
        "tablespace fast",
        WARNING,
        "lie: database (1), index (1), table (2).",
        "CREATE TABLESPACE \"fast\" LOCATION '/fast';",
    ),
    innocent("tablespace-used", table("t", tablespace="pg_default"), table("u")),
    Case(
        "copy-server-file",
        (act("copy from file", "/a"), act("copy to file", "/b")),
        "function public.f()",
        says="The function public.f() copies from or to files of the server (/a, /b)",
    ),
    Case(
        "copy-server-file",
        (statement("copy from file", "/a"),),
        "statement copy from file /a",
        says="A statement of the dump (line 7)",
        via=Via.DUMP,
    ),
    innocent("copy-server-file", act("copy from program", "gzip")),
    Case("copy-program", (act("copy to program", "gzip"),), "function public.f()", says="(gzip)"),
    innocent("copy-program", act("copy to file", "/a")),
    Case(
        "server-file-read",
        (act("call", "pg_catalog.pg_ls_dir"),),
        "function public.f()",
        says="calls pg_catalog.pg_ls_dir",
    ),
    innocent("server-file-read", act("call", "pg_catalog.pg_ls_logdir"), act("call", "app.pg_read_file")),
    Case("server-file-write", (act("call", "pg_catalog.pg_file_unlink"),), "function public.f()"),
    innocent("server-file-write", act("call", "pg_catalog.pg_read_file")),
    Case("large-object-server-file", (act("call", "pg_catalog.lo_export"),), "function public.f()"),
    innocent("large-object-server-file", act("call", "pg_catalog.lo_get")),
    Case(
        "utl-file",
        (act("call", "utl_file.fopen"), act("call", "utl_file.fclose")),
        "function public.f()",
        says="calls utl_file.fopen, utl_file.fclose",
    ),
    innocent("utl-file", act("call", "utl_files.fopen"), act("call", "pg_catalog.pg_read_file")),
    Case(
        "load-library",
        (act("load", "$libdir/auto_explain"),),
        "function public.f()",
        fix="shared_preload_libraries = auto_explain",
    ),
    Case("load-library", (act("load", "age"),), "function public.f()", fix="parameter group"),
    innocent("load-library", act("create extension", "age")),
    Case(
        "log-files", (act("call", "pg_catalog.pg_ls_logdir"),), "function public.f()", WARNING, fix="log_fdw"
    ),
    innocent("log-files", act("call", "pg_catalog.pg_read_file")),
    Case(
        "archiving",
        (_setting("archive_mode", "on"), _setting("archive_command", "cp %p /a")),
        "setting archive_command",
        WARNING,
    ),
    Case("archiving", (_setting("archive_mode", "always"),), "setting archive_mode", WARNING),
    innocent(
        "archiving",
        _setting("archive_mode", "off"),
        _setting("archive_command", "(disabled)"),
        _setting("restore_command", ""),
    ),
    innocent("archiving", _setting("archive_command", "/etc/rds/dbbin/archive %p"), flavour=Flavour.RDS),
    Case(
        "file-foreign-table",
        (
            *_foreign("files"),
            table("t", kind="foreign table", server="files", options=("program=date", "a=b")),
        ),
        "foreign table public.t",
        says="reads program=date,",
    ),
    innocent("file-foreign-table", *_foreign("files"), table("t", kind="foreign table", server="far")),
)

EVENT_TRIGGERS = (
    Case("event-trigger-blocks-upgrade", (_DDL,), "event trigger e", move=Move.UPGRADE, flavour=Flavour.RDS),
    innocent("event-trigger-blocks-upgrade", _DDL),
    innocent("event-trigger-blocks-upgrade", _DDL, move=Move.UPGRADE, source=17),
    Case(
        "event-trigger-owner",
        (EventTrigger(name="e", event="sql_drop", function="f", owner="boss"),),
        "event trigger e",
        WARNING,
        "belongs to boss",
    ),
    innocent("event-trigger-owner", _DDL, EventTrigger(name="d", event="sql_drop", function="f")),
    Case("event-trigger-on-login", (_LOGIN,), "event trigger e", WARNING, "public.greet", source=17),
    innocent(
        "event-trigger-on-login",
        _DDL,
        EventTrigger(name="d", event="login", function="f", enabled="disabled"),
        source=17,
    ),
    Case(
        "event-trigger-unknown-event",
        (_LOGIN,),
        "event trigger e",
        says="16 does not know",
        target="rds-16",
        source=17,
    ),
    innocent("event-trigger-unknown-event", _DDL, target="rds-16", source=17),
    innocent("event-trigger-unknown-event", _LOGIN, source=17),
)

LARGE_OBJECTS = (
    Case(
        "large-objects-not-replicated", (LargeObjects(number=3),), "large objects", NOTE, "Large objects: 3."
    ),
    innocent("large-objects-not-replicated", LargeObjects(number=0)),
    Case(
        "large-object-pages",
        (act("reads", "pg_catalog.pg_largeobject"), function("f")),
        "function public.f()",
    ),
    innocent("large-object-pages", act("reads", "pg_catalog.pg_largeobject_metadata")),
)
