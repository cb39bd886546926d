"""One of everything is found as it stands in the catalog, and what looks like it is left alone."""

from dataclasses import fields

import pytest

from rdscheck.assess.facts import (
    AccessMethod,
    Aggregate,
    Cast,
    Column,
    Conversion,
    DefaultPrivilege,
    EventTrigger,
    Flavour,
    Grant,
    Index,
    LargeObjects,
    Membership,
    Operator,
    Publication,
    Relation,
    Schema,
    Server,
    Setting,
    Trigger,
    Type,
    UserMapping,
    Via,
)
from tests.assess.live.conftest import Made

pytestmark = pytest.mark.xdist_group("live")


def test_nothing_is_hidden_from_the_superuser(made: Made) -> None:
    assert made.facts.not_seen == []
    assert made.facts.unreadable == []


def test_the_origin_tells_version_and_role_and_no_password(made: Made) -> None:
    origin = made.facts.origin
    assert (origin.via, origin.flavour, origin.master_user) == (Via.LIVE, Flavour.RDS, "rdsadmin")
    assert origin.major == made.server.major
    assert origin.version == made.server.info.server_version
    assert origin.label.endswith(f":{made.server.info.port}/{made.new}")


def test_facts_of_the_database_say_so_and_those_of_the_instance_do_not(made: Made) -> None:
    shared = {
        *("databases", "login_rules", "memberships", "prepared_transactions", "roles", "slots"),
        "tablespaces",
    }
    mixed = {"origin", "settings", "grants"}
    for name in {one.name for one in fields(made.facts)} - mixed:
        found = {fact.database for fact in getattr(made.facts, name)}
        assert found <= ({""} if name in shared else {made.new}), name


def test_no_secret_is_in_any_fact(made: Made) -> None:
    assert "very-secret" not in repr(made.facts)
    assert made.server.info.admin_password not in repr(made.facts)


def test_the_role(made: Made) -> None:
    role = made.only("roles", name=made.new)
    kind = "scram" if made.server.major >= 14 else "md5"
    assert (role.login, role.superuser, role.connection_limit, role.password) == (True, False, 3, kind)
    assert (role.valid_until, role.comment) == ("2031-01-31 23:00:00+00", "who does it")
    assert made.only("roles", name="rds_superuser").password == "none"
    assert made.all("memberships", member=made.new) == [
        Membership(role="pg_monitor", member=made.new, admin=True, grantor="rdsadmin")
    ]
    assert [one for one in made.facts.roles if one.name.startswith("pg_")] == []


def test_settings_tell_where_they_were_made(made: Made) -> None:
    found = {
        (one.scope, one.name): one for one in made.facts.settings if made.new in one.subject + one.database
    }
    assert found == {
        ("database", "statement_timeout"): Setting(
            name="statement_timeout", value="9min", scope="database", subject=made.new
        ),
        ("role", "search_path"): Setting(
            name="search_path", value="app, public", scope="role", subject=made.new
        ),
        ("role in database", "work_mem"): Setting(
            name="work_mem", value="9MB", scope="role in database", subject=made.new, database=made.new
        ),
        ("function", "work_mem"): Setting(
            name="work_mem", value="1MB", scope="function", subject="app.reads(text)", database=made.new
        ),
    }
    libraries = made.only("settings", scope="server", name="shared_preload_libraries")
    assert "rdsutils" in libraries.value
    # What we set for the time of looking is not taken for the server's.
    ours = {
        "search_path",
        "lock_timeout",
        "application_name",
        "cursor_tuple_fraction",
        "jit",
        "client_min_messages",
    }
    assert [one for one in made.all("settings", scope="server") if one.name in ours] == []


def test_extensions_and_schemas_without_what_extensions_brought(made: Made) -> None:
    names = [one.name for one in made.facts.extensions]
    assert names == ["hstore", "plpgsql", "postgres_fdw"]
    assert made.only("extensions", name="plpgsql").schema == "pg_catalog"
    assert made.facts.schemas == [Schema(name="app", owner=made.new, database=made.new)]
    assert {one.schema for one in made.facts.functions} == {"app"}
    assert made.facts.wrappers[0].name == "mine"
    assert len(made.facts.wrappers) == 1
    assert made.facts.languages == []


def test_relations(made: Made) -> None:
    kinds = {one.name: one.kind for one in made.facts.relations}
    assert kinds == {
        "away": "foreign table",
        "defaults": "table",
        "guarded": "table",
        "names": "view",
        "odd": "table",
        "odd_id_seq": "sequence",  # that of the identity column goes with the column
        "old_child": "table",
        "old_parent": "table",
        "parent": "partitioned table",
        "part": "table",
        "plain": "table",
        "quick": "table",
        "some": "materialized view",
        "who": "view",
    }
    quick = made.only("relations", name="quick")
    assert quick == Relation(
        schema="app",
        name="quick",
        kind="table",
        owner="rdsadmin",
        unlogged=True,
        options=("fillfactor=50",),
        row_security="enabled",
        database=made.new,
    )
    assert made.only("relations", name="plain").has_key
    assert made.only("relations", name="part").is_partition
    odd = made.only("relations", name="odd")
    assert (odd.identity, odd.has_key, odd.row_security) == ("full", False, "forced")
    away = made.only("relations", name="away")
    assert (away.server, away.options) == ("far", ("table_name=b",))
    who = made.only("relations", name="who").definition
    assert who.startswith("SELECT ")
    assert "password=***" in who
    assert not who.endswith(";")


def test_columns_that_are_not_plain(made: Made) -> None:
    def column(relation: str, name: str, kind: str, of: str = "table", collation: str = "") -> Column:
        return Column(
            schema="app",
            relation=relation,
            name=name,
            type=kind,
            relation_kind=of,
            collation=collation,
            database=made.new,
        )

    assert made.facts.columns == [
        column("odd", "kind", "app.mood"),
        column("odd", "f", "pg_catalog.regproc"),
        column("odd", "fs", "pg_catalog.regproc[]"),
        column("odd", "pairs", "app.pair[]"),
        column("odd", "store", "public.hstore"),
        column("odd", 'Straße "x"', "pg_catalog.text", collation="app.german"),
        column("old_child", "x", "pg_catalog.xid"),  # the inherited one is the parent's
        column("old_parent", "o", "pg_catalog.oid"),
        column("pair", "left_one", "pg_catalog.regproc", "composite type"),
        column("pair", "right_one", "app.mood[]", "composite type"),
        column("parent", "o", "pg_catalog.oid", "partitioned table"),
        column("part", "o", "pg_catalog.oid"),
        column("some", "o", "pg_catalog.oid", "materialized view"),
    ]


def test_indexes_that_are_special(made: Made) -> None:
    def index(name: str, **others: object) -> Index:
        return Index(schema="app", name=name, relation="plain", database=made.new, **others)  # type: ignore[arg-type]

    assert made.facts.indexes == [
        index("plain_german", collations=("app.german",)),
        index("plain_like", classes=("pg_catalog.text_pattern_ops",), collations=("pg_catalog.C",)),
        index("plain_tags", method="gin"),
    ]


def test_types(made: Made) -> None:
    def kind(name: str, kind: str, *parts: str) -> Type:
        return Type(schema="app", name=name, kind=kind, owner="rdsadmin", parts=parts, database=made.new)

    assert made.facts.types == [
        kind("empty", "shell"),
        kind("floats", "range", "pg_catalog.float8"),
        kind("mail", "domain", "pg_catalog.text"),
        kind("mood", "enum"),
        kind("pair", "composite", "pg_catalog.regproc", "app.mood[]"),
    ]


def test_functions(made: Made) -> None:
    assert {one.signature: (one.kind, one.language, one.returns) for one in made.facts.functions} == {
        "app.adds(integer, app.mood[], character varying[])": ("function", "sql", "pg_catalog.text"),
        "app.copies()": ("procedure", "plpgsql", ""),
        "app.cos(double precision)": ("function", "internal", "pg_catalog.float8"),
        "app.ddl()": ("function", "plpgsql", "pg_catalog.event_trigger"),
        "app.hook()": ("function", "plpgsql", "pg_catalog.trigger"),
        "app.reads(text)": ("function", "plpgsql", "pg_catalog.text"),
        "app.same(app.mood, app.mail)": ("function", "sql", "pg_catalog.bool"),
        "app.storing(public.hstore)": ("function", "sql", "pg_catalog.int8"),
    }
    assert made.only("functions", name="cos").symbol == "dcos"
    assert made.only("functions", name="reads").security_definer


def test_what_code_does_and_where(made: Made) -> None:
    found = {(one.kind, one.detail, one.by_kind, one.by, one.body_line) for one in made.facts.acts}
    assert found == {
        ("copy to program", "cat", "function", "app.copies()", 1),
        ("call", "pg_catalog.pg_read_file", "function", "app.reads(text)", 3),
        ("reads", "pg_catalog.pg_stat_activity", "view", "app.who", 0),
        ("call", "pg_catalog.pg_reload_conf", "rule", "app.defaults", 0),
        ("call", "pg_catalog.pg_read_file", "table", "app.defaults", 0),
        ("call", "pg_catalog.pg_read_file", "table", "app.guarded", 0),  # a constraint
        ("call", "pg_catalog.pg_advisory_lock", "table", "app.guarded", 0),  # a policy, and its check
        ("call", "pg_catalog.set_config", "table", "app.guarded", 0),
        ("set", "x.y", "table", "app.guarded", 0),
        ("call", "pg_catalog.pg_stat_file", "table", "app.guarded", 0),  # the condition of a trigger
    }
    # The column whose default is the word, not the call, is innocent.
    assert len(made.all("acts", by="app.defaults", by_kind="table")) == 1


def test_operators_casts_and_their_like(made: Made) -> None:
    facts = made.facts
    assert facts.aggregates == [
        Aggregate(
            schema="app",
            name="glue",
            arguments="text",
            functions=("pg_catalog.textcat", "pg_catalog.textcat"),
            state="pg_catalog.text",
            owner="rdsadmin",
            database=made.new,
        )
    ]
    assert facts.operators == [
        Operator(
            schema="app",
            name="===",
            left="app.mood",
            right="app.mail",
            function="app.same",
            owner="rdsadmin",
            database=made.new,
        )
    ]
    assert [(one.name, one.method, one.family) for one in facts.operator_classes] == [
        ("class", "hash", False),
        ("class", "hash", True),
        ("family", "btree", True),
    ]
    assert facts.casts == [
        Cast(
            source="app.mood",
            target="pg_catalog.int4",
            method="inout",
            context="assignment",
            database=made.new,
        ),
        Cast(source="public.hstore", target="pg_catalog.int8", function="app.storing", database=made.new),
    ]
    assert facts.conversions == [
        Conversion(schema="app", name="latin", function="pg_catalog.iso8859_1_to_utf8", database=made.new)
    ]
    assert [(one.name, one.kind, one.based_on, one.options) for one in facts.text_search] == [
        ("config", "configuration", "pg_catalog.default", ()),
        ("words", "dictionary", "pg_catalog.simple", ("stopwords=english",)),
    ]
    handler = "pg_catalog.heap_tableam_handler"
    assert facts.access_methods == [
        AccessMethod(name=made.new, kind="table", handler=handler, database=made.new)
    ]
    german = made.only("collations", name="german")
    assert (german.provider, german.deterministic) == ("icu", False)
    assert german.locale.startswith("de")
    assert german.version == german.actual_version != ""


def test_triggers(made: Made) -> None:
    def hooked(relation: str, name: str, enabled: str = "origin") -> Trigger:
        return Trigger(
            schema="app",
            relation=relation,
            name=name,
            function="app.hook",
            enabled=enabled,
            database=made.new,
        )

    assert made.facts.triggers == [
        hooked("guarded", "when_read"),
        hooked("parent", "everywhere"),  # once, not for its partition again
        hooked("plain", "hooked", "always"),
    ]
    assert made.facts.event_triggers == [
        EventTrigger(
            name=made.new,
            event="ddl_command_end",
            function="app.ddl",
            owner="rdsadmin",
            enabled="disabled",
            database=made.new,
        )
    ]


def test_replication(made: Made) -> None:
    assert made.facts.publications == [
        Publication(name="everything", owner="rdsadmin", all_tables=True, database=made.new),
        Publication(
            name="inserts", owner="rdsadmin", tables=("app.plain",), publishes=("insert",), database=made.new
        ),
    ]
    (found,) = made.facts.subscriptions
    assert (found.name, found.connection, found.has_password) == (made.new, "user=u host=localhost", True)
    assert (found.slot, found.publications, found.enabled) == ("slot_a", ("p", "q"), False)
    assert "synchronous_commit=on" in found.options
    streaming = ("streaming=parallel",) if made.server.major >= 18 else ()
    assert found.options == (*streaming, "synchronous_commit=on")


def test_foreign_servers(made: Made) -> None:
    assert made.facts.servers == [
        Server(
            name="bare",
            wrapper="mine",
            owner="rdsadmin",
            options=("password_required=false", "token=***"),
            database=made.new,
        ),
        Server(
            name="far",
            wrapper="postgres_fdw",
            owner="rdsadmin",
            options=("dbname=d", "host=h"),
            database=made.new,
        ),
    ]
    assert made.facts.user_mappings == [
        UserMapping(server="far", role="public", options=("password=***", "user=u"), database=made.new)
    ]


def test_privileges_on_the_system_and_of_its_roles_only(made: Made) -> None:
    def grant(kind: str, name: str, privilege: str, grantee: str) -> Grant:
        return Grant(
            kind=kind,
            object=name,
            privilege=privilege,
            grantee=grantee,
            grantor="rdsadmin",
            database=made.new,
        )

    # Not: the schema public, a language of an extension, a table of users to a user.
    assert made.all("grants", database=made.new) == [
        grant("function", "pg_catalog.pg_read_file(text)", "EXECUTE", made.new),
        grant("table", "app.odd", "SELECT", "pg_monitor"),
        grant("table", "pg_catalog.pg_authid", "SELECT", made.new),
        grant("table", "pg_catalog.pg_authid", "UPDATE", made.new),
    ]
    assert made.facts.default_privileges == [
        DefaultPrivilege(
            role=made.new,
            schema="app",
            kind="tables",
            grantees=("pg_monitor", "public"),
            database=made.new,
        ),
        DefaultPrivilege(role=made.new, kind="functions", database=made.new),
    ]


def test_large_objects_are_counted(made: Made) -> None:
    assert made.facts.large_objects == [LargeObjects(number=2, owners=1, database=made.new)]
