"""Which engine versions an instance may be upgraded to.

AWS's rule: majors may be skipped, and the target's minor must not be older than the source's. Minors
appear in waves on one day; a rebuild such as ``15.4-R2`` counts as its base.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.html
"""

from rdscheck.catalog.extensions import listed
from rdscheck.catalog.numbering import base, order_key
from rdscheck.catalog.versions import SANDBOX_MAJORS, find
from rdscheck.errors import ExitCode, RdscheckError


class TargetRefused(RdscheckError):
    """RDS does not offer an upgrade from that version to this one.

    ``code`` is AWS's error code. The words are those of public reports:
    https://github.com/ministryofjustice/cloud-platform-environments/pull/8659
    """

    exit_code = ExitCode.USAGE
    code = "InvalidParameterCombination"


def released(version: str) -> str:
    """Return the ISO date on which the minor of an engine version appeared, empty where AWS prints none."""
    row = find(base(version))
    return row.release_date if row else ""


def targets(source: str) -> tuple[str, ...]:
    """Return the engine versions of later majors that a version such as ``15.4`` may go to, oldest first.

    Where a date is missing the version is left in: nothing says that it is refused.
    """
    major, since = order_key(source)[0], released(source)
    return tuple(
        version
        for later in SANDBOX_MAJORS
        if later > major
        for version in listed(later)
        if not since or not released(version) or released(version) >= since
    )


def check_target(source: str, target: str) -> None:
    """Raise ``TargetRefused`` unless a version may be upgraded to that one; both are engine versions."""
    known = targets(source)
    if target in known:
        return
    same = [version for version in known if order_key(version)[0] == order_key(target)[0]]
    offered = same or known
    raise TargetRefused(
        f"Cannot upgrade postgres from {source} to {target}",
        hint=f"it can go to {', '.join(offered[-6:])}" if offered else "no later major is known",
    )
