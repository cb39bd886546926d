"""Faults in the upgrade of PLV8."""

from tests.mutations.extensions.fault import Fault

_HERE = "test_plv8.py::"

FAULTS = (
    Fault(
        "the functions of PLV8 are not restored",
        _HERE + "test_procedure",
        (("done = lab.shell(RESTORE)", 'done = lab.shell("true")'),),
    ),
    Fault(
        "the old PLV8 is not dropped",
        _HERE + "test_procedure",
        (('lab.master.execute("DROP EXTENSION plv8 CASCADE")', "pass"),),
    ),
    Fault(
        "PLV8 is at its newest version from the start",
        _HERE + "test_no_update_path",
        (("CREATE EXTENSION plv8 VERSION {}", "CREATE EXTENSION plv8 --{}"),),
    ),
    Fault(
        "nothing depends on PLV8",
        _HERE + "test_cascade_is_needed",
        (('self.function("add", "(a int, b int) RETURNS int IMMUTABLE")', "pass"),),
    ),
    Fault(
        "the list of functions goes to a name without a slash",
        _HERE + "test_function_list",
        (('lab.shell(f"mkdir function_list; {LIST}/").status != 0', "lab.shell(LIST).status != 0"),),
    ),
    Fault(
        "the list leaves out grants and comments of functions",
        _HERE + "test_grants_and_comments",
        (("| grep FUNCTION > function_list", "| grep ' 1255 ' > function_list"),),
    ),
    Fault(
        "the second list leaves out triggers",
        _HERE + "test_what_is_lost",
        (("(PROCEDURE|VIEW|INDEX|TRIGGER)", "(PROCEDURE|VIEW|INDEX)"),),
    ),
    Fault(
        "the owner of a function is not granted to the master user",
        _HERE + "test_owners",
        (('lab.master.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))', "pass"),),
    ),
    Fault(
        "the list keeps functions of other languages",
        _HERE + "test_functions_of_other_languages",
        (("line.split()[2] in oids", "line.split()[2]"),),
    ),
    Fault(
        "the language is not granted before the procedure",
        _HERE + "test_language_privileges",
        (
            (
                "lab.master.execute(grant)\n        assert lab.value(granted) is True\n    with step",
                "pass\n        assert lab.value(granted) is True\n    with step",
            ),
        ),
    ),
    Fault(
        "the ordinary role that meets PLV8 is a member of rds_superuser",
        _HERE + "test_ordinary_user",
        (('create_role("app")', 'create_role("app", options="IN ROLE rds_superuser")'),),
    ),
)
