"""Versions of extensions, compared as far as their writing allows."""

import re

Numbers = tuple[int, ...]

#: Extensions whose version in the catalog is none of their library's, which is what AWS lists.
NUMBERED_OTHERWISE = frozenset({"mysql_fdw", "oracle_fdw", "pg_cron", "plprofiler", "prefix", "tds_fdw"})

#: Extensions of which Aurora's list prints no version that ever was.
MISPRINTED_ON_AURORA = frozenset({"hll"})


def numbers(version: str) -> Numbers:
    """Return the numbers of a version, without zeros at the end.

    ``4.6.1`` for ``2024_09_6(4.6.1)`` and for ``4.6.1 (Release 2024_09_3)``; nothing for a text that
    holds no number.
    """
    found = re.search(r"\d+(?:\.\d+)+", version) or re.match(r"\d+", version)
    if found is None:
        return ()
    parts = [int(part) for part in found[0].split(".")]
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)


def older(version: str, than: str) -> bool:
    """Tell whether a version is certainly older than another: both must hold numbers."""
    one, other = numbers(version), numbers(than)
    return bool(one and other) and one < other


def older_as_written(version: str, than: str) -> bool:
    """Tell the same, looking only at as many numbers as the first has: 1.6 is not older than 1.6.7."""
    found = re.search(r"\d+(?:\.\d+)*", version)
    length = len(found[0].split(".")) if found else 0
    one, other = numbers(version), numbers(than)[:length]
    return bool(one and other) and one < other
