"""Every rule is filled in, and one that is just begun is not."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from rdscheck.assess.filled import lacking
from rdscheck.assess.rule import Example, Rule, rules
from rdscheck.cli.main import main


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
def test_a_rule_lacks_nothing(rule: Rule) -> None:
    assert lacking(rule) == []


@pytest.mark.parametrize(
    ("change", "lack"),
    [
        ({"problem": ""}, "problem is empty"),
        ({"why": "Because"}, "why is no sentence"),
        ({"fix": " "}, "fix is empty"),
        ({"source": "the manual"}, "source is no address"),
        ({"date": "yesterday"}, "date is no ISO date"),
        ({"guilty": Example(subject="x")}, "the guilty example is empty"),
        ({"guilty": Example(sql="SELECT 1")}, "the guilty example names no subject"),
        ({"innocent": Example()}, "the innocent example is empty"),
    ],
)
def test_what_is_left_out_is_told(change: dict[str, object], lack: str) -> None:
    rule = replace(rules()["extension-not-offered"], **change)  # type: ignore[arg-type]
    assert lacking(rule) == [lack]


def test_a_rule_just_begun_fails_its_self_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "rule", "files/brand-new-rule", "--dir", str(tmp_path)]) == 0
    path = Path(capsys.readouterr().out.strip())
    assert path == tmp_path / "files" / "brand_new_rule.py"
    spec = importlib.util.spec_from_file_location("rules.files.brand_new_rule", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rule = module.brand_new_rule
    assert (rule.id, rule.group) == ("brand-new-rule", "files")
    assert lacking(rule) == [
        "problem is empty",
        "why is empty",
        "fix is empty",
        "source is no address",
        "date is no ISO date",
        "the guilty example is empty",
        "the innocent example is empty",
        "the guilty example names no subject",
        "it does not judge yet: fill in: which facts are guilty?",
    ]
    assert main(["new", "rule", "files/brand-new-rule", "--dir", str(tmp_path)]) == 2


@pytest.mark.parametrize("id_", ["Files/x", "x", "files/x_y", "files/extension-not-offered", "files/../x"])
def test_what_is_no_new_id_is_refused(id_: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "rule", id_, "--dir", str(tmp_path)]) == 2
    assert list(tmp_path.iterdir()) == []
    capsys.readouterr()


def test_rules_are_listed_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "rules"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert len(listed) == len(rules())
    assert all(line.count("\t") == 3 for line in listed)
    assert main(["explain", "copy-program"]) == 0
    told = capsys.readouterr().out
    rule = rules()["copy-program"]
    for part in (rule.problem, rule.why, rule.fix, rule.source, rule.date, rule.certainty.value, "guilty"):
        assert part in told
