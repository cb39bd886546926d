"""What to run before a restore, and what to leave out of it, so that it goes through."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rdscheck.assess.names import quoted
from rdscheck.assess.rehearsing.explaining import Cause, Explained
from rdscheck.assess.rehearsing.script import Script, Step

_OWNER = re.compile(rb"ALTER\s.*\sOWNER\s+TO\s", re.IGNORECASE | re.DOTALL)
_NO_OWNER = "--no-owner"

#: How the files of a way through begin.
LIST_HEAD = "; pg_restore"
SCRIPT_HEAD = "-- The schema of the dump without what was refused, to be run after fixes.sql."


@dataclass(frozen=True, slots=True)
class Mend:
    """A way through.

    ``fixes`` is SQL for the new instance, run as the master user before the restore; ``statements`` are
    those of it that are no comments. ``contents`` is a list for ``pg_restore -L``, with ``options`` for that
    program, empty for a plain dump. ``script`` is a plain dump's schema without what was refused. ``steps``
    is what is left.
    """

    fixes: str
    statements: tuple[str, ...]
    contents: str
    options: tuple[str, ...]
    script: str
    steps: tuple[Step, ...]


def mend(script: Script, explained: Sequence[Explained], assumed_roles: Iterable[str]) -> Mend:
    """Leave out what was refused, and write down why.

    What a fix on the target may mend is left out only when it was refused again.
    """
    again = Counter(one.refusal.step for one in explained)
    refused = {
        one.refusal.step: one
        for one in explained
        if again[one.refusal.step] > 1 or not any(finding.fix_on == "target" for finding in one.findings)
    }
    fixes = list(_fixes(script, explained, assumed_roles))
    statements = tuple(text for text, is_sql in fixes if is_sql)
    plain = script.format == "plain"
    # An entry holds the object and its owner: without the latter it need not be left out.
    no_owner = not plain and any(_OWNER.match(step.text) for step in refused)
    out = {step.entry: one for step, one in refused.items() if not _OWNER.match(step.text)}
    return Mend(
        fixes="\n".join(text for text, _ in fixes) + "\n",
        statements=statements,
        contents="" if plain else _contents(script, out, no_owner=no_owner),
        options=(_NO_OWNER,) if no_owner else (),
        script=_script(script, refused) if plain else "",
        steps=tuple(
            step
            for step in script.steps
            if step not in refused
            and (plain or step.entry not in out)
            and not (no_owner and _OWNER.match(step.text))
        ),
    )


def _fixes(
    script: Script, explained: Iterable[Explained], assumed_roles: Iterable[str]
) -> Iterator[tuple[str, bool]]:
    """Yield texts, and whether each is a statement to be run."""
    yield "-- To be run on the new instance as the master user, before the restore.", False
    for role in assumed_roles:
        name = quoted(role)
        yield (
            _comment("The dump expects this role to be there; add LOGIN and a password if it needs them."),
            False,
        )
        yield f"CREATE ROLE {name};", True
        yield f"GRANT {name} TO CURRENT_USER;", True
    findings = {one.key: one for found in explained for one in found.findings}
    for one in findings.values():
        yield _comment(f"{one.id}: {one.subject}: {one.message}"), False
        yield (one.fix, True) if one.fix_on == "target" else (_comment(one.fix, "\n"), False)
    for found in explained:
        if found.cause in {Cause.UNEXPLAINED, Cause.SANDBOX}:
            why = found.reason or found.refusal.message
            step = found.refusal.step
            where = _one_line(script.entries.get(step.entry, "")) or f"line {step.line}"
            yield _comment(f"{where}: {why}"), False


def _contents(script: Script, out: Mapping[int, Explained], *, no_owner: bool) -> str:
    """Return a list of entries; those that are left out are comments."""
    options = f"{_NO_OWNER} " if no_owner else ""
    lines = [
        f"{LIST_HEAD} {options}-L THIS_FILE …",
        "; An entry that begins with a semicolon is left out.",
        ";",
    ]
    for number, name in script.entries.items():
        if number in out:
            lines.append(f"; {_one_line(out[number].refusal.message)}")
        lines.append(f"{';' if number in out else ''}{number}; {_one_line(name)}")
    return "\n".join(lines) + "\n"


def _script(script: Script, refused: Mapping[Step, Explained]) -> str:
    lines = [SCRIPT_HEAD]
    for step in script.steps:
        text = step.text.decode(errors="surrogateescape")
        if step in refused:
            lines.append(_comment(f"left out: {_one_line(refused[step].refusal.message)}"))
            lines += [f"-- {line}" for line in text.splitlines()]
        else:
            lines.append(f"\n{text};")
    return "\n".join(lines) + "\n"


def _comment(text: str, before: str = "\n\n") -> str:
    lines = "\n".join(f"-- {line}" for line in text.splitlines() if line.strip())
    return f"{before[1:]}{lines}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
