"""A source as the user names it, looked at and judged: ``examine``."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from urllib.parse import urlsplit

from rdscheck.assess.dump.reading import read_dump
from rdscheck.assess.facts import Extension, Fact, Facts, Language, NotSeen, Setting
from rdscheck.assess.finding import Assessment
from rdscheck.assess.judge import judge
from rdscheck.assess.live.collecting import collect
from rdscheck.assess.live.connecting import parameters_of, place
from rdscheck.assess.rehearsing.dumping import dump_schema
from rdscheck.assess.rehearsing.rehearsing import rehearse
from rdscheck.assess.rehearsing.telling import Rehearsed, refused, rehearsed, unseen, write
from rdscheck.assess.rule import Context, Rule
from rdscheck.assess.target import Move, Target
from rdscheck.assess.unread import Unread, unread
from rdscheck.errors import RdscheckError, UsageError
from rdscheck.sandbox.engines import choose

STDIN = "-"
_SCHEMES = ("postgresql", "postgres")
_FORMS = (
    "a database is postgresql://user@host/db, service=name or 'host=… dbname=…', a dump is a file, "
    "a directory, or - for standard input"
)
#: Fields of facts that hold names, or texts with names in them, by which an object can be recognised.
_FIELDS = (
    "name schema relation owner subject role member grantor grantee database object function type "
    "tablespace location server parent label by handler input constraint id column"
)
_NAMED = frozenset(_FIELDS.split())

Progress = Callable[[str, str], None]


@dataclass(frozen=True)
class Source:
    """A database or a dump; ``text`` may hold a password and is never shown, ``label`` holds none."""

    text: str
    live: bool
    label: str


@dataclass(frozen=True)
class Wish:
    """How sources are looked at."""

    move: Move | None = None
    all_databases: bool = False
    names: bool = False  # the names of all objects are wanted too
    rehearse: "Stage | None" = None  # the restore is rehearsed, too


@dataclass(frozen=True)
class Stage:
    """Where a restore is rehearsed: by which engine, and into which directory its files are written."""

    engine: str = "auto"
    directory: Path = Path("rehearsal")


@dataclass(frozen=True)
class Examined:
    """What a source came to; ``unread`` is what no parser understood."""

    assessment: Assessment
    asked: tuple[str, ...]
    unread: tuple[Unread, ...] = ()
    names: frozenset[str] = frozenset()
    rehearsal: Rehearsed | None = None


def read_source(text: str) -> Source:
    """Return the source that a word of the command line names; raises ``UsageError`` for none."""
    if text == STDIN:
        return Source(text, live=False, label="standard input")
    if looks_live(text):
        return Source(text, live=True, label=place(parameters_of(text)))
    if not Path(text).exists():
        # What cannot be told apart from a password is not repeated.
        shown = "the source" if "@" in text or "=" in text else text
        raise UsageError(f"{shown}: no such file, and no connection string", hint=_FORMS)
    return Source(text, live=False, label=text)


def looks_live(text: str) -> bool:
    """Tell whether a word looks like a connection string, readable or not."""
    return _is_address(text) or ("=" in text and not Path(text).exists())


def _is_address(text: str) -> bool:
    try:
        return urlsplit(text).scheme in _SCHEMES
    except ValueError:
        return text.startswith(tuple(f"{scheme}:" for scheme in _SCHEMES))


def examine(
    source: Source, target: Target, rules: Mapping[str, Rule], wish: Wish, progress: Progress | None = None
) -> Examined:
    """Look at a source and judge it; raises ``UsageError`` or ``SourceError`` where it cannot be seen."""
    if source.live:
        facts = collect(source.text, all_databases=wish.all_databases, progress=progress)
    else:
        facts = read_dump(source.text, source.label)
    if wish.rehearse is None:
        return judged(facts, target, rules, wish)
    told = None
    try:
        told = _rehearsed(source, target, wish.rehearse, facts, progress)
    except RdscheckError as error:
        # What was seen without it is not lost.
        facts.not_seen.append(NotSeen("the restore of the schema", f"it could not be rehearsed: {error}"))
    if source.live and wish.all_databases:
        reason = "a rehearsal takes the database of the connection alone"
        facts.not_seen.append(NotSeen("the restore of other databases", reason))
    # What is rehearsed is a restore, also where the source could be upgraded in place.
    return replace(judged(facts, target, rules, replace(wish, move=Move.RESTORE)), rehearsal=told)


def _rehearsed(
    source: Source, target: Target, stage: Stage, facts: Facts, progress: Progress | None
) -> Rehearsed:
    """Rehearse the restore; what it could not explain becomes facts."""

    def tell(text: str) -> None:
        if progress:
            progress(source.label, f"rehearsing: {text}")

    with tempfile.TemporaryDirectory() as room:
        path = Path(source.text)
        if source.live:
            path = Path(room) / "schema.dump"
            dump_schema(source.text, path)
        rehearsal = rehearse(path, source.label, target, choose(stage.engine), tell)
    facts.refused += refused(rehearsal)
    facts.not_seen += unseen(rehearsal)
    return rehearsed(rehearsal, write(rehearsal, stage.directory))


def judged(facts: Facts, target: Target, rules: Mapping[str, Rule], wish: Wish) -> Examined:
    """Judge facts by rules."""
    assessment = judge(facts, target, wish.move, rules.values())
    context = Context(facts, target, Move(assessment.move))
    return Examined(
        assessment=assessment,
        asked=tuple(one.id for one in rules.values() if one.applies(context)),
        unread=tuple(unread(facts)),
        names=frozenset(names(facts)) if wish.names else frozenset(),
    )


def names(facts: Facts) -> Iterator[str]:
    """Yield every name that facts hold; again and again."""
    for field in fields(Facts):
        values = getattr(facts, field.name)
        for one in values if isinstance(values, list) else ():
            # Names of extensions, languages and parameters are not the user's.
            if isinstance(one, Fact) and not isinstance(one, Extension | Language):
                yield from _names_of(one)


def _names_of(fact: Fact) -> Iterator[str]:
    for field in fields(fact):
        value = getattr(fact, field.name)
        own = field.name != "name" or not isinstance(fact, Setting)
        if own and field.name in _NAMED and isinstance(value, str) and value:
            yield value
