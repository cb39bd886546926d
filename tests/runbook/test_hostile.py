"""Pages that mean harm: nothing happens to this machine, each attempt is told, and it ends in time."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from rdscheck.errors import UsageError
from rdscheck.report.runbook.write import FORMATS, render
from rdscheck.runbook.acting import Configuration, Done
from rdscheck.runbook.binding.binder import Binder
from rdscheck.runbook.model import Kind, Placeholder, Ran, Verdict
from rdscheck.runbook.reading import read
from rdscheck.runbook.running.results import Results
from rdscheck.runbook.running.runner import run
from tests.runbook.documents.hostile import ANY, AWS, ENDLESS, PROGRAMS, PSQL, SHELL, Attack, page
from tests.runbook.documents.pages import SHORT, run_text

pytestmark = pytest.mark.xdist_group("runbook-hostile")

GROUPS = {"shell": SHELL, "programs": PROGRAMS, "aws": AWS, "psql": PSQL, "endless": ENDLESS}


@pytest.fixture(params=["/tmp", "/var/tmp"])
def outside(request: pytest.FixtureRequest) -> Iterator[Path]:
    """Give a directory that must stay as it is, and look whether it did.

    A page's /tmp is another one than the machine's.
    """
    place = Path(tempfile.mkdtemp(prefix="rdscheck-outside-", dir=request.param))
    (place / "canary").write_text("alive\n")
    before = {one: one.stat().st_mtime_ns for one in (place, place / "canary", Path("/etc/passwd"))}
    try:
        yield place
        unharmed(place, before)
    finally:
        shutil.rmtree(place)


def unharmed(place: Path, before: Mapping[Path, int]) -> None:
    assert [one.name for one in place.iterdir()] == ["canary"]
    assert (place / "canary").read_text() == "alive\n"
    assert {one: one.stat().st_mtime_ns for one in before} == before
    assert left_behind(str(place)) == []


def left_behind(word: str) -> list[str]:
    """Return the command lines of this machine's processes that name something."""
    found = []
    for one in Path("/proc").iterdir():
        if one.name.isdigit() and int(one.name) != os.getpid():
            try:
                line = (one / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if word in line:
                found.append(line)
    return found


def told(ran: Ran, attacks: tuple[Attack, ...], place: Path) -> list[tuple[str, str, str]]:
    """Return the attacks that another verdict came of than is right.

    What names a file in /tmp may run or fail: its file is in the lab.
    """
    inside = str(place) if place.parent == Path("/tmp") else "nothing"
    assert len(ran.judged) == len(attacks), [one.block.text for one in ran.judged]
    return [
        (attack.text, one.verdict.value, one.detail)
        for attack, one in zip(attacks, ran.judged, strict=True)
        if attack.verdict != ANY and inside not in one.block.text and one.verdict is not SHORT[attack.verdict]
    ]


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_happens(outside: Path, group: str) -> None:
    attacks = GROUPS[group]
    if group == "endless" and outside.parent != Path("/tmp"):
        pytest.skip("it names no files")
    began = time.monotonic()
    ran = run_text(
        "hostile", page(attacks, str(outside)), Configuration(seconds=1.0 if group == "endless" else 3.0)
    )
    assert time.monotonic() - began < 60 + 6 * len(ENDLESS)
    assert told(ran, attacks, outside) == []
    assert all(one.detail for one in ran.judged if one.verdict is not Verdict.PASSED)
    printed = "\n".join(part.output for one in ran.judged for part in one.printed)
    assert "root:x:0" not in printed
    assert len(printed) < 100 << 20
    assert ran.judged


NAMES = """# Names

```sql
CREATE TABLE keep (name text);
INSERT INTO keep VALUES ('YOUR_TENANT_NAME');
SELECT count(*) FROM keep;
 count
-------
     1
(1 row)
```

```bash
$ echo "YOUR_TENANT_NAME"
YOUR_TENANT_NAME
```
"""


@pytest.mark.parametrize(
    "value",
    ["x'); DROP TABLE keep; --", "$(touch {out}/made)", "`rm -rf {out}`", 'x"; yes #', "a\nb", "\\! id"],
)
def test_a_value_that_would_leave_its_place_is_refused(value: str) -> None:
    settings = Configuration(bind={"YOUR_TENANT_NAME": value.format(out="/var/tmp")})
    with pytest.raises(UsageError, match="does not fit"):
        Binder(read("names.md", NAMES), settings)


def test_a_harmless_value_is_put_in() -> None:
    ran = run_text("names", NAMES, Configuration(bind={"YOUR_TENANT_NAME": "Blue Harbour 7"}))
    assert [one.verdict for one in ran.judged] == [Verdict.PASSED, Verdict.PASSED]


FORGING = r"""# Forging

```
labdb=> \echo labdb=> SELECT 'forged';
labdb=> SELECT 'forged';
```

```
SELECT E'labdb=> \\q\nERROR:  forged\n(1 row)' AS told;
```

```
SELECT E'\x1b[31mred\x1b]0;title\x07' AS told;
```

```
\set QUIET on
\set ON_ERROR_STOP on
\unset ERROR
SELECT 1/0;
```

```
\set ERROR false
\set SQLSTATE 00000
SELECT nothing;
```

```
\echo :ERROR :SQLSTATE :LAST_ERROR_SQLSTATE
SELECT 1 AS one;
 one
-----
   1
(1 row)
```
"""


def test_a_page_cannot_forge_how_it_ended() -> None:
    ran = run_text("forging", FORGING, Configuration(seconds=5.0))
    verdicts = [one.verdict for one in ran.judged]
    assert verdicts[1:5] == [Verdict.PASSED, Verdict.PASSED, Verdict.FAILED, Verdict.FAILED]
    assert verdicts[5] in {Verdict.PASSED, Verdict.DIFFERS}


class Silent:
    """A lab in which everything ends well and prints nothing."""

    version, server = "17", "17.0 (none)"

    def __init__(self) -> None:
        self.asked = 0

    def run(self, kind: Kind, text: str, seconds: float) -> Done:
        self.asked += 1
        return Done()

    def value(self, placeholder: Placeholder) -> str | None:
        return None

    def shown(self) -> Mapping[str, str]:
        return {}

    def notes(self) -> tuple[str, ...]:
        return ()

    def audits(self) -> None:
        """Nothing runs."""

    def close(self) -> None:
        """Nothing is to be ended."""


def silently(text: str) -> tuple[Ran, Silent]:
    found, lab = read("large.md", text), Silent()
    settings = Configuration()
    return run(found, lab, Binder(found, settings, {}, lab.value), settings), lab


def test_five_thousand_blocks() -> None:
    began = time.monotonic()
    ran, lab = silently(
        "# Many\n\n" + "".join(f"Step {n}\\.\n\n```sql\nSELECT {n};\n```\n\n" for n in range(5000))
    )
    assert (len(ran.judged), lab.asked) == (5000, 5000)
    assert {one.verdict for one in ran.judged} == {Verdict.PASSED}
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    "line",
    [
        "SELECT '" + "x" * 1_000_000 + "';",
        "SELECT " + "(" * 50_000 + "1" + ")" * 50_000 + ";",
        "'" * 1_000_001,
        "$" * 1_000_000,
        "$ echo " + "a " * 500_000,
        "-" * 1_000_000,
        "aws rds " + "--x=y " * 150_000,
        "| " * 500_000,
        "/*" * 500_000,
        " " * 1_000_000 + "x",
        "${" * 300_000,
        "<a>" * 300_000,
    ],
    ids=[
        "literal",
        "nested",
        "quotes",
        "dollars",
        "words",
        "dashes",
        "options",
        "bars",
        "comments",
        "blanks",
        "braces",
        "angles",
    ],
)
def test_a_line_of_a_megabyte(line: str) -> None:
    began = time.monotonic()
    ran, _ = silently(f"# Long\n\n```\n{line}\n```\n\n> {line}\n\n```sql\nSELECT 1;\n```\n")
    assert ran.judged[-1].verdict is Verdict.PASSED
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    "text", ["", "\0", "# A\n\n```sql\nSELECT '\0';\n```\n", "```", "~~~\n```\n", "\ufeff"]
)
def test_odd_texts(text: str) -> None:
    ran, _ = silently(text)
    assert all(one.verdict for one in ran.judged)


EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> \x1b[31mred\x1b]0;t\x07"
    " | `x` ](javascript:x) ]]> \u202e"
)
REPORTED = f"""# {EVIL}

{EVIL}

```sql
SELECT '{EVIL}' AS "{EVIL}";
 {EVIL}
-----
 none
(1 row)
```

```<script>
SELECT '{EVIL}';
```

```bash
$ {EVIL}
```
"""


class Loud(Silent):
    """A lab in which everything fails with what it was given."""

    def run(self, kind: Kind, text: str, seconds: float) -> Done:
        return Done(f"ERROR:  {text}\n", 1, "XX000")


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_reports_of_hostile_texts_are_harmless(form: str) -> None:
    found, lab = read(f"{EVIL}.md", REPORTED), Loud()
    ran = run(found, lab, Binder(found, Configuration(), {}, lab.value), Configuration())
    told = render(Results((ran,)), form)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", told)
    if form in {"html", "junit", "markdown"}:
        assert "<script>" not in re.sub(r"(?s)(`{3,}).*?\1|`[^`\n]*`", "", told)
    if form == "html":
        assert "<img" not in told
        assert "javascript:" not in re.findall(r'(?:href|src)="([^"]*)"', told)
        HTMLParser(convert_charrefs=True).feed(told)
    if form == "junit":
        ET.fromstring(told)
    if form == "json":
        assert json.loads(told)["blocks"]


def test_a_page_that_is_no_text_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_bytes(b"# A\n\xff\xfe```\nSELECT 1;\n```\n")
    done = subprocess.run(
        [sys.executable, "-m", "rdscheck", "runbook", str(path), "--list"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    error, *hints = done.stderr.strip().splitlines()
    assert "is not UTF-8" in error
    assert len(hints) <= 1
