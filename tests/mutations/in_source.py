"""Faults in the C source of the stand-in: a file, a text in it, and what stands there instead.

A file without a folder is one of aws_s3.
"""

from tests.mutations.mutant import Mutant

MUTANTS = (
    Mutant(
        "abort-forgotten",
        "a failed export does not abort its upload",
        ("test_export_failures.py::test_error_in_the_last_row", "test_export_failures.py::test_cancel"),
        source=("call.c", "if (failed && call->upload)", "if (false)"),
    ),
    Mutant(
        "finished-on-error",
        "a failed export completes what it has",
        ("test_export_failures.py::test_bad_query", "test_export_failures.py::test_existing_object_survives"),
        source=("call.c", "s3_upload_abort(call->upload,", "(s3_upload_finish(call->upload), true) || ("),
    ),
    Mutant(
        "suffix-of-two-digits",
        "part files are named _part02 and so on",
        ("test_export_large.py::test_names_of_part_files",),
        source=("upload.c", "%s_part%d", "%s_part%02d"),
    ),
    Mutant(
        "row-over-the-limit",
        "a file grows one row beyond the limit",
        ("test_export_large.py::test_files_are_filled", "test_export_large.py::test_files_end_with_a_row"),
        source=("upload.c", "bytes + (int64) len > up->split_bytes", "bytes > up->split_bytes"),
    ),
    Mutant(
        "binary-split",
        "a binary export is split like any other",
        ("test_export_large.py::test_binary_is_not_split",),
        source=("upload.c", "up->split_bytes = 0;", ";"),
    ),
    Mutant(
        "part-files-unchecked",
        "the policy is asked about the first file only",
        ("test_export_access.py::test_part_files_are_checked_too",),
        source=(
            "upload.c",
            "s3_check_policy(up->call, object->key);",
            "if (up->objects == NIL) s3_check_policy(up->call, object->key);",
        ),
    ),
    Mutant(
        "parts-unencrypted",
        "kms_key is lost when an object is made of parts",
        ("test_export_large.py::test_key_for_encryption_is_on_every_file",),
        source=("upload.c", "*id;\n\n\tadd_encryption(call, req);", "*id;\n"),
    ),
    Mutant(
        "deny-ignored",
        "deny does not count",
        ("test_export_access.py::test_deny_beats_allow",),
        source=("aws_client/policy.c", "if (said[AWS_DENY])", "if (false)"),
    ),
    Mutant(
        "boundary-ignored",
        "a permissions boundary does not count",
        ("iam/roles/test_policies.py::test_boundary",),
        source=("aws_client/policy.c", "if (!said[AWS_BOUNDED])", "if (true)"),
    ),
    Mutant(
        "unsure-is-yes",
        "what is not evaluated is a yes",
        ("iam/roles/test_policies.py::test_unknown_condition",),
        source=("aws_client/policy.c", "if (reason)", "if (false)"),
    ),
    Mutant(
        "not-resource-is-resource",
        "a deny of all other resources is one of those it names",
        ("iam/roles/test_policies.py::test_not_resource",),
        source=("aws_client/policy.c", "!= rule->except", "!= false"),
    ),
    Mutant(
        "bucket-policy-everywhere",
        "the policy of one bucket speaks of all of them",
        ("iam/roles/test_policies.py::test_bucket_policy_allows",),
        source=("aws_client/policy.c", "if (rule->among &&", "if (false &&"),
    ),
    Mutant(
        "regions-ignored",
        "a rule for one Region holds in all of them",
        ("iam/roles/test_policies.py::test_requested_region",),
        source=("aws_client/policy.c", "if (rule->regions &&", "if (false &&"),
    ),
    Mutant(
        "case-of-resources",
        "capitals in a resource do not count",
        ("test_export_access.py::test_policy_names_a_folder",),
        source=(
            "aws_client/policy.c",
            "glob_match(lfirst(lc), resource, false)",
            "glob_match(lfirst(lc), resource, true)",
        ),
    ),
    Mutant(
        "regions-unchecked",
        "a bucket is found under any Region",
        ("test_export_access.py::test_wrong_region", "test_import_access.py::test_wrong_region"),
        source=("s3.c", "same = strcmp(req->bucket_region, region) == 0;", "same = true;"),
    ),
    Mutant(
        "position-outside",
        "an error points into the statement around the query",
        ("test_export_failures.py::test_position_is_inside_the_query",),
        source=("export.c", "if (pos > 0)", "if (false)"),
    ),
    Mutant(
        "insert-unchecked",
        "INSERT on the table is not asked for",
        (
            "test_import_access.py::test_both_grants_are_needed",
            "test_import_access.py::test_insert_on_columns_is_enough",
        ),
        source=("import.c", "requiredPerms = ACL_INSERT;", "requiredPerms = 0;"),
    ),
    Mutant(
        "row-security-unchecked",
        "row-level security of the target does not count",
        ("test_import_tables.py::test_row_security_refuses",),
        source=("import.c", "== RLS_ENABLED)", "== RLS_ENABLED && false)"),
    ),
    Mutant(
        "empty-file-taken",
        "a file of 0 bytes is no error",
        ("test_import_access.py::test_empty_file",),
        source=("download.c", "if (req->content_length == 0)", "if (false)"),
    ),
    Mutant(
        "first-member-only",
        "what follows the first gzip member is lost",
        ("test_import_files.py::test_gzip_of_several_members",),
        source=(
            "download.c",
            "down->in_member = false;\n\t\telse",
            "{ down->in_member = false; down->pos = down->end; }\n\t\telse",
        ),
    ),
    Mutant(
        "cut-file-taken",
        "a gzip file that ends too early is no error",
        ("test_import_files.py::test_damaged_gzip_imports_nothing",),
        source=("download.c", "if (down->in_member || !down->any_member)", "if (false)"),
    ),
)
