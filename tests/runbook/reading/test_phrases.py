"""Steps of the console told in prose, and prose that only speaks of steps."""

from collections.abc import Sequence

import pytest

from rdscheck.runbook.model import Block, Kind
from rdscheck.runbook.reading import read
from rdscheck.runbook.reading.phrases import PHRASES, Phrase


def acts(text: str) -> list[str]:
    return [piece.text for block in steps(text) for piece in block.pieces]


def steps(text: str) -> Sequence[Block]:
    return [block for block in read("x.md", text).blocks if block.kind is Kind.CONSOLE]


def step(sentence: str, context: str = "shared_preload_libraries") -> list[str]:
    """Return the acts of a step in a numbered list that has named a parameter before."""
    return acts(f"# Setting up\n\n1. Find the `{context}` parameter\\.\n\n1. {sentence}\n")


GUILTY = {
    "Add `pgaudit` to the list in the **Values** field\\. Use a comma to separate items\\.": [
        "add shared_preload_libraries pgaudit"
    ],
    "Add plrust to the list in the **Values** field\\.": ["add shared_preload_libraries plrust"],
    "Append `pg_cron` to the `shared_preload_libraries` parameter\\.": [
        "add shared_preload_libraries pg_cron"
    ],
    "Modify the custom parameter group of your DB instance and add `pg_cron` to the "
    "`shared_preload_libraries` parameter value\\.": ["add shared_preload_libraries pg_cron"],
    "Edit the `shared_preload_libraries` parameter to include `pg_hint_plan`\\.": [
        "add shared_preload_libraries pg_hint_plan"
    ],
    "Add `hstore` to `rds.allowed_extensions`.": ["add rds.allowed_extensions hstore"],
    "Find the `rds.logical_replication` parameter and set it to `1`, to turn on logical replication\\.": [
        "set rds.logical_replication 1"
    ],
    "Set `rds.logical_replication` to `1` (enabled)": ["set rds.logical_replication 1"],
    "Set the `rds.force_ssl` parameter to 0.": ["set rds.force_ssl 0"],
    "Set the value of the `log_min_duration_statement` parameter to `1000`.": [
        "set log_min_duration_statement 1000"
    ],
    "Change `max_connections` to `200`, then reboot the DB instance.": ["set max_connections 200", "reboot"],
    "Set `rds.logical_replication=1` in the parameter group.": ["set rds.logical_replication 1"],
    "Find the `pgaudit.log` parameter in the list and set to the appropriate value for your use case\\. "
    "For example, setting the `pgaudit.log` parameter to `write` as shown captures inserts\\.": [
        "set pgaudit.log write"
    ],
    "To turn on logical replication, set the `rds.logical_replication` parameter to `1`.": [
        "set rds.logical_replication 1"
    ],
    "For **rds.force_ssl**, choose `0`.": ["set rds.force_ssl 0"],
    "Turn on the `rds.logical_replication` parameter.": ["set rds.logical_replication 1"],
    "Reboot the RDS for PostgreSQL DB instance so that your changes take effect\\.": ["reboot"],
    "Reboot your Aurora PostgreSQL DB cluster.": ["reboot"],
    "Choose your RDS for PostgreSQL DB instance from the Databases list to select it, and then choose "
    "**Reboot** from the Actions menu\\.": ["reboot"],
    "On the **Actions** menu, choose **Reboot**.": ["reboot"],
    "Click on **Actions**, and then click on **Reboot** to restart your database.": ["reboot"],
    "**Reboot your database instance** for the changes to take effect": ["reboot"],
    "When the instance is available, reboot the writer instance.": ["reboot"],
    "Finally, restart the DB instance.": ["reboot"],
    "Create a snapshot of your RDS for PostgreSQL DB instance if you haven't done so yet\\.": ["snapshot"],
    "Take a manual DB snapshot of the DB instance.": ["snapshot"],
    "For **Actions**, choose **Take snapshot**.": ["snapshot"],
    "Create a custom DB parameter group.": ["create-group"],
    "Create a new parameter group or select your existing custom parameter group": ["create-group"],
    "Apply the parameter group to your RDS/Aurora instance:": ["associate-group"],
    "Associate the custom DB parameter group with your DB instance.": ["associate-group"],
    "Modify the DB instance to use the new DB parameter group.": ["associate-group"],
    "Under **Database options**, select your custom parameter group": ["associate-group"],
    "Under **Feature**, choose **s3Export**.": ["add-role s3Export"],
    "Attach the IAM role to the DB instance with the feature name `s3Import`.": ["add-role s3Import"],
    "Create a custom parameter group, set `rds.force_ssl` to `1` and then associate the parameter group "
    "with your DB instance.": ["create-group", "set rds.force_ssl 1", "associate-group"],
}

INNOCENT = (
    "This change **requires a database reboot**",
    "A reboot is required\\. The initial reboot may require additional time to complete\\.",
    "You can also attach the role in the AWS Console: RDS → Databases → Add role (Feature: `S3_EXPORT`).",
    "You can also choose one of the following values for the `pgaudit.log` parameter\\.",
    "Setting `rds.logical_replication=1` automatically sets `wal_level=logical`",
    "If the parameter is static, reboot the DB instance.",
    "We recommend that you create a snapshot of your DB instance before upgrading\\.",
    "(Optional) Reboot the DB instance.",
    "Optionally, take a snapshot of your DB instance.",
    "Don't reboot the DB instance yet.",
    "Reboot only if the parameter is static.",
    "Restart the psql session.",
    "Restart your database connections.",
    "Restart the application.",
    "Reboot behavior depends on the engine.",
    "Choose **Save changes**\\.",
    "Choose **Edit parameters** to access the property values\\.",
    "In the **Parameters** field, type `shared_pre` to find the `shared_preload_libraries` parameter\\.",
    "Open the **Configuration** tab and find the **Parameter group** link\\.",
    "Set `disable_triggers` to `false` in the target configuration.",
    "Set up the extension.",
    "Add a row to the list of customers.",
    "Add the table that you want to replicate to the default replication set\\.",
    "Search for and modify the `rds.logical_replication` parameter:",
    "Use the following AWS CLI command to reboot the DB instance\\.",
    "Grant `rds_replication` role for replication privileges.",
    "Ensure logical replication is enabled (`rds.logical_replication=1` in parameter group).",
    "[Reboot the DB instance](reboot.md)",
    "Create a database role named `rds_pgaudit` using the following command\\.",
    "Select your existing custom parameter group.",
    "Under **Feature**, choose the one that you need.",
    "The snapshot of your DB instance is kept.",
)


@pytest.mark.parametrize(("sentence", "expected"), GUILTY.items())
def test_a_step_is_its_acts(sentence: str, expected: list[str]) -> None:
    assert step(sentence) == expected


@pytest.mark.parametrize("sentence", INNOCENT)
def test_what_only_speaks_of_a_step_is_none(sentence: str) -> None:
    assert step(sentence) == []


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda one: one.example)
def test_each_phrase_has_an_example_that_it_recognises_and_a_source(phrase: Phrase) -> None:
    assert phrase.pattern.match(phrase.example)
    assert phrase.source.startswith("https://")
    assert step(phrase.example[0].upper() + phrase.example[1:] + ".") != []


def test_a_step_is_a_block_with_its_lines() -> None:
    reboot = "1. Reboot the DB instance so that\n   the change takes effect\\.\n"
    text = f"# A\n\n1. Open it\\.\n\n{reboot}\n   ```\n   SELECT 1;\n   ```\n"
    console, sql = read("x.md", text).blocks
    assert (console.kind, console.line, console.end, console.before) == (Kind.CONSOLE, 5, 6, "Open it.")
    assert console.text == "Reboot the DB instance so that\nthe change takes effect\\."
    assert [(piece.text, piece.line) for piece in console.pieces] == [("reboot", 5)]
    assert (sql.number, sql.before) == (2, "Reboot the DB instance so that the change takes effect.")


CLI = "\n\n   ```\n   aws rds reboot-db-instance --db-instance-identifier a\n   ```\n"
SQL = "\n\n   ```\n   SHOW shared_preload_libraries;\n   ```\n"


def test_a_step_that_a_command_below_does_is_not_done_twice() -> None:
    assert acts(f"1. Reboot the DB instance.{CLI}") == []
    assert acts(f"1. Reboot the DB instance.{SQL}") == ["reboot"]
    assert acts(f"1. Reboot the DB instance.\n\n   For Linux:{CLI}") == []
    assert acts(f"1. Reboot the DB instance.\n\n1. Then the other.{CLI}") == ["reboot"]
    assert acts(f"1. Reboot the DB instance using the following AWS CLI command.{SQL}") == []
    assert (
        acts("Reboot the DB instance.\n\n```\naws rds reboot-db-instance --db-instance-identifier a\n```\n")
        == []
    )
    modify = CLI.replace(
        "reboot-db-instance", "modify-db-parameter-group --parameters ParameterName=work_mem"
    )
    assert acts(f"1. Set `work_mem` to `64`.{modify}") == []
    assert acts(f"1. Set `max_connections` to `64`.{modify}") == ["set max_connections 64"]


def test_the_same_step_confirmed_by_a_second_click_is_one() -> None:
    assert acts("1. Choose **Reboot** from the Actions menu.\n1. Choose **Reboot** to confirm.\n") == [
        "reboot"
    ]
    assert acts("1. Reboot the DB instance.\n1. Set `work_mem` to `64`.\n1. Reboot the DB instance.\n") == [
        "reboot",
        "set work_mem 64",
        "reboot",
    ]
    between = f"1. Reboot the DB instance.{SQL}\n1. Reboot the DB instance.\n"
    assert acts(between) == ["reboot", "reboot"]


def test_outside_of_lists_only_a_paragraph_that_begins_as_a_step_is_one() -> None:
    assert acts("Reboot the DB instance so that the changes take effect.\n") == ["reboot"]
    assert (
        acts("To log all, set `pgaudit.log` to `ALL`. Reboot your DB instance to apply the changes.\n") == []
    )
    assert acts("To install it, add plrust to the `shared_preload_libraries` parameter.\n") == []


def test_a_section_that_only_sums_up_tells_no_step() -> None:
    for heading in ("Quick Checklist", "Summary", "Reference for x", "Troubleshooting"):
        assert acts(f"# {heading}\n\n- [ ] Reboot the DB instance.\n") == []
    assert acts("# To do\n\n- [ ] Reboot the DB instance.\n") == ["reboot"]


def test_the_list_a_value_is_added_to_is_the_one_the_page_names() -> None:
    add = "1. Add `x` to the list in the **Values** field\n"
    assert acts(f"1. Find `rds.allowed_extensions`.\n{add}") == ["add rds.allowed_extensions x"]
    assert acts(f"# The `session_preload_libraries` parameter\n\n{add}") == [
        "add session_preload_libraries x"
    ]
    assert acts(f"{add}1. Reboot the DB instance so that `shared_preload_libraries` takes effect.\n") == [
        "add shared_preload_libraries x",
        "reboot",
    ]
    # Never guessed: not from another section, and not where nothing is named.
    assert acts(add) == []
    assert acts(f"Find `rds.allowed_extensions`.\n\n# Other\n\n{add}") == []


def test_the_value_is_for_the_parameter_named_last() -> None:
    text = (
        "1. Find the `rds.force_ssl` parameter. The default is `1`.\n1. In the **Values** field, enter `0`.\n"
    )
    assert acts(text) == ["set rds.force_ssl 0"]
    assert acts("1. In the **Values** field, enter `0`.\n") == []
    choose = (
        "1. Find `rds.logical_replication`.\n1. Choose **Edit**, and then choose `1` from the selector.\n"
    )
    assert acts(choose) == ["set rds.logical_replication 1"]
