"""How a target stands to an extension: one answer for every name, so that one rule only speaks of it."""

from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache
from pathlib import Path

from rdscheck.assess.facts import Extension
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Hit, hit
from rdscheck.assess.rules.extensions._pages import AURORA_LIST, RDS_LIST
from rdscheck.assess.target import AURORA, RDS, Move, Target
from rdscheck.catalog.extensions import listed, offered
from rdscheck.catalog.store import overlay

#: The majors of which lists are known.
_MAJORS = range(11, 19)

#: Languages that run as the server's account, and what brings their types over.
UNTRUSTED = ("plperlu", "plpython2u", "plpython3u", "plpythonu", "pltclu")
UNTRUSTED_TRANSFORMS = tuple(
    f"{type_}_{language}"
    for language in ("plperlu", "plpython2u", "plpython3u", "plpythonu")
    for type_ in ("bool", "hstore", "jsonb", "ltree")
)

#: What goes by another name on RDS.
RENAMED = {"bdr": "pgactive", "orafunc": "orafce"}

#: Names of which a rule of their own speaks whenever the target lacks them.
OWN_RULE = frozenset(
    {
        "adminpack",
        "chkpass",
        "old_snapshot",
        "plcoffee",
        "plls",
        "plrust",
        "postgis_topology",
        "timetravel",
        "tsearch2",
        *RENAMED,
        *UNTRUSTED,
        *UNTRUSTED_TRANSFORMS,
    }
)


class Standing(Enum):
    """How a target stands to an extension."""

    OFFERED = "the target offers it"
    OTHER_MINOR = "another minor version of the major offers it"
    LATER_MAJOR = "only later majors offer it"
    EARLIER_MAJOR = "only earlier majors offer it"
    OTHER_ENGINE = "the other service offers it, this one never"
    NOWHERE = "no list has it"


def versions_with(name: str, major: int, engine: str) -> tuple[str, ...]:
    """Return the engine versions of a major that offer an extension, oldest first."""
    return _offering(overlay(), major, engine).get(name, ())


@cache
def _offering(_catalog: Path | None, major: int, engine: str) -> dict[str, tuple[str, ...]]:
    """Return by extension the engine versions of a major that offer it; once for each catalog."""
    found: dict[str, tuple[str, ...]] = {}
    for version in listed(major, engine):
        for name in offered(version, engine):
            found[name] = (*found.get(name, ()), version)
    return found


def majors_with(name: str, engine: str) -> tuple[int, ...]:
    """Return the majors of which any version offers an extension."""
    return tuple(major for major in _MAJORS if versions_with(name, major, engine))


def standing(name: str, target: Target) -> Standing:
    """Return how a target stands to an extension of that name."""
    if name == "plpgsql" or name in target.extensions:
        return Standing.OFFERED
    majors = majors_with(name, target.engine)
    if target.major in majors:
        return Standing.OTHER_MINOR
    if not majors:
        return Standing.OTHER_ENGINE if majors_with(name, other_engine(target)) else Standing.NOWHERE
    return Standing.LATER_MAJOR if max(majors) > target.major else Standing.EARLIER_MAJOR


def other_engine(target: Target) -> str:
    """Return the service the target is not of."""
    return AURORA if target.engine == RDS else RDS


def installed(context: Context, *names: str) -> Iterator[Extension]:
    """Return the installed extensions of these names."""
    return (one for one in context.facts.extensions if one.name in names)


def absent(context: Context, names: Iterable[str]) -> Iterator[Extension]:
    """Return installed extensions of these names that the target does not offer."""
    wanted = frozenset(names)
    return (
        one
        for one in context.facts.extensions
        if one.name in wanted and standing(one.name, context.target) is not Standing.OFFERED
    )


def unclaimed(context: Context, *wanted: Standing) -> Iterator[Extension]:
    """Return installed extensions the target stands to like that, and of which no rule of its own speaks."""
    for one in context.facts.extensions:
        if one.name not in OWN_RULE and standing(one.name, context.target) in wanted:
            yield one


def on(extension: Extension, message: str, fix: str = "", **others: object) -> Hit:
    """Return a hit on an extension."""
    return hit(extension, f"extension {plain(extension.name)}", message, fix, **others)


def keeps_its_group(context: Context) -> bool:
    """Tell whether the parameter group stays: it does in an upgrade within a major."""
    return context.move is Move.UPGRADE and context.source_major == context.target.major


def list_of(target: Target) -> str:
    """Return the page with the list of extensions of a target's service."""
    return AURORA_LIST if target.engine == AURORA else RDS_LIST
