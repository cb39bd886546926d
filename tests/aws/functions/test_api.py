"""The API as boto3 and the command line see it: functions, versions, aliases, concurrency, errors."""

import base64
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from botocore.exceptions import ClientError

from rdscheck.aws.functions.endpoint import LambdaEndpoint, client
from rdscheck.aws.functions.space import LambdaSpace, archive

ECHO = "def lambda_handler(event, context):\n    return event\n"
ONE, TWO = (f"def lambda_handler(event, context):\n    return {one!r}\n" for one in ("one", "two"))


def invoke(space: LambdaSpace, name: str, payload: Any = None, **arguments: Any) -> Any:
    answer = space.client.invoke(FunctionName=name, Payload=json.dumps(payload), **arguments)
    return json.loads(answer["Payload"].read())


def refused(code: str, status: int) -> Any:
    """Expect an error of the API."""

    class Expect:
        def __enter__(self) -> "Expect":
            return self

        def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
            assert isinstance(error, ClientError), error
            self.error = error
            assert error.response["Error"]["Code"] == code, error
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status
            return True

    return Expect()


def test_a_function_from_create_to_delete(space: LambdaSpace) -> None:
    name = space.deploy("f", ECHO, Timeout=7, MemorySize=256, Description="d")
    lam = space.client
    told = lam.get_function(FunctionName=name)["Configuration"]
    assert told["FunctionArn"] == space.arn("f")
    assert (told["Timeout"], told["MemorySize"], told["Description"]) == (7, 256, "d")
    assert (told["State"], told["LastUpdateStatus"], told["Version"]) == ("Active", "Successful", "$LATEST")
    lam.get_waiter("function_active_v2").wait(FunctionName=name)
    lam.get_waiter("function_updated_v2").wait(FunctionName=name)
    assert name in {one["FunctionName"] for one in lam.list_functions()["Functions"]}
    assert invoke(space, name, {"a": 1}) == {"a": 1}
    lam.update_function_configuration(FunctionName=name, Timeout=9)
    told = lam.get_function_configuration(FunctionName=space.arn("f"))
    assert (told["Timeout"], told["MemorySize"]) == (9, 256)
    lam.delete_function(FunctionName=name)
    for call in (lam.get_function, lam.invoke, lam.delete_function, lam.publish_version):
        with refused("ResourceNotFoundException", 404) as no:
            call(FunctionName=name)
        assert f"Function not found: {space.arn('f')}" in str(no.error)


def test_regions_are_apart(space: LambdaSpace, lambda_endpoint: LambdaEndpoint) -> None:
    name = space.deploy("f", ECHO)
    elsewhere = client(lambda_endpoint, "eu-west-1")
    with refused("ResourceNotFoundException", 404):
        elsewhere.get_function(FunctionName=name)
    assert name not in {one["FunctionName"] for one in elsewhere.list_functions()["Functions"]}
    elsewhere.close()


def test_versions_and_aliases(space: LambdaSpace) -> None:
    name, lam = space.deploy("f", ONE), space.client
    assert lam.publish_version(FunctionName=name)["Version"] == "1"
    assert lam.publish_version(FunctionName=name)["Version"] == "1"  # nothing has changed
    lam.create_alias(FunctionName=name, Name="PROD", FunctionVersion="1")
    assert (
        lam.update_function_code(
            FunctionName=name, ZipFile=archive({"lambda_function.py": TWO}), Publish=True
        )["Version"]
        == "2"
    )
    assert [invoke(space, name, Qualifier=one) for one in ("1", "2", "PROD", "$LATEST")] == [
        "one", "two", "one", "two",
    ]  # fmt: skip
    assert lam.update_alias(FunctionName=name, Name="PROD", FunctionVersion="2")["FunctionVersion"] == "2"
    assert invoke(space, f"{name}:PROD") == "two"
    assert lam.invoke(FunctionName=name, Qualifier="PROD")["ExecutedVersion"] == "2"
    assert [one["Version"] for one in lam.list_versions_by_function(FunctionName=name)["Versions"]] == [
        "$LATEST", "1", "2",
    ]  # fmt: skip
    assert [one["Name"] for one in lam.list_aliases(FunctionName=name)["Aliases"]] == ["PROD"]
    with refused("ResourceConflictException", 409):
        lam.create_alias(FunctionName=name, Name="PROD", FunctionVersion="1")
    with refused("ResourceNotFoundException", 404):
        lam.create_alias(FunctionName=name, Name="TEST", FunctionVersion="3")
    lam.delete_alias(FunctionName=name, Name="PROD")
    with refused("ResourceNotFoundException", 404):
        lam.get_alias(FunctionName=name, Name="PROD")
    lam.delete_function(FunctionName=name, Qualifier="1")
    with refused("ResourceNotFoundException", 404):
        lam.invoke(FunctionName=name, Qualifier="1")


def test_what_cannot_be_created(space: LambdaSpace) -> None:
    name, lam = space.deploy("f", ECHO), space.client
    good = {
        "FunctionName": name,
        "Role": space.role_arn,
        "Runtime": "python3.12",
        "Handler": "a.b",
        "Code": {"ZipFile": archive({"a.py": ""})},
    }
    with refused("ResourceConflictException", 409):
        lam.create_function(**good)
    new = good | {"FunctionName": space.name("g")}
    for wrong in (
        {"Runtime": "nodejs20.x"},
        {"Code": {"ZipFile": b"no archive"}},
        {"Code": {"S3Bucket": "bucket", "S3Key": "k"}},
    ):
        with refused("InvalidParameterValueException", 400):
            lam.create_function(**new | wrong)
    broken: list[dict[str, Any]] = [{"Timeout": 901}, {"MemorySize": 129 << 10}, {"Handler": "nodot"}]
    for one in broken:
        with refused("ValidationException", 400):
            lam.create_function(**new | one)
    with refused("ResourceNotFoundException", 404):
        lam.get_function(FunctionName=space.name("g"))


def test_an_archive_stays_in_its_place(space: LambdaSpace, tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    code = archive({"lambda_function.py": ECHO, "../../../escaped.py": "", f"/{outside}": ""})
    space.client.create_function(
        FunctionName=space.name("f"), Role=space.role_arn, Runtime="python3.12",
        Handler="lambda_function.lambda_handler", Code={"ZipFile": code},
    )  # fmt: skip
    assert invoke(space, space.name("f"), 1) == 1
    assert not outside.exists()


def test_payloads(space: LambdaSpace) -> None:
    name, lam = (
        space.deploy("f", "def lambda_handler(event, context):\n    return len(str(event))\n"),
        space.client,
    )
    assert invoke(space, name, "x" * ((6 << 20) - 2)) == (6 << 20) - 2
    with refused("RequestTooLargeException", 413):
        lam.invoke(FunctionName=name, Payload=json.dumps("x" * ((6 << 20) - 1)))
    assert lam.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps("x" * ((1 << 20) - 2)))
    with refused("RequestTooLargeException", 413):
        lam.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps("x" * ((1 << 20) - 1)))
    for kind in ("RequestResponse", "Event", "DryRun"):
        with refused("InvalidRequestContentException", 400):
            lam.invoke(FunctionName=name, InvocationType=kind, Payload=b"{no json")
    context = base64.b64encode(b"[1]").decode()
    with refused("InvalidRequestContentException", 400):
        lam.invoke(FunctionName=name, ClientContext=context)


def test_an_invocation_without_payload_has_an_empty_event(space: LambdaSpace) -> None:
    name = space.deploy("f", ECHO)
    assert json.loads(space.client.invoke(FunctionName=name)["Payload"].read()) == {}


def test_throttling(space: LambdaSpace) -> None:
    name, lam = space.deploy("f", ECHO), space.client
    lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    assert lam.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 0
    assert lam.get_function(FunctionName=name)["Concurrency"] == {"ReservedConcurrentExecutions": 0}
    with refused("TooManyRequestsException", 429) as no:
        lam.invoke(FunctionName=name)
    assert no.error.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    # Access is what a dry run tells about, not room.
    assert lam.invoke(FunctionName=name, InvocationType="DryRun")["StatusCode"] == 204
    lam.delete_function_concurrency(FunctionName=name)
    assert lam.invoke(FunctionName=name)["StatusCode"] == 200


def test_only_who_has_the_key_is_served(space: LambdaSpace, lambda_endpoint: LambdaEndpoint) -> None:
    name = space.deploy("f", ECHO)
    for changed, code in (
        (replace(lambda_endpoint, secret_key="wrong"), "InvalidSignatureException"),
        (replace(lambda_endpoint, access_key="AKIAOTHER"), "UnrecognizedClientException"),
    ):
        other = client(changed)
        with refused(code, 403):
            other.invoke(FunctionName=name, Payload=b"{}")
        other.close()
    unsigned = Request(f"{lambda_endpoint.url_for_host}/2015-03-31/functions/", method="GET")
    with pytest.raises(HTTPError) as no:
        build_opener(ProxyHandler({})).open(unsigned)
    assert (no.value.code, json.load(no.value)) == (
        403,
        {"Type": "User", "message": "Missing Authentication Token"},
    )
    no.value.close()
    assert space.calls("f") == []


def test_the_command_line_works(space: LambdaSpace, tmp_path: Path) -> None:
    program = shutil.which(
        "aws", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    )
    if program is None:
        pytest.skip("no aws command line here")
    endpoint, code = space.endpoint, tmp_path / "code.zip"
    code.write_bytes(archive({"lambda_function.py": ECHO}))
    nothing = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    keys = {"AWS_ACCESS_KEY_ID": endpoint.access_key, "AWS_SECRET_ACCESS_KEY": endpoint.secret_key}

    def aws(*arguments: str) -> Any:
        done = subprocess.run(
            [
                program,
                "--endpoint-url",
                endpoint.url_for_host,
                "--region",
                endpoint.region,
                "lambda",
                *arguments,
            ],
            env=os.environ | nothing | keys | {"AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true"},
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    name = space.name("f")
    made = aws(
        "create-function", "--function-name", name, "--runtime", "python3.12", "--role", space.role_arn,
        "--handler", "lambda_function.lambda_handler", "--zip-file", f"fileb://{code}",
    )  # fmt: skip
    assert made["FunctionArn"] == space.arn("f")
    told = aws(
        "invoke",
        "--function-name",
        name,
        "--payload",
        '{"a": 1}',
        "--log-type",
        "Tail",
        str(tmp_path / "out"),
    )
    assert (told["StatusCode"], told["ExecutedVersion"]) == (200, "$LATEST")
    assert b"START RequestId" in base64.b64decode(told["LogResult"])
    assert json.loads((tmp_path / "out").read_text()) == {"a": 1}
