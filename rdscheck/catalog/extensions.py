"""Which extensions RDS offers, per engine version.

Compiled from AWS's tables of extensions; ``rdscheck.catalog.store.notes("extensions")``
tells what was moved, derived or repaired in them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from rdscheck.catalog.numbering import near, order_key
from rdscheck.catalog.runs import Cell, Span, decode
from rdscheck.catalog.store import overlay, refreshed, shipped
from rdscheck.errors import RdscheckError, UsageError

EXTENSION = "extension"
OUTPUT_PLUGIN = "output_plugin"

#: What AWS's tables print in place of a version for a module that has none, and what a list
#: without versions is written down with.
NO_VERSION = "yes"


@dataclass(frozen=True)
class OfferedExtension:
    """One entry of a list of extensions.

    ``version`` is as printed, ``yes`` where none is. ``kind`` is ``extension`` for what CREATE
    EXTENSION takes, else ``module`` or ``output_plugin``. ``source`` is the address of the page.
    """

    name: str
    version: str
    kind: str
    source: str


Offer = Mapping[str, OfferedExtension]


def offered(engine_version: str, engine: str = "rds") -> Offer:
    """Return everything in the list of an engine version such as ``15.4-R2``, by name, sorted.

    Raises ``UsageError`` when no list of that version is known.
    """
    lists = _all(overlay())
    found = lists.get((engine, engine_version))
    if found is None:
        known = [version for one, version in lists if one == engine]
        hint = (
            f"near it are {', '.join(near(engine_version, known))}" if known else "engines are rds and aurora"
        )
        raise UsageError(f"the extensions of {engine} {engine_version} are not known", hint=hint)
    return found


def creatable(engine_version: str, engine: str = "rds") -> tuple[str, ...]:
    """Return what ``rds.extensions`` names: what CREATE EXTENSION takes, sorted.

    Modules that are only loaded and output plugins are left out.
    """
    return tuple(name for name, one in offered(engine_version, engine).items() if one.kind == EXTENSION)


def output_plugins() -> frozenset[str]:
    """Return the entries of AWS's tables that logical decoding loads by name, as ``wal2json``."""
    return frozenset(row["extension"] for row in shipped("extension_labels") if row["kind"] == OUTPUT_PLUGIN)


def listed(major: int, engine: str = "rds") -> tuple[str, ...]:
    """Return the engine versions of a major whose list is known, oldest first."""
    found = [version for one, version in _all(overlay()) if one == engine and order_key(version)[0] == major]
    return tuple(sorted(found, key=order_key))


def trusted(major: int) -> frozenset[str]:
    """Return what a role with CREATE on the database may create; nothing before 13."""
    return frozenset(
        row["extension"] for row in shipped("trusted_extensions") if row["pg_major"] == str(major)
    )


def not_delegable() -> frozenset[str]:
    """Return what members of rds_extension cannot be handed by default."""
    return frozenset(row["extension"] for row in shipped("not_delegable"))


@cache
def _all(root: Path | None) -> Mapping[tuple[str, str], Offer]:
    """Return every list by engine and engine version; refreshed ones take the place of ours."""
    sources = {row["id"]: row["source"] for row in shipped("sources")}
    kinds = {row["extension"]: row["kind"] for row in shipped("extension_labels")}
    found = {
        key: {
            cell.extension: OfferedExtension(
                cell.extension, cell.version, kinds.get(cell.extension, EXTENSION), sources[cell.source]
            )
            for cell in cells
        }
        for key, cells in _cells(None).items()
    }
    for key, cells in _cells(root).items() if root else ():
        known = found.get(key, {})
        # An account tells names only: version numbers of the same engine version stay ours.
        found[key] = {
            cell.extension: OfferedExtension(
                cell.extension,
                known[cell.extension].version if cell.extension in known else cell.version,
                kinds.get(cell.extension, EXTENSION),
                cell.source,
            )
            for cell in cells
        }
    return MappingProxyType(
        {key: MappingProxyType(dict(sorted(entries.items()))) for key, entries in found.items()}
    )


def _cells(root: Path | None) -> dict[tuple[str, str], list[Cell]]:
    """Return the cells of every list; raises ``RdscheckError`` when one has not as many as it should."""
    lists = shipped("extension_lists") if root is None else refreshed(root, "extension_lists")
    rows = shipped("extensions") if root is None else refreshed(root, "extensions")
    of_major: dict[tuple[str, str], list[str]] = {}
    size: dict[tuple[str, str], int] = {}
    for row in lists:
        of_major.setdefault((row["engine"], row["pg_major"]), []).append(row["engine_version"])
        size[row["engine"], row["engine_version"]] = int(row["extensions"])
    spans: dict[tuple[str, str], list[Span]] = {}
    for row in rows:
        span = Span(row["extension"], row["version"], row["first"], row["last"], row["source"])
        spans.setdefault((row["engine"], row["pg_major"]), []).append(span)
    found: dict[tuple[str, str], list[Cell]] = {key: [] for key in size}
    for (engine, major), members in spans.items():
        for cell in decode(members, of_major.get((engine, major), [])):
            found[engine, cell.engine_version].append(cell)
    wrong = [version for (engine, version), cells in found.items() if len(cells) != size[engine, version]]
    if wrong:
        raise RdscheckError(
            f"the catalog's list of extensions of {wrong[0]} is damaged",
            hint="rdscheck catalog forget" if root else "install rdscheck again",
        )
    return found
