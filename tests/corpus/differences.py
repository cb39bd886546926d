"""Where a live database and its dump rightly give different findings."""

from tests.corpus.running import Run, Seen

_SETTINGS = "the server's own settings are in no dump"
_CREATE = "a dump names its database only when it is made with --create"

#: Rule and the side that alone has its findings, with the reason.
DIFFERENCES: dict[tuple[str, str], str] = {
    ("blue-green-replication-parameters", "live"): _SETTINGS,
    ("password-encryption-md5", "live"): _SETTINGS,
    ("server-settings-stay-behind", "live"): _SETTINGS,
    ("sort-order-of-glibc", "live"): _CREATE,
    ("tablespace", "live"): "tablespaces are in the dump of pg_dumpall, not in that of one database",
    ("role-attributes-spelled-out", "dump"): "it is about the statements of pg_dumpall",
}


def unexplained(run: Run) -> list[tuple[Seen, str, str, str]]:
    """Return the differences of a run that the table does not explain."""
    return [one for one in run.differences() if (one[2], one[1]) not in DIFFERENCES]


def needless(run: Run) -> list[tuple[str, str]]:
    """Return what the table explains and no entry shows."""
    shown = {(rule, side) for _, side, rule, _ in run.differences()}
    return sorted(set(DIFFERENCES) - shown)
