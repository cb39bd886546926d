"""Which function does an action, and how answers are cut into pages."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from rdscheck.aws.control.faults import bad_value

if TYPE_CHECKING:
    from rdscheck.aws.control.plane import ControlPlane

Arguments = dict[str, Any]
Answer = Mapping[str, Any]
_Row = TypeVar("_Row")

_FEWEST, _MOST = 20, 100


@dataclass(frozen=True)
class Call:
    """One request: the plane it came to, the region it named, its arguments.

    ``waiting`` tells that a client's waiter asks, which would ask again after half a minute.
    """

    plane: "ControlPlane"
    region: str
    arguments: Arguments
    waiting: bool = False

    def arn(self, kind: str, name: str) -> str:
        """Return the ARN of something of this account."""
        from rdscheck.aws.control.state import ACCOUNT  # noqa: PLC0415

        return f"arn:aws:rds:{self.region}:{ACCOUNT}:{kind}:{name}"


Action = Callable[[Call], Answer]

#: Name of an action in AWS's API -> what does it.
ACTIONS: dict[str, Action] = {}


def action(name: str) -> Callable[[Action], Action]:
    """Register what does an action."""

    def decorate(function: Action) -> Action:
        assert name not in ACTIONS, name
        ACTIONS[name] = function
        return function

    return decorate


def page(
    rows: Sequence[_Row], arguments: Arguments, name: Callable[[_Row], str]
) -> tuple[list[_Row], str | None]:
    """Return the rows of one page, sorted by name, and the marker of the next one.

    ``MaxRecords`` and ``Marker`` as AWS has them; raises ``Fault`` for others.
    """
    most = arguments.get("MaxRecords", _MOST)
    if not _FEWEST <= most <= _MOST:
        raise bad_value(f"Invalid value {most} for MaxRecords. Must be between {_FEWEST} and {_MOST}")
    ordered = sorted(rows, key=name)
    if marker := arguments.get("Marker"):
        last = _unmark(marker)
        ordered = [row for row in ordered if name(row) > last]
    if len(ordered) <= most:
        return ordered, None
    return ordered[:most], base64.urlsafe_b64encode(name(ordered[most - 1]).encode()).decode()


def _unmark(marker: str) -> str:
    try:
        return base64.b64decode(marker.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (UnicodeError, binascii.Error):
        raise bad_value(f"Invalid marker: {marker[:100]}") from None


def filters(arguments: Arguments, known: Sequence[str]) -> dict[str, set[str]]:
    """Return the filters of a describe call by name; raises ``Fault`` for one the action does not have."""
    found: dict[str, set[str]] = {}
    for one in arguments.get("Filters", []):
        if one.get("Name") not in known:
            raise bad_value(f"Unrecognized filter name: {one.get('Name')}")
        found.setdefault(one["Name"], set()).update(one.get("Values", []))
    return found
