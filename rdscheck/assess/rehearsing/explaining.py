"""What each refusal of a restore comes from: a finding, an earlier refusal, the sandbox, or nothing known."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rdscheck.assess.bodies.tree import Unparsable, parsed
from rdscheck.assess.finding import Finding, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rehearsing.restoring import Refusal
from rdscheck.assess.rehearsing.script import Step
from rdscheck.catalog.extensions import Offer


class Cause(StrEnum):
    """Where a refusal comes from."""

    FINDING = "finding"  # a rule spoke of it
    FOLLOWS = "follows"  # something it needs was refused before
    SANDBOX = "sandbox"  # RDS has what the sandbox lacks
    HARMLESS = "harmless"  # every restore meets it, and nothing is lost
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Explained:
    """A refusal and its cause: the findings that foretold it, or the line of the refusal it follows from."""

    refusal: Refusal
    cause: Cause
    findings: tuple[Finding, ...] = ()
    line: int = 0
    reason: str = ""


#: SQLSTATEs of something that is not there.
_MISSING = frozenset({"42P01", "42883", "42704", "3F000", "42703", "42P02", "3D000", "58P01", "42809"})

#: SQLSTATEs of something that RDS does not let anybody do.
_REFUSED = frozenset({"0A000", "22023", "42501", "42939", "F0000"})

_SCHEMA = "permission denied for schema "

_NAMED = re.compile(r'"((?:[^"]|"")+)"')
_BARE = re.compile(r"\b(?:function|procedure|type|aggregate|operator class|relation|schema) ([\w.]+)")
_OWNER = re.compile(r'\bOWNER\s+TO\s+("(?:[^"]|"")+"|\S+)\s*\Z', re.IGNORECASE)
_SUPERUSER = re.compile(r'ALTER\s+ROLE\s+("(?:[^"]|"")+"|\S+)\s+WITH\s+SUPERUSER\b', re.IGNORECASE)
_LAST = re.compile(r'(?:"(?:[^"]|"")+"|[^."\s]+)\Z')

#: What ``COMMENT ON EXTENSION`` meets, and the rules that speak of it.
_COMMENT = re.compile(r'COMMENT\s+ON\s+EXTENSION\s+("(?:[^"]|"")+"|\S+)\s+IS\s', re.IGNORECASE)
_COMMENTS = frozenset({"extension-comment-plpgsql", "extension-comment-refused"})
_NO_LOCALE = re.compile(r'could not create locale "([^"]*)"')
_NOT_OWNER = "must be owner of extension"
_OWN_COMMENT = "rdsadmin owns the extension, which brings its own comment"

#: Errors of a preamble or of what every server has already, by SQLSTATE and the beginning of the statement.
_HARMLESS = (
    ("42704", re.compile(rb"SET\s", re.I), "a parameter that this version does not have yet"),
    ("42P06", re.compile(rb"CREATE SCHEMA\s", re.I), "the schema is there already"),
    ("42P04", re.compile(rb"CREATE DATABASE\s", re.I), "the database is there already"),
    ("42710", re.compile(rb"CREATE ROLE\s", re.I), "the role is there already"),
)


class Explainer:
    """Ties refusals to what they come from, in the order of the dump: later may follow from earlier ones.

    The findings are those of the same dump, so that their lines are lines of its statements; ``offer`` is the
    target's list of extensions, ``schemas`` are those that the dump makes.
    """

    def __init__(self, findings: Sequence[Finding], offer: Offer, schemas: Iterable[str] = ()) -> None:
        # A note foretells no refusal: its object is named by many statements. One is of a statement itself.
        self._findings = [one for one in findings if one.severity is not Severity.NOTE]
        self._comments = {one.subject: one for one in findings if one.id in _COMMENTS}
        self._offer = offer
        self._there: set[str] = set()  # roles that the server had before
        self._lost: dict[str, int] = {}  # what was not made, by name, and the line that was to make it
        self._left_out: set[int] = set()  # lines of what was left out with something else
        self._extensions: list[_Brought] = []
        self._schemas_made = frozenset(schemas) | {"public"}

    def left_out(self, steps: Iterable[Step]) -> None:
        """Take note of statements that are left out as others of their entry were refused."""
        for step in steps:
            for _, name in _made(step.text):
                if name not in self._lost:
                    self._lost[name] = step.line
                    self._left_out.add(step.line)

    def explain(self, refusal: Refusal) -> Explained:
        """Return where a refusal comes from."""
        guesses = (
            self._lacking,
            self._of_comment,
            self._of_line,
            self._locale,
            self._harmless,
            self._of_role_there,
            self._of_owner,
            self._of_subject,
            self._of_made,
            self._following,
        )
        found = next(filter(None, (guess(refusal) for guess in guesses)), None)
        explained = found or Explained(refusal, Cause.UNEXPLAINED)
        if explained.cause is Cause.HARMLESS:
            self._there |= {name for kind, name in _made(refusal.step.text) if kind == "role"}
        else:
            for kind, name in _made(refusal.step.text):
                self._lost[name] = refusal.step.line
                if kind == "extension":
                    self._extensions.append(_Brought(refusal.step, _schema_of(refusal.step.text)))
        return explained

    def _lacking(self, refusal: Refusal) -> Explained | None:
        for kind, name in _made(refusal.step.text):
            if kind == "extension" and name in self._offer and "is not available" in refusal.message:
                reason = f"the sandbox has no package of {name}, which the target offers"
                return Explained(refusal, Cause.SANDBOX, reason=reason)
        return None

    @staticmethod
    def _locale(refusal: Refusal) -> Explained | None:
        if match := _NO_LOCALE.match(refusal.message):
            reason = f"the sandbox's operating system has no locale {match[1]}; that of RDS may have it"
            return Explained(refusal, Cause.SANDBOX, reason=reason)
        return None

    def _of_comment(self, refusal: Refusal) -> Explained | None:
        """Tie a comment on an extension to the note about it, if any: the extension brings its own."""
        match = _COMMENT.match(refusal.step.text.decode(errors="replace").lstrip())
        if match is None or not refusal.message.startswith(_NOT_OWNER):
            return None
        foretold = self._comments.get(f"extension {plain(_bare(match[1]))}")
        return Explained(refusal, Cause.HARMLESS, (foretold,) if foretold else (), reason=_OWN_COMMENT)

    def _of_line(self, refusal: Refusal) -> Explained | None:
        first, last = refusal.step.line, refusal.step.last
        found = tuple(one for one in self._findings if one.line and first <= one.line <= last)
        return Explained(refusal, Cause.FINDING, found) if found else None

    @staticmethod
    def _harmless(refusal: Refusal) -> Explained | None:
        for sqlstate, beginning, reason in _HARMLESS:
            if refusal.sqlstate == sqlstate and beginning.match(refusal.step.text.lstrip()):
                return Explained(refusal, Cause.HARMLESS, reason=reason)
        return None

    def _of_role_there(self, refusal: Refusal) -> Explained | None:
        """Tell of the source's first superuser, which pg_dumpall writes: here its name is another role's."""
        match = _SUPERUSER.match(refusal.step.text.decode(errors="replace"))
        if match is None or refusal.sqlstate != "42501" or _bare(match[1]) not in self._there:
            return None
        reason = "the role is there already, and RDS makes nobody a superuser"
        return Explained(refusal, Cause.HARMLESS, reason=reason)

    def _of_owner(self, refusal: Refusal) -> Explained | None:
        """Tie what a new owner may not have to what is said of that role, and of where it lacks a right."""
        match = _OWNER.search(refusal.step.text.decode(errors="replace"))
        if match is None or refusal.sqlstate not in _MISSING | _REFUSED:
            return None
        owner = _bare(match[1])
        found = tuple(
            one for one in self._findings if one.subject.startswith("role ") and _subject_name(one) == owner
        )
        if refusal.message.startswith(_SCHEMA):
            found += self._schemas(refusal)
        return Explained(refusal, Cause.FINDING, found) if found else None

    def _schemas(self, refusal: Refusal) -> tuple[Finding, ...]:
        name = refusal.message.removeprefix(_SCHEMA)
        here = {"", refusal.step.database}
        return tuple(
            one
            for one in self._findings
            if one.subject.startswith("schema ") and _subject_name(one) == name and one.database in here
        )

    def _of_subject(self, refusal: Refusal) -> Explained | None:
        if refusal.sqlstate not in _MISSING | _REFUSED:
            return None
        named = set(_names(refusal.message))
        found = tuple(one for one in self._findings if _subject_name(one) in named)
        return Explained(refusal, Cause.FINDING, found) if found else None

    def _of_made(self, refusal: Refusal) -> Explained | None:
        """Tie what is made in two steps, such as a type, to what is said of it: messages name nothing."""
        text = refusal.step.text.decode(errors="replace").lstrip()
        if refusal.sqlstate not in _REFUSED or text[:6].upper() != "CREATE":
            return None
        names = {name for _, name in _made(refusal.step.text)}
        found = tuple(
            one
            for one in self._findings
            if _subject_name(one) in names
            and one.database in {"", refusal.step.database}
            and text[6:].split(maxsplit=1)[0].lower() == one.subject.partition(" ")[0]
        )
        return Explained(refusal, Cause.FINDING, found) if found else None

    def _following(self, refusal: Refusal) -> Explained | None:
        if refusal.sqlstate not in _MISSING:
            return None
        if lines := [self._lost[name] for name in _names(refusal.message) if name in self._lost]:
            line = min(lines)
            reason = "it is left out with the rest of its entry" if line in self._left_out else ""
            return Explained(refusal, Cause.FOLLOWS, line=line, reason=reason)
        for one in self._extensions:
            if one.step.database == refusal.step.database and self._may_bring(one.schema, refusal.message):
                reason = "an extension brings it, as it seems"
                return Explained(refusal, Cause.FOLLOWS, line=one.step.line, reason=reason)
        return None

    def _may_bring(self, schema: str, message: str) -> bool:
        """Tell whether an extension may bring what is missing: not into other schemas of the dump."""
        named = {_bare(head) for text in _texts(message) if (head := text.rpartition(".")[0])}
        return not (schema and named) or schema in named or not named <= self._schemas_made


@dataclass(frozen=True, slots=True)
class _Brought:
    """A refused statement that makes an extension, and the schema it names, if any."""

    step: Step
    schema: str


def _texts(message: str) -> Iterator[str]:
    """Yield every name in a message, with the schema where that stands before it."""
    for match in (*_NAMED.finditer(message), *_BARE.finditer(message)):
        yield match[1]


def _names(message: str) -> Iterator[str]:
    """Yield the last part of every name in a message."""
    for text in _texts(message):
        yield text
        if last := _LAST.search(text):
            yield _bare(last[0])


def _bare(name: str) -> str:
    """Return a name without its quotation marks."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _subject_name(finding: Finding) -> str:
    """Return the last part of the name of a finding's subject, as messages have it."""
    text = finding.subject.partition("(")[0]
    last = _LAST.search(text)
    return _bare(last[0]) if last else text


#: Kind of node, member that holds the name, and what it makes.
_MAKERS = {
    "CreateExtensionStmt": ("extname", "extension"),
    "CreateSchemaStmt": ("schemaname", "schema"),
    "CreatePLangStmt": ("plname", "language"),
    "CreateFdwStmt": ("fdwname", "foreign data wrapper"),
    "CreateForeignServerStmt": ("servername", "server"),
    "CreateTableSpaceStmt": ("tablespacename", "tablespace"),
    "CreateAmStmt": ("amname", "access method"),
    "CreateRoleStmt": ("role", "role"),
    "CreatedbStmt": ("dbname", "database"),
    "CreateEventTrigStmt": ("trigname", "event trigger"),
    "CreatePublicationStmt": ("pubname", "publication"),
    "CreateSubscriptionStmt": ("subname", "subscription"),
    "CreateTrigStmt": ("trigname", "trigger"),
    "IndexStmt": ("idxname", "index"),
    "CreateStmt": ("relation", "relation"),
    "CreateForeignTableStmt": ("base", "relation"),
    "CreateSeqStmt": ("sequence", "relation"),
    "ViewStmt": ("view", "relation"),
    "CreateTableAsStmt": ("into", "relation"),
    "CompositeTypeStmt": ("typevar", "type"),
    "CreateDomainStmt": ("domainname", "type"),
    "CreateEnumStmt": ("typeName", "type"),
    "CreateRangeStmt": ("typeName", "type"),
    "CreateFunctionStmt": ("funcname", "function"),
    "DefineStmt": ("defnames", "object"),
    "CreateConversionStmt": ("conversion_name", "conversion"),
    "CreateOpClassStmt": ("opclassname", "operator class"),
    "CreateOpFamilyStmt": ("opfamilyname", "operator family"),
}


def _made(statement: bytes) -> Iterator[tuple[str, str]]:
    """Yield kind and name, the last part alone, of what a statement was to make."""
    try:
        tree = parsed(statement.decode(errors="replace"))
    except Unparsable:
        return  # what cannot be parsed makes nothing that could be named
    for raw in tree:
        for node, members in raw.get("stmt", {}).items():
            if node in _MAKERS:
                member, kind = _MAKERS[node]
                if name := _name(members.get(member)):
                    yield kind, name


def _schema_of(statement: bytes) -> str:
    """Return the schema that ``CREATE EXTENSION`` names, empty where it names none."""
    try:
        tree = parsed(statement.decode(errors="replace"))
    except Unparsable:
        return ""
    options = tree[0].get("stmt", {}).get("CreateExtensionStmt", {}).get("options", ()) if tree else ()
    named = (one.get("DefElem", {}) for one in options)
    return next((_name([one.get("arg", {})]) for one in named if one.get("defname") == "schema"), "")


def _name(value: object) -> str:
    """Return the last part of a name in any of the forms that the parser's tree has."""
    match value:
        case str():
            return value
        case [*_, {"String": {"sval": str(name)}}]:
            return name
        case {"relname": str(name)}:
            return name
        case {"rel": inner} | {"base": inner} | {"relation": inner}:
            return _name(inner)
    return ""
