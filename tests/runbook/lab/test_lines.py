"""Command lines, as far as procedures need them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.runbook.lab.lines import Line, NotRead, Redirect, Substitution, Text, Variable, plain, read


def words(text: str) -> list[list[str | None]]:
    """Return the words of each command."""
    return [[plain(word) for word in one.words] for one in read(text).commands()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pg_dump -Fc labdb", [["pg_dump", "-Fc", "labdb"]]),
        ("a 'b c' \"d e\" f\\ g", [["a", "b c", "d e", "f g"]]),
        ("a \\\n  --b \\\n  c", [["a", "--b", "c"]]),
        ("psql -h x ^\n-U y", [["psql", "-h", "x", "-U", "y"]]),
        ("a | b | c", [["a"], ["b"], ["c"]]),
        ("a && b || c; d", [["a"], ["b"], ["c"], ["d"]]),
        ("a\nb", [["a"], ["b"]]),
        ("a # comment\nb", [["a"], ["b"]]),
        ("a#b", [["a#b"]]),
        ("a ''", [["a", ""]]),
        ('echo "it\'s"', [["echo", "it's"]]),
        ("echo 'a\nb'", [["echo", "a\nb"]]),
        ("aws iam x '{\n \"a\": [1]}'", [["aws", "iam", "x", '{\n "a": [1]}']]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[list[str | None]]) -> None:
    assert words(text) == expected


def test_connectors() -> None:
    assert [one for one, _ in read("a && b || c; d").pipelines] == [";", "&&", "||", ";"]


def test_redirections() -> None:
    (command,) = read("a < in > out 2>> log 2>&1").commands()
    told = [(one.number, one.operator, plain(one.target)) for one in command.redirects]
    assert told == [(0, "<", "in"), (1, ">", "out"), (2, ">>", "log"), (2, ">&", "1")]
    (command,) = read("a &> out").commands()
    assert [(one.number, one.operator) for one in command.redirects] == [(1, ">"), (2, ">&")]


def test_here_documents() -> None:
    line = read("cat <<EOF > f\na $X\nEOF\npsql -f f")
    first, second = line.commands()
    assert first.redirects[0] == Redirect(0, "<<", (Text("a "), Variable("X", quoted=True), Text("\n")))
    assert [plain(word) for word in second.words] == ["psql", "-f", "f"]
    (quoted,) = read("cat <<'EOF'\na $X `y`\nEOF\n").commands()
    assert quoted.redirects[0].target == (Text("a $X `y`\n"),)


def test_variables_and_substitutions() -> None:
    (command,) = read('X="a $Y" psql "$Z" $(echo b)').commands()[:1]
    assert command.assignments == (("X", (Text("a "), Variable("Y", quoted=True))),)
    assert command.words[1] == (Text(""), Variable("Z", quoted=True))
    assert isinstance(command.words[2][0], Substitution)
    assert [[plain(word) for word in one.words] for one in read("a $(b $(c))").commands()][1:] == [
        ["b", None],
        ["c"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        ":(){ :|:& };:",
        "sleep 1 &",
        "echo `id`",
        "(ls)",
        "for i in 1 2; do echo; done",
        "while true; do :; done",
        "if true; then ls; fi",
        "{ ls; }",
        "f() { ls; }",
        "echo $((1+1))",
        "echo ${X:-rm}",
        "echo ${X/a/b}",
        "echo $1",
        "echo 'never",
        'echo "never',
        "a ||",
        "a | ",
        "| a",
        "a >",
        "a ;; b",
        "cat <(ls)",
        "cat <<EOF\nnever",
        "a )",
        "$(",
        "echo $'a'",
        "$($($($($($($($($(ls)))))))))",
    ],
)
def test_what_is_not_read(text: str) -> None:
    with pytest.raises(NotRead):
        read(text)


@given(st.text(alphabet="ab $(){}`'\"\\|&;<>\n#=-EOF", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(NotRead):
        assert isinstance(read(text), Line)
