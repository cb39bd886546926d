"""Names of functions: every form is read as what it means, everything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.aws.functions.names import Name, check_alias, check_new_name, parse
from rdscheck.aws.functions.wire import LambdaError

NAMES = st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True)
QUALIFIERS = st.one_of(
    st.just(""), st.just("$LATEST"), st.from_regex(r"[a-zA-Z0-9_-]{1,128}", fullmatch=True)
)
ACCOUNT, REGION = "123456789012", "us-east-1"


@given(name=NAMES.filter(lambda one: one != "function"), qualifier=QUALIFIERS)
def test_all_forms_mean_the_same(name: str, qualifier: str) -> None:
    tail = f":{qualifier}" if qualifier else ""
    wanted = Name(ACCOUNT, REGION, name, qualifier)
    for text in (name, f"function:{name}", f"{ACCOUNT}:function:{name}", wanted.arn):
        assert parse(text + tail, ACCOUNT, REGION) == wanted
        assert parse(text, ACCOUNT, REGION, qualifier) == wanted
    assert parse(wanted.qualified_arn, "999999999999", "eu-west-1") == wanted


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse(text, ACCOUNT, REGION)
    except LambdaError:
        return
    assert found.name in text
    assert "/" not in found.name


@pytest.mark.parametrize(
    "wrong", ["", "a b", "a/b", "..//x", "f:a:b", "arn:aws:s3:::f", "12:function:f", "f\n"]
)
def test_what_is_no_name_is_refused(wrong: str) -> None:
    with pytest.raises(LambdaError, match="functionName"):
        parse(wrong, ACCOUNT, REGION)


def test_two_qualifiers_are_refused() -> None:
    with pytest.raises(LambdaError, match="does not match the specified qualifier"):
        parse("f:1", ACCOUNT, REGION, "2")


def test_new_names_and_aliases() -> None:
    check_new_name("a-b_1")
    check_alias("PROD")
    check_alias("v1")
    for wrong in ("a.b", "x" * 65, ""):
        with pytest.raises(LambdaError):
            check_new_name(wrong)
    for wrong in ("1", "27", "$LATEST", "a b", ""):
        with pytest.raises(LambdaError):
            check_alias(wrong)
