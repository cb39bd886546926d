"""Conditions, operator by operator, each with a value that fits and one that does not."""

from typing import Any

import pytest

from rdscheck.aws.iam.conditions import holds
from rdscheck.aws.iam.patterns import Context
from rdscheck.errors import UnevaluatedCondition
from tests.aws.iam.making import allow, policy

CONTEXT = Context(
    {
        "k": "Value",
        "n": "10",
        "t": "true",
        "ip": "10.1.2.3",
        "ip6": "2001:db8::1",
        "arn": "arn:aws:iam::123456789012:role/a:b",
        "none": None,
        "many": ("a", "b"),
        "empty": (),
        "self": "123456789012",
    }
)


def said(condition: dict[str, Any], version: str = "2012-10-17") -> bool:
    read = policy(allow(Condition=condition), version=version)
    return holds(read.statements[0].conditions, CONTEXT, variables=read.variables)


@pytest.mark.parametrize(
    ("operator", "key", "yes", "no"),
    [
        ("StringEquals", "k", "Value", "value"),
        ("StringEquals", "k", "Value", "V*"),
        ("StringEquals", "K", ["x", "Value"], ["x", "y"]),
        ("StringNotEquals", "k", "value", ["x", "Value"]),
        ("StringEqualsIgnoreCase", "k", "vALUE", "values"),
        ("StringNotEqualsIgnoreCase", "k", "values", "vALUE"),
        ("StringLike", "k", "V*e", "v*"),
        ("StringLike", "k", "?alue", "?"),
        ("StringNotLike", "k", "v*", "V*"),
        ("stringequals", "k", "Value", "value"),
        ("ArnLike", "arn", "arn:aws:iam::*:role/*", "arn:aws:*:role/a"),
        ("ArnLike", "arn", "arn:*:iam::??????????12:role/a:?", "arn:aws:iam*"),
        ("ArnEquals", "arn", "arn:aws:iam::${self}:role/a:b", "arn:aws:iam::1:role/a:b"),
        ("ArnNotLike", "arn", "arn:aws:iam::1:*", "arn:aws:iam::*:*"),
        ("ArnNotEquals", "arn", "arn:aws:iam::1:*", "arn:aws:iam::*:role/*"),
        ("Bool", "t", True, False),
        ("Bool", "t", "TRUE", "false"),
        ("Null", "none", "true", "false"),
        ("Null", "k", False, True),
        ("NumericEquals", "n", 10, 11),
        ("NumericEquals", "n", "10.0", "1"),
        ("NumericNotEquals", "n", 9, "1e1"),
        ("NumericLessThan", "n", 11, 10),
        ("NumericLessThanEquals", "n", 10, 9),
        ("NumericGreaterThan", "n", 9, 10),
        ("NumericGreaterThanEquals", "n", 10, 11),
        ("IpAddress", "ip", "10.0.0.0/8", "10.1.2.4"),
        ("IpAddress", "ip", ["::/0", "10.1.2.3"], "::/0"),
        ("IpAddress", "ip6", "2001:db8::/32", "0.0.0.0/0"),
        ("NotIpAddress", "ip", "11.0.0.0/8", "10.0.0.0/8"),
        ("StringEqualsIfExists", "k", "Value", "x"),
        ("ForAnyValue:StringEquals", "many", ["b", "c"], "c"),
        ("ForAllValues:StringEquals", "many", ["a", "b", "c"], "a"),
        ("ForAnyValue:StringNotEquals", "many", "a", ["a", "b"]),
        ("ForAllValues:StringLike", "k", "V*", "x"),
    ],
)
def test_operator(operator: str, key: str, yes: Any, no: Any) -> None:
    assert said({operator: {key: yes}})
    assert not said({operator: {key: no}})


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("StringEqualsIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("Bool", False),
        ("BoolIfExists", True),
        ("NumericLessThan", False),
        ("ForAllValues:StringEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
    ],
)
def test_a_key_that_is_missing(operator: str, expected: bool) -> None:
    assert said({operator: {"none": "x"}}) is expected


def test_no_values_at_all() -> None:
    assert said({"ForAllValues:StringEquals": {"empty": "x"}})
    assert not said({"ForAnyValue:StringEquals": {"empty": "x"}})


def test_all_keys_and_operators_must_hold() -> None:
    assert said({"StringEquals": {"k": "Value", "n": "10"}, "Bool": {"t": "true"}})
    assert not said({"StringEquals": {"k": "Value", "n": "11"}})
    assert not said({"StringEquals": {"k": "Value"}, "Bool": {"t": "false"}})


@pytest.mark.parametrize(
    "condition",
    [
        {"DateLessThan": {"k": "2030-01-01"}},
        {"BinaryEquals": {"k": "QQ=="}},
        {"StringResembles": {"k": "Value"}},
        {"StringEquals": {"aws:SourceVpc": "v"}},
        {"StringEqualsIfExists": {"aws:SourceVpc": "v"}},
        {"Null": {"aws:SourceVpc": "true"}},
        {"Null": {"k": "maybe"}},
        {"NullIfExists": {"k": "true"}},
        {"ForAnyValue:Null": {"k": "true"}},
        {"StringEquals": {"many": "a"}},
        {"NumericEquals": {"k": "1"}},
        {"NumericEquals": {"n": "nan"}},
        {"IpAddress": {"k": "10.0.0.0/8"}},
        {"IpAddress": {"ip": "here"}},
        {"StringEquals": {"k": "${none}"}},
    ],
)
def test_what_is_not_evaluated_is_an_error(condition: dict[str, Any]) -> None:
    with pytest.raises(UnevaluatedCondition):
        said(condition)
    # Where another condition says no, nothing hangs on it.
    assert not said({**condition, "StringLike": {"k": "x"}})


def test_variables_belong_to_the_newer_language() -> None:
    assert said({"StringEquals": {"self": "${self}"}})
    assert not said({"StringEquals": {"self": "${self}"}}, version="2008-10-17")
