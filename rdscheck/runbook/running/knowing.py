"""What rdscheck knows about a block that failed, differed, or is known to mislead.

Documentation findings are recognised by the page's words and by what was printed; errors are tied to
deviations of the sandbox, to rules of ``rdscheck check``, and to the list of extensions.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rdscheck.assess.rule import rules
from rdscheck.catalog.extensions import EXTENSION, Offer, offered
from rdscheck.catalog.versions import emulated, read_version
from rdscheck.deviations import DEVIATIONS, DOCUMENTATION_FINDINGS, RECOGNISED
from rdscheck.errors import RdscheckError
from rdscheck.runbook.model import RAN, Judged, Knowledge, Verdict

#: Errors about extensions that are not installed, in the words of each version.
_LACKING = (
    re.compile(r'extension "([^"\n]+)" is not available', re.IGNORECASE),
    re.compile(r"could not open extension control file \"[^\"\n]*/([\w.-]+)\.control\"", re.IGNORECASE),
)
_REFUSED = re.compile(r'Extension "([^"\n]+)" is not supported by Amazon RDS')
#: Errors of a page that takes an extension for granted.
_ABSENT = re.compile(r'(?:extension|language|schema) "([\w-]+)" does not exist', re.IGNORECASE)
_LIBRARY = re.compile(r'could not access file "(?:\$libdir/)?([\w.-]+)"')
#: What the control plane says of a library that RDS would load.
_NOT_HERE = re.compile(r"RDS loads ([\w.-]+), but the PostgreSQL [\w.]+ here has no such library")
#: What it says of a library that RDS does not load.
_NOT_LOADED = re.compile(
    r"Invalid parameter value: ([\w.-]+) for: shared_preload_libraries: RDS for PostgreSQL \S+ does not load"
)

#: Errors and the rules of ``rdscheck check`` that foretell them.
_RULES = (
    (r'extension "[^"\n]+" is not (?:available|supported)', "extension-not-offered"),
    (r"must be superuser to create an? event trigger|create event trigger", "event-trigger-owner"),
    (r'permission denied to set parameter "session_replication_role"', "session-replication-role"),
    (r"permission denied to set parameter|cannot be changed without restarting", "superuser-parameter"),
    (
        r"must be superuser .*ALTER SYSTEM|permission denied .*ALTER SYSTEM|ALTER SYSTEM",
        "alter-system-setting",
    ),
    (r"pg_execute_server_program|COPY .*(?:to or )?from an external program", "copy-program"),
    (r"pg_(?:read|write)_server_files|must be superuser .*COPY .*file", "copy-server-file"),
    (r"must be superuser to (?:create|alter) superuser|SUPERUSER attribute", "superuser-role"),
    (r"bypassrls", "bypassrls-role"),
    (r"permission denied for language c\b", "c-function"),
    (r"permission denied for language internal", "internal-function"),
    (
        r"permission denied for table pg_authid|permission denied for (?:table|view) pg_shadow",
        "view-on-system-catalog",
    ),
    (
        r'must be (?:pre)?loaded|(?:loaded via|is not in|add \S+ to(?: the)?) "?shared_preload_libraries',
        "extension-needs-preload",
    ),
    (r'language "[^"\n]+" does not exist', "language-not-offered"),
    (r"permission denied: \"pg_\w+\" is a system catalog", "writes-system-catalog"),
    (r"must be superuser to create an operator class|CREATE ACCESS METHOD", "access-method"),
)

#: Answers whose words or decision are the sandbox's, not known of RDS.
_DEVIATIONS = (
    (
        r'role name "[^"\n]+" is reserved|permission denied to (?:drop|rename|alter) role',
        "reserved-role-texts",
    ),
    (r"is not supported by Amazon RDS", "unsupported-extension-text"),
    (r"must be a member of rds_password", "restrict-password-errors"),
    (r"remaining connection slots are reserved", "reserved-connections-text"),
    (r"permission denied for table pg_authid", "authid-refused"),
    (r"An error occurred \(\w+\) when calling the \w+ operation", "control-plane-error-texts"),
)


@dataclass(frozen=True)
class Seen:
    """A judged block with what stands around it, as knowledge is looked up by."""

    judged: Judged
    prose: str  # of the page, between the block before and this one
    version: str
    observed: str  # what was printed
    line: int = 1  # of the page, where that prose begins

    def follows(self, name: str, line: int) -> Knowledge:
        """Return that an error follows from an earlier one."""
        return Knowledge(f"{name} is missing because line {line} failed")


def known(seen: Seen) -> Iterator[Knowledge]:
    """Yield what is known, findings first."""
    yield from _findings(seen)
    judged = seen.judged
    if judged.verdict is Verdict.FAILED:
        yield from _extensions(seen)
        yield from _ruled(seen)
        yield from _deviating(seen)
    elif judged.detail.startswith("it is refused"):
        yield from _deviating(seen)


def lacking(output: str, version: str, installed: Callable[[str], bool]) -> str:
    """Return why an error tells nothing of RDS: it offers an extension that is missing here; else nothing.

    ``installed`` tells of an extension whether this server can have it, and is asked only where the error
    leaves that open.
    """
    if here := _NOT_HERE.search(output):
        return _lacks(here[1], version)
    offer = _offer(version)
    for pattern in (*_LACKING, _LIBRARY):
        for found in pattern.finditer(output):
            if found[1] in offer:
                return _lacks(found[1], version)
    for found in _ABSENT.finditer(output):
        name = found[1].lower()
        if name in offer and not installed(name):
            return _lacks(name, version)
    return ""


def _lacks(name: str, version: str) -> str:
    return f"RDS for PostgreSQL {version} offers {name}, and this machine has no package of it"


def _offer(version: str) -> Offer:
    try:
        return offered(emulated(read_version(version)).version)
    except RdscheckError:  # a version that no list is known of
        return {}


def said(prose: str, line: int) -> Iterator[Knowledge]:
    """Yield what is known of prose that begins at a line and that no block follows."""
    for key, one in RECOGNISED.items():
        place = one.place(prose)
        if place is not None and one.fits(block="", prose=prose, headings="", observed=None):
            yield _finding(key, line + place)


def _finding(key: str, line: int) -> Knowledge:
    finding = DOCUMENTATION_FINDINGS[key]
    told = f"the document says: {finding.says}; seen: {finding.observed}; instead: {finding.advice}"
    return Knowledge(told, key, finding.source, line)


def _findings(seen: Seen) -> Iterator[Knowledge]:
    block = seen.judged.block
    ran = seen.judged.verdict in RAN or bool(seen.judged.printed)
    for key, one in RECOGNISED.items():
        if one.fits(
            block=block.text,
            prose=seen.prose,
            headings="\n".join(block.headings),
            observed=seen.observed if ran else None,
        ):
            place = one.place(seen.prose)
            yield _finding(key, 0 if place is None else seen.line + place)


def _extensions(seen: Seen) -> Iterator[Knowledge]:
    names = [found[1] for pattern in (*_LACKING, _REFUSED) for found in pattern.finditer(seen.observed)]
    offer = _offer(seen.version)
    for name in dict.fromkeys(names):
        entry = offer.get(name)
        if entry is None:
            yield Knowledge(
                f"RDS for PostgreSQL {seen.version} does not offer the extension {name}",
                "extension-not-offered",
            )
        elif entry.kind != EXTENSION:
            yield Knowledge(f"{name} is no extension but a {entry.kind}", source=entry.source)
    for name in dict.fromkeys(found[1] for found in _NOT_LOADED.finditer(seen.observed)):
        if name not in offer:
            yield Knowledge(
                f"RDS for PostgreSQL {seen.version} does not load {name} and has no extension of that name",
                "extension-not-offered",
            )


def _ruled(seen: Seen) -> Iterator[Knowledge]:
    catalogue = rules()
    for pattern, id_ in _RULES:
        if id_ in catalogue and re.search(pattern, seen.observed, re.IGNORECASE):
            rule = catalogue[id_]
            yield Knowledge(rule.problem, id_, rule.source)


def _deviating(seen: Seen) -> Iterator[Knowledge]:
    for pattern, key in _DEVIATIONS:
        if re.search(pattern, seen.observed):
            one = DEVIATIONS[key]
            yield Knowledge(f"the sandbox decides here: {one.ours}; on RDS: {one.rds}", key, one.evidence)
