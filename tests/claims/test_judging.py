"""What is observed is judged by what the claim says: rows, error, texts, checks."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.claims import names
from rdscheck.claims.data import ALLOW, REFUSE, ByVersion, Check, DataClaim, Range, Statement
from rdscheck.claims.running import Observed, Refusal, judge
from rdscheck.errors import UsageError
from rdscheck.model import Certainty


def by(value: str) -> ByVersion[str]:
    return ByVersion(((Range(), value),))


ALLOWED = DataClaim(
    "a", "area", "It is allowed.", ("master",), (Statement("master", "x"),), ("x", "y"), ALLOW, "https://x",
    Certainty.DOCUMENTED, shows=(("{me}", 1),), checks=(Check("master", "z", ((True,),)),),
)  # fmt: skip
SEEN = Observed(2, 2, None, (("app", 1),), (), (((True,),),))
REFUSED = replace(
    ALLOWED, expect=REFUSE, shows=None, checks=(), sqlstate=by("42501"), text=by("no {me}, …"), hint=by("ask")
)
ERROR = Refusal("42501", "no app, never", "", "ask")
DENIED = Observed(2, 1, ERROR)


def fill(text: str) -> str:
    return names.filled(text, lambda _: "app")


def test_what_holds() -> None:
    assert judge(ALLOWED, 17, SEEN, fill) == []
    assert judge(REFUSED, 17, DENIED, fill) == []


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (replace(SEEN, rows=(("other", 1),)), "it gave [['other', 1]] and not [['app', 1]]"),
        (replace(SEEN, rows=None), "it gave no rows"),
        (replace(SEEN, checks=(((False,),),)), "the check gave [[False]] and not [[True]]"),
        (replace(SEEN, checks=(ERROR,)), "the check was refused: no app, never"),
        (
            replace(SEEN, done=1, refusal=ERROR),
            "statement 2 of 2 was refused: no app, never (SQLSTATE 42501)",
        ),
        (replace(SEEN, done=0), "the act was left out"),
    ],
)
def test_an_allowance_that_does_not_hold(seen: Observed, says: str) -> None:
    assert any(says in one for one in judge(ALLOWED, 17, seen, fill))


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (replace(DENIED, refusal=None, done=2), "it was not refused"),
        (replace(DENIED, done=0), "statement 1 of 2 failed already"),
        (replace(DENIED, refusal=replace(ERROR, sqlstate="0A000")), "SQLSTATE is 0A000 and not 42501"),
        (replace(DENIED, refusal=replace(ERROR, text="no")), "the message is 'no'"),
        (replace(DENIED, refusal=replace(ERROR, hint="")), "the HINT is ''"),
    ],
)
def test_a_refusal_that_does_not_hold(seen: Observed, says: str) -> None:
    assert any(says in one for one in judge(REFUSED, 17, seen, fill))


def test_a_notice_has_to_come() -> None:
    claim = replace(ALLOWED, notice="told {me}")
    assert judge(claim, 17, replace(SEEN, notices=("told app",)), fill) == []
    assert judge(claim, 17, replace(SEEN, notices=("told nobody",)), fill) != []


def test_sql_is_quoted_and_texts_are_not() -> None:
    hostile = "a\"b'c"
    composed = names.statement("ALTER ROLE {me} x {me!l} {{}}", lambda _: hostile)
    assert composed.as_string(None) == "ALTER ROLE \"a\"\"b'c\" x 'a\"b''c' {}"
    assert names.filled("role {me} {{}}", lambda _: hostile) == f"role {hostile} {{}}"


@given(st.text())
def test_braces_are_placeholders_or_an_error(text: str) -> None:
    try:
        names.check(text)
    except UsageError:
        assert "{" in text or "}" in text
    else:
        assert names.filled(text.replace("{", "{{").replace("}", "}}"), str) == text
