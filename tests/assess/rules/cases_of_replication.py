"""Cases of the rules for replication."""

from rdscheck.assess.facts import Extension, Flavour, Grant, Publication, Relation, Setting, Slot, Trigger
from tests.assess.rules.hand_made import NOTE, WARNING, Case, act, innocent, statement, subscription, table

_GOOD = "host=db.example.com dbname=a user=u"


def _slot(name: str = "s", kind: str = "logical", **others: object) -> Slot:
    return Slot(name=name, kind=kind, **others)  # type: ignore[arg-type]


def _trigger(enabled: str) -> Trigger:
    return Trigger(schema="public", relation="t", name="g", function="public.f", enabled=enabled)


def _bare(**others: object) -> Relation:
    return table("t", **({"has_key": False} | others))


SLOTS = (
    Case("physical-slot", (_slot(kind="physical"),), "slot s", WARNING),
    innocent("physical-slot", _slot(), _slot(kind="physical", temporary=True)),
    innocent("physical-slot", _slot("rds_us_east_1_db_abc", kind="physical"), flavour=Flavour.RDS),
    Case(
        "logical-slot-left-behind",
        (_slot("it's", plugin="pgoutput"),),
        'slot "it\'s"',
        WARNING,
        fix="pg_create_logical_replication_slot('it''s', 'pgoutput')",
    ),
    innocent("logical-slot-left-behind", _slot(kind="physical"), _slot(temporary=True)),
    Case("output-plugin-not-offered", (_slot("s", plugin="decoderbufs"),), "slot s", says="decoderbufs"),
    Case("output-plugin-not-offered", (_slot("s", plugin="decoder_raw"),), "slot s", target="aurora-16"),
    innocent(
        "output-plugin-not-offered",
        *(
            _slot(p, plugin=p)
            for p in ("pgoutput", "test_decoding", "wal2json", "pglogical_output", "decoder_raw", "")
        ),
        _slot("p", "physical"),
    ),
    Case("two-phase-replication", (_slot("s", two_phase=True),), "slot s", WARNING),
    Case(
        "two-phase-replication",
        (subscription(_GOOD, options=("two_phase=on",)),),
        "subscription news",
        WARNING,
        fix="max_prepared_transactions",
    ),
    innocent(
        "two-phase-replication", _slot(), subscription(_GOOD, options=("two_phase=off", "streaming=on"))
    ),
)

PUBLICATIONS = (
    Case(
        "publication-all-tables",
        (Publication(name="p", all_tables=True, owner="postgres"),),
        "publication p",
        NOTE,
        "takes all tables;",
    ),
    Case(
        "publication-all-tables",
        (Publication(name="p", schemas=("s", "S"), owner="boss"),),
        "publication p",
        WARNING,
        'all tables in s, "S" and belongs to boss',
    ),
    innocent("publication-all-tables", Publication(name="p", tables=("public.t",), owner="boss")),
    Case("publication-needs-logical-replication", (Publication(name="p"),), "publication p", NOTE),
    innocent("publication-needs-logical-replication", table("p")),
    Case("table-without-key", (_bare(),), "table public.t", NOTE, "no primary key", "REPLICA IDENTITY FULL"),
    Case(
        "table-without-key",
        (_bare(kind="partitioned table"), Publication(name="p", all_tables=True)),
        "partitioned table public.t",
        NOTE,
        "and is in the publication p;",
    ),
    Case(
        "table-without-key",
        (table("t", identity="nothing"),),
        "table public.t",
        NOTE,
        "IDENTITY NOTHING",
        "REPLICA IDENTITY DEFAULT",
    ),
    innocent(
        "table-without-key",
        table("t"),
        _bare(identity="full"),
        _bare(identity="index"),
        _bare(unlogged=True),
        _bare(is_partition=True),
        _bare(kind="view"),
        _bare(kind="foreign table"),
    ),
)

SUBSCRIPTIONS = (
    Case("subscription-password-in-dump", (subscription(_GOOD),), "subscription news", NOTE),
    innocent("subscription-password-in-dump", subscription(_GOOD, password=False)),
    Case(
        "subscription-disabled-after-restore",
        (subscription(_GOOD),),
        "subscription news",
        WARNING,
        fix='ALTER SUBSCRIPTION "news" ENABLE',
    ),
    innocent("subscription-disabled-after-restore", table("news")),
    *(
        Case("subscription-to-localhost", (subscription(text),), "subscription news", says=says)
        for text, says in (
            ("host=localhost dbname=a", "connects to localhost;"),
            ("dbname=a user=u", "a socket of the host"),
            ("host=/var/run/postgresql dbname=a", "/var/run"),
            ("postgresql://u@127.0.0.1:5433/a", "127.0.0.1"),
            ("host=far.example.com hostaddr=::1", "::1"),
            ("host=far.example.com,LOCALHOST dbname=a", "far.example.com,"),
        )
    ),
    innocent(
        "subscription-to-localhost",
        *(
            subscription(text)
            for text in (
                _GOOD,
                "",
                "service=far",
                "postgresql://u@localhost.example.com/localhost",
                "not a connection string",
            )
        ),
    ),
    Case(
        "subscription-without-password",
        (subscription(_GOOD, password=False),),
        "subscription news",
        says="demands one",
    ),
    Case(
        "subscription-without-password",
        (subscription(_GOOD, password=False),),
        "subscription news",
        WARNING,
        target="rds-15",
    ),
    innocent("subscription-without-password", subscription(_GOOD), subscription("", password=False)),
    Case(
        "subscription-host-files",
        (subscription(f"{_GOOD} sslkey=/k passfile=/p sslmode=require"),),
        "subscription news",
        says="passfile=/p, sslkey=/k",
    ),
    innocent(
        "subscription-host-files",
        subscription(f"{_GOOD} sslmode=verify-full sslrootcert=/rdsdbdata/rds-metadata/ca-cert.pem"),
        subscription(f"{_GOOD} sslrootcert=system"),
    ),
    Case(
        "subscription-password-not-required",
        (subscription(_GOOD, options=("password_required=false",)),),
        "subscription news",
        source=16,
    ),
    innocent(
        "subscription-password-not-required",
        subscription(_GOOD, options=("password_required=true",)),
        subscription(_GOOD),
        source=16,
    ),
)

OTHERS = (
    Case(
        "session-replication-role", (act("set", "session_replication_role"),), "function public.f()", WARNING
    ),
    innocent(
        "session-replication-role", statement("set", "session_replication_role"), act("set", "work_mem")
    ),
    Case(
        "trigger-fires-on-replica",
        (_trigger("always"),),
        "trigger public.t.g",
        NOTE,
        "enabled always",
        'ALTER TABLE "public"."t" DISABLE TRIGGER "g"',
    ),
    innocent("trigger-fires-on-replica", _trigger("origin"), _trigger("disabled")),
    Case("pglogical-usage", (Extension(name="pglogical"),), "extension pglogical", WARNING),
    innocent(
        "pglogical-usage",
        Extension(name="pglogical", database="d"),
        Grant(database="d", kind="schema", object="pglogical", privilege="USAGE", grantee="public"),
    ),
    innocent(
        "synchronous-standbys",
        Setting(name="synchronous_standby_names", value="rds_multi_az", scope="server"),
        flavour=Flavour.RDS,
    ),
    Case(
        "synchronous-standbys",
        (Setting(name="synchronous_standby_names", value="ANY 1 (*)", scope="server"),),
        "setting synchronous_standby_names",
        WARNING,
    ),
    innocent("synchronous-standbys", Setting(name="synchronous_standby_names", value="", scope="server")),
)

REPLICATION = SLOTS + PUBLICATIONS + SUBSCRIPTIONS + OTHERS
