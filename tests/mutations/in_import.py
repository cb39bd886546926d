"""Faults of the import, planted as SQL around it."""

from tests.mutations.mutant import Mutant
from tests.mutations.planting import export, import_

MUTANTS = (
    Mutant(
        "answer-reworded",
        "the answer has other words",
        ("test_import.py::test_location_form", "test_import.py::test_flat_form"),
        sql=import_(answer="replace(answer, 'imported into', 'copied to')"),
    ),
    Mutant(
        "columns-ignored",
        "the column list is not passed on",
        ("test_import_files.py::test_column_list",),
        sql=import_("column_list := '';"),
    ),
    Mutant(
        "table-emptied",
        "an import replaces what is in the table",
        ("test_import.py::test_import_appends",),
        sql=import_("EXECUTE 'DELETE FROM ' || table_name;"),
    ),
    Mutant(
        "import-error-swallowed",
        "a failed import answers as if the file were empty",
        (
            "test_import_tables.py::test_bad_row_rolls_back_the_file",
            "test_import_access.py::test_missing_file",
            "test_import_access.py::test_empty_file",
        ),
        sql=import_(on_error="RETURN '0 rows imported';"),
    ),
    Mutant(
        "imports-as-owner",
        "an import runs with the rights of the extension's owner",
        (
            "test_import_access.py::test_both_grants_are_needed",
            "test_import_tables.py::test_triggers_fire_as_the_caller",
            "test_import_tables.py::test_row_security_refuses",
        ),
        sql=import_(attributes="SECURITY DEFINER"),
    ),
    Mutant(
        "bare-options-taken",
        "import options without parentheses are accepted",
        ("test_import_files.py::test_wrong_options_tell_the_error_of_copy",),
        sql=import_(
            "options := CASE WHEN options LIKE 'format%' THEN '(' || options || ')' ELSE options END;"
        ),
    ),
    Mutant(
        "table-quoted",
        "the table name is quoted once more",
        ("test_import_tables.py::test_names_are_identifiers",),
        sql=import_("table_name := quote_ident(table_name);"),
    ),
    Mutant(
        "credentials-ignored",
        "the role decides even when the call brings credentials",
        ("test_import_access.py::test_credentials_need_no_role",),
        sql=import_("credentials := NULL;"),
    ),
    Mutant(
        "import-region-ignored",
        "the Region of the call does not count",
        ("test_import_access.py::test_wrong_region",),
        sql=import_("s3_info.region := NULL;"),
    ),
    Mutant(
        "values-trimmed",
        "a round trip changes values",
        ("test_roundtrip.py::test_values_come_back_unchanged[texts-csv]",),
        sql=export("options := replace(options, 'csv', 'csv, null ''a''');"),
    ),
)
