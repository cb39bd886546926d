"""Refusals tied to what they come from; what nothing explains stays unexplained."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rdscheck.assess.finding import Finding, Severity
from rdscheck.assess.rehearsing.explaining import Cause, Explained, Explainer
from rdscheck.assess.rehearsing.mending import mend
from rdscheck.assess.rehearsing.restoring import Refusal
from rdscheck.assess.rehearsing.script import Script, Step
from rdscheck.catalog.extensions import Offer, OfferedExtension
from rdscheck.model import Certainty

OFFER: Offer = {"vector": OfferedExtension("vector", "0.8.0", "extension", "https://example.com/")}


def explain(refusals: Sequence[Refusal], findings: Sequence[Finding], offer: Offer) -> tuple[Explained, ...]:
    return tuple(map(Explainer(findings, offer).explain, refusals))


def finding(subject: str, line: int = 0, fix_on: str = "source") -> Finding:
    return Finding(
        "some-rule",
        "extensions",
        Severity.BLOCKER,
        subject,
        "It is so.",
        "Because.",
        "GRANT a TO CURRENT_USER;" if fix_on == "target" else "DROP it;",
        "https://example.com/",
        "2026-10-01",
        Certainty.DOCUMENTED,
        line=line,
        fix_on=fix_on,
    )


def step(text: str, line: int, entry: int = 0) -> Step:
    return Step(text.encode(), line, line + text.count("\n"), "", entry)


def refusal(text: str, line: int, sqlstate: str, message: str, entry: int = 0) -> Refusal:
    return Refusal(step(text, line, entry), sqlstate, message)


def only(told: Refusal, *findings: Finding) -> Cause:
    (explained,) = explain([told], findings, OFFER)
    return explained.cause


def test_a_finding_of_the_same_statement_explains() -> None:
    told = refusal("CREATE FUNCTION\nf() …", 10, "42501", "permission denied for language c")
    assert only(told, finding("function f()", line=11)) is Cause.FINDING
    assert only(told, finding("function f()", line=12)) is Cause.UNEXPLAINED


def test_a_finding_of_the_object_that_is_named_explains() -> None:
    told = refusal("CREATE SERVER s …", 3, "42704", 'foreign-data wrapper "file_fdw" does not exist')
    assert only(told, finding("extension file_fdw")) is Cause.FINDING
    assert only(told, finding("extension files")) is Cause.UNEXPLAINED


def test_a_note_explains_nothing() -> None:
    told = refusal("CREATE TABLE t …", 10, "42501", "permission denied for schema public")
    assert only(told, finding("table t", line=10)) is Cause.FINDING
    assert only(told, replace(finding("table t", line=10), severity=Severity.NOTE)) is Cause.UNEXPLAINED


def test_a_comment_on_an_extension_of_rdsadmin_is_harmless_and_a_note_says_so() -> None:
    text = "\nCOMMENT ON EXTENSION {} IS 'x'"
    note = replace(finding('extension "uuid-ossp"'), severity=Severity.NOTE, id="extension-comment-refused")
    told = refusal(text.format('"uuid-ossp"'), 9, "42501", "must be owner of extension uuid-ossp")
    (explained,) = explain([told], [note], OFFER)
    assert (explained.cause, explained.findings) == (Cause.HARMLESS, (note,))
    way = mend(script("plain"), [explained], ())
    assert "-- extension-comment-refused: " in way.fixes
    assert told.step not in way.steps
    other = refusal(text.format("dblink"), 9, "42501", "must be owner of extension dblink")
    assert [(one.cause, one.findings) for one in explain([other], [note], OFFER)] == [(Cause.HARMLESS, ())]
    for one in (
        replace(told, message='extension "uuid-ossp" does not exist'),
        refusal('CREATE TABLE "uuid-ossp" ()', 9, "42501", "must be owner of extension uuid-ossp"),
    ):
        assert only(one, note) is Cause.UNEXPLAINED


def test_a_locale_that_the_sandbox_lacks_tells_nothing_of_the_target() -> None:
    text = "CREATE COLLATION c (locale = 'de_DE.utf8')"
    told = refusal(text, 9, "22023", 'could not create locale "de_DE.utf8": No such file or directory')
    assert only(told) is Cause.SANDBOX
    assert only(told, finding("collation public.c", line=9)) is Cause.FINDING
    assert only(replace(told, message="collation provider is unknown")) is Cause.UNEXPLAINED


def test_the_first_superuser_of_the_source_is_no_matter_where_the_name_is_taken() -> None:
    there = refusal('CREATE ROLE "me"', 1, "42710", 'role "me" already exists')
    message = "must be superuser to alter superuser roles or change superuser attribute"
    for text, cause in (
        ("ALTER ROLE me WITH SUPERUSER INHERIT", Cause.HARMLESS),
        ("ALTER ROLE other WITH SUPERUSER INHERIT", Cause.UNEXPLAINED),
        ("ALTER ROLE me WITH REPLICATION", Cause.UNEXPLAINED),
    ):
        altered = refusal(text, 2, "42501", message)
        assert [one.cause for one in explain([there, altered], [], OFFER)] == [Cause.HARMLESS, cause]


def test_what_a_new_owner_lacks_is_tied_to_what_is_said_of_the_role() -> None:
    told = refusal('ALTER TABLE app.t OWNER TO "a b"', 9, "42501", "permission denied for schema app")
    assert only(told, finding('role "a b"')) is Cause.FINDING
    assert only(told, finding("role a")) is Cause.UNEXPLAINED
    assert only(told, finding('table "a b"')) is Cause.UNEXPLAINED


def test_a_new_owner_without_rights_on_a_schema_is_tied_to_what_is_said_of_both() -> None:
    told = refusal("ALTER TABLE public.t OWNER TO a", 9, "42501", "permission denied for schema public")
    role, schema = finding("role a"), finding("schema public")
    (explained,) = explain([told], [role, schema, finding("schema other"), finding("table public")], OFFER)
    assert explained.findings == (role, schema)
    other = refusal("ALTER TABLE public.t OWNER TO a", 9, "42501", 'must be able to SET ROLE "a"')
    (explained,) = explain([other], [role, schema], OFFER)
    assert explained.findings == (role,)


def test_a_shell_type_is_tied_to_what_is_said_of_the_type() -> None:
    told = refusal("CREATE TYPE a.isbn", 9, "42501", "must be superuser to create a base type")
    assert only(told, finding("type a.isbn", line=20)) is Cause.FINDING
    for other in ("type a.ean", "table a.isbn", "function a.isbn(text)"):
        assert only(told, finding(other, line=20)) is Cause.UNEXPLAINED
    assert only(replace(told, sqlstate="42710"), finding("type a.isbn", line=20)) is Cause.UNEXPLAINED


def test_a_name_alone_explains_no_error_of_another_kind() -> None:
    told = refusal("CREATE TABLE t …", 3, "42P07", 'relation "t" already exists')
    assert only(told, finding("table public.t")) is Cause.UNEXPLAINED


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("CREATE TABLE a.t (x int)", "CREATE VIEW v AS SELECT 1 FROM a.t", 'relation "a.t" does not exist'),
        (
            "CREATE FUNCTION a.f(x int) RETURNS int LANGUAGE c AS 'm'",
            "CREATE VIEW v AS SELECT a.f(1)",
            "function a.f(integer) does not exist",
        ),
        ("CREATE TYPE a.mood AS ENUM ('x')", "CREATE TABLE u (m a.mood)", 'type "a.mood" does not exist'),
        ("CREATE SCHEMA a", "CREATE TABLE a.t ()", 'schema "a" does not exist'),
    ],
)
def test_what_needs_something_that_was_refused_follows_from_it(first: str, second: str, message: str) -> None:
    state = {"relation": "42P01", "function": "42883", "type": "42704", "schema": "3F000"}[
        message.split(maxsplit=1)[0]
    ]
    refusals = [refusal(first, 1, "42501", "permission denied"), refusal(second, 5, state, message)]
    one, other = explain(refusals, [], OFFER)
    assert (one.cause, other.cause, other.line) == (Cause.UNEXPLAINED, Cause.FOLLOWS, 1)
    (alone,) = explain(refusals[1:], [], OFFER)
    assert alone.cause is Cause.UNEXPLAINED


def brought(statement: str, message: str, *schemas: str) -> Cause:
    explainer = Explainer([], OFFER, schemas)
    explainer.explain(refusal(statement, 1, "0A000", "not supported"))
    return explainer.explain(refusal("SELECT 1", 5, "42P01", f"{message} does not exist")).cause


def test_what_an_extension_may_bring_follows_from_its_refusal() -> None:
    plain, there = "CREATE EXTENSION x", "CREATE EXTENSION x WITH SCHEMA ext"
    for statement, message in (
        (plain, 'relation "app.t"'),
        (there, 'relation "ext.t"'),
        (there, "function f(integer)"),
        (there, 'relation "_x_catalog.t"'),
        ('CREATE EXTENSION x WITH SCHEMA "Ext"', 'type "Ext.t"'),
    ):
        assert brought(statement, message, "app", "ext", "Ext") is Cause.FOLLOWS, message
    for message in ('relation "app.t"', 'relation "public.t"', "function app.f(ext.t)"):
        assert brought(there, message, "app", "ext") is Cause.UNEXPLAINED, message


def test_what_misses_something_left_out_with_its_entry_follows_from_that() -> None:
    explainer = Explainer([], OFFER)
    explainer.left_out([step("CREATE TABLE a.t ()", 3, 7)])
    told = refusal("CREATE INDEX i ON a.t (x)", 9, "42P01", 'relation "a.t" does not exist')
    explained = explainer.explain(told)
    assert (explained.cause, explained.line) == (Cause.FOLLOWS, 3)
    assert explained.reason == "it is left out with the rest of its entry"


def test_a_package_that_the_sandbox_lacks_tells_nothing_of_the_target() -> None:
    message = 'extension "{}" is not available'
    for name, cause in (("vector", Cause.SANDBOX), ("timescaledb", Cause.UNEXPLAINED)):
        told = refusal(f"CREATE EXTENSION {name}", 1, "0A000", message.format(name))
        assert only(told) is cause


def test_settings_of_a_later_pg_dump_are_harmless_and_unknown_objects_are_not() -> None:
    message = 'unrecognized configuration parameter "transaction_timeout"'
    assert only(refusal("SET transaction_timeout = 0", 1, "42704", message)) is Cause.HARMLESS
    assert only(refusal("ALTER ROLE a SET b = 0", 1, "42704", message)) is Cause.UNEXPLAINED


TABLE = step("CREATE TABLE t ()", 1, 7)
OWNER = step("ALTER TABLE t OWNER TO a", 2, 7)
INDEX = step("CREATE INDEX i ON t (x)", 3, 8)


def script(form: str) -> Script:
    return Script(form, [TABLE, OWNER, INDEX], {7: "Name: t; Type: TABLE", 8: "Name: i; Type: INDEX"})


def test_an_entry_is_kept_when_only_its_owner_was_refused() -> None:
    way = mend(script("custom"), explain([Refusal(OWNER, "42501", "no")], [], OFFER), ())
    assert (way.steps, way.options) == ((TABLE, INDEX), ("--no-owner",))
    assert "\n7; Name: t; Type: TABLE\n8; Name: i; Type: INDEX\n" in way.contents


def test_fixes_say_where_what_nobody_explains_stands() -> None:
    told = explain([Refusal(INDEX, "42501", "no")], [], OFFER)
    assert "-- Name: i; Type: INDEX: no\n" in mend(script("custom"), told, ()).fixes
    plain = Script("plain", [TABLE, OWNER, INDEX])
    assert "-- line 3: no\n" in mend(plain, told, ()).fixes


def test_an_entry_is_left_out_as_a_whole() -> None:
    way = mend(script("custom"), explain([Refusal(TABLE, "42501", "no")], [], OFFER), ())
    assert (way.steps, way.options) == ((INDEX,), ())
    assert "\n; no\n;7; Name: t; Type: TABLE\n8; Name: i; Type: INDEX\n" in way.contents


def test_of_a_plain_dump_statements_are_left_out() -> None:
    way = mend(script("plain"), explain([Refusal(OWNER, "42501", "no\nway")], [], OFFER), ("a b",))
    assert way.steps == (TABLE, INDEX)
    assert "-- left out: no way\n-- ALTER TABLE t OWNER TO a\n" in way.script
    assert "\nCREATE TABLE t ();\n" in way.script
    assert way.statements == ('CREATE ROLE "a b";', 'GRANT "a b" TO CURRENT_USER;')


def test_what_a_fix_on_the_target_may_mend_is_tried_again_once() -> None:
    told = Refusal(OWNER, "42501", 'must be able to SET ROLE "a"')
    once = explain([told], [finding("role a", fix_on="target")], OFFER)
    way = mend(script("custom"), once, ())
    assert OWNER in way.steps
    assert way.statements == ("GRANT a TO CURRENT_USER;",)
    assert OWNER not in mend(script("custom"), once * 2, ()).steps
