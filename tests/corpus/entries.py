"""Entries of the corpus: files of SQL that begin with what they are.

The first line of a file says what it is about; then come, as comments::

    -- expects: RULE SUBJECT        a finding; "expects live:", "expects dump:" where one side alone sees it
    -- resembles: RULE, RULE        of an innocent: what it must not be taken for
    -- form: database               SQL that a superuser runs in a fresh database (the default)
             whole                  the same, its dump being that of roles and database together
             instance               the same, about other databases of the instance: looked at live only
             dump                   the text of a dump: no database is made
    -- target: rds-17               by default RDS of the server's own major, of a dump rds-17
    -- source: rds                  what the source is taken for; plain by default
    -- move: upgrade                how it gets to the target; restore by default
    -- since: 15 / until: 17        majors it can be made on
    -- needs: pgaudit, dblink       extensions the server must have
    -- clean: SQL                   removes what belongs to the instance

``{new}`` stands for a name nobody else has. A subject is written in one line, its line breaks as ``\\n``.
Findings at warning or above that a file does not expect are false alarms; notes are asked for only where a
file expects them.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from rdscheck.assess.facts import Flavour
from rdscheck.assess.target import Move

CORPUS = Path(__file__).parents[2] / "fixtures" / "corpus"
BOTH = ("live", "dump")
SAMPLES = "samples"

#: What a heading may say.
KEYS = (
    "expects",
    "expects live",
    "expects dump",
    "resembles",
    "form",
    "target",
    "source",
    "move",
    "since",
    "until",
    "needs",
    "clean",
)
_KEY = re.compile(r"-- ([a-z][a-z ]*): (.+)")
_FORMS = ("database", "whole", "instance", "dump")


@dataclass(frozen=True)
class Entry:
    """One file of the corpus."""

    name: str  # group/name
    title: str
    sql: str
    expected: tuple[tuple[str, str, str], ...]  # side or empty, rule, subject
    resembles: tuple[str, ...]
    form: str
    target: str
    source: Flavour
    move: Move
    since: int
    until: int
    needs: tuple[str, ...]
    clean: str

    @property
    def sides(self) -> tuple[str, ...]:
        """Return where it can be looked at."""
        return {"dump": ("dump",), "instance": ("live",)}.get(self.form, BOTH)

    def expects(self, side: str) -> set[tuple[str, str]]:
        """Return rules and subjects that must be found on a side."""
        return {(rule, subject) for where, rule, subject in self.expected if where in {"", side}}


def read_entry(path: Path) -> Entry:
    """Return the entry of a file; raises ``ValueError`` for a heading that is not understood."""
    text = path.read_bytes().decode()  # line ends as they are
    said: dict[str, list[str]] = {}
    lines = text.splitlines()
    for line in lines[1:]:
        match = _KEY.fullmatch(line)
        if match is None:
            break
        if match[1] not in KEYS:
            raise ValueError(f"{path}: no entry says {match[1]!r}")
        said.setdefault(match[1], []).append(match[2].strip())

    def one(key: str, default: str = "") -> str:
        (value,) = said.pop(key, [default])
        return value

    expected = []
    for key, side in (("expects", ""), ("expects live", "live"), ("expects dump", "dump")):
        for value in said.pop(key, []):
            rule, _, subject = value.partition(" ")
            expected.append((side, rule, subject.replace("\\n", "\n")))
    form = one("form", "database")
    if form not in _FORMS:
        raise ValueError(f"{path}: there is no form {form!r}")
    return Entry(
        name=f"{path.parent.name}/{path.stem}",
        title=lines[0].removeprefix("-- "),
        sql=text,
        expected=tuple(expected),
        resembles=_names(one("resembles")),
        form=form,
        target=one("target", "rds-17" if form == "dump" else ""),
        source=Flavour(one("source", Flavour.PLAIN)),
        move=Move(one("move", Move.RESTORE)),
        since=int(one("since", "0")),
        until=int(one("until", "0")),
        needs=_names(one("needs")),
        clean=one("clean"),
    )


def entries() -> list[Entry]:
    """Return the whole corpus, by name."""
    return [read_entry(path) for path in sorted(CORPUS.rglob("*.sql"))]


def _names(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())
