"""Command lines: continuations, heredocs, prompts, and what they print."""

import pytest

from tests.runbook.reading.pages import fence, printed, typed


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("aws rds x \\\n   --a b \\\n   --c", ["aws rds x --a b --c"]),
        ("psql -h a ^\n-U b ^\n-d c", ["psql -h a -U b -d c"]),
        ("aws a\naws b", ["aws a", "aws b"]),
        ("aws a\n\n# comment\naws b", ["aws a", "aws b"]),
        ("echo 'a \\\nb'", ["echo 'a \\\nb'"]),
        (
            "aws iam x --document '{\n  \"A\": [\n  ]\n}'\naws b",
            ["aws iam x --document '{\n  \"A\": [\n  ]\n}'", "aws b"],
        ),
        ('echo "a\n\nb"\nls', ['echo "a\n\nb"', "ls"]),
        ("cat <<EOF > x\n$ a\nb; EOF\nEOF\nls", ["cat <<EOF > x\n$ a\nb; EOF\nEOF", "ls"]),
        ("psql <<'SQL'\nSELECT 1;\nSQL\nls", ["psql <<'SQL'\nSELECT 1;\nSQL", "ls"]),
        ("cat <<-X\n\ta\n\tX\nls", ["cat <<-X\n\ta\n\tX", "ls"]),
        ("ls |\n  sort", ["ls |\n  sort"]),
        ("ls &&\n  sort", ["ls &&\n  sort"]),
        ("for i in 1 2\ndo\n  aws $i\ndone\nls", ["for i in 1 2\ndo\n  aws $i\ndone", "ls"]),
        ("if true; then ls; fi\nls", ["if true; then ls; fi", "ls"]),
        ("$ ls # a comment", ["ls # a comment"]),
        ("$ a-tool \\\n>   --b\nout\n$ ls", ["a-tool --b", "ls"]),
        ("# yum install x\n# psql -l", ["yum install x", "psql -l"]),
        ("$ ls\n# a comment of the output", ["ls"]),
        ("$ ls\n# psql -l comes next", ["ls"]),
        ("echo a \\\\\nls", ["echo a \\\\", "ls"]),
        (".venv/bin/x a\n../y\n~/bin/z", [".venv/bin/x a", "../y", "~/bin/z"]),
        ("aws rds x \\ \n  ls", ["aws rds x \\", "ls"]),
    ],
)
def test_command_lines_are_whole(text: str, commands: list[str]) -> None:
    assert typed(fence(text, "bash")) == commands


@pytest.mark.parametrize("text", ["echo 'a", 'echo "a', "cat <<EOF", "for i in 1"])
def test_what_has_no_end_ends_with_the_block(text: str) -> None:
    assert typed(fence(f"{text}\nls\nls")) == [f"{text}\nls\nls"]


@pytest.mark.parametrize("text", ["ls |", "ls &&", "aws x \\", "aws x ^"])
def test_what_goes_on_behind_the_last_line_ends_with_it(text: str) -> None:
    assert typed(fence(f"ls\n{text}")) == ["ls", text]


def test_what_a_command_prints_stands_below_it() -> None:
    block = fence("$ psql -c 'SELECT 1'\n a\n---\n 1\n(1 row)\n\n$ aws rds x\n{\n    \"A\": 1\n}\n$ ls\n")
    assert typed(block) == ["psql -c 'SELECT 1'", "aws rds x", "ls"]
    assert printed(block) == [" a\n---\n 1\n(1 row)", '{\n    "A": 1\n}', None]
    assert [piece.expected_line for piece in block.pieces] == [5, 11, 0]


@pytest.mark.parametrize(
    "output",
    [
        '{\n    "DBInstance": {\n        "A": "b"\n    }\n}',
        " a\n---\n 1\n(1 row)",
        "An error occurred (DBInstanceNotFound) when calling the operation: x",
        "pg_dump: error: connection failed",
        'INFO: repacking table "a"',
        "True",
        "2",
    ],
)
def test_without_prompts_what_looks_printed_is_output(output: str) -> None:
    block = fence(f"aws rds x \\\n  --y\n{output}\naws rds z")
    assert (typed(block), printed(block)) == (["aws rds x --y", "aws rds z"], [output, None])


@pytest.mark.parametrize(
    "output",
    [
        '{\n    "A": 1\n}',
        '[\n    "a",\n    "b"\n]',
        " a\n---\n 1\n(1 row)",
        " a | b\n---+---\n 1 | c\n x | y",
        "NOTICE:  x\nERROR:  y",
        "+---+\n| a |\n+---+",
        "An error occurred (A) when calling the B operation: c",
    ],
)
def test_in_a_shell_fence_only_what_is_surely_printed_is_output(output: str) -> None:
    block = fence(f"some-tool\n{output}\n\nother-tool", "bash")
    assert (typed(block), printed(block)) == (["some-tool", "other-tool"], [output, None])
    block = fence(f"some-tool\n{output}\nother-tool", "bash")
    assert (typed(block), printed(block)) == (["some-tool", "other-tool"], [output, None])


def test_in_a_shell_fence_an_unknown_word_is_a_command() -> None:
    assert typed(fence("ls\nsome-tool --x", "bash")) == ["ls", "some-tool --x"]
    assert printed(fence("ls\nsome-file", "")) == ["some-file"]
