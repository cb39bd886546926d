"""Names of Babelfish: worked examples of its own tests and of AWS's pages, and what holds for all names."""

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rdscheck.babelfish.keywords import KEYWORDS
from rdscheck.babelfish.naming import (
    FIXED_PRINCIPALS,
    LONGEST,
    SHARED_SCHEMAS,
    SYSTEM_DATABASES,
    Mode,
    PhysicalName,
    flattened,
    fold,
    identifier,
    origins,
    physical,
    physical_index,
    physical_schema,
    physical_user,
    quote,
    truncate,
)

SINGLE, MULTI = Mode.SINGLE, Mode.MULTI

#: The long names of Babelfish's tests: 71 bytes, and what they put behind "table" and "schema".
D = "ThisNewDatabaseNameIsCaseSensitiveAndIsLongerThan64DigitsToTestRenameDb"
L = (
    "_longer_than_63_0abcdefgij1abcdefgij2abcdefgij3abcdefgij4abcdefgij5abcdefgij6abcdefgij7abcdefgij8"
    "abcdefghij9abcdefghij"
)
HAN = "您您对您对您对您对您对您对您对您对您对您您您"
MIXED = "%%#%@$^$姓氏すず🤬🤯🫣🤗🫡🤔🫢🤭き,😀 鈴木##"


@pytest.mark.parametrize(
    ("database", "schema", "table", "multi", "single"),
    [
        ("MyDB", "dbo", "Orders", "mydb_dbo.orders", "dbo.orders"),
        ("MyDB", "Sales", "OrderLines", "mydb_sales.orderlines", "sales.orderlines"),
        ("mydb", "guest", "t", "mydb_guest.t", "guest.t"),
        ("master", "dbo", "t1", "master_dbo.t1", "master_dbo.t1"),
        ("tempdb", "dbo", "t1", "tempdb_dbo.t1", "tempdb_dbo.t1"),
        ("msdb", "dbo", "backupset", "msdb_dbo.backupset", "msdb_dbo.backupset"),
        ("MASTER", "guest", "t", "master_guest.t", "master_guest.t"),
        ("Northwind", "DBO", "Categories", "northwind_dbo.categories", "dbo.categories"),
        ("My DB", "My Schema", "My Table", '"my db_my schema"."my table"', '"my schema"."my table"'),
        ("a_b", "c", "t", "a_b_c.t", "c.t"),
        ("a", "b_c", "t", "a_b_c.t", "b_c.t"),
        ("mydb", "sys", "objects", "sys.objects", "sys.objects"),
        ("mydb", "aws_s3", "x", "aws_s3.x", "aws_s3.x"),
        ("mydb", "public", "t", "public.t", "public.t"),
        (
            "mydb",
            "information_schema",
            "tables",
            "information_schema_tsql.tables",
            "information_schema_tsql.tables",
        ),
        ("dbA", "smith", "Order Details", 'dba_smith."order details"', 'smith."order details"'),
        ("mydb", "dbo", "Order", 'mydb_dbo."order"', 'dbo."order"'),
        ("d" * 31, "s" * 31, "t", f"{'d' * 31}_{'s' * 31}.t", f"{'s' * 31}.t"),
        ("d" * 31, "s" * 32, "t", f"{'d' * 31}5275696138098f1cb36c89facde80c02.t", f"{'s' * 32}.t"),
        ("d" * 63, "dbo", "t", f"{'d' * 31}1021b134851eafab9ee23f54ea710ef0.t", "dbo.t"),
        ("d" * 64, "dbo", "t", f"{'d' * 31}bed388df640c534fefbc6ce65d66da8d.t", "dbo.t"),
        ("mydb", "dbo", "T" * 63, f"mydb_dbo.{'t' * 63}", f"dbo.{'t' * 63}"),
        (
            "mydb",
            "dbo",
            "T" * 64,
            f"mydb_dbo.{'t' * 31}2560d0f5dc4fefaf2992aa052d29404c",
            f"dbo.{'t' * 31}2560d0f5dc4fefaf2992aa052d29404c",
        ),
        ("Ünï", "Schéma", "Täble", '"Ünï_schéma"."täble"', '"schéma"."täble"'),
    ],
)
def test_worked_example(database: str, schema: str, table: str, multi: str, single: str) -> None:
    assert str(physical(database, schema, table, MULTI)) == multi
    assert str(physical(database, schema, table, SINGLE)) == single


@pytest.mark.parametrize(
    ("database", "schema", "found"),
    [
        (D, "dbo", "thisnewdatabasenameiscasesensitc4313f9adf0e47cfa5aca25228e02f29"),
        (D, "guest", "thisnewdatabasenameiscasesensit4e1f355d810759b9f1a59b04496ed2e1"),
        ("master", f"schema{L}", "master_schema_longer_than_63_0a9e412ea9fe0872a0b22028dd697a5465"),
        (f"sp_renamedb_{D}", "dbo", "sp_renamedb_thisnewdatabasename115699cc11f7805d9b9b640d6455580c"),
        (f"sp_renamedb_{D}", "guest", "sp_renamedb_thisnewdatabasenamedeb7cafbbedd23f312d90e7c10a60901"),
        (f"sp_rename_{D}", "dbo", "sp_rename_thisnewdatabasenameisfacf8af797f428fdc401ffddc672894d"),
        (f"sp_rename_{D}", "guest", "sp_rename_thisnewdatabasenameis21f79a8b66248a73068dca6edd5b0ca3"),
    ],
)
def test_long_schemas_of_babelfish_tests(database: str, schema: str, found: str) -> None:
    assert physical_schema(database, schema, MULTI) == found
    alone = found if database == "master" else identifier(schema)
    assert physical_schema(database, schema, SINGLE) == alone


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (D, "thisnewdatabasenameiscasesensit44f3247005ec268e1a10c736599cfb7e"),
        (f"sp_renamedb_{D}", "sp_renamedb_thisnewdatabasename738bbb14cb857db43c693446c049f0bd"),
        (f"sp_rename_{D}", "sp_rename_thisnewdatabasenameisb8bd7c94f797959aa629fc2f9e821637"),
        (f"table{L}", "table_longer_than_63_0abcdefgijc2ed7b983a352405e4e26c711bd071bf"),
        (f"schema{L}", "schema_longer_than_63_0abcdefgi2f5cbde477221faa47c8d08e1d6bbb27"),
        (HAN, "您您对您对您对您对您d60211ff7d947ff09db87babbf0cb9de"),
        (MIXED, "%%#%@$^$姓氏すず🤬🤯86d3db6066be0016789ff9cd274595b8"),
    ],
)
def test_long_identifiers_of_babelfish_tests(name: str, found: str) -> None:
    assert identifier(name) == found


@pytest.mark.parametrize(
    ("database", "user", "multi", "single"),
    [
        ("mydb", "dbo", "mydb_dbo", "dbo"),
        ("mydb", "db_owner", "mydb_db_owner", "db_owner"),
        ("mydb", "db_datareader", "mydb_db_datareader", "db_datareader"),
        ("mydb", "guest", "mydb_guest", "mydb_guest"),
        ("mydb", "Bob", "mydb_bob", "mydb_bob"),
        ("master", "dbo", "master_dbo", "master_dbo"),
        ("master", "db_owner", "master_db_owner", "master_db_owner"),
        ("master", "guest", "master_guest", "master_guest"),
        (D, "db_owner", "thisnewdatabasenameiscasesensit72e4dcc7ed25f5536033cf547cd7f001", "db_owner"),
        (
            "master",
            "A" * 65,
            "master_aaaaaaaaaaaaaaaaaaaaaaaac0168b98fb7152e447c9b9e9ad6f31dd",
            "master_aaaaaaaaaaaaaaaaaaaaaaaac0168b98fb7152e447c9b9e9ad6f31dd",
        ),
        (
            f"sp_renamedb_{D}",
            "db_owner",
            "sp_renamedb_thisnewdatabasenameb0dffbb56deab7ad4e684df689419c65",
            "db_owner",
        ),
        (
            f"sp_rename_{D}",
            "db_owner",
            "sp_rename_thisnewdatabasenameis1e39ca7c78a1fba2342467331fb5bd56",
            "db_owner",
        ),
    ],
)
def test_roles(database: str, user: str, multi: str, single: str) -> None:
    assert physical_user(database, user, MULTI) == multi
    assert physical_user(database, user, SINGLE) == single


@pytest.mark.parametrize(
    ("index", "table", "found"),
    [
        ("idx", "table_10", "idxtable_107f9bec28bc8902d45d905788d7aa59a1"),
        ("i1813", "t1813", "i1813t18132835522bc8db62c2e7873fbd5c7ec927"),
        (
            "index_babel_3292_t1_b1",
            "babel_3292_t1",
            "index_babel_3292_t1_b1babel_329eaeb7a8893929b580f3d762dc8499736",
        ),
        ("IX_Orders", "Orders", "ix_ordersorders8ef9c96d72ae7fffefa9c62a559c9997"),
    ],
)
def test_indexes(index: str, table: str, found: str) -> None:
    assert physical_index(index, table) == found


def test_a_case_sensitive_server_folds_nothing() -> None:
    assert identifier("A" * 65, case_sensitive=True) == "A" * 31 + "162b6d6eb17cd9da55f95f8c73a32dda"
    assert str(physical("MyDB", "Sales", "T", MULTI, case_sensitive=True)) == '"MyDB_Sales"."T"'
    assert physical_user("MyDB", "Bob", MULTI, case_sensitive=True) == "MyDB_Bob"
    assert physical_index("IX", "T", case_sensitive=True).startswith("IXT")


def test_the_form_of_the_document_is_none_of_these() -> None:
    assert flattened("database", "schema", "tableA") == "database_schema_tableA"
    for mode in Mode:
        assert "." in str(physical("database", "schema", "tableA", mode))


def test_what_may_stand_behind_a_schema() -> None:
    assert origins("a_b_c", MULTI) == (("a", "b_c"), ("a_b", "c"))
    assert origins("mydb_dbo", MULTI) == (("mydb", "dbo"),)
    assert origins("sales", SINGLE) == (("", "sales"),)
    assert origins("master_dbo", SINGLE) == (("", "master_dbo"), ("master", "dbo"))
    assert origins("sales", MULTI) == ()
    assert origins("_a_", MULTI) == ()
    assert origins("aws_s3", MULTI) == (("", "aws_s3"),)


#: Anything T-SQL takes in brackets: 1 to 128 characters, of one byte and of more.
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=128) | st.text(
    "aZ_é您🤬", min_size=1, max_size=128
)
MODES = st.sampled_from(Mode)


@given(NAMES, NAMES, NAMES, MODES)
def test_no_name_is_longer_than_postgresql_takes(database: str, schema: str, name: str, mode: Mode) -> None:
    found = physical(database, schema, name, mode)
    user, index = physical_user(database, schema, mode), physical_index(schema, name)
    for one in (found.schema, found.name, user, index):
        assert 0 < len(one.encode()) <= LONGEST


@given(NAMES)
@example("A" * 64)
@example(HAN)
def test_stored_names_are_stored_unchanged(name: str) -> None:
    assert fold(fold(name)) == fold(name)
    assert identifier(identifier(name)) == identifier(name)
    # Whether it is folded before or after it is shortened makes no difference.
    assert fold(truncate(name)) == identifier(name)


@given(NAMES)
def test_short_names_are_only_folded(name: str) -> None:
    assume(len(name.encode()) <= LONGEST)
    assert identifier(name) == fold(name)
    assert identifier(name, case_sensitive=True) == name


@given(NAMES, NAMES)
@example("x" * 64, "x" * 65)
@example("x" * 31 + "a" * 40, "x" * 31 + "b" * 40)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert (identifier(one) == identifier(other)) == (fold(one) == fold(other))


@given(st.sampled_from(sorted(SYSTEM_DATABASES)), NAMES, NAMES)
def test_system_databases_are_the_same_in_both_modes(database: str, schema: str, name: str) -> None:
    assert physical(database, schema, name, SINGLE) == physical(database.upper(), schema, name, MULTI)
    assert physical_user(database, schema, SINGLE) == physical_user(database, schema, MULTI)


@given(NAMES, st.sampled_from(sorted(SHARED_SCHEMAS)), MODES)
def test_shared_schemas_carry_no_database(database: str, schema: str, mode: Mode) -> None:
    wanted = {"information_schema": "information_schema_tsql"}.get(schema, schema)
    assert physical_schema(database, schema, mode) == wanted


@given(NAMES, NAMES)
def test_single_mode_drops_the_database(database: str, schema: str) -> None:
    assume(fold(database) not in SYSTEM_DATABASES and fold(schema) not in SHARED_SCHEMAS)
    assert physical_schema(database, schema, SINGLE) == identifier(schema)
    if fold(schema) not in FIXED_PRINCIPALS:
        assert physical_user(database, schema, SINGLE) == physical_user(database, schema, MULTI)


@given(NAMES, NAMES, MODES)
def test_a_schema_leads_back(database: str, schema: str, mode: Mode) -> None:
    assume(fold(schema) not in SHARED_SCHEMAS)
    found = physical_schema(database, schema, mode)
    assume(len(f"{fold(database)}_{fold(schema)}".encode()) <= LONGEST and found not in SHARED_SCHEMAS)
    named = fold(database) if mode is MULTI or fold(database) in SYSTEM_DATABASES else ""
    assert (named, fold(schema)) in origins(found, mode)


@given(NAMES)
@example("order")
@example('a"b')
def test_quoting(name: str) -> None:
    if quote(name) == name:
        assert re.fullmatch(r"[a-z_][a-z0-9_]*", name)
        assert name not in KEYWORDS
    else:
        assert quote(name)[1:-1].replace('""', '"') == name


def test_a_physical_name_is_sql() -> None:
    assert str(PhysicalName("public", 'We"ird')) == 'public."We""ird"'
