"""Where nothing stands in the way nothing is said, whoever looks; and what could not be seen is said."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jsonschema
import pytest

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Severity
from rdscheck.assess.judge import judge
from rdscheck.assess.live.collecting import collect
from rdscheck.assess.target import read_target
from rdscheck.cli.main import main
from rdscheck.report.check.serial import schema
from tests.assess.sources.plain import Plain
from tests.corpus.entries import SAMPLES, entries
from tests.corpus.running import Run, look

#: What nobody but a superuser of a plain server sees.
HIDDEN = {
    "kinds of passwords of roles",
    "lines of pg_hba.conf",
    "settings of the server that only superusers see",
}


#: Samples that older majors cannot have: partitions' keys, procedures, generated columns, gen_random_uuid().
NEWER = {
    10: {"pgbench", "saas", "telemetry", "video_shop", "warehouse"},
    11: {"saas", "warehouse"},
    12: {"saas"},
}


def targets(source: Plain) -> list[str]:
    """Return targets near and far."""
    return [f"rds-{max(13, source.major)}", "rds-18", *(["aurora-17"] if source.major <= 17 else [])]


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code and the answer of the command."""
    code = main(["check", *arguments, "--format", "json"])
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema()).validate(answer)
    return code, answer


def test_a_superuser_is_told_that_nothing_stands_in_the_way(
    source: Plain, capsys: pytest.CaptureFixture[str]
) -> None:
    with source.database() as name:
        for target in targets(source):
            code, answer = told(capsys, source.dsn(name), "--target", target, "--fail-on", "warning")
            assert (code, [one for one in answer["findings"] if one["severity"] != "note"]) == (0, [])
            assert answer["not_checked"] == []


@contextmanager
def stranger(source: Plain, name: str) -> Iterator[str]:
    """Give a role that may connect to a database where even PUBLIC has nothing, and nothing more."""
    with source.role("LOGIN PASSWORD 'x' NOINHERIT") as role:
        source.run(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {role}")
        source.run("REVOKE ALL ON SCHEMA public FROM PUBLIC", name)
        try:
            yield role
        finally:
            source.run(f"REVOKE ALL ON DATABASE {name} FROM {role}")


@pytest.mark.parametrize("only_connect", [False, True], ids=["ordinary", "connect"])
def test_another_role_is_told_the_same_and_what_it_did_not_see(
    source: Plain, only_connect: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    who = stranger if only_connect else _ordinary
    with source.database() as name, who(source, name) as role:
        code, answer = told(capsys, source.dsn(name, role), "--target", "rds-18", "--fail-on", "warning")
        assert (code, [one for one in answer["findings"] if one["severity"] != "note"]) == (3, [])
        assert {one["what"] for one in answer["not_checked"]} == HIDDEN


@contextmanager
def _ordinary(source: Plain, _name: str) -> Iterator[str]:
    with source.role("LOGIN PASSWORD 'x'") as role:
        yield role


def test_sample_schemas_give_nothing_live_and_as_dumps(source: Plain) -> None:
    run = Run()
    look(run, source, [one for one in entries() if one.name.startswith(f"{SAMPLES}/")])
    newer = {entry.name.removeprefix(f"{SAMPLES}/") for entry, _, _ in (*run.wrong, *run.skipped)}
    assert newer == NEWER.get(source.major, set())
    assert {(one.entry.name, one.side, *it) for one in run.seen for it in one.findings} == set()


def test_all_databases_of_a_server_just_made(source: Plain) -> None:
    facts = collect(source.dsn(), all_databases=True)
    assert facts.not_seen == []
    assert facts.origin.flavour is Flavour.PLAIN
    found = judge(facts, read_target("rds-18")).findings
    assert [one for one in found if one.severity is not Severity.NOTE] == []
