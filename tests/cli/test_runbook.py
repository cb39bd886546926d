"""``rdscheck runbook`` from the command line: exit codes, formats, files, Ctrl-C; without a server."""

import io
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest

from rdscheck.cli import runbooks
from rdscheck.cli.main import main
from rdscheck.errors import EngineUnavailable
from rdscheck.report.runbook.serial import schema
from rdscheck.runbook.acting import Done
from rdscheck.runbook.running.opening import Order
from rdscheck.runbook.running.runner import Runner
from tests.runbook.fake import FakeLab, FakeNames, refused

GOOD = "# Good\n\n```sql\nSHOW x;\n x\n---\n 1\n(1 row)\n```\n"
ANSWERS: dict[str, Any] = {
    "SHOW x;": " x \n---\n 1\n(1 row)\n\n",
    "SHOW y;": refused('unrecognized configuration parameter "y"', "42704"),
    "SHOW z;": Done(not_run="no z here"),
}


@pytest.fixture(autouse=True)
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Work in an empty directory, in a lab that answers from a table."""
    answers = dict(ANSWERS)
    monkeypatch.chdir(tmp_path)

    @contextmanager
    def opened(order: Order, version: str, engine: Any) -> Iterator[Runner]:
        if version == "13":
            raise EngineUnavailable("no package of 13", hint="none")
        lab = FakeLab({**answers}, version=version, server=f"{version}.1 (fake)")
        yield Runner(order.page, lab, FakeNames(order.binds), order.configuration, order.lines)

    engine = SimpleNamespace(
        name="fake",
        offer=lambda version: SimpleNamespace(available=version.major <= 17),
        prepare=lambda version, note: None,
    )
    monkeypatch.setattr(runbooks, "opened", opened)
    monkeypatch.setattr(runbooks, "choose", lambda name: engine)
    write("good.md", GOOD)
    write("bad.md", "# Bad\n\n```sql\nSHOW y;\n```\n")
    write("idle.md", "# Idle\n\n```sql\nSHOW z;\n```\n")
    write("other.md", "# Other\n\n```sql\nSHOW x;\n x\n---\n 2\n(1 row)\n```\n")
    write("prose.md", "# Prose\n\nNothing to run.\n")
    return answers


def write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


def data(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["good.md"], 0),
        (["bad.md"], 1),
        (["idle.md"], 3),
        (["prose.md"], 3),
        (["good.md", "bad.md", "idle.md"], 1),
        (["other.md"], 0),
        (["other.md", "--fail-on", "differs"], 1),
        (["good.md", "--pg", "13"], 3),
        (["good.md", "--pg", "13,17"], 3),
        (["none.md"], 2),
        (["good.md", "--bind", "NO_SUCH_WORD=x"], 2),
        (["good.md", "--bind", "x"], 2),
        (["good.md", "--only", "99"], 2),
        (["good.md", "--config", "none.toml"], 2),
        (["good.md", "-o", "no/such/dir.txt"], 2),
        (["good.md", "--accept", "good.md"], 2),
        (["good.md", "--accept", "--accept-in-place"], 2),
        (["good.md", "--accept", "--pg", "15,17"], 2),
        (["good.md", "--list", "--format", "html"], 2),
        (["good.md", "bad.md", "--only", "4"], 2),
    ],
)
def test_exit_codes(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runbook", *arguments]) == code
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    assert bool(captured.out) is (code != 2)


def test_the_report_goes_to_standard_output_and_progress_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    main(["runbook", "bad.md"])
    captured = capsys.readouterr()
    assert captured.out.startswith("bad.md on RDS for PostgreSQL 17 (17.1 (fake))")
    assert captured.err == "[1/1] bad.md:4 sql: failed\n"


def test_json_of_two_pages_on_two_versions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runbook", "good.md", "bad.md", "--pg", "15,17", "--format", "json"]) == 1
    told = data(capsys)
    jsonschema.validate(told, schema())
    assert [(one["document"], one["version"], one["verdict"]) for one in told["blocks"]] == [
        ("good.md", "15", "passed"),
        ("good.md", "17", "passed"),
        ("bad.md", "15", "failed"),
        ("bad.md", "17", "failed"),
    ]
    assert told["exit_code"] == 1


def test_a_missing_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    main(["runbook", "good.md", "--pg", "13,17", "--format", "json"])
    assert data(capsys)["not_run"] == [{"version": "13", "reason": "no package of 13 (none)"}]


def test_a_configuration_beside_the_page_says_what_to_expect(capsys: pytest.CaptureFixture[str]) -> None:
    write("bad.runbook.toml", '[[expected]]\nline = 4\nverdict = "failed"\nreason = "the point"\n')
    write("idle.runbook.toml", '[[skip]]\nline = 4\nreason = "not today"\n')
    assert main(["runbook", "bad.md"]) == 0
    assert "failed, as expected" in capsys.readouterr().out
    assert main(["runbook", "idle.md"]) == 0
    assert main(["runbook", "good.md", "--config", "bad.runbook.toml"]) == 1


def test_a_report_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runbook", "good.md", "--format", "html", "-o", "good.html"]) == 0
    assert Path("good.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert capsys.readouterr().out == ""


def test_accept_writes_a_copy_that_passes(capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("other.md").read_text(encoding="utf-8")
    assert main(["runbook", "other.md", "--accept"]) == 0
    assert Path("other.md").read_text(encoding="utf-8") == before
    assert "accepted: other.accepted.md, 1 outputs replaced" in capsys.readouterr().err
    assert main(["runbook", "other.accepted.md", "--fail-on", "differs"]) == 0
    assert main(["runbook", "other.md", "--accept", "mine.md"]) == 0
    assert Path("mine.md").read_text(encoding="utf-8") == Path("other.accepted.md").read_text(
        encoding="utf-8"
    )
    assert main(["runbook", "other.md", "--accept-in-place"]) == 0
    assert main(["runbook", "other.md", "--fail-on", "differs"]) == 0


def test_accept_keeps_line_ends(capsys: pytest.CaptureFixture[str]) -> None:
    text = Path("other.md").read_text(encoding="utf-8")
    Path("dos.md").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert main(["runbook", "dos.md", "--accept-in-place"]) == 0
    data = Path("dos.md").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf#")
    assert data.count(b"\r\n") == data.count(b"\n")
    assert main(["runbook", "dos.md", "--fail-on", "differs"]) == 0
    capsys.readouterr()


def test_list_runs_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(runbooks, "opened")
    write("ask.md", "# Ask\n\n```\naws rds reboot-db-instance --db-instance-identifier your-instance\n```\n")
    assert main(["runbook", "ask.md", "--list"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].split("\t")[:3] == ["ask.md", "4", "shell"]
    assert "your-instance" in out.splitlines()[-1]
    assert main(["runbook", "ask.md", "--list", "--format", "json"]) == 0
    assert data(capsys)["placeholders"][0]["text"] == "your-instance"


def test_ctrl_c_keeps_what_is_known(bench: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt() -> Done:
        raise KeyboardInterrupt

    bench["SHOW w;"] = interrupt
    write("three.md", "# T\n\n```\nSHOW x;\n```\n\n```\nSHOW w;\n```\n\n```\nSHOW x;\n```\n")
    assert main(["runbook", "three.md", "good.md", "--format", "json"]) == 3
    captured = capsys.readouterr()
    told = json.loads(captured.out)
    assert not told["complete"]
    assert [one["verdict"] for one in told["blocks"]] == ["passed", "not runnable here", "not runnable here"]
    assert "interrupted" in captured.err


def test_only_some_lines(capsys: pytest.CaptureFixture[str]) -> None:
    write("two.md", "# T\n\n```\nSHOW y;\n```\n\n```\nSHOW x;\n```\n")
    assert main(["runbook", "two.md", "--only", "8"]) == 0
    assert main(["runbook", "two.md"]) == 1


def test_a_hostile_page_is_shown_harmlessly(
    bench: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bench["SHOW x;"] = "\x1b[2J\x1b]0;owned\x07</pre><script>"
    for form in ("text", "markdown", "html", "json", "junit"):
        main(["runbook", "other.md", "--format", form])
        captured = capsys.readouterr()
        assert "\x1b" not in captured.out + captured.err
        assert "\x07" not in captured.out + captured.err
    write("bad\x1b[31m.md", GOOD)
    main(["runbook", "bad\x1b[31m.md"])
    assert "\x1b" not in (captured := capsys.readouterr()).out + captured.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_keeps_what_is_known(
    bench: dict[str, Any], capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    def ended() -> Done:
        os.kill(os.getpid(), number)
        return Done()

    bench["SHOW w;"] = ended
    write("three.md", "# T\n\n```\nSHOW x;\n```\n\n```\nSHOW w;\n```\n\n```\nSHOW x;\n```\n")
    assert main(["runbook", "three.md", "--format", "json"]) == 3
    told = data(capsys)
    assert told["verdict"] == "Not known whether it works, it was interrupted: 1 of 3 blocks ran."
    assert not told["complete"]


def test_a_page_of_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def given(text: bytes) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))

    given(b"# T\n\n```\nSHOW x;\n```\n")
    assert main(["runbook", "-", "--format", "json"]) == 0
    assert data(capsys)["blocks"][0]["document"] == "standard input"
    given(b"\xff")
    assert main(["runbook", "-"]) == 2
    assert main(["runbook", "-", "-"]) == 2
    assert main(["runbook", "-", "--accept"]) == 2
    assert main(["runbook", "-", "--accept-in-place"]) == 2
    assert "standard input: line 1 is not UTF-8" in capsys.readouterr().err
    given(b"# T\n\n```\nSHOW x;\nold\n```\n")
    assert main(["runbook", "-", "--accept", "copy.md"]) == 0
    assert Path("copy.md").exists()
