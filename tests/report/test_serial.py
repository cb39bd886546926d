"""``results.json``: there and back, published schema, errors for anything else."""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from rdscheck import model
from rdscheck.errors import ExitCode, UsageError
from rdscheck.report.order import normalized
from rdscheck.report.serial import dump, dumps, load, loads, schema
from tests.report.builders import realistic, run
from tests.report.strategies import runs


def valid(data: object) -> bool:
    """Say whether the published schema takes it."""
    return bool(jsonschema.Draft202012Validator(schema()).is_valid(data))


@given(runs)
def test_a_run_survives_the_trip(original: model.Run) -> None:
    assert load(dump(original)) == normalized(original)
    assert loads(dumps(original)) == normalized(original)
    assert dumps(loads(dumps(original))) == dumps(original)


def test_a_sorted_run_comes_back_equal() -> None:
    original = normalized(realistic())
    assert loads(dumps(original)) == original


@given(runs)
def test_the_text_is_fit_for_a_terminal_and_a_strict_reader(original: model.Run) -> None:
    text = dumps(original)
    assert not {"\x00", "\x1b", "\x7f", "\x9b", "\u202e", "\u2028"} & set(text)
    text.encode("utf-8")


def test_the_schema_is_a_schema_and_takes_what_is_written() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert valid(json.loads(dumps(realistic())))
    assert valid(dump(run(environments=(), scenarios=())))


@pytest.mark.parametrize(
    ("kind", "definition"),
    [
        (model.Scenario, "scenario"),
        (model.Outcome, "outcome"),
        (model.Step, "step"),
        (model.Environment, "environment"),
        (model.NotRun, "not_run"),
        (model.DocumentationFinding, "documentation_finding"),
        (model.Deviation, "deviation"),
    ],
)
def test_the_schema_names_the_fields_of_the_model(kind: Any, definition: str) -> None:
    described = schema()["$defs"][definition]
    names = {field.name for field in fields(kind)}
    assert set(described["properties"]) == set(described["required"]) == names
    assert described["additionalProperties"] is False


def test_the_schema_names_every_status_and_basis() -> None:
    described = schema()["$defs"]["outcome"]["properties"]
    assert set(described["status"]["enum"]) == set(model.Status)
    assert set(described["basis"]["enum"]) == set(model.Basis)


Mutation = Callable[[dict[str, Any]], object]
WRONG: dict[str, Mutation] = {
    "another schema": lambda data: data.update(schema=2),
    "a schema that is true": lambda data: data.update(schema=True),
    "another kind": lambda data: data.update(kind="check"),
    "something new": lambda data: data.update(duration=3.5),
    "no outcomes": lambda data: data.pop("outcomes"),
    "outcomes as an object": lambda data: data.update(outcomes={}),
    "an unknown status": lambda data: data["outcomes"][0].update(status="ok"),
    "an unknown basis": lambda data: data["outcomes"][0].update(basis=None),
    "an outcome without a reason": lambda data: data["outcomes"][0].pop("reason"),
    "an outcome with a duration": lambda data: data["outcomes"][0].update(seconds=1),
    "a version that is a number": lambda data: data["outcomes"][0].update(version=15),
    "a since that is true": lambda data: data["scenarios"][0].update(since=True),
    "acts as text": lambda data: data["outcomes"][0]["steps"][0].update(acts="select 1"),
    "an extension as a pair": lambda data: data["environments"][0].update(extensions=[["aws_s3", "1.2"]]),
    "complete as text": lambda data: data.update(complete="yes"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_results_are_refused_by_schema_and_reader(name: str) -> None:
    data = json.loads(dumps(realistic()))
    assert valid(data)
    WRONG[name](data)
    assert not valid(data)
    with pytest.raises(UsageError) as caught:
        load(data)
    assert caught.value.exit_code is ExitCode.USAGE


def test_the_error_names_the_place() -> None:
    data = dump(realistic())
    data["outcomes"][3]["steps"][1]["acts"][0] = 7
    with pytest.raises(UsageError, match=r"outcomes\[3\]\.steps\[1\]\.acts\[0\]: str was expected, not int"):
        load(data)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"schema": 1}', "[" * 100_000])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        loads(text)
