"""Handlers in processes of their own: kept warm, ended in time, gone with whoever started them."""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rdscheck.aws.endpoint import Place
from rdscheck.aws.functions import endpoint as functions
from rdscheck.aws.functions.space import LambdaSpace
from rdscheck.sandbox.owner import Owner, start_time

#: Tells its process, starts another one, or does something that takes long.
SOURCE = """
import os, subprocess, sys, threading, time
count = 0
def lambda_handler(event, context):
    global count
    count += 1
    told = {"pid": os.getpid(), "count": count, "env": dict(os.environ), "cwd": os.getcwd()}
    told["left"] = [context.get_remaining_time_in_millis()]
    if "child" in event:
        told["child"] = subprocess.Popen(["sleep", "60"]).pid
    if "print" in event:
        print(event["print"], flush=False)
        print("to stderr", file=sys.stderr)
    if "end later" in event:
        threading.Timer(0.05, os._exit, [1]).start()
    if "sleep" in event:
        time.sleep(event["sleep"])
    if "spin" in event:
        while True:
            pass
    told["left"].append(context.get_remaining_time_in_millis())
    told["arn"] = context.invoked_function_arn
    return told
"""


def invoke(space: LambdaSpace, payload: Any, **arguments: Any) -> Any:
    answer = space.client.invoke(FunctionName=space.name("f"), Payload=json.dumps(payload), **arguments)
    return json.loads(answer["Payload"].read())


def gone(pid: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while start_time(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not start_time(pid)


def test_a_process_is_used_again(space: LambdaSpace) -> None:
    space.deploy("f", SOURCE)
    first, second = invoke(space, {}), invoke(space, {})
    assert first["pid"] == second["pid"]
    assert second["count"] == 2
    assert first["pid"] != os.getpid()


def test_other_code_gets_another_process(space: LambdaSpace) -> None:
    space.deploy("f", SOURCE)
    first = invoke(space, {})
    space.deploy("f", SOURCE + "\n# changed\n")
    assert invoke(space, {})["count"] == 1
    assert gone(first["pid"])


def test_a_process_that_ended_while_idle_is_not_used(space: LambdaSpace) -> None:
    space.deploy("f", SOURCE)
    first = invoke(space, {"end later": 1})
    assert first["count"] == 1
    deadline = time.monotonic() + 10
    # Nobody has waited for it yet, so it is still there by name: a zombie.
    while b"zombie" not in state(first["pid"]) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert invoke(space, {})["count"] == 1
    assert gone(first["pid"])


def state(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return b"zombie"


def test_a_deleted_function_leaves_no_process(space: LambdaSpace) -> None:
    space.deploy("f", SOURCE)
    told = invoke(space, {"child": 1})
    space.client.delete_function(FunctionName=space.name("f"))
    assert gone(told["pid"])
    assert gone(told["child"])


@pytest.mark.parametrize("how", ["sleep", "spin"])
def test_a_handler_that_takes_too_long_is_ended(space: LambdaSpace, how: str) -> None:
    space.deploy("f", SOURCE, Timeout=1)
    pid = invoke(space, {})["pid"]
    began = time.monotonic()
    error = invoke(space, {how: 60})
    assert error["errorType"] == "Sandbox.Timedout"
    assert error["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert time.monotonic() - began < 10
    assert gone(pid)
    assert invoke(space, {})["count"] == 1


def test_two_at_once_have_two_processes(space: LambdaSpace) -> None:
    space.deploy("f", SOURCE, Timeout=20)
    with ThreadPoolExecutor(3) as pool:
        told = list(pool.map(lambda _: invoke(space, {"sleep": 0.7}), range(3)))
    assert len({one["pid"] for one in told}) == 3


def test_environment_and_context(space: LambdaSpace) -> None:
    space.deploy("f", SOURCE, Timeout=20, Environment={"Variables": {"STAGE": "test", "AWS_REGION": "mine"}})
    told = invoke(space, {"sleep": 0.05})
    env = told["env"]
    assert (env["STAGE"], env["AWS_REGION"]) == ("test", "us-east-1")
    assert env["AWS_LAMBDA_FUNCTION_NAME"] == space.name("f")
    assert env["LAMBDA_TASK_ROOT"] == told["cwd"]
    # Nothing of ours is passed on: no keys, no paths of the harness.
    assert not {"AWS_SECRET_ACCESS_KEY", "PYTHONPATH", "HOME", "RDSCHECK_HOME"} & set(env)
    assert 20000 >= told["left"][0] > told["left"][1] >= 10000
    assert told["arn"] == space.arn("f")


def test_a_log_is_of_its_own_invocation(space: LambdaSpace) -> None:
    space.deploy("f", SOURCE)
    invoke(space, {"print": "first"})
    answer = space.client.invoke(FunctionName=space.name("f"), Payload='{"print": "second"}', LogType="Tail")
    lines = base64.b64decode(answer["LogResult"]).decode().splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["START", "second", "to", "END", "REPORT"]


def test_events_are_run_and_remembered(space: LambdaSpace) -> None:
    space.deploy("f", SOURCE)
    for number in range(20):
        space.client.invoke(
            FunctionName=space.name("f"), InvocationType="Event", Payload=json.dumps({"n": number})
        )
    deadline = time.monotonic() + 20
    while len(calls := space.calls("f")) < 20 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert sorted(one["payload"]["n"] for one in calls) == list(range(20))


def started(tmp_path: Path, owner: Owner | None = None) -> functions.LambdaEndpoint:
    (tmp_path / "owner").write_text(str(owner or Owner.me()))
    return functions.start(Place(run_dir=tmp_path, owner=owner or Owner.me()))


def test_a_killed_server_takes_its_handlers_along(tmp_path: Path) -> None:
    endpoint = started(tmp_path)
    space = LambdaSpace(endpoint)
    space.deploy("f", SOURCE)
    told = invoke(space, {"child": 1})
    os.kill(endpoint.pid, signal.SIGKILL)
    assert gone(told["pid"])
    assert gone(told["child"])
    space.client.close()


def test_the_server_ends_with_its_owner(tmp_path: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    endpoint = started(tmp_path, Owner(owner.pid, start_time(owner.pid)))
    space = LambdaSpace(endpoint)
    space.deploy("f", SOURCE, Timeout=60)
    pid = invoke(space, {})["pid"]
    assert start_time(endpoint.pid)
    owner.kill()
    owner.communicate()
    assert gone(endpoint.pid)
    assert gone(pid)
    space.client.close()
