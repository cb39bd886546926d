"""Excerpts of a log: lines of pgAudit as the server wrote them, or as it did not."""

from collections.abc import Sequence

import pytest

from rdscheck.runbook.acting import Configuration
from rdscheck.runbook.model import Judged, Verdict
from rdscheck.runbook.reading import read
from rdscheck.runbook.running import logged
from rdscheck.runbook.running.runner import Runner
from tests.runbook.fake import FakeLab, FakeNames

PAGE = """\
```sql
SELECT * FROM t1;
```

The database log has an entry such as the following.

```
...
2017-06-12 19:09:49 UTC:10.1.2.3(5432):someone@postgres:[11701]:LOG:  AUDIT: {shown}
...
```
"""
LINE = "OBJECT,7,1,READ,SELECT,TABLE,public.t1,SELECT * FROM t1;,<not logged>"
OTHER = 'SESSION,1,1,DDL,CREATE TABLE,,,"CREATE TABLE x (a int, b int)",<not logged>'


def judged(shown: str, written: Sequence[str] | None) -> Judged:
    page = read("p.md", PAGE.format(shown=shown))
    lab = FakeLab(logged=written)
    return Runner(page, lab, FakeNames(), Configuration()).run().judged[1]


@pytest.mark.parametrize(
    "shown",
    [
        LINE,
        LINE.replace("OBJECT,7,1", "OBJECT,1,2"),
        f"\n{LINE}",  # cut where the page is too narrow
        LINE.replace("SELECT * FROM", "SELECT *\n\tFROM"),
        f"{LINE}\nAUDIT: {OTHER}",
    ],
)
def test_what_the_server_logged_has_passed(shown: str) -> None:
    found = judged(shown, [OTHER, LINE])
    assert (found.verdict, found.diff) == (Verdict.PASSED, "")
    assert found.masks == logged.MASKS


@pytest.mark.parametrize(
    "shown",
    [
        LINE.replace("public.t1", "public.t2"),
        LINE.replace("SELECT *", "select *"),
        LINE.removesuffix(",<not logged>"),
        LINE.replace("OBJECT", "SESSION"),
        f"{OTHER}\nAUDIT: {LINE}x",
    ],
)
def test_something_else_differs_from_the_nearest(shown: str) -> None:
    found = judged(shown, [OTHER, LINE])
    assert found.verdict is Verdict.DIFFERS
    assert "+AUDIT: OBJECT,<number>,<number>,READ,SELECT,TABLE,public.t1,SELECT * FROM t1" in found.diff
    assert "CREATE TABLE" not in found.diff


def test_nothing_logged_differs() -> None:
    found = judged(LINE, [])
    assert found.verdict is Verdict.DIFFERS
    assert "which was not printed" in found.detail


def test_without_a_log_or_a_line_of_pgaudit_it_is_no_command() -> None:
    assert judged(LINE, None).verdict is Verdict.NOT_A_COMMAND
    page = read("p.md", PAGE.replace("AUDIT: {shown}", "checkpoint starting: time"))
    found = Runner(page, FakeLab(logged=[LINE]), FakeNames(), Configuration()).run().judged[1]
    assert (found.verdict, found.detail) == (
        Verdict.NOT_A_COMMAND,
        "it is from a log, and no command prints it",
    )
