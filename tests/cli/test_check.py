"""``rdscheck check`` from the command line: exit codes, files, Ctrl-C, a real server and its dump."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from psycopg.conninfo import make_conninfo

from rdscheck.assess.rule import rules
from rdscheck.assess.source import examine
from rdscheck.cli.main import main
from rdscheck.model import Version
from rdscheck.report.check.serial import schema
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.local import installations
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import ADMIN, Server, unique_name
from rdscheck.sandbox.sweep import end_run
from tests.sandbox.places import place

HEAD = """--
-- PostgreSQL database dump
--

-- Dumped from database version 13.11
-- Dumped by pg_dump version 13.11

"""
TAIL = "\n--\n-- PostgreSQL database dump complete\n--\n"
GUILTY = f"{HEAD}CREATE EXTENSION file_fdw;\nCREATE EXTENSION plsh;\n{TAIL}"
INNOCENT = f"{HEAD}CREATE EXTENSION hstore;\n{TAIL}"
ROOT = Path(__file__).resolve().parents[2]
#: The rule that most of these tests are about; others may come and go.
ONLY = ("--only", "extension-not-offered")
_LEFT = f"--only and --skip left 1 of {len(rules())} rules: nothing is said of what the others look for"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty directory with a guilty and an innocent dump."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    (tmp_path / "guilty.sql").write_text(GUILTY)
    (tmp_path / "innocent.sql").write_text(INNOCENT)
    return tmp_path


class Told:
    """What one command said."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        self.code = main(["check", *arguments])
        self.out, self.err = capsys.readouterr()

    @property
    def json(self) -> dict[str, Any]:
        """Return the answer, which follows the published schema."""
        told: dict[str, Any] = json.loads(self.out)
        jsonschema.Draft202012Validator(schema()).validate(told)
        return told

    @property
    def states(self) -> dict[str, str]:
        """Return the state of each finding by its subject."""
        return {one["subject"]: one["state"] for one in self.json["findings"]}


def check(capsys: pytest.CaptureFixture[str], *arguments: str, form: str = "json") -> Told:
    return Told(capsys, "--target", "rds-17", "--format", form, *ONLY, *arguments)


def test_blockers_end_with_1_and_their_absence_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, "guilty.sql").code == 1
    innocent = check(capsys, "innocent.sql")
    assert (innocent.code, innocent.json["findings"], innocent.json["exit_code"]) == (0, [], 0)
    assert innocent.json["verdict"].startswith("Can move to RDS for PostgreSQL 17.")


def test_the_threshold_decides(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["check", "innocent.sql", "--target", "rds-17"]
    assert main(arguments) == 0
    assert main([*arguments, "--fail-on", "note"]) == 1
    assert main([*arguments, "--fail-on", "note", "--only", "extension-*"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--target", "rds-17"], "TARGET is missing"),
        (["guilty.sql"], "--target is missing"),
        (["none.sql", "--target", "rds-17"], "none.sql: no such file"),
        (["guilty.sql", "--target", "oracle-19"], "unknown target 'oracle-19'"),
        (["guilty.sql", "--target", "rds-17", "--only", "x-*"], "--only x-*: no rule is called so"),
        (["guilty.sql", "--target", "rds-17", "--suppress", "none.toml"], "none.toml cannot be read"),
        (["guilty.sql", "--target", "rds-17", "--baseline", "guilty.sql"], "guilty.sql is no JSON"),
        (["guilty.sql", "--target", "rds-17", "--effort", "x=1"], "--effort x: no rule is called so"),
        (["guilty.sql", "--target", "rds-17", "-o", "no/such/file"], "-o no/such/file: not writable"),
        (["guilty.sql", "--target", "rds-17", "--skip", "*"], "--only and --skip leave no rule"),
        (
            ["guilty.sql", "--target", "rds-17", "--write-baseline", "no/such/file"],
            "--write-baseline no/such/file: not writable",
        ),
        (
            ["guilty.sql", "--target", "rds-17", "--rehearse", "--rehearsal-dir", "guilty.sql/x"],
            "--rehearsal-dir guilty.sql/x: not writable",
        ),
        (["-", "-", "--target", "rds-17"], "standard input can be read once"),
        (["guilty.sql", "--fleet", "x.csv"], "--fleet takes its sources from its file"),
        (["--fleet", "none.csv"], "none.csv cannot be read"),
        (["--fleet", "none.csv", "-j", "0"], "-j and --time-limit"),
    ],
)
def test_wrong_usage_ends_with_2_and_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    done = Told(capsys, *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_what_is_no_dump_ends_with_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(bytes(range(256)) * 30)
    alone = check(capsys, "junk")
    assert (alone.code, alone.json["checks"][0]["trouble"]) == (2, "unreadable")
    assert "rdscheck: junk" in alone.err
    both = check(capsys, "junk", "innocent.sql")
    assert both.code == 2
    assert [one["trouble"] for one in both.json["checks"]] == ["unreadable", ""]
    assert check(capsys, "junk", "guilty.sql").code == 1


def test_a_server_that_is_not_there_ends_with_3_without_its_password(
    capsys: pytest.CaptureFixture[str],
) -> None:
    address = "postgresql://me:s3cret@127.0.0.1:9/shop"
    alone = check(capsys, address)
    assert alone.code == 3
    both = check(capsys, address, "innocent.sql")
    assert both.code == 3
    assert [one["trouble"] for one in both.json["checks"]] == ["unreachable", ""]
    assert "s3cret" not in alone.err + both.out + both.err


def test_a_dump_that_was_cut_ends_with_3(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "cut.sql").write_text(INNOCENT.removesuffix(TAIL))
    done = check(capsys, "cut.sql")
    assert done.code == 3
    assert done.json["not_checked"]


def test_what_cannot_be_parsed_is_a_finding_with_its_line_and_not_checked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "odd.sql").write_text(INNOCENT.replace(TAIL, f"CREATE TABEL a ();\n{TAIL}"))
    asked = ("odd.sql", "--only", "statement-unreadable")
    done = check(capsys, *asked)
    assert (done.code, done.states) == (3, {"statement CREATE TABEL a ()": "new"})
    (run,) = json.loads(check(capsys, *asked, form="sarif").out)["runs"]
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 9}
    assert check(capsys, *asked, "--fail-on", "warning").code == 1
    check(capsys, *asked, "--write-baseline", "known.json")
    known = check(capsys, *asked, "--baseline", "known.json", "--fail-on", "warning")
    assert (known.code, set(known.states.values())) == (3, {"baseline"})
    (tmp_path / "rdscheck.toml").write_text('[[suppress]]\nrule = "statement-*"\nreason = "a typing error"\n')
    accepted = check(capsys, *asked)
    assert (accepted.code, set(accepted.states.values())) == (0, {"suppressed"})
    assert [one["accepted"] for one in accepted.json["not_checked"]] == ["a typing error"]


def test_suppressions_are_in_rdscheck_toml(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = '[[suppress]]\nrule = "extension-*"\nsubject = "extension file_fdw"\nreason = "gone by then"\n'
    (tmp_path / "rdscheck.toml").write_text(text)
    done = check(capsys, "guilty.sql")
    assert done.states == {"extension file_fdw": "suppressed", "extension plsh": "new"}
    assert done.code == 1
    (tmp_path / "all.toml").write_text('[[suppress]]\nrule = "*"\nreason = "r"\nexpires = 2099-01-01\n')
    assert check(capsys, "guilty.sql", "--suppress", "all.toml").code == 0
    (tmp_path / "old.toml").write_text('[[suppress]]\nrule = "*"\nreason = "r"\nexpires = 2020-01-01\n')
    old = check(capsys, "guilty.sql", "--suppress", "old.toml")
    assert (old.code, set(old.states.values())) == (1, {"new"})
    assert "expired on 2020-01-01" in old.json["remarks"][0]


def test_only_what_is_new_counts_against_a_baseline(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert check(capsys, "guilty.sql", "--write-baseline", "known.json").code == 1
    assert check(capsys, "guilty.sql", "--baseline", "known.json").code == 0
    # The same database dumped to another file, with one more.
    (tmp_path / "later.sql").write_text(GUILTY.replace(TAIL, f"CREATE EXTENSION rum;\n{TAIL}"))
    later = check(capsys, "later.sql", "--baseline", "known.json")
    assert later.code == 1
    assert later.states == {
        "extension file_fdw": "baseline",
        "extension plsh": "baseline",
        "extension rum": "new",
    }
    (tmp_path / "rdscheck.toml").write_text('[[suppress]]\nrule = "*"\nreason = "r"\nsubject = "*plsh"\n')
    assert check(capsys, "later.sql", "--baseline", "known.json").json["remarks"] == [_LEFT]
    (tmp_path / "rdscheck.toml").unlink()
    gone = check(capsys, "innocent.sql", "--baseline", "known.json")
    assert (gone.code, gone.json["remarks"]) == (
        0,
        [_LEFT, "2 of the baseline's findings are gone: write it anew with --write-baseline"],
    )


def test_a_baseline_of_another_target_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What is known to stand in the way to one target may be a worse thing on the way to another."""
    assert check(capsys, "guilty.sql", "--write-baseline", "known.json").code == 1
    other = Told(capsys, "guilty.sql", "--target", "aurora-16", "--baseline", "known.json")
    assert (other.code, other.out) == (2, "")
    assert "known.json is of a check for rds-17, and not for aurora-16" in other.err
    (tmp_path / "fleet.csv").write_text("name,target,to\na,guilty.sql,rds-17\nb,guilty.sql,rds-16\n")
    fleet = Told(capsys, "--fleet", "fleet.csv", "--baseline", "known.json")
    assert (fleet.code, "and not for rds-16" in fleet.err) == (2, True)
    # Another minor is the same target; one written before targets were told holds for all.
    assert Told(capsys, "guilty.sql", "--target", "rds-17.5", *ONLY, "--baseline", "known.json").code == 0
    told = json.loads((tmp_path / "known.json").read_text())
    del told["targets"]
    (tmp_path / "known.json").write_text(json.dumps(told))
    assert Told(capsys, "guilty.sql", "--target", "rds-16", *ONLY, "--baseline", "known.json").code == 0


@pytest.mark.parametrize(
    ("more", "line"),
    [("\\i views.sql\n", 10), ("SELECT 'CREATE EXTENSION plsh' \\gexec\n", 10), ("\\! sh fill.sh\n", 10)],
)
def test_what_psql_brings_from_elsewhere_is_not_checked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, more: str, line: int
) -> None:
    (tmp_path / "more.sql").write_text(f"{HEAD}CREATE TABLE public.t (a int);\n\n{more}{TAIL}")
    done = check(capsys, "more.sql")
    assert done.code == 3
    (missed,) = done.json["not_checked"]
    assert missed["line"] == line
    assert "psql" in missed["reason"]
    assert not done.json["verdict"].startswith("Can move")


@pytest.mark.parametrize("name", ["\x1b[31mred", "\x1b]0;title\x07", "\u202eback"])
def test_names_of_files_do_nothing_to_a_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    (tmp_path / f"{name}.sql").write_text(INNOCENT)
    (tmp_path / f"{name}.bin").write_bytes(bytes(range(256)) * 30)
    for done in (check(capsys, f"{name}.sql", form="text"), check(capsys, f"{name}.bin", form="text")):
        assert not {"\x1b", "\x07", "\u202e"} & set(done.out + done.err)


def test_a_mistake_has_the_same_exit_status_with_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--debug", "check", "none.sql", "--target", "rds-17"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_baseline_is_not_written_where_a_source_was_not_seen(capsys: pytest.CaptureFixture[str]) -> None:
    done = check(capsys, "guilty.sql", "host=127.0.0.1 port=9", "--write-baseline", "known.json")
    assert done.code == 3
    assert len(done.json["findings"]) == 2, "the report is there all the same"
    assert not Path("known.json").exists()


def test_a_report_goes_to_a_file_and_pseudonyms_into_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "acme.sql").write_text(f"{HEAD}CREATE ROLE acme_boss SUPERUSER;\n{TAIL}")
    done = Told(
        capsys, "acme.sql", "--target", "rds-17", "--only", "superuser-role", "--anon", "-o", "out.html",
        "--format", "html",
    )  # fmt: skip
    assert (done.code, done.out) == (1, "")
    page = Path("out.html").read_text()
    assert "acme" not in page
    assert "role name" in page
    assert sorted(one.name for one in tmp_path.iterdir() if "tmp" in one.name) == []


def test_remarks_of_a_report_with_pseudonyms_name_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = [
        ("extension-*", "function acme(acme_one) (acme two)", "", "acme three"),
        ("*", "*", "expires = 2020-01-01", "acme four"),
    ]
    text = "".join(
        f'[[suppress]]\nrule = "{rule}"\nsubject = "{subject}"\nreason = "{reason}"\n{more}\n'
        for rule, subject, more, reason in rows
    )
    (tmp_path / "rdscheck.toml").write_text(text + '[[unchecked]]\nwhat = "acme) five ("\nreason = "acme"\n')
    done = check(capsys, "guilty.sql", "--anon")
    assert "acme" not in done.out
    assert done.json["remarks"] == [
        "suppression 1 is not used: no finding is like that",
        "suppression 2 expired on 2020-01-01 and suppresses nothing any more",
        "unchecked 1 is not used: nothing like that was left unchecked",
        _LEFT,
    ]


def test_github_gets_annotations_and_a_summary(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "summary.md").write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    done = check(capsys, "guilty.sql", form="github")
    assert (
        "::error file=guilty.sql,line=8,title=blocker extension-not-offered%3A extension file_fdw::"
        in done.out
    )
    assert (tmp_path / "summary.md").read_text().startswith("before\n# Readiness for RDS\n")


def test_ctrl_c_keeps_what_is_known(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:

    def impatient(source: Any, *others: Any) -> Any:
        if source.label == "innocent.sql":
            raise KeyboardInterrupt
        return examine(source, *others)

    monkeypatch.setattr("rdscheck.cli.checking.examine", impatient)
    done = check(capsys, "guilty.sql", "innocent.sql", "guilty.sql")
    assert done.code == 1
    assert done.json["complete"] is False
    assert [one["trouble"] for one in done.json["checks"]] == ["", "interrupted", "interrupted"]
    assert check(capsys, "innocent.sql").code == 3


def test_a_dump_on_standard_input_and_a_closed_pipe() -> None:
    command = [sys.executable, "-m", "rdscheck", "check", "-", "--target", "rds-17", *ONLY]
    done = subprocess.run(command, input=GUILTY, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "standard input: plain dump" in done.stdout) == (1, True), done.stderr
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("form", "name"), [("text", "\\U0001f600"), ("json", "\U0001f600"), ("junit", "\U0001f600")]
)
def test_an_encoding_that_lacks_a_name_stops_no_report(form: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "odd.sql").write_text(f'{HEAD}CREATE ROLE "\U0001f600" SUPERUSER;\n{TAIL}')
    command = [sys.executable, "-m", "rdscheck", "check", "odd.sql", "--target", "rds-17", "--format", form]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert name in done.stdout.decode("utf-8")


def test_a_fleet_has_one_report(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "fleet.csv").write_text(
        "name,target,to\nfirst,guilty.sql,\nsecond,guilty.sql,aurora-16\nthird,none.sql,\n"
    )
    done = check(capsys, "--fleet", "fleet.csv", "-j", "2")
    assert done.code == 1
    assert [(one["name"], one["trouble"]) for one in done.json["checks"]] == [
        ("first", ""),
        ("second", ""),
        ("third", "unreadable"),
    ]
    assert done.json["verdict"] == (
        "0 of 3 sources can move, as far as seen; 2 cannot as they are; 1 could not be checked."
    )
    rolled = check(capsys, "--fleet", "fleet.csv", form="markdown").out
    assert "| blocker | `extension-not-offered` | 2 | 4 | `first` (2), `second` (2) |" in rolled


@pytest.fixture
def server() -> Iterator[Server]:
    engine, major = place("local")  # its pg_dump is at hand
    run = RunDir.create(Owner.me())
    try:
        yield Pool(run, choose(engine)).server(Version(major))
    finally:
        end_run(run)


def test_a_database_and_its_dump_give_the_same(
    capsys: pytest.CaptureFixture[str], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = unique_name("check")
    server.create_named_database(name)
    with server.admin(name) as conn:
        conn.execute("CREATE EXTENSION adminpack") if conn.info.server_version < 170000 else None
        conn.execute("CREATE TABLE orders (id integer, what regproc)")
        conn.execute('CREATE SCHEMA "Odd one"')
        conn.execute('CREATE TABLE "Odd one"."a;b" (id integer PRIMARY KEY, who regproc)')
    parameters = server.parameters(name, ADMIN, server.info.admin_password)
    parameters |= {"host": server.info.admin_host, "sslmode": "disable"}
    address = make_conninfo("", **parameters)
    arguments = ["--target", "rds-18", "--move", "restore", "--format", "json"]
    live = Told(capsys, address, *arguments)
    program = installations()[int(server.version)].bin_dir / "pg_dump"
    command = [str(program), "--schema-only", "--no-owner", "-f", "made.sql", address]
    subprocess.run(command, check=True, timeout=60)
    dumped = Told(capsys, "made.sql", *arguments)

    def of_tables(told: Told) -> set[tuple[str, str]]:
        rules = {"table-without-key", "reg-values-looked-up", "adminpack-not-offered"}
        return {(one["id"], one["subject"]) for one in told.json["findings"] if one["id"] in rules}

    assert ("table-without-key", "table public.orders") in of_tables(live)
    assert ("reg-values-looked-up", 'column "Odd one"."a;b".who') in of_tables(live)
    assert of_tables(live) == of_tables(dumped)
    password = server.info.admin_password
    assert password
    assert password not in live.out + live.err

    # As one of a fleet, its password in the environment only.
    open_part = {name: str(value) for name, value in parameters.items() if name != "password"}
    where = make_conninfo("", **open_part)
    Path("fleet.csv").write_text(f"name,target\nlive,{where}\ndump,made.sql\nnobody,{where} port=9\n")
    monkeypatch.setenv("PGPASSWORD", password)
    fleet = Told(capsys, "--fleet", "fleet.csv", *arguments)
    assert {one["name"]: one["trouble"] for one in fleet.json["checks"]} == {
        "live": "",
        "dump": "",
        "nobody": "unreachable",
    }
    assert of_tables(fleet) == of_tables(live)
    assert password not in fleet.out + fleet.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupting_the_program_ends_it_with_what_is_known(tmp_path: Path, number: int) -> None:
    os.mkfifo(tmp_path / "slow.sql")
    command = [
        sys.executable,
        "-m",
        "rdscheck",
        "check",
        "guilty.sql",
        "slow.sql",
        "--target",
        "rds-17",
        *ONLY,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "slow.sql" in line:
                process.send_signal(number)
                break
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "extension file_fdw" in out
    assert "Interrupted" in out


def test_the_example_of_the_readme_is_real(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "tests" / "cli")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = readme.partition("<!-- check example -->\n```\n")[2].partition("```\n")[0]
    command, _, shown = block.partition("\n")
    assert main(command.removeprefix("$ rdscheck ").split()) == 1
    said = capsys.readouterr().out
    for part in filter(None, shown.split("…\n")):
        assert part in said
        said = said.partition(part)[2]
