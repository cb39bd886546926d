"""Faults of the export, planted as SQL around it."""

from tests.mutations.mutant import Mutant
from tests.mutations.planting import export

MUTANTS = (
    Mutant(
        "rows-plus-one",
        "a row too many is counted",
        ("test_export.py::test_call_exports_what_the_query_returns",),
        sql=export(after="rows_uploaded := rows_uploaded + 1;"),
    ),
    Mutant(
        "header-counted",
        "the header counts as a row",
        ("test_export.py::test_header_is_not_counted",),
        sql=export(after="rows_uploaded := rows_uploaded + (options LIKE '%header true%')::int;"),
    ),
    Mutant(
        "newline-not-counted",
        "bytes_uploaded leaves the last newline out",
        ("test_export_calls.py::test_result_is_one_row_of_three_counts",),
        sql=export(after="bytes_uploaded := bytes_uploaded - 1;"),
    ),
    Mutant(
        "one-file-told",
        "files_uploaded is always 1",
        ("test_export_large.py::test_names_of_part_files",),
        sql=export(after="files_uploaded := 1;"),
    ),
    Mutant(
        "options-ignored",
        "options are not passed on",
        ("test_export_options.py::test_option_decides_the_bytes[format csv]",),
        sql=export("options := NULL;"),
    ),
    Mutant(
        "header-dropped",
        "the header option is lost",
        ("test_export.py::test_call_exports_what_the_query_returns",),
        sql=export("options := replace(options, ', header true', '');"),
    ),
    Mutant(
        "quoting-of-excel",
        "every value is quoted",
        ("test_export.py::test_call_exports_what_the_query_returns",),
        sql=export("options := options || ', force_quote *';"),
    ),
    Mutant(
        "parentheses-taken",
        "options in parentheses are accepted",
        ("test_export_options.py::test_parentheses_are_refused",),
        sql=export("options := trim(both '()' from options);"),
    ),
    Mutant(
        "encoding-ignored",
        "the encoding is always UTF8",
        ("test_export_options.py::test_encoding",),
        sql=export("options := regexp_replace(options, 'encoding ''.*''', 'encoding ''UTF8''');"),
    ),
    Mutant(
        "kms-ignored",
        "kms_key is not passed on",
        ("test_export_options.py::test_key_for_encryption",),
        sql=export("kms_key := NULL;"),
    ),
    Mutant(
        "kms-by-default",
        "a recorded difference has gone away",
        ("test_export_options.py::test_objects_are_encrypted_with_the_managed_key",),
        sql=export("kms_key := coalesce(kms_key, 'alias/aws/s3');"),
    ),
    Mutant(
        "region-ignored",
        "the Region of the call does not count",
        ("test_export_access.py::test_wrong_region", "test_export_access.py::test_bucket_in_another_region"),
        sql=export("s3_info.region := NULL;"),
    ),
    Mutant(
        "suffix-added",
        "a suffix is put on every key",
        ("test_export.py::test_call_exports_what_the_query_returns",),
        sql=export("s3_info.file_path := s3_info.file_path || '.csv';"),
    ),
    Mutant(
        "key-trimmed",
        "blanks around a key are lost",
        ("test_export_calls.py::test_hostile_keys",),
        sql=export("s3_info.file_path := trim(s3_info.file_path);"),
    ),
    Mutant(
        "rows-limited",
        "only the first 100 rows are exported",
        ("test_export.py::test_object_holds_the_bytes_of_copy",),
        sql=export("query := 'SELECT * FROM (' || query || ') AS q LIMIT 100';"),
    ),
    Mutant(
        "rows-distinct",
        "equal rows are exported once",
        ("test_export_large.py::test_files_are_filled",),
        sql=export("query := 'SELECT DISTINCT * FROM (' || query || ') AS q';"),
    ),
    Mutant(
        "runs-twice",
        "the query runs once to count and once to export",
        ("test_export_calls.py::test_statements_that_return_rows",),
        sql=export("PERFORM * FROM aws_s3.real_export(query, s3_info);"),
    ),
    Mutant(
        "semicolon-taken",
        "a final semicolon is cut off",
        ("test_export_calls.py::test_hostile_queries",),
        sql=export("query := rtrim(query, '; ');"),
    ),
    Mutant(
        "several-statements",
        "all statements are run, the first is exported",
        ("test_export_calls.py::test_hostile_queries",),
        sql=export(
            "IF query LIKE 'SELECT 1; %' THEN"
            " EXECUTE split_part(query, ';', 2); query := split_part(query, ';', 1); END IF;"
        ),
    ),
    Mutant(
        "writes-while-reading",
        "an export needs a temporary table",
        ("test_export_calls.py::test_read_only_transaction",),
        sql=export("CREATE TABLE IF NOT EXISTS public.scratch (a int);"),
    ),
    Mutant(
        "runs-as-owner",
        "the query runs with the rights of the extension's owner",
        (
            "test_export_privileges.py::test_select_is_needed",
            "test_export_privileges.py::test_query_runs_as_the_caller",
            "test_export_privileges.py::test_row_security_holds",
        ),
        sql=export(attributes="SECURITY DEFINER"),
    ),
    Mutant(
        "public-may-call",
        "everybody may call the functions",
        (
            "test_export_privileges.py::test_both_grants_are_needed",
            "test_export_security.py::test_procedure_needs_security_definer",
            "test_import_access.py::test_both_grants_are_needed",
        ),
        sql="GRANT USAGE ON SCHEMA aws_s3 TO PUBLIC;"
        " GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3 TO PUBLIC",
    ),
    Mutant(
        "object-left",
        "a failed export leaves an object",
        (
            "test_export_failures.py::test_existing_object_survives",
            "test_export_failures.py::test_bad_query",
        ),
        # The error rolls the database back, but what is in S3 stays there.
        sql=export(on_error="PERFORM * FROM aws_s3.real_export('SELECT 0', s3_info); RAISE;"),
    ),
    Mutant(
        "error-swallowed",
        "a failed export answers as if it had found nothing",
        (
            "test_export.py::test_failing_query_tells_its_own_error",
            "test_export_access.py::test_policy_must_allow",
        ),
        sql=export(on_error="rows_uploaded := 0; files_uploaded := 0; bytes_uploaded := 0;"),
    ),
    Mutant(
        "error-reworded",
        "errors of S3 lose their detail",
        ("test_export_access.py::test_missing_bucket", "test_export.py::test_missing_bucket_is_told"),
        sql=export(on_error="RAISE EXCEPTION '%', SQLERRM USING ERRCODE = SQLSTATE;"),
    ),
    Mutant(
        "flat-form-renamed",
        "an argument has another name than documented",
        (
            "test_export_calls.py::test_flat_form",
            "test_extension.py::test_functions_have_the_documented_arguments",
        ),
        sql=export().replace("file_path", "key"),
    ),
    Mutant(
        "description-changed",
        r"\dx shows another description",
        ("test_extension.py::test_psql_shows_the_documented_list",),
        sql="COMMENT ON EXTENSION aws_s3 IS 'AWS S3'",
    ),
)
