"""Runs and strings nobody would write by hand."""

from collections.abc import Callable

from hypothesis import strategies as st

from rdscheck.model import (
    Basis,
    Certainty,
    Deviation,
    DocumentationFinding,
    Environment,
    Guide,
    GuideStep,
    NotRun,
    Outcome,
    Run,
    Scenario,
    Status,
    Step,
)

_PIECES = [
    *["|", "||", "\\|", "`", "``", "```", "````", "~~~", "\n", "\n\n", "\r\n", "\r", "\t", "    "],
    *[
        "# ",
        "## ",
        "- ",
        "* ",
        "+ ",
        "> ",
        "1. ",
        "---",
        "===",
        "|---|",
        "[x]: y",
        "[a](b)",
        "![a](b)",
        "[",
        "]",
    ],
    *[
        "<script>",
        "</details>",
        "<!--",
        "-->",
        "<a href='javascript:x'>",
        "&lt;",
        "&#124;",
        "&",
        "<http://a>",
    ],
    *[
        "\x1b[31m",
        "\x1b]0;t\x07",
        "\x00",
        "\x08",
        "\x7f",
        "\x9b",
        "\u202e",
        "\u200b",
        "\u2028",
        "\ud800",
        "\ufeff",
    ],
    *[
        "\\",
        "*",
        "**",
        "_",
        "__",
        "~~",
        "$",
        "$$",
        "{{ 7*7 }}",
        "{% raw %}",
        "{#",
        "#",
        "!",
        "(",
        ")",
        '"',
        "'",
    ],
    *[
        "http://a|b",
        "https://a.example/x_y_(z)",
        "javascript:x",
        "`a`",
        "`a|b`",
        "word",
        "é",
        "漢",
        "😀",
        "1",
        " ",
    ],
]

hostile = st.lists(st.sampled_from(_PIECES) | st.text(max_size=3), max_size=8).map("".join)
any_text = st.text(st.characters(exclude_categories=()), max_size=12)

outcomes = st.builds(
    Outcome,
    scenario=st.sampled_from(["s3/export", "s3/import"]),
    claim=st.sampled_from(["test_a", "test_b", "test_c[1|2]"]),
    title=any_text,
    version=st.sampled_from(["9", "13", "15.4", "15.10", "19beta1"]),
    status=st.sampled_from(Status),
    basis=st.sampled_from(Basis),
    reason=any_text,
    steps=st.lists(st.builds(Step, any_text, st.lists(any_text, max_size=2).map(tuple)), max_size=2).map(
        tuple
    ),
    documentation_findings=st.lists(any_text, max_size=2).map(tuple),
    deviations=st.lists(any_text, max_size=2).map(tuple),
    source=any_text,
    certainty=st.sampled_from(Certainty),
)
_environments = st.builds(
    Environment,
    *[any_text] * 5,
    extensions=st.lists(st.tuples(any_text, any_text), max_size=2).map(tuple),
    emulates=any_text,
)
_guide_steps = st.builds(
    GuideStep,
    *[any_text] * 3,
    claims=st.lists(st.sampled_from(["s3/export::test_a", "s3/import::test_c", "x"]), max_size=2).map(tuple),
    note=any_text,
)
_guides = st.builds(Guide, *[any_text] * 3, st.lists(_guide_steps, max_size=3).map(tuple))
runs = st.builds(
    Run,
    scenarios=st.lists(
        st.builds(Scenario, *[any_text] * 4, st.integers(0, 20), st.integers(0, 20), st.tuples(any_text)),
        max_size=2,
    ).map(tuple),
    outcomes=st.lists(outcomes, max_size=5).map(tuple),
    environments=st.lists(_environments, max_size=2).map(tuple),
    not_run=st.lists(st.builds(NotRun, any_text, any_text), max_size=2).map(tuple),
    documentation_findings=st.lists(st.builds(DocumentationFinding, *[any_text] * 6), max_size=2).map(tuple),
    deviations=st.lists(
        st.builds(Deviation, *[any_text] * 4, st.sampled_from(["known", "guessed"]), any_text), max_size=2
    ).map(tuple),
    guides=st.lists(_guides, max_size=2).map(tuple),
    complete=st.booleans(),
    rdscheck_version=any_text,
)


def shaped(text: Callable[[], str]) -> Run:
    """Return a run that always has the same shape, every string of it from ``text``."""
    version, scenario, finding, known, guessed = (
        f"15{text()}",
        f"a{text()}",
        text(),
        f"1{text()}",
        f"2{text()}",
    )
    shared = {"scenario": scenario, "version": version, "basis": Basis.STAND_IN}

    def claim(number: int, status: Status, **more: tuple[str, ...]) -> Outcome:
        steps = (Step(f"s{text()}", (text(), text())),)
        name, title, reason = f"{number}{text()}", f"t{text()}", f"{number}{text()}"
        return Outcome(
            claim=name,
            title=title,
            status=status,
            reason=reason,
            steps=steps,
            source=f"https://{text()}",
            certainty=Certainty.GUESSED,
            **shared,  # type: ignore[arg-type]
            **more,  # type: ignore[arg-type]
        )

    extension = (f"x{text()}", text())
    environment = Environment(
        version, text(), text(), text(), f"e{text()}", extensions=(extension,), emulates=f"e{text()}"
    )
    return Run(
        scenarios=(Scenario(scenario, f"t{text()}", f"d{text()}", f"g{text()}", needs=(f"n{text()}",)),),
        outcomes=(
            claim(1, Status.PASSED, documentation_findings=(finding,), deviations=(guessed,)),
            claim(2, Status.FAILED),
            claim(3, Status.ERRORED),
            claim(4, Status.DEVIATED, deviations=(known,)),
            claim(5, Status.SKIPPED),
        ),
        environments=(environment,),
        not_run=(NotRun(f"14{text()}", text()),),
        documentation_findings=(DocumentationFinding(finding, *(f"f{text()}" for _ in range(5))),),
        deviations=(
            Deviation(known, f"d{text()}", text(), text(), "known", text()),
            Deviation(guessed, f"d{text()}", text(), text(), "guessed", text()),
        ),
        guides=(
            Guide(
                "g",
                f"t{text()}",
                f"https://{text()}",
                (
                    GuideStep(f"s{text()}", text(), text(), (f"c{text()}",)),
                    GuideStep(f"s{text()}", text(), text(), (), f"n{text()}"),
                ),
            ),
        ),
        rdscheck_version=f"0{text()}",
    )
