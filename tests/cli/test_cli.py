"""The command line: help that teaches, one clear line for a mistake, exit codes as promised."""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rdscheck.catalog.versions import SANDBOX_MAJORS
from rdscheck.cli.main import COMMANDS, parser

ROOT = Path(__file__).resolve().parents[2]


def rdscheck(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "rdscheck", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=300,
        check=False,
    )


def commands(
    top: argparse.ArgumentParser, name: str = "rdscheck"
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, sub in action.choices.items():
                yield f"{name} {word}", sub
                yield from commands(sub, f"{name} {word}")


ALL = dict(commands(parser()))


@pytest.mark.parametrize("module", COMMANDS)
def test_a_module_has_the_commands_it_is_loaded_for(module: str) -> None:
    there = [name.split()[1] for name, _ in commands(parser([module])) if name.count(" ") == 1]
    assert there == list(COMMANDS[module])


def test_a_command_loads_nothing_of_others() -> None:
    program = (
        "import sys; from rdscheck.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(sorted({'boto3', 'pytest', 'markdown_it', 'pglast'} & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, "--debug", "images", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert told.stderr.strip() == "[]"
    assert "usage: " in told.stdout


@pytest.mark.parametrize("name", ALL)
def test_every_command_says_what_it_is_for(name: str) -> None:
    sub = ALL[name]
    assert sub.description or "images" in name or "new" in name
    for action in sub._actions:
        assert action.help or isinstance(action, argparse._SubParsersAction) or action.choices, action


@pytest.mark.parametrize("name", [name for name in ALL if name.count(" ") == 1])
def test_every_command_is_in_the_readme(name: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"`({name}|{name.split()[1]})\b", readme), name


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "--pg", "12"], "unknown PostgreSQL version '12'"),
        (["run", "--pg", "seventeen"], "unknown PostgreSQL version 'seventeen'"),
        (["run", "--pg", ""], "unknown PostgreSQL version ''"),
        (["run", "--pg", "15.99"], "near it are 15.17-R2, 15.18, 15.18-R2, 15.19"),
        (["run", "-n", "-1"], "0 or more"),
        (["run", "--reports", "/dev/null/x"], "--reports /dev/null/x"),
        (["run", "--s3", "ftp://x", "--pg", "17", "--engine", "local"], "ftp://x"),
        (["up", "--name", "../x"], "no name for a sandbox"),
        (["up", "--pg", "15,17"], "a sandbox has one version"),
        (["down", "nobody-called-it-so"], "no sandbox is called"),
        (["explain", "no/such-thing"], "nothing is called 'no/such-thing'"),
        (["new", "scenario", "Bad Id"], "no id for a scenario"),
    ],
)
def test_wrong_usage_ends_with_2_and_one_line_with_the_next_step(arguments: list[str], told: str) -> None:
    done = rdscheck(*arguments)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_unknown_command_ends_with_2() -> None:
    assert rdscheck("ruin").returncode == 2


@pytest.mark.parametrize("command", [["run"], ["up"], ["images", "build", "--pg", "17"]])
def test_a_dead_engine_ends_with_3_and_says_what_to_do(command: list[str]) -> None:
    engine = [] if command[0] == "images" else ["--engine", "docker"]
    done = rdscheck(*command, *engine, DOCKER_HOST="tcp://127.0.0.1:9")
    assert done.returncode == 3, done.stderr
    assert "Docker" in done.stderr
    assert "next:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_sandbox_that_does_not_come_up_leaves_nothing(quick: tuple[str, int]) -> None:
    engine, major = quick
    name = "half-a-sandbox"
    keys = {"RDSCHECK_S3_ACCESS_KEY": "k", "RDSCHECK_S3_SECRET_KEY": "s"}
    arguments = ["--engine", engine, "--pg", str(major), "--name", name, "--s3", "http://127.0.0.1:9"]
    done = rdscheck("up", *arguments, **keys)
    assert done.returncode == 3, done.stderr
    assert "127.0.0.1:9" in done.stderr
    assert done.stdout == ""
    assert name not in rdscheck("ps").stdout
    assert rdscheck("down", name).returncode == 2


def test_a_sandbox_comes_up_is_found_again_and_goes(quick: tuple[str, int]) -> None:
    engine, major = quick
    name = "there-and-back"
    arguments = ["up", "--engine", engine, "--pg", str(major), "--s3", "moto", "--name", name]
    try:
        first = rdscheck(*arguments)
        assert first.returncode == 0, first.stderr
        told = dict(line.removeprefix("export ").split("=", 1) for line in first.stdout.splitlines())
        with psycopg.connect(told["DATABASE_URL"].strip("'"), autocommit=True) as conn:
            assert conn.execute("SELECT current_user, current_database()").fetchone() == ("postgres", "labdb")
        assert rdscheck(*arguments).stdout == first.stdout
        other = rdscheck("up", "--engine", engine, "--pg", "13", "--name", name)
        assert other.returncode == 2
        assert f"runs PostgreSQL {major}" in other.stderr
        assert told["PGPORT"] in rdscheck("ps").stdout
    finally:
        ended = rdscheck("down", name)
    assert ended.returncode == 0
    assert name not in rdscheck("ps").stdout
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(told["DATABASE_URL"].strip("'"), connect_timeout=5)


def test_doctor_tells_all_versions_and_what_mends_them() -> None:
    done = rdscheck("doctor", "--format", "json")
    rows = json.loads(done.stdout)["checks"]
    local = {row["name"]: row for row in rows if row["part"] == "local version"}
    assert set(local) == {str(major) for major in SANDBOX_MAJORS}
    for row in rows:
        assert row["state"] in {"ok", "missing"}
        assert row["detail"], row
        if row["part"].endswith("version") and row["state"] == "missing" and "answers" not in row["detail"]:
            assert row["mend"], row
    usable = any(row["state"] == "ok" for row in rows if row["part"].endswith("version"))
    assert done.returncode == (0 if usable else 3)


def test_list_is_one_entry_a_line_for_programs() -> None:
    done = rdscheck("list", "scenarios")
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert {"s3/export", "s3/import"} <= {row[0] for row in rows}
    assert all(len(row) == 4 and int(row[1]) > 0 for row in rows)


def test_list_and_explain_agree() -> None:
    done = rdscheck("list", "findings", "--format", "json")
    entries = json.loads(done.stdout)["entries"]
    assert entries
    told = rdscheck("explain", entries[0]["key"])
    assert told.returncode == 0
    assert entries[0]["says"] in told.stdout
    assert "source: https://" in told.stdout


def test_explain_shows_each_claim_of_a_scenario_once() -> None:
    done = rdscheck("explain", "s3/export")
    claims = [line for line in done.stdout.splitlines() if line.startswith("  - ")]
    assert claims
    assert len(claims) == len(set(claims))


def test_versions_carry_their_support_dates() -> None:
    rows = {
        line.split("\t")[0]: line.split("\t") for line in rdscheck("list", "versions").stdout.splitlines()
    }
    assert rows["15"][2:4] == ["2028-02-29", "2031-02-28"]


def test_a_new_scenario_fails_until_it_is_filled_in(tmp_path: Path) -> None:
    done = rdscheck("new", "scenario", "area/some-thing", "--dir", str(tmp_path))
    path = tmp_path / "area" / "test_some_thing.py"
    assert done.stdout.strip() == str(path)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", str(path), "--rds-pg=17", "-p", "no:cacheprovider", "-rfEs", "-q"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert "2 failed" in run.stdout or "2 skipped" in run.stdout, run.stdout  # skipped where no engine is
    again = rdscheck("new", "scenario", "area/some-thing", "--dir", str(tmp_path))
    assert again.returncode == 2


def test_no_colour_and_no_cursor_movement_in_a_pipe() -> None:
    for arguments in (["list", "versions"], ["doctor"], ["explain", "15"], ["--help"]):
        done = rdscheck(*arguments)
        assert "\x1b" not in done.stdout + done.stderr


def test_a_closed_pipe_is_no_crash() -> None:
    done = subprocess.run(
        f"{sys.executable} -m rdscheck list deviations | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_one_scenario_runs_and_reports(quick: tuple[str, int], tmp_path: Path) -> None:
    engine, major = quick
    done = rdscheck(
        "run", "--engine", engine, "--pg", str(major), "--s3", "moto", "--scenario", "s3/extension",
        "--reports", str(tmp_path), "--durations",
    )  # fmt: skip
    found = json.loads((tmp_path / "results.json").read_text())
    assert {one["scenario"] for one in found["outcomes"]} == {"s3/extension"}
    ran = any(one["status"] == "passed" for one in found["outcomes"])
    # Without a compiler or headers everything is skipped, and that is no success.
    assert done.returncode == (0 if ran else 3), done.stderr
    written = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*"))
    assert written == ["matrix.md", f"pg{major}.md", f"pg{major}/s3_extension.md", "results.json"]
    assert re.search(r"^s3/extension\t\d+\.\d$", done.stdout, re.MULTILINE)
    assert "s3_extension.md" not in done.stderr


@pytest.mark.parametrize("keys", [{}, {"RDSCHECK_S3_ACCESS_KEY": "k", "RDSCHECK_S3_SECRET_KEY": "s"}])
def test_s3_that_cannot_be_used_is_told_once_and_first(keys: dict[str, str], tmp_path: Path) -> None:
    done = rdscheck("run", "--s3", "http://127.0.0.1:9", "--reports", str(tmp_path), **keys)
    assert done.returncode == 3
    assert "next:" in done.stderr
    assert len(done.stderr.splitlines()) == 2, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_profile_that_does_not_exist_is_no_crash(tmp_path: Path) -> None:
    keys = {"RDSCHECK_S3_ACCESS_KEY": "k", "RDSCHECK_S3_SECRET_KEY": "s", "AWS_PROFILE": "nobody"}
    done = rdscheck("run", "--s3", "http://127.0.0.1:9", "--reports", str(tmp_path), **keys)
    assert done.returncode == 3
    assert "nobody" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_scenario_nobody_knows_is_told(quick: tuple[str, int], tmp_path: Path) -> None:
    done = rdscheck(
        "run", "--engine", quick[0], "--pg", str(quick[1]), "--scenario", "s4/*", "--reports", str(tmp_path)
    )
    assert done.returncode == 2
    assert "no scenario is called s4/*" in done.stderr


def test_a_version_asked_for_by_name_that_is_missing_ends_with_3(tmp_path: Path) -> None:
    done = rdscheck("run", "--engine", "local", "--pg", "14", "--reports", str(tmp_path), RDSCHECK_PG_BIN="")
    if done.returncode == 0:
        pytest.skip("PostgreSQL 14 is installed here")
    assert done.returncode == 3
    assert "PostgreSQL 14" in done.stderr


def test_ctrl_c_still_writes_what_is_known_and_says_so(quick: tuple[str, int], tmp_path: Path) -> None:
    engine, major = quick
    process = subprocess.Popen(
        [sys.executable, "-m", "rdscheck", "run", "--engine", engine, "--pg", str(major), "--s3", "moto",
         "--reports", str(tmp_path), "-n", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if "passed" in line or "skipped" in line:
            break
    os.killpg(process.pid, signal.SIGINT)
    began = time.monotonic()
    _, err = process.communicate(timeout=60)
    said = "".join(lines) + err
    assert process.returncode in {1, 3}, said
    assert time.monotonic() - began < 60
    assert "Traceback" not in said
    found = json.loads((tmp_path / "results.json").read_text())
    assert found["complete"] is False
    assert "cut short" in (tmp_path / f"pg{major}.md").read_text()
