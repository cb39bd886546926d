"""The Query protocol: what botocore writes we read, what we write botocore reads."""

import importlib
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.parsers import QueryParser
from botocore.serialize import QuerySerializer
from hypothesis import given, settings
from hypothesis import strategies as st

from rdscheck.aws.control.faults import Fault, fault
from rdscheck.aws.control.model import service
from rdscheck.aws.control.plane import MODULES
from rdscheck.aws.control.query import read, write, write_fault
from rdscheck.aws.control.registry import ACTIONS, page

#: Texts that XML can hold; anything goes on the way in.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(  # noqa: DTZ001
    lambda one: one.replace(microsecond=0, tzinfo=UTC)
)
LEAVES = {
    "string": TEXT,
    "integer": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1).map(lambda one: one // 10),
    "boolean": st.booleans(),
    "double": st.integers(-1000, 1000).map(float),
    "float": st.integers(-1000, 1000).map(float),
    "timestamp": MOMENTS,
}


def values(shape: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Return values of a shape, without what is empty: it is not told apart from what is not there."""
    if shape.type_name == "structure":
        members = shape.members if depth < 3 else {}
        required = {
            name: values(members[name], depth + 1) for name in shape.required_members if name in members
        }
        optional = {name: values(inner, depth + 1) for name, inner in members.items() if name not in required}
        return st.fixed_dictionaries(required, optional=optional).map(
            lambda found: {k: one for k, one in found.items() if one not in ({}, []) or k in required}
        )
    if shape.type_name == "list":
        inner = values(shape.member, depth + 1)
        return st.lists(inner.filter(lambda one: one != {}), max_size=3)
    return LEAVES[shape.type_name]


OPERATIONS = [
    "CreateDBInstance",
    "ModifyDBParameterGroup",
    "DescribeDBInstances",
    "DescribeEvents",
    "AddTagsToResource",
]


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_clients_send_is_read(name: str) -> None:
    operation = service().operation_model(name)

    @settings(max_examples=25, deadline=None)
    @given(values(operation.input_shape))
    def check(arguments: dict[str, Any]) -> None:
        body = QuerySerializer().serialize_to_request(arguments, operation)["body"]
        form = {key: str(value) for key, value in body.items()}
        assert read(operation, form) == arguments

    check()


@pytest.mark.parametrize("name", ["DescribeDBInstances", "DescribeDBParameters", "DescribeDBEngineVersions"])
def test_what_we_answer_is_understood(name: str) -> None:
    operation = service().operation_model(name)

    @settings(max_examples=20, deadline=None)
    @given(values(operation.output_shape))
    def check(answer: dict[str, Any]) -> None:
        body = write(operation, answer, "id")
        parsed = QueryParser().parse(
            {"body": body, "status_code": 200, "headers": {}}, operation.output_shape
        )
        parsed.pop("ResponseMetadata")
        assert parsed == answer

    check()


@given(TEXT, TEXT)
def test_errors_are_understood(code: str, message: str) -> None:
    body = write_fault(Fault(code, message), "id")
    parsed = QueryParser().parse({"body": body, "status_code": 400, "headers": {}}, None)
    assert parsed["Error"]["Message"] == message or not message
    assert parsed["Error"]["Code"] == code or not code


def test_what_xml_cannot_hold_is_replaced() -> None:
    assert b"a?b" in write_fault(Fault("Code", "a\x00b"), "id")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "MissingParameter"),
        ({"DBInstanceIdentifier": "x", "SkipFinalSnapshot": "maybe"}, "MalformedInput"),
        ({"DBInstanceIdentifier.member.1": "x"}, "MalformedInput"),
        ({"DBInstanceIdentifier": "x", "DBInstanceIdentifier.a": "y"}, "MalformedQueryString"),
        ({".".join("x" * 40): "y"}, "MalformedQueryString"),
    ],
)
def test_what_cannot_be_read_is_an_error(form: dict[str, str], code: str) -> None:
    with pytest.raises(Fault) as caught:
        read(service().operation_model("DeleteDBInstance"), form)
    assert caught.value.code == code


def test_lists_keep_the_order_of_their_numbers() -> None:
    operation = service().operation_model("RemoveTagsFromResource")
    form = {"ResourceName": "x", **{f"TagKeys.member.{n}": str(n) for n in (10, 9, 2, 1)}}
    assert read(operation, form)["TagKeys"] == ["1", "2", "9", "10"]
    with pytest.raises(Fault, match="numbered"):
        read(operation, {"ResourceName": "x", "TagKeys.member.x": "y"})


@settings(max_examples=200)
@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=8))
def test_no_form_is_more_than_an_error(form: dict[str, str]) -> None:
    with suppress(Fault):
        read(service().operation_model("CreateDBParameterGroup"), form)


def test_faults_have_the_status_of_the_model() -> None:
    found = fault("DBInstanceNotFoundFault", "x")
    assert (found.code, found.status) == ("DBInstanceNotFound", 404)


def test_every_action_is_one_of_rds() -> None:
    for name in MODULES:
        importlib.import_module(f"rdscheck.aws.control.{name}")
    assert set(ACTIONS) <= set(service().operation_names)
    assert len(ACTIONS) > 40


@given(st.sets(st.text(min_size=1), max_size=250), st.integers(20, 100))
def test_pages_have_everything_once(names: set[str], size: int) -> None:
    names = {name for name in names if name.isprintable()}
    seen: list[str] = []
    marker: str | None = ""
    while marker is not None:
        rows, marker = page(list(names), {"MaxRecords": size, "Marker": marker}, str)
        assert len(rows) <= size
        seen += rows
    assert seen == sorted(names)


@pytest.mark.parametrize(
    "arguments", [{"MaxRecords": 19}, {"MaxRecords": 101}, {"Marker": "\u00fc"}, {"Marker": "%"}]
)
def test_pages_that_cannot_be_are_errors(arguments: dict[str, Any]) -> None:
    with pytest.raises(Fault):
        page(["a"], arguments, str)
