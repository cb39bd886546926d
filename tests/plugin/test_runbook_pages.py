"""Pages as tests: one for each block, in one sandbox, with the page's own lines."""

from pathlib import Path

import pytest

from tests.sandbox.places import place

PAGE = """\
# A page

```
CREATE TABLE t (a int);
```

```
SELECT count(*) FROM t;
 count
-------
     0
(1 row)
```

```
SELECT * FROM t;
 a
---
 1
(1 row)
```

```
SELECT * FROM nowhere;
```

```yaml
a: 1
```

```
git pull
```
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> object:
    """Run pytest on the page, on a server of this machine."""
    engine, major = place("local")
    (pytester.path / "docs").mkdir()
    (pytester.path / "docs" / "page.md").write_text(PAGE, encoding="utf-8")

    def run(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess(
            f"--rds-engine={engine}", f"--rds-pg={major}", "-p", "no:cacheprovider", *arguments, timeout=180
        )

    return run


def test_one_test_for_each_block(run) -> None:  # type: ignore[no-untyped-def]
    result = run("--rds-runbook=docs/page.md", "-v", "-rs")
    result.assert_outcomes(passed=3, failed=1, skipped=2)
    for line in (
        "*docs/page.md::L4-sql PASSED*",
        "*docs/page.md::L8-sql PASSED*",
        "*docs/page.md::L16-sql PASSED*",
        "*docs/page.md::L24-sql FAILED*",
        '*failed: relation "nowhere" does not exist (SQLSTATE 42P01)*',
        "*not a command*",
        "SKIPPED*docs/page.md:32: not runnable here: *git*",
    ):
        result.stdout.fnmatch_lines([line])


def test_one_block_runs_those_before_it(run) -> None:  # type: ignore[no-untyped-def]
    run("docs/page.md::L8-sql", "--rds-runbook=docs/page.md").assert_outcomes(passed=1)


def test_workers_share_or_repeat_the_page(run) -> None:  # type: ignore[no-untyped-def]
    result = run("--rds-runbook=docs/page.md", "-n", "2", "--dist", "loadgroup")
    result.assert_outcomes(passed=3, failed=1, skipped=2)


def test_pages_of_the_project_file_run_when_nothing_else_is_named(  # type: ignore[no-untyped-def]
    run, pytester: pytest.Pytester
) -> None:
    (pytester.path / "pyproject.toml").write_text(
        "[tool.rdscheck.runbooks]\npages = [{ file = 'docs/page.md', expected = [{ line = 24, "
        "verdict = 'failed', reason = 'the point' }] }]\n",
        encoding="utf-8",
    )
    pytester.makepyfile(test_own="def test_own(): pass")
    run().assert_outcomes(passed=5, skipped=2)
    run("test_own.py").assert_outcomes(passed=1)
    run("docs").assert_outcomes(passed=4, skipped=2)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--rds-runbook=none.md"], "*none.md: there is no such file*"),
        (["--rds-runbook=latin.md"], "*latin.md: line 1 is not UTF-8*"),
    ],
)
def test_a_mistake_is_told_in_one_line(arguments: list[str], says: str, pytester: pytest.Pytester) -> None:
    Path(pytester.path / "latin.md").write_bytes(b"\xe4\n")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments)
    (result.stdout if "latin" in says else result.stderr).fnmatch_lines([says])
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


def test_a_page_that_nobody_asked_for_is_none_of_ours(pytester: pytest.Pytester) -> None:
    (pytester.path / "page.md").write_text(PAGE, encoding="utf-8")
    pytester.makepyfile(test_own="def test_own(): pass")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
