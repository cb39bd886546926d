"""A command that a page tells for Linux and for Windows is run once, and only where both come to the same."""

from rdscheck.runbook.acting import Configuration, Done, Expectation
from rdscheck.runbook.model import Ran, Verdict
from rdscheck.runbook.reading import read
from rdscheck.runbook.running.runner import Runner
from tests.runbook.fake import FakeLab, FakeNames

PAGE = """\
# A role

For Linux, macOS, or Unix:

```
aws rds add-role-to-db-instance \\
    --db-instance-identifier db \\
    --feature-name 'Lambda'
```

For Windows:

```
aws rds add-role-to-db-instance ^
    --db-instance-identifier db ^
    --feature-name "Lambda"
```

```sql
SELECT 1;
```
"""
ADD = "aws rds add-role-to-db-instance --db-instance-identifier db --feature-name 'Lambda'"
ADD_WINDOWS = ADD.replace("'", '"')


def ran(text: str, lab: FakeLab, *lines: int, expected: tuple[Expectation, ...] = ()) -> Ran:
    return Runner(read("p.md", text), lab, FakeNames(), Configuration(expected=expected), lines).run()


def test_the_second_form_is_told_apart_and_not_run_again() -> None:
    lab = FakeLab({ADD: "done\n"})
    first, second, _ = ran(PAGE, lab).judged
    assert [text for _, text in lab.ran] == [ADD, "SELECT 1;"]
    assert (second.verdict, second.basis) == (Verdict.PASSED, first.basis)
    assert second.detail == "the form for Windows of line 6's command, which is not run a second time"
    assert [(one.piece, one.output) for one in second.printed] == [(second.block.pieces[0], "done\n")]
    assert (first.detail, first.remarks) == ("", ())


def test_the_order_does_not_matter() -> None:
    linux, for_windows, windows = PAGE.removeprefix("# A role\n").partition("For Windows:")
    windows = for_windows + windows
    lab = FakeLab()
    ran(windows + "\n" + linux, lab)
    assert [text for _, text in lab.ran] == [ADD_WINDOWS, "SELECT 1;", ADD]  # not the block right before
    swapped = windows.partition("```sql")[0] + linux
    lab = FakeLab()
    first, second = ran(swapped, lab).judged
    assert [text for _, text in lab.ran] == [ADD_WINDOWS]
    assert first.remarks == ("the form for Windows",)
    assert second.detail.startswith("the form for Linux, macOS or Unix of line")


def test_another_command_for_windows_is_run() -> None:
    for wrong in (PAGE.replace('"Lambda"', '"Lambada"'), PAGE.replace("instance ^", "instances ^")):
        lab = FakeLab({ADD_WINDOWS.replace("Lambda", "Lambada"): Done("no such feature", 254)})
        _, second, _ = ran(wrong, lab).judged
        assert len(lab.ran) == 3
        assert second.remarks == ("the form for Windows",)
        assert second.verdict is (Verdict.FAILED if "Lambada" in wrong else Verdict.PASSED)


def test_the_same_command_without_another_system_is_run_again() -> None:
    again = PAGE.replace("For Windows:", "And once more:").replace(" ^\n", " \\\n")
    lab = FakeLab()
    ran(again, lab)
    assert [text for _, text in lab.ran] == [ADD, ADD_WINDOWS, "SELECT 1;"]


def test_only_the_second_form_is_run_when_asked_for() -> None:
    lab = FakeLab()
    (judged,) = ran(PAGE, lab, 14).judged
    assert [text for _, text in lab.ran] == [ADD_WINDOWS]
    assert judged.remarks == ("the form for Windows",)


def test_a_failure_is_one_of_both_forms() -> None:
    lab = FakeLab({ADD: Done("An error occurred: no such instance", 254)})
    first, second, _ = ran(PAGE, lab).judged
    assert (first.verdict, second.verdict) == (Verdict.FAILED, Verdict.FAILED)
    assert second.detail.endswith("not run a second time: An error occurred: no such instance")
    known = (Expectation(6, "failed", "on purpose"),)
    first, second, _ = ran(PAGE, FakeLab(lab.answers), expected=known).judged
    assert (first.as_expected, second.as_expected, second.reason) == (True, True, "on purpose")
