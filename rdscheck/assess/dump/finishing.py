"""What is known only when a dump has been read: origin, large objects, kinds of passwords."""

import re
from collections.abc import Iterable
from dataclasses import replace

from rdscheck.assess.dump.folding import Fold
from rdscheck.assess.dump.large import Large
from rdscheck.assess.facts import Facts, Flavour, NotSeen

_FROM = re.compile(r"Dumped from database version (\S+)")
_AURORA = re.compile(r"^(aurora|apg)_")


def finish(facts: Facts, fold: Fold, notes: Iterable[str], large: Large) -> None:
    """Add to facts what all of the dump together tells."""
    facts.large_objects += large.facts()
    _own_tables(facts)
    _origin(facts, list(notes))
    _passwords(facts)
    _unreadable(facts, fold)


def _own_tables(facts: Facts) -> None:
    """Leave out rows of tables that the dump itself creates: those of extensions come with the extension."""
    made = {(one.database, one.schema, one.name) for one in facts.relations}
    sets = {database for database, _, name in made if name == "part_config"}
    facts.partition_sets[:] = [one for one in facts.partition_sets if one.database not in sets]
    facts.cron_jobs[:] = [one for one in facts.cron_jobs if (one.database, "cron", "job") not in made]


def _origin(facts: Facts, notes: list[str]) -> None:
    version = next((match[1] for note in notes if (match := _FROM.match(note))), "")
    number = re.match(r"\d+(?:\.\d+)?", version)
    major = 0.0
    if number:
        major = float(number[0]) if int(number[0].split(".")[0]) < 10 else float(number[0].split(".")[0])
    cluster = "PostgreSQL database cluster dump" in notes
    facts.origin = replace(
        facts.origin,
        version=version,
        major=major,
        flavour=_flavour(facts),
        format="dumpall" if cluster else facts.origin.format,
    )


def _flavour(facts: Facts) -> Flavour:
    named = {one.name for one in facts.roles} | {one.role for one in facts.memberships}
    named |= {one.owner for one in facts.databases} | {one.owner for one in facts.schemas}
    named |= {one.owner for one in facts.relations}
    named |= {one.grantee for one in facts.grants} | {one.grantor for one in facts.grants}
    if not any(name == "rdsadmin" or name.startswith("rds_") for name in named):
        return Flavour.UNKNOWN
    words = [one.name for one in facts.extensions] + [one.name for one in facts.settings]
    return Flavour.AURORA if any(_AURORA.match(word) for word in words) else Flavour.RDS


def _passwords(facts: Facts) -> None:
    """Say ``none`` of roles without password where others have one; else passwords may be left out."""
    shown = any(one.password != "hidden" for one in facts.roles)  # noqa: S105
    if shown:
        facts.roles[:] = [
            replace(one, password="none") if one.password == "hidden" else one  # noqa: S105, S106
            for one in facts.roles
        ]


def _unreadable(facts: Facts, fold: Fold) -> None:
    more = fold.unreadable - len(facts.unreadable)
    if more > 0:
        facts.not_seen.append(NotSeen(f"{more} more statements", "they could not be parsed"))
