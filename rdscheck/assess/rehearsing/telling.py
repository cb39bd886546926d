"""What a rehearsal says in a report, and the files it leaves for the restore."""

from dataclasses import dataclass
from pathlib import Path

from rdscheck.assess.beginnings import beginning
from rdscheck.assess.facts import NotSeen, Refused
from rdscheck.assess.finding import Finding
from rdscheck.assess.rehearsing.explaining import Cause, Explained
from rdscheck.assess.rehearsing.mending import LIST_HEAD, SCRIPT_HEAD
from rdscheck.assess.rehearsing.rehearsing import Rehearsal
from rdscheck.assess.secrets import masked
from rdscheck.assess.whole import write_whole
from rdscheck.errors import RdscheckError

#: The rule that speaks of what no other explains.
REFUSED = "rehearsal-refused"

_RESTORE = "the restore of the schema"


@dataclass(frozen=True)
class Met:
    """A refusal: line and beginning of the statement, the server's words, and what they come from.

    ``line`` is that of a plain dump, 0 for anything else. ``cause`` is a ``Cause``, ``because`` says it in
    words: rules with their subjects, or an earlier statement.
    """

    line: int
    statement: str
    sqlstate: str
    message: str
    cause: str
    because: str


@dataclass(frozen=True)
class Unmet:
    """A blocker that the restore did not meet: the finding's rule, subject and database.

    ``reason`` says why this restore could not meet it, empty where it could.
    """

    id: str
    subject: str
    database: str = ""
    reason: str = ""

    def is_of(self, finding: Finding) -> bool:
        """Tell whether it is a finding of the source; a dump may not tell the database's name."""
        return (self.id, self.subject) == (finding.id, finding.subject) and (
            not (self.database and finding.database) or self.database == finding.database
        )


@dataclass(frozen=True)
class Rehearsed:
    """A rehearsal as reports show it.

    ``unconfirmed`` are blockers that the restore did not meet. ``files`` are what was
    written, ``options`` those that ``pg_restore`` needs beside the list.
    """

    statements: int
    met: tuple[Met, ...]
    unconfirmed: tuple[Unmet, ...]
    assumed_roles: tuple[str, ...]
    passes: bool
    options: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    not_run: tuple[str, ...] = ()


def rehearsed(rehearsal: Rehearsal, files: tuple[str, ...] = ()) -> Rehearsed:
    """Return what reports show of a rehearsal."""
    return Rehearsed(
        statements=rehearsal.statements,
        met=tuple(_met(one, rehearsal) for one in rehearsal.explained),
        unconfirmed=tuple(
            Unmet(one.id, one.subject, one.database, reason)
            for one, reason in (*((one, "") for one in rehearsal.unconfirmed), *rehearsal.hidden)
        ),
        assumed_roles=rehearsal.assumed_roles,
        passes=rehearsal.passes,
        options=rehearsal.mend.options,
        files=files,
        not_run=rehearsal.not_run,
    )


def refused(rehearsal: Rehearsal) -> list[Refused]:
    """Return the facts of what no rule explains."""
    return [
        Refused(
            line=_line(one, rehearsal),
            database=one.refusal.step.database,
            sqlstate=one.refusal.sqlstate,
            message=one.refusal.message,
            statement=_beginning(one),
        )
        for one in rehearsal.unexplained
    ]


def unseen(rehearsal: Rehearsal) -> list[NotSeen]:
    """Return what the rehearsal could not find out: without these a restore has been seen to go through."""
    lacking = [one.reason for one in rehearsal.explained if one.cause is Cause.SANDBOX]
    found = [NotSeen(_RESTORE, reason) for reason in dict.fromkeys((*rehearsal.not_run, *lacking))]
    if not rehearsal.passes:
        found.append(NotSeen(_RESTORE, "it does not go through even without what was refused"))
    return found


def write(rehearsal: Rehearsal, directory: Path) -> tuple[str, ...]:
    """Write ``fixes.sql`` and the list or script of what is left; return their paths.

    Raises ``RdscheckError`` where they cannot be written.
    """
    mend = rehearsal.mend
    texts = {"fixes.sql": mend.fixes, "restore.list": mend.contents, "restore.sql": mend.script}
    written = []
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            if text:
                # The script has the dump's own bytes, whatever encoding they are in.
                # And its passwords.
                data = text.encode(errors="surrogateescape")
                write_whole(directory / name, data, private=name == "restore.sql")
                written.append(str(directory / name))
            else:
                _remove_ours(directory / name)
    except OSError as error:
        raise RdscheckError(f"cannot write to {directory}: {error.strerror}") from error
    return tuple(written)


def _remove_ours(path: Path) -> None:
    """Remove a file of an earlier rehearsal, which does not belong to the fixes of this one."""
    if path.is_file():
        with path.open(errors="replace") as file:
            ours = file.readline().startswith((LIST_HEAD, SCRIPT_HEAD))
        if ours:
            path.unlink()


def _met(one: Explained, rehearsal: Rehearsal) -> Met:
    refusal = one.refusal
    return Met(
        _line(one, rehearsal),
        _beginning(one),
        refusal.sqlstate,
        refusal.message,
        one.cause.value,
        _because(one, rehearsal),
    )


def _line(one: Explained, rehearsal: Rehearsal) -> int:
    """Return the line of a refusal: the script of an archive has lines, but nobody has the script."""
    return 0 if rehearsal.archive else one.refusal.step.line


def _because(one: Explained, rehearsal: Rehearsal) -> str:
    if one.cause is Cause.FINDING:
        return "; ".join(dict.fromkeys(f"{finding.id}, {finding.subject}" for finding in one.findings))
    if one.cause is Cause.FOLLOWS:
        earlier = (other for other in rehearsal.explained if other.refusal.step.line == one.line)
        named = next(map(_beginning, earlier), "") if rehearsal.archive else f"line {one.line}"
        parts = (f"{named} was refused" if named else "", one.reason)
        return ": ".join(part for part in parts if part)
    return one.reason


def _beginning(one: Explained) -> str:
    return beginning(masked(one.refusal.step.text.decode(errors="replace")))
