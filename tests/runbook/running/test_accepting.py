"""An accepted copy passes without differences, and changes nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdscheck.runbook.acting import Configuration, Done
from rdscheck.runbook.model import Ran, Verdict
from rdscheck.runbook.reading import read
from rdscheck.runbook.running.accepting import accepted
from rdscheck.runbook.running.runner import run
from tests.runbook.fake import FakeLab, FakeNames, refused

PAGE = """\
# A page

Run this.

```
CREATE EXTENSION x;
EXTENSION CREATED
```

1. In a list.

   ```
   SELECT oid, name, ok FROM t;
     oid  | name | ok
   -------+---====-----
    16384 | a    | t
    16385 | b    | t
   (2 rows)
   ```

And that.

```sql
SELECT 1;
```

You see output such as the following.

```
 ?column?
----------
        2
(1 row)
```
"""
LAB = {
    "CREATE EXTENSION x;": "CREATE EXTENSION\n",
    "SELECT oid, name, ok FROM t;": "  oid  | name | ok \n-------+------+----\n 24576 | a    | t\n"
    " 24577 | b    | f\n(2 rows)\n\n",
    "SELECT 1;": " ?column? \n----------\n        1\n(1 row)\n\n",
}


def ran(text: str, answers: dict[str, Done | str]) -> Ran:
    return run(read("page.md", text), FakeLab({**answers}), FakeNames(), Configuration())


def test_an_accepted_copy_passes_and_is_accepted_as_it_is() -> None:
    first = ran(PAGE, {**LAB})
    assert [one.verdict for one in first.judged] == [
        Verdict.DIFFERS,
        Verdict.DIFFERS,
        Verdict.PASSED,
        Verdict.DIFFERS,
    ]
    found = accepted(first, Configuration())
    assert found.replaced == tuple(one.block.line for one in first.judged if one.verdict is Verdict.DIFFERS)
    again = ran(found.text, {**LAB})
    assert {one.verdict for one in again.judged} == {Verdict.PASSED}
    assert accepted(again, Configuration()).text == found.text


def test_what_only_masks_tell_apart_stays_as_the_page_has_it() -> None:
    lines = accepted(ran(PAGE, {**LAB}), Configuration()).text.splitlines()
    assert "    16384 | a    | t" in lines
    assert "   -------+---====-----" in lines
    # What differs at each run has no place in a copy that has to be the same each time.
    assert "   <id> | b | f" in lines
    assert "CREATE EXTENSION" in lines
    assert "EXTENSION CREATED" not in lines
    assert [line for line in lines if not line.startswith(" ")][:3] == ["# A page", "", "Run this."]


def test_a_page_without_differences_stays_byte_for_byte() -> None:
    for text in ("# P\n\n```\nSELECT 1;\n```", "no blocks", ""):
        assert accepted(ran(text, {}), Configuration()).text == text


def test_errors_are_not_accepted() -> None:
    first = ran(PAGE, {**LAB, "CREATE EXTENSION x;": refused("no")})
    found = accepted(first, Configuration())
    assert "EXTENSION CREATED" in found.text
    assert "ERROR" not in found.text


def test_the_output_below_a_refused_block_is_not_accepted() -> None:
    first = ran(PAGE, {**LAB, "SELECT 1;": refused("no")})
    assert first.judged[-1].verdict is Verdict.DIFFERS
    assert "        2\n" in accepted(first, Configuration()).text


def test_an_output_that_would_end_its_block_is_left_out() -> None:
    first = ran(PAGE, {**LAB, "CREATE EXTENSION x;": "```\n# not a heading\n"})
    found = accepted(first, Configuration())
    assert found.kept == (first.judged[0].block.line,)
    assert "EXTENSION CREATED" in found.text


@pytest.mark.parametrize("mark", ["> ", "    ", "- "])
def test_what_stands_before_a_block_stays(mark: str) -> None:
    inner = ["```", "SELECT 1;", " a ", "---", " 2", "(1 row)", "```"]
    rest = "  " if mark == "- " else mark
    text = "\n".join([f"{mark}{inner[0]}", *(f"{rest}{line}" for line in inner[1:])]) + "\n"
    if mark == "    ":
        text = "Text.\n\n" + "\n".join(f"{mark}{line}" for line in inner[1:-1]) + "\n"
    answers: dict[str, Done | str] = {"SELECT 1;": " a \n---\n 1\n(1 row)\n"}
    found = accepted(ran(text, answers), Configuration())
    assert {one.verdict for one in ran(found.text, answers).judged} == {Verdict.PASSED}
    assert [line[: len(rest)] for line in found.text.splitlines()] == [
        line[: len(rest)] for line in text.splitlines()
    ]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abc")), min_size=1, max_size=5), st.integers(0, 9)
)
@settings(max_examples=60, deadline=None)
def test_any_table_can_be_accepted(rows: list[tuple[int, str]], other: int) -> None:
    def table(cells: list[tuple[int, str]]) -> str:
        return "\n".join([" n | w ", "---+---", *(f" {n} | {w}" for n, w in cells), f"({len(cells)} rows)"])

    text = f"# P\n\n```\nSELECT n, w FROM t;\n{table([(other, 'z')])}\n```\n"
    answers: dict[str, Done | str] = {"SELECT n, w FROM t;": table(rows) + "\n\n"}
    found = accepted(ran(text, answers), Configuration())
    assert [one.verdict for one in ran(found.text, answers).judged] == [Verdict.PASSED]
