"""Faults of the harness, which writes down associated roles and their policies."""

from tests.mutations.mutant import Mutant

MUTANTS = (
    Mutant(
        "policy-allows-all",
        "every role may do everything everywhere",
        (
            "test_export_access.py::test_policy_must_allow",
            "test_export_access.py::test_policy_names_the_bucket",
            "test_import_access.py::test_policy_must_allow",
        ),
        patch="allow_everything",
    ),
    Mutant(
        "deny-forgotten",
        "what a policy denies is not written down",
        ("test_export_access.py::test_deny_beats_allow", "test_import_access.py::test_policy_must_allow"),
        patch="forget_deny",
    ),
    Mutant(
        "role-stays",
        "removing a role does nothing",
        (
            "test_export_access.py::test_role_comes_and_goes",
            "test_import_access.py::test_role_comes_and_goes",
        ),
        patch="keep_roles",
    ),
    Mutant(
        "role-for-everything",
        "a role of one feature serves the other too",
        (
            "test_export_access.py::test_role_for_import_does_not_export",
            "test_import_access.py::test_role_for_export_does_not_import",
        ),
        patch="share_roles",
    ),
    Mutant(
        "feature-name-guessed",
        "feature names in other letters are understood",
        (
            "test_export.py::test_feature_name_is_case_sensitive",
            "test_export.py::test_role_is_associated_by_the_feature_name_s3Export",
        ),
        patch="guess_feature",
    ),
    Mutant(
        "size-of-files-ignored",
        "the size of part files cannot be set",
        ("test_export_large.py::test_names_of_part_files",),
        patch="ignore_sizes",
    ),
)
