"""Associations: which feature names there are, and that any text survives the file."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.errors import ExitCode, InvalidFeatureName
from rdscheck.sandbox.access import Access, Association, Credentials, Rule, check_feature

TEXT = st.text(max_size=40)


def association(feature: str = "s3Export", **changes: object) -> Association:
    values: dict[str, object] = {
        "feature": feature,
        "role_arn": "arn:aws:iam::123456789012:role/r",
        "credentials": Credentials("key", "secret"),
        "allow": (("s3:PutObject", "arn:aws:s3:::b/*"),),
    }
    return Association(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("feature", ["s3Export", "s3Import", "Lambda"])
def test_a_feature_the_engine_has_is_accepted(feature: str) -> None:
    check_feature(feature)


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("S3_EXPORT", "s3Export"), ("s3export", "s3Export"), ("S3_IMPORT", "s3Import"), ("lambda", "Lambda")],
)
def test_a_feature_of_another_spelling_is_refused_and_the_right_one_named(wrong: str, meant: str) -> None:
    with pytest.raises(InvalidFeatureName, match=wrong) as caught:
        check_feature(wrong)
    assert caught.value.hint == f"did you mean {meant!r}?"
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_feature_nobody_knows_is_refused_with_those_that_exist() -> None:
    with pytest.raises(InvalidFeatureName) as caught:
        check_feature("comprehend")
    assert caught.value.hint == "valid are Lambda, s3Export, s3Import"


def test_a_second_role_for_a_feature_replaces_the_first() -> None:
    access = Access().with_role(association(role_arn="one")).with_role(association(role_arn="two"))
    assert [a.role_arn for a in access.associations] == ["two"]


def test_taking_a_role_away_leaves_the_other_feature() -> None:
    access = Access().with_role(association()).with_role(association("s3Import")).without_role("s3Export")
    assert [a.feature for a in access.associations] == ["s3Import"]


@given(endpoint=TEXT, arn=TEXT, key=TEXT, secret=TEXT, action=TEXT, resource=TEXT)
def test_any_text_survives_the_file_and_none_breaks_a_line(
    endpoint: str, arn: str, key: str, secret: str, action: str, resource: str
) -> None:
    access = Access(endpoint=endpoint).with_role(
        association(role_arn=arn, credentials=Credentials(key, secret), allow=((action, resource),))
    )
    lines = access.lines()
    assert all(line.isascii() and line.isprintable() for line in lines)
    words = {line.split(" ")[0]: line.split(" ")[1:] for line in lines}
    read = {name: [unquote(word) if word != "%" else "" for word in rest] for name, rest in words.items()}
    assert read["role"] == ["s3Export", arn, key, secret, ""]
    assert read["allow"] == ["s3Export", action, resource]
    assert read.get("endpoint", [""]) == [endpoint]


@given(action=TEXT, resources=st.lists(TEXT.filter(lambda text: "\n" not in text), min_size=1), reason=TEXT)
def test_any_rule_survives_the_file(action: str, resources: list[str], reason: str) -> None:
    rule = Rule("deny", action, tuple(resources), True, ("arn:b",), ("r-1", "r-2"), reason)
    line = rule.line("s3Export")
    assert line.isascii()
    assert line.isprintable()
    effect, feature, *words = line.split(" ")
    read = [unquote(word) if word != "%" else "" for word in words]
    assert (effect, feature, read[0]) == ("deny", "s3Export", action)
    assert read[1].split("\n") == resources
    assert read[2:5] == ["except", "among=arn:b", "in=r-1,r-2"]
    assert len(read) <= 6


def test_a_role_that_cannot_be_assumed_is_told_to_nobody() -> None:
    assert association(invalid="it is gone").lines() == []
    assert association(invalid="it is gone").status == "INVALID"
    assert association().status == "ACTIVE"


def test_a_boundary_is_told() -> None:
    lines = association(bounded=True, rules=(Rule("within", "s3:*", ("*",)),)).lines()
    assert lines[-2:] == ["bounded s3Export", "within s3Export s3:* *"]


def test_secrets_are_not_shown() -> None:
    assert "hush" not in repr(association(credentials=Credentials("key", "hush", "hush")))
