"""Results of runbooks for tests of reports."""

from rdscheck.model import Basis
from rdscheck.runbook.model import (
    Block,
    Judged,
    Kind,
    Knowledge,
    Page,
    Piece,
    Placeholder,
    Printed,
    Ran,
    Verdict,
)
from rdscheck.runbook.running.results import Results

HOSTILE = "</pre><script>alert(1)</script> | `x` \x1b[31m ]]> & \u202e <b>\n```\n# not a heading"


def block(number: int, kind: Kind = Kind.SQL, text: str = "SELECT 1;") -> Block:
    return Block(number, kind, number * 10, number * 10 + 1, text, headings=("Page", "Set up"))


def judged(number: int, verdict: Verdict, detail: str = "", **of: object) -> Judged:
    return Judged(block(number), verdict, detail, **of)  # type: ignore[arg-type]


def of(*some: Judged, name: str = "page.md", version: str = "17") -> Ran:
    return Ran(
        page=Page(name, "A page", "text", tuple(one.block for one in some)),
        version=version,
        server="17.6 (docker)",
        judged=some,
        placeholders=(
            Placeholder("<schema>", "schema", (3, 9)),
            Placeholder("your-instance", "instance", (4,), "your-instance", "sandbox"),
        ),
        notes=("the database labdb was made",),
    )


def realistic() -> Results:
    """Return results with every verdict."""
    failed = judged(
        2,
        Verdict.FAILED,
        "permission denied for table t (SQLSTATE 42501)",
        printed=(Printed(Piece("SELECT 1;", 20), "ERROR:  permission denied for table t\n", 1, "42501"),),
        known=(
            Knowledge("only its owner may", "some-rule", "https://example.com/why"),
            Knowledge("the text says otherwise", "prose-rule", "https://example.com/prose", line=17),
        ),
        basis=Basis.REAL,
    )
    return Results(
        (
            of(
                judged(1, Verdict.PASSED, basis=Basis.REAL, masks=("pid",)),
                failed,
                judged(3, Verdict.DIFFERS, "other", diff="@@ -1 +1 @@\n-a\n+b", basis=Basis.STAND_IN),
                judged(4, Verdict.SIMULATED, basis=Basis.EMULATED, remarks=("PATH is not taken over: no",)),
                judged(5, Verdict.NOT_RUNNABLE, "nothing is bound to <schema>"),
                judged(6, Verdict.NOT_A_COMMAND, "text"),
                judged(7, Verdict.FAILED, "no", expected=Verdict.FAILED, reason="it is the point"),
            ),
        ),
        rdscheck_version="1.0",
    )


def hostile() -> Results:
    """Return results whose every text is an attack on a format."""
    bad = Judged(
        Block(1, Kind.SHELL, 1, 3, HOSTILE, headings=(HOSTILE,)),
        Verdict.FAILED,
        HOSTILE,
        printed=(Printed(Piece(HOSTILE, 1), HOSTILE, 1),),
        diff=f"-{HOSTILE}",
        known=(Knowledge(HOSTILE, HOSTILE, "javascript:alert(1)"),),
        reason=HOSTILE,
    )
    ran = Ran(
        Page(HOSTILE, HOSTILE, HOSTILE, (bad.block,)),
        "17",
        "17.6",
        (bad,),
        (Placeholder(HOSTILE, HOSTILE, (1,), HOSTILE, HOSTILE),),
        (HOSTILE,),
    )
    return Results((ran,), not_run=(("13", HOSTILE),))
