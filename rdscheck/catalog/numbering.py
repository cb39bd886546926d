"""How RDS numbers engine versions, and how AWS's pages write ranges of them.

An engine version is a PostgreSQL minor version, perhaps with the number of a
rebuild (``15.4-R2``) or the date of an extended support build
(``13.23-rds.20260514``). Both come after their base and before the next minor:
15.4 < 15.4-R2 < 15.4-R3 < 15.5, and 13.23 < 13.23-R2 < 13.23-rds.20260224.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache

from rdscheck.errors import RdscheckError

_FORM = re.compile(
    r"(?P<major>[0-9]{1,4})(?:\.(?P<minor>[0-9]{1,6})(?:-R(?P<rebuild>[0-9]{1,3}))?"
    r"(?:-rds\.(?P<date>[0-9]{8}))?)?",
    re.ASCII,
)

Key = tuple[int, int, int, int]


def order_key(version: str) -> Key:
    """Return what versions are sorted by; a bare major comes before all its minors.

    Raises ``RdscheckError`` for a text that is no engine version.
    """
    found = _FORM.fullmatch(version)
    if found is None:
        raise RdscheckError(
            f"{version!r} is no engine version", hint="forms are 15, 15.4, 15.4-R2 and 13.23-rds.20260514"
        )
    minor = found["minor"]
    return (
        int(found["major"]),
        -1 if minor is None else int(minor),
        int(found["date"] or 0),
        int(found["rebuild"] or 1),
    )


def is_version(text: str) -> bool:
    """Tell whether a text has the form of an engine version."""
    return _FORM.fullmatch(text) is not None


def base(version: str) -> str:
    """Return the PostgreSQL version of an engine version: ``15.4`` for ``15.4-R2``."""
    return version.split("-", 1)[0]


def near(wanted: str, known: Iterable[str], number: int = 4) -> list[str]:
    """Return the versions that stand next to one that is not there, ascending."""
    key = order_key(wanted)
    ordered = sorted(known, key=order_key)
    below = [version for version in ordered if order_key(version) < key]
    above = [version for version in ordered if order_key(version) > key]
    first, second = below[-(number // 2) :], above[: number // 2]
    # At an end of the list all of them come from one side.
    first = below[-(number - len(second)) :] if below else []
    return [*first, *above[: number - len(first)]]


def covers(versions: str, version: str) -> bool:
    """Tell whether a range as the parameter table writes it includes an engine version.

    Alternatives stand between bars:

    - ``11+``, ``11-14``, ``18``: majors;
    - ``15.4-R2+``: from that one to the end of its major;
    - ``15.4 and older``: in that major, up to that one. The words stand once, after
      the last alternative, and hold for all of them.

    The highest major named with a minor and ``+`` goes on into later majors: pages
    list the minors in which something arrived, and it stays. Below the lowest of
    ``and older`` everything is included, too. A remark in parentheses is dropped. An
    empty range is one nobody has documented; it includes everything. Raises
    ``RdscheckError`` for anything else.
    """
    return _range(versions)(order_key(version))


@cache
def _range(text: str) -> Callable[[Key], bool]:
    bare = re.sub(r"\s*\([^()]*\)\s*$", "", text).strip()
    if not bare:
        return lambda _key: True
    older = bare.endswith("and older")
    terms = [term.strip() for term in bare.removesuffix("and older").strip().split("|")]
    if older:
        bounds = [_key_of(term, text) for term in terms]
        lowest = min(bounds)[0]
        return lambda key: key[0] < lowest or any(key[0] == one[0] and key <= one for one in bounds)
    opening = [_key_of(term[:-1], text) for term in terms if term.endswith("+")]
    highest = max((one[0] for one in opening), default=0)
    tests = [_term(term, text, highest) for term in terms]
    return lambda key: any(test(key) for test in tests)


def _term(term: str, text: str, highest: int) -> Callable[[Key], bool]:
    if term.endswith("+"):
        from_ = _key_of(term[:-1], text)
        if from_[1] < 0 or from_[0] == highest:
            return lambda key: key >= from_
        return lambda key: key >= from_ and key[0] == from_[0]
    if spread := re.fullmatch(r"([0-9]{1,4})-([0-9]{1,4})", term, re.ASCII):
        first, last = int(spread[1]), int(spread[2])
        if first > last:
            raise _unreadable(text)
        return lambda key: first <= key[0] <= last
    only = _key_of(term, text)
    if only[1] < 0:
        return lambda key: key[0] == only[0]
    return lambda key: key == only


def _key_of(term: str, text: str) -> Key:
    if not is_version(term):
        raise _unreadable(text)
    return order_key(term)


def _unreadable(text: str) -> RdscheckError:
    return RdscheckError(
        f"{text!r} is no range of versions",
        hint="forms are 11+, 11-14, 18, 12.20+|13.16+|17+, 15.4 and older",
    )
