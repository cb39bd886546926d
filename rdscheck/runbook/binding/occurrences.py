"""Where placeholders stand in a text. Rules run in order; what one took the later ones leave alone.

A word is a placeholder when nobody could mean it as it stands: it says so itself (YOUR_…, <…>, {{…}}), it
is an address at Amazon, or the place it stands in belongs to the reader alone (a password of a
connection).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rdscheck.runbook.binding.contexts import context_role, name_role, option_role
from rdscheck.runbook.binding.fitting import Role
from rdscheck.runbook.binding.made import Made
from rdscheck.runbook.binding.places import Map, Place
from rdscheck.runbook.model import Kind


@dataclass(frozen=True, order=True)
class Occurrence:
    """One place where a placeholder stands."""

    start: int
    end: int
    text: str
    role: Role


@dataclass(frozen=True)
class _Read:
    """A text being read."""

    text: str
    kind: Kind
    made: Made
    places: Map

    def place(self, at: int) -> Place:
        return self.places.region(at).place

    def compares(self, word: int, value: int) -> bool:
        """Tell whether a keyword with an equals sign is a column: in SQL, outside of a connection string."""
        if self.kind not in _SQL_KINDS:
            return False
        region = self.places.region(word)
        return region.place is Place.SQL or not region.start <= value < region.end

    def role(self, start: int, end: int) -> Role:
        return context_role(self.text, start, end, self.kind)


_Found = Iterator[tuple[int, int, Role]]

_RDS_HOST = re.compile(
    r"(?<![\w.<>{}$-])[\w<>{}$-]+(?:\.[\w<>{}$-]+){0,8}\.rds\.amazonaws\.com(?:\.cn)?(?![\w-])"
)
_IAM_ARN = re.compile(r"\barn:aws[a-z-]*:iam::([\w<>{}$-]+):(role|policy)/([\w+=@./<>{}$-]*[\w+=@/<>{}$-])")
_ACCOUNT = re.compile(r"\barn:aws[a-z-]*:[\w-]+:[\w<>{}$-]*:(\d{12})(?=:)")
_ACCOUNT_KEY = re.compile(r"(?:--account-id[ =]+|SourceAccount\"\s*:\s*)[\"']?(\d{12})(?!\d)")
_DSN_PASSWORD = re.compile(r"(?<![\w-])password\s*=\s*(?:'{0,2}|\"?)(?P<v>[^\s'\"&;,)]+)", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"\b(?:postgres(?:ql)?|pgsql)://[^\s:/@'\"]+:(?P<v>[^\s@/'\"]+)@", re.IGNORECASE)
_ENV_PASSWORD = re.compile(r"\bPGPASSWORD=[\"']?(?P<v>[^\s\"';&|)]+)")
_KEY_PASSWORD = re.compile(r"\bpassword\"?\s*:\s*[\"']?(?P<v>[^\s\"',}]+)", re.IGNORECASE)
_OPTION_PASSWORD = re.compile(r"\bPASSWORD\s+'(?P<v>[^']+)'", re.IGNORECASE)
_CONNECTS = re.compile(
    r"\b(?:CREATE\s+(?:OR\s+REPLACE\s+)?(?:PERSISTENT\s+)?SECRET|OPTIONS\s*\()[^;]*$", re.IGNORECASE
)
_STARS = re.compile(r"(?<![\w*/])\*{5,}(?![\w*/])")
_ANGLE = re.compile(
    r"(?<![\w<>?:])(?<!-)<([A-Za-z][\w-]*(?: [\w-]+){0,4})>|(?<=[-_.:/@=\"'])(?<!::)<([A-Za-z][\w-]*)>"
)
_CLOSED = re.compile(r"</([A-Za-z][\w-]*)")
_BRACES = re.compile(r"\{\{ ?([A-Za-z_][\w-]*) ?\}\}")
_VARIABLE = re.compile(r"(?<![\\$])\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_HOST_OPTION = re.compile(r"(?<!\S)(-h|--host|--hostname)(?:=|(?:[ \t]|[\\^]?\r?\n)+)[\"']?([\w.-]+)")
_HOST_WORD = re.compile(
    r"(?<![\w-])(?:host(?:addr)?\s*=\s*'{0,2}|PGHOST=[\"']?|(?:HOST|HOSTADDR)\s+')([\w.-]+)", re.IGNORECASE
)
_HOST_URL = re.compile(
    r"\b(?:postgres(?:ql)?|pgsql)://(?:[^\s/@'\"]*@|(?![^\s/'\"]*@))([\w.-]+)", re.IGNORECASE
)
_HOST_KEY = re.compile(
    r"(?:^|[\s{,])\"?(?:host|hostname|endpoint)\"?\s*:\s*[\"']?([A-Za-z][\w.-]*)", re.IGNORECASE
)
_REGION_WORD = re.compile(
    r"(?:--region[ =]+|AWS_(?:DEFAULT_)?REGION=|AWS_REGION\s+|arn:aws[\w-]*:(?:lambda|rds|secretsmanager):)"
    r"[\"']?([A-Za-z][\w-]*)"
)
_REAL_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}")
_OPTION_WORD = re.compile(
    r"(?<!\S)(--?[A-Za-z][\w-]*)(?:=|(?:[ \t]|[\\^]?\r?\n)+)[\"']?([A-Za-z][\w-]*)(?![\w.(/-])"
)
_WORD = re.compile(
    r"(?<![\w$\\-])(?:your|my|aws-region|amzn-s3|doc-example|example-bucket|replace|change)[\w-]*",
    re.IGNORECASE,
)
_YOURS = re.compile(
    r"your[-_]?(?!s$|self|selves)[a-z][\w-]*|(?:replace|change)[-_]?(?:me|this)", re.IGNORECASE
)
_DEMO_BUCKET = re.compile(r"amzn-s3-demo-[\w-]+|doc-example-bucket\d*|example-bucket", re.IGNORECASE)
_GENERIC = re.compile(
    r"(?:custom|example|my|your|sample)[-_].*|.*[-_](?:name|identifier|id|here)|(?:user|db|database|host|bucket|instance|cluster|"
    r"schema|table|file|function)name|my(?:db|cluster|bucket|instance|pg|param)\w*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
)
#: What belongs to AWS's side of the sandbox. A word with "my" in front may be a real name of anything else.
_OWNED = frozenset(
    {
        Role.INSTANCE,
        Role.CLUSTER,
        Role.ENDPOINT,
        Role.GROUP,
        Role.BUCKET,
        Role.FUNCTION,
        Role.ACCOUNT,
        Role.REGION,
    }
)
_GENERIC_OF = _OWNED | {Role.USER, Role.DATABASE, Role.ROLE_ARN, Role.POLICY_ARN}
_SQL_KINDS = frozenset({Kind.SQL, Kind.PSQL, Kind.DUCKDB, Kind.TDS})


def _real_host(host: str) -> bool:
    return host.startswith(("localhost", "127.", ".")) or not re.search("[A-Za-z0-9]", host)


def _hosts_at_amazon(read: _Read) -> _Found:
    for found in _RDS_HOST.finditer(read.text):
        yield *found.span(), Role.ENDPOINT


def _arns(read: _Read) -> _Found:
    for found in _IAM_ARN.finditer(read.text):
        if found.group(1) != "aws":  # AWS's own policies are real
            yield *found.span(), Role.ROLE_ARN if found.group(2) == "role" else Role.POLICY_ARN
    for pattern in (_ACCOUNT, _ACCOUNT_KEY):
        for found in pattern.finditer(read.text):
            yield *found.span(1), Role.ACCOUNT


def _passwords(read: _Read) -> _Found:
    patterns = [_DSN_PASSWORD, _URL_PASSWORD, _STARS]
    if read.kind is Kind.SHELL:
        patterns.append(_ENV_PASSWORD)
    elif read.kind is Kind.YAML:
        patterns.append(_KEY_PASSWORD)
    elif read.kind in _SQL_KINDS:
        patterns.append(_OPTION_PASSWORD)
    for pattern in patterns:
        for found in pattern.finditer(read.text):
            start, end = found.span("v") if "v" in pattern.groupindex else found.span()
            value = read.text[start:end]
            if value[0] in "$<{`:%" or value in read.made.passwords:
                continue  # another form, a variable of psql or the shell, or the page's own
            if pattern is _DSN_PASSWORD and read.compares(found.start(), start):
                continue
            if pattern is _OPTION_PASSWORD and not _CONNECTS.search(read.text[max(0, start - 600) : start]):
                continue
            if (
                pattern is _STARS
                and read.place(start) in {Place.SQL, Place.WORD}
                and "password" not in (read.text[max(0, start - 40) : start].lower())
            ):
                continue
            yield start, end, Role.PASSWORD


def _brackets(read: _Read) -> _Found:
    text = read.text
    closed = set(_CLOSED.findall(text))
    for found in _ANGLE.finditer(text):
        start, end = found.span()
        name = found.group(1) or found.group(2)
        if name in closed or (" " in name and read.place(start) is Place.SQL):
            continue
        bare = read.kind is Kind.SHELL and read.place(start) is Place.WORD
        if bare and text[start - 1 : start].isspace() and re.match(r"[\w./]", text[end : end + 1]):
            continue  # sort <in>out reads and writes files
        yield start, end, read.role(start, end) or name_role(name, read.kind)
    for found in _BRACES.finditer(text):
        start, end = found.span()
        if not re.match(r"'\s*::\s*\w+\s*\[", text[end : end + 40]):  # an array of an array
            yield start, end, read.role(start, end) or name_role(found.group(1), read.kind)
    for found in _VARIABLE.finditer(text):
        start, end = found.span()
        name = found.group(1) or found.group(2)
        if read.kind is Kind.SHELL:
            wanted = read.place(start) in {Place.WORD, Place.DOUBLE, Place.PLAIN}
        else:
            wanted = bool(found.group(1)) and read.place(start) is not Place.PLAIN
        if wanted and name not in read.made.variables:
            yield start, end, read.role(start, end) or name_role(name, read.kind)


def _hosts(read: _Read) -> _Found:
    shell = read.kind is Kind.SHELL
    patterns = [
        _HOST_WORD,
        _HOST_URL,
        *([_HOST_OPTION] if shell else []),
        *([_HOST_KEY] if read.kind is Kind.YAML else []),
    ]
    for pattern in patterns:
        for found in pattern.finditer(read.text):
            start, end = found.span(pattern.groups)
            if _real_host(read.text[start:end]):
                continue
            if pattern is _HOST_WORD and "=" in found.group() and read.compares(found.start(), start):
                continue
            if pattern is _HOST_OPTION and read.role(start, end) is not Role.ENDPOINT:
                continue  # -h of a program that is no client of PostgreSQL
            yield start, end, Role.ENDPOINT


def _regions(read: _Read) -> _Found:
    for found in _REGION_WORD.finditer(read.text):
        if not _REAL_REGION.fullmatch(found.group(1)):
            yield *found.span(1), Role.REGION


def _options(read: _Read) -> _Found:
    if read.kind is not Kind.SHELL:
        return
    for found in _OPTION_WORD.finditer(read.text):
        role = option_role(found.group(1))
        word = found.group(2)
        if role not in _GENERIC_OF or not _GENERIC.fullmatch(word) or read.made.has(word):
            continue
        if not found.group(1).startswith("--") and not read.role(*found.span(2)):
            continue
        if role not in _OWNED and word.lower().startswith(("my_", "my", "example")):
            continue  # my_user and mydb may be real
        yield *found.span(2), role


def _words(read: _Read) -> _Found:
    for found in _WORD.finditer(read.text):
        start, end = found.span()
        word = found.group().rstrip("-_")
        end = start + len(word)
        code = read.kind in _SQL_KINDS and read.place(start) is Place.SQL
        own = read.made.has(word) or word in read.made.passwords
        if own or ("function", word) in read.made.iam:
            continue
        role = read.role(start, end) or name_role(word, read.kind)
        if word.lower() == "aws-region":
            yield start, end, Role.REGION
        elif _DEMO_BUCKET.fullmatch(word):
            yield start, end, Role.BUCKET
        elif _YOURS.fullmatch(word) or (re.match(r"my-[a-z]|MY_", word) and role in _OWNED and not code):
            yield start, end, role


_RULES: tuple[Callable[[_Read], _Found], ...] = (
    _hosts_at_amazon,
    _arns,
    _passwords,
    _brackets,
    _hosts,
    _regions,
    _options,
    _words,
)


def scan(text: str, kind: Kind, made: Made) -> list[Occurrence]:
    """Return the placeholders of a text in their order; none of a comment, none within another."""
    read = _Read(text, kind, made, Map(text, kind))
    taken = bytearray(len(text))
    result = []
    for rule in _RULES:
        for start, end, role in rule(read):
            if start == end or any(taken[start:end]) or read.place(start) is Place.COMMENT:
                continue
            taken[start:end] = b"\1" * (end - start)
            result.append(Occurrence(start, end, text[start:end], role))
    return sorted(result)
