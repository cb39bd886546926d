"""The pages say what happened, name what is not known, and change only where something changed."""

import difflib
import random
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rdscheck.model import Basis, Certainty, NotRun, Outcome, Scenario, Status, Step
from rdscheck.report import matrix, render, version_page
from rdscheck.report.markdown import evidence_pages
from tests.report.builders import (
    DEVIATION,
    EXPORT,
    GUESS,
    WRONG_FEATURE,
    environment,
    outcome,
    realistic,
    run,
)
from tests.report.reading import blocks, fences, inline, section, tables
from tests.report.strategies import hostile, outcomes, shaped

# Every example renders whole pages: shrinking a failure would take minutes and the seed says enough.
pages = settings(deadline=None, max_examples=60, phases=[Phase.explicit, Phase.reuse, Phase.generate])

NOT_COMPARED = "nothing here was compared with one"


def claim_row(page: str, title: str) -> list[str]:
    (found,) = [row for table in tables(page) for row in table if title in row]
    return found


def test_the_verdict_comes_first_and_names_what_failed() -> None:
    page = version_page(run(outcome(), outcome("test_b", Status.FAILED, title="It breaks")), "15")
    first = page.split("\n## ")[0].splitlines()
    assert first[2] == "**Not entirely: 1 of 2 claims failed.**"
    assert first[3].startswith("Failed: “It breaks” in [s3/export](#s3export-export-query-results-to-s3).")


def test_a_page_where_all_passed_still_says_what_it_could_not_tell() -> None:
    page = version_page(run(outcome()), "15")
    assert page.splitlines()[2].startswith("**Yes, as far as a sandbox can tell")
    assert "failed:" not in page.lower().split("\n## ")[0]
    limits = section(page, "What this run could not tell")
    assert NOT_COMPARED in limits
    assert "our stand-in took its place. S3 requests were answered by moto 5.2.5." in limits
    assert "`s3/export`: 1 claim" in limits


def test_a_run_cut_short_says_so_in_bold_before_anything_else() -> None:
    cut = replace(run(outcome()), complete=False)
    assert version_page(cut, "15").splitlines()[2].startswith("**This run was cut short")
    assert matrix(cut).splitlines()[2].startswith("**This run was cut short")
    assert "cut short" not in version_page(run(outcome()), "15") + matrix(run(outcome()))


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("basis", Basis)
def test_outcome_and_basis_stand_beside_each_other(status: Status, basis: Basis) -> None:
    whole = run(outcome(status=status, basis=basis, title="It holds", reason="why"))
    page = version_page(whole, "15")
    assert claim_row(page, "It holds")[:3] == [status, basis, "It holds"]
    assert f"{status} · {basis}" in section(page, "Procedures")
    assert f"{status} · {basis} · {int(status is Status.PASSED)}/1" in section(matrix(whole), "Procedures")


def test_mixed_bases_are_all_shown() -> None:
    whole = run(outcome("test_a", basis=Basis.EMULATED), outcome("test_b", basis=Basis.REAL))
    assert "passed · real+emulated · 2/2" in matrix(whole)


@pytest.mark.parametrize("status", [Status.FAILED, Status.ERRORED])
def test_a_long_reason_is_cut_in_the_table_and_given_in_full_below(status: Status) -> None:
    reason = "AssertionError: " + "long " * 60 + "is bad\nassert 1 == 2\n```"
    page = version_page(run(outcome(status=status, reason=reason)), "15")
    assert claim_row(page, "It holds")[3].endswith("…")
    assert fences(page) == [reason + "\n"]


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.PASSED])
def test_a_missing_reason_is_noticed(status: Status) -> None:
    page = version_page(run(outcome(status=status)), "15")
    assert claim_row(page, "It holds")[3] == "no reason was recorded"


def test_statements_stand_under_their_step_and_claim() -> None:
    steps = (Step("1. Look", ("select 1", "-- 1 row")), Step("", ("select '```'",)), Step("3. Rest"))
    (page,) = evidence_pages(run(outcome(steps=steps)), "15").values()
    assert fences(page) == ["select 1\n-- 1 row\n", "select '```'\n"]
    assert "*1. Look*" in page
    assert "*3. Rest*" in page


def test_a_claim_without_steps_says_so() -> None:
    (page,) = evidence_pages(run(outcome()), "15").values()
    assert "No statement was recorded." in page


def test_each_step_of_a_guide_has_the_outcome_of_its_claims() -> None:
    page = version_page(realistic(), "15")
    assert "## Step by step: Export to S3 with a stored procedure" in page
    (steps,) = [table for table in tables(page) if table[0][1] == "what it tells you to do"]
    assert [row[:3] for row in steps[1:]] == [
        ["1, a", "Associate a role", "passed · emulated · 1/1"],
        ["1, b", "Look at the console", "not shown"],
        ["2, a", "Export | import", "errored · stand-in · 1/2"],
        ["2, b", "Wait", "no outcome"],
    ]
    assert steps[2][3] == "nothing of it can be run"
    assert "Step by step" not in version_page(run(outcome()), "15")


def test_a_procedure_links_what_ran_and_that_links_back() -> None:
    found = run(outcome(scenario="s3/export", version="15.4"))
    ((name, page),) = evidence_pages(found, "15.4").items()
    assert name == "pg15.4/s3_export.md"
    assert "[every statement, with what it gave](pg15.4/s3_export.md)" in version_page(found, "15.4")
    assert "(../pg15.4.md)" in page


def test_a_claim_links_its_own_source_and_says_what_is_not_documented() -> None:
    source = "https://docs.example/page"
    for certainty, said in (
        (Certainty.DOCUMENTED, ""),
        (Certainty.OBSERVED, "observed"),
        (Certainty.DERIVED, "derived"),
        (Certainty.GUESSED, "guessed"),
    ):
        page = version_page(run(outcome(source=source, certainty=certainty)), "15")
        assert f"[source]({source})" in page
        remark = claim_row(page, "It holds")[3]
        assert remark == "; ".join(["source", *([said] if said else [])])
        assert ("**guessed**" in page) is (certainty is Certainty.GUESSED)
    assert "[source]" not in version_page(run(outcome()), "15")


def test_a_finding_is_confirmed_only_by_a_passed_claim() -> None:
    known = {"documentation_findings": (WRONG_FEATURE,)}
    naming = outcome(documentation_findings=(WRONG_FEATURE.key,))
    confirmed = version_page(run(naming, **known), "15")
    found = section(confirmed, "Documentation findings")
    for fact in (
        "--feature-name S3_EXPORT",
        "InvalidFeatureName",
        "case-sensitive",
        f"<{WRONG_FEATURE.source}>",
    ):
        assert fact in found
    assert "1 documentation finding confirmed" in confirmed

    for status in (Status.FAILED, Status.ERRORED, Status.SKIPPED):
        page = version_page(run(replace(naming, status=status), **known), "15")
        assert "None was confirmed in this run." in section(page, "Documentation findings")
        assert WRONG_FEATURE.key in section(page, "What this run could not tell")
        assert "not confirmed" in section(
            matrix(run(replace(naming, status=status), **known)), "Documentation findings"
        )


def test_a_known_difference_is_listed_where_it_took_part_and_nowhere_else() -> None:
    took_part = run(
        outcome(status=Status.DEVIATED, deviations=(DEVIATION.key,)), deviations=(DEVIATION, GUESS)
    )
    page = version_page(took_part, "15")
    listed = section(page, "Known differences")
    assert DEVIATION.subject in listed
    assert "moto accepts the object" in listed
    assert GUESS.key not in page
    assert claim_row(page, "It holds")[3].startswith(f"known difference {DEVIATION.key}")

    skipped = run(outcome(status=Status.SKIPPED, deviations=(DEVIATION.key,)), deviations=(DEVIATION,))
    assert "None took part in this run." in section(version_page(skipped, "15"), "Known differences")


def test_a_passed_claim_that_rests_on_a_guess_says_so() -> None:
    page = version_page(run(outcome(deviations=(GUESS.key,)), deviations=(GUESS,)), "15")
    assert claim_row(page, "It holds")[3] == f"rests on a guess {GUESS.key}"
    assert f"(`{GUESS.key}`): 1 claim" in section(page, "What this run could not tell")
    assert "guessed: what RDS does is not known" in section(page, "Known differences")


def test_a_key_nobody_described_is_still_shown() -> None:
    page = version_page(run(outcome(deviations=("lost",), documentation_findings=("gone",))), "15")
    assert "`lost`: nothing more was recorded" in section(page, "Known differences")
    assert "`gone`: nothing more was recorded" in section(page, "Documentation findings")


def test_skipped_errored_and_absent_things_are_listed_with_their_reason() -> None:
    later, silent = Scenario("s3/later", "Later", "", since=16), Scenario("s3/silent", "Silent", "")
    whole = run(
        outcome("test_a", Status.SKIPPED, title="Left out", reason="no plv8 here"),
        outcome("test_b", Status.ERRORED, title="Broken off", reason="server went away"),
        scenarios=(EXPORT, later, silent),
        not_run=(NotRun("14", "no image"),),
    )
    page = version_page(whole, "15")
    limits = section(page, "What this run could not tell")
    for fact in (
        "Skipped: no plv8 here\n  - `s3/export`: Left out (`test_a`)",
        "Could not be decided: server went away\n  - `s3/export`: Broken off (`test_b`)",
        "left no outcome:\n  - `s3/silent`",
        "do not apply to this version:\n  - `s3/later` (PostgreSQL 16 and later)",
        "could not run:\n  - PostgreSQL 14: no image",
    ):
        assert fact in limits
    assert "no outcome" in section(page, "Procedures")
    assert "nothing is known about it" in section(page, "s3/silent: Silent")
    assert "## s3/later" not in page


def test_a_claim_of_an_undescribed_procedure_is_not_lost() -> None:
    page = version_page(run(outcome(scenario="s3/unknown", title="Found")), "15")
    assert "no link was recorded" in section(page, "s3/unknown: s3/unknown")
    assert "s3/unknown" in matrix(run(outcome(scenario="s3/unknown")))


def test_a_version_without_outcomes_is_no_pass() -> None:
    page = version_page(run(scenarios=()), "15")
    assert page.splitlines()[2] == "**Not known: no claim ran.**"
    assert "No procedure ran." in page


def test_the_environment_is_told() -> None:
    page = version_page(replace(run(outcome()), rdscheck_version="0.1.0"), "15")
    rows = dict(row for row in tables(page)[0] if len(row) == 2)
    assert rows["PostgreSQL server"] == "15.18"
    assert rows["S3 backend"] == "moto 5.2.5"
    assert rows["aws_s3"] == "1.2, stand-in"
    assert "was not recorded" in version_page(run(outcome(), environments=()), "15")


def test_the_matrix_has_a_cell_for_every_procedure_and_version() -> None:
    old = Scenario("ext/old", "Old", "", until=15)
    whole = run(
        outcome(),
        outcome(scenario="ext/old"),
        outcome(version="9", status=Status.FAILED),
        environments=(environment("15"), environment("9"), environment("17")),
        scenarios=(EXPORT, old),
        not_run=(NotRun("14", "no image | here"),),
    )
    table = tables(section(matrix(whole), "Procedures"))[0]
    assert table == [
        ["procedure", "9", "15", "17"],
        ["ext/old", "no outcome", "passed · stand-in · 1/1", "does not apply"],
        ["s3/export", "failed · stand-in · 0/1", "passed · stand-in · 1/1", "no outcome"],
    ]
    assert "- PostgreSQL 14: no image \\| here" in section(matrix(whole), "Versions not run")
    assert "](pg15.md)" in matrix(whole)


def test_the_matrix_lists_the_claims_that_did_not_pass_everywhere() -> None:
    table = tables(section(matrix(realistic()), "Claims that did not pass everywhere"))[0]
    assert ["s3/export test_kms_key", "errored · stand-in", "passed · stand-in"] in [row[:3] for row in table]
    assert not [row for row in table if "test_claim_01" in row[0]]
    assert "None: every claim passed" in matrix(run(outcome()))
    assert "No claim ran." in matrix(run())


def test_the_matrix_lists_a_claim_that_is_missing_on_one_version() -> None:
    both = (environment("15"), environment("17"))
    whole = run(outcome("test_a"), outcome("test_a", version="17"), outcome("test_b"), environments=both)
    table = tables(section(matrix(whole), "Claims that did not pass everywhere"))[0]
    assert [row[:3] for row in table[1:]] == [["s3/export test_b", "passed · stand-in", "no outcome"]]


def changed_lines(before: str, after: str) -> list[str]:
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[:2] == "+ "]


def test_one_changed_claim_changes_few_lines() -> None:
    before = realistic()
    changed = replace(before.outcomes[0], status=Status.FAILED, reason="AssertionError: 4 rows")
    after = replace(before, outcomes=(changed, *before.outcomes[1:]))
    # the verdict, the procedure's row, the claim's row
    assert len(changed_lines(matrix(before), matrix(after))) == 3
    # those, what failed, the tally, and the reason in full with its heading and fence
    lines = changed_lines(version_page(before, "15"), version_page(after, "15"))
    assert len([line for line in lines if line.strip("+ ")]) <= 10
    assert version_page(before, "17") == version_page(after, "17")


def test_nothing_is_measured_across_rows() -> None:
    short, long = outcome("test_a"), outcome("test_b", title="It holds " * 20)
    alone, both = version_page(run(short), "15"), version_page(run(short, long), "15")
    (line,) = [line for line in alone.splitlines() if line.startswith("| passed") and "It holds" in line]
    assert line in both.splitlines()


@settings(deadline=None, max_examples=20)
@given(st.randoms(use_true_random=False))
def test_equal_runs_give_equal_bytes_in_any_order(source: random.Random) -> None:
    whole = realistic()
    mixed: dict[str, tuple[object, ...]] = {}
    for name in ("scenarios", "outcomes", "environments", "not_run", "documentation_findings", "deviations"):
        items = list(getattr(whole, name))
        source.shuffle(items)
        mixed[name] = tuple(items)
    assert render(replace(whole, **mixed)) == render(whole)  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.lists(outcomes, max_size=6).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_strange_outcomes_in_any_order_give_equal_bytes(both: tuple[list[Outcome], list[Outcome]]) -> None:
    assert render(run(*both[0])) == render(run(*both[1]))


@pages
@given(st.data())
def test_no_string_changes_the_structure_of_a_page(data: st.DataObject) -> None:
    strange = shaped(lambda: "x" + data.draw(hostile))
    plain = shaped(lambda: "x")
    for page, model in (
        (version_page(strange, strange.outcomes[0].version), version_page(plain, "15x")),
        (matrix(strange), matrix(plain)),
    ):
        assert blocks(page) == blocks(model)
        assert [[len(row) for row in table] for table in tables(page)] == [
            [len(row) for row in table] for table in tables(model)
        ]
        assert not [token for token in inline(page) if token.type in {"html_inline", "image"}]
        unseen = {char for char in page if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
        assert unseen <= {"\n"}


@pages
@given(st.data())
def test_links_lead_to_the_web_or_to_our_own_pages(data: st.DataObject) -> None:
    strange = shaped(lambda: "x" + data.draw(hostile))
    page = version_page(strange, strange.outcomes[0].version) + "\n" + matrix(strange)
    targets = [str(token.attrs["href"]).lower() for token in inline(page) if token.type == "link_open"]
    assert targets
    assert all(target.startswith(("http://", "https://", "#", "pg15")) for target in targets)


def test_templates_never_run_what_they_are_given() -> None:
    page = version_page(
        run(outcome(title="{{ 7*7 }} {% raw %}", reason="{{ x }}", status=Status.FAILED)), "15"
    )
    assert "{{ 7\\*7 }} {% raw %}" in page
    assert "49" not in page
