"""What stands before a word says what it is: an option, a keyword of a connection string, an SQL word, a key.

Options are those of the AWS command line for RDS, IAM, S3 and Lambda and of PostgreSQL's own client programs.
"""

import re

from rdscheck.runbook.binding.fitting import Role
from rdscheck.runbook.binding.places import DSN_WORDS
from rdscheck.runbook.model import Kind

#: How far back a word's context is looked for. More than any line of a page that a person wrote.
BACK = 400
#: How far back the word right before it can begin.
_NEAR = 100

#: Client programs whose short options mean what libpq's programs mean by them.
CLIENTS = frozenset(
    [
        "psql",
        "pg_dump",
        "pg_dumpall",
        "pg_restore",
        "pg_repack",
        "createdb",
        "dropdb",
        "createuser",
        "dropuser",
        "pgbench",
        "pg_isready",
        "vacuumdb",
        "reindexdb",
        "clusterdb",
        "pg_basebackup",
        "pg_recvlogical",
    ]
)

_SHORT = {
    "-h": Role.ENDPOINT,
    "-p": Role.PORT,
    "-U": Role.USER,
    "-d": Role.DATABASE,
    "-n": Role.SCHEMA,
    "-N": Role.SCHEMA,
    "-t": Role.TABLE,
    "-T": Role.TABLE,
    "-f": Role.FILE,
    "-O": Role.USER,
}
_LONG = {
    "--db-instance-identifier": Role.INSTANCE,
    "--source-db-instance-identifier": Role.INSTANCE,
    "--target-db-instance-identifier": Role.INSTANCE,
    "--new-db-instance-identifier": Role.INSTANCE,
    "--db-cluster-identifier": Role.CLUSTER,
    "--db-parameter-group-name": Role.GROUP,
    "--db-cluster-parameter-group-name": Role.GROUP,
    "--region": Role.REGION,
    "--source-region": Role.REGION,
    "--role-arn": Role.ROLE_ARN,
    "--policy-arn": Role.POLICY_ARN,
    "--role-name": Role.IAM_ROLE,
    "--bucket": Role.BUCKET,
    "--s3-bucket-name": Role.BUCKET,
    "--function-name": Role.FUNCTION,
    "--account-id": Role.ACCOUNT,
    "--master-username": Role.USER,
    "--master-user-password": Role.PASSWORD,
    "--host": Role.ENDPOINT,
    "--hostname": Role.ENDPOINT,
    "--port": Role.PORT,
    "--username": Role.USER,
    "--dbname": Role.DATABASE,
    "--db-name": Role.DATABASE,
    "--maintenance-db": Role.DATABASE,
    "--schema": Role.SCHEMA,
    "--exclude-schema": Role.SCHEMA,
    "--table": Role.TABLE,
    "--file": Role.FILE,
    "--owner": Role.USER,
}
_KEYS = {
    "host": Role.ENDPOINT,
    "hostaddr": Role.ENDPOINT,
    "pghost": Role.ENDPOINT,
    "hostname": Role.ENDPOINT,
    "endpoint": Role.ENDPOINT,
    "port": Role.PORT,
    "pgport": Role.PORT,
    "user": Role.USER,
    "username": Role.USER,
    "pguser": Role.USER,
    "password": Role.PASSWORD,
    "pgpassword": Role.PASSWORD,
    "dbname": Role.DATABASE,
    "database": Role.DATABASE,
    "pgdatabase": Role.DATABASE,
    "region": Role.REGION,
    "aws_region": Role.REGION,
    "aws_default_region": Role.REGION,
    "bucket": Role.BUCKET,
    "schema": Role.SCHEMA,
    "table": Role.TABLE,
}

_OPTION = re.compile(r"(?:^|[\s(])(--?[A-Za-z][\w-]*)(?:=|(?:[ \t]|[\\^]?\r?\n)+)[\"']?$")
_GLUED = re.compile(r"(?:^|\s)(-[hpUdnNtTf])[\"']?$")
_DSN = re.compile(
    rf"(?<![\w-])({DSN_WORDS}|PG(?:HOST|PORT|USER|PASSWORD|DATABASE)|AWS_(?:DEFAULT_)?REGION)\s*=\s*['\"]*$",
    re.I,
)
_QUOTED_KEY = re.compile(
    r"\b(HOST|HOSTADDR|PORT|USER|DATABASE|DBNAME|PASSWORD|AWS_REGION|REGION)\s+'$", re.IGNORECASE
)
_COLON_KEY = re.compile(r"(?:^|[\s{,])[\"']?([\w.-]+)[\"']?\s*:\s*[\"']?$")
_URL = re.compile(r"\b(?:postgres(?:ql)?|pgsql)://([^\s'\"]*)$", re.IGNORECASE)
_URL_REST = re.compile(r"[^\s'\"/?]*")
_BUCKET = re.compile(r"(?:\bs3://|\barn:aws[\w-]*:s3:::)$")
_ARN = re.compile(r"\barn:aws[\w-]*:([\w-]+):([^:\s'\"]*):([^:\s'\"]*):([\w-]*):?$")
_ARN_KINDS = {"function": Role.FUNCTION, "db": Role.INSTANCE, "cluster": Role.CLUSTER, "pg": Role.GROUP}
_SQL_WORD = re.compile(
    r"\b(SCHEMA|DATABASE|TABLE|ROLE|USER|GROUP|FUNCTION|PROCEDURE|FROM|JOIN|INTO|UPDATE|OWNER\s+TO|SESSION\s+AUTHORIZATION|TO|"
    r"\\c|\\connect)\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+|ONLY\s+)?\"?$",
    re.IGNORECASE,
)
_SQL_ROLES = {
    "SCHEMA": Role.SCHEMA,
    "DATABASE": Role.DATABASE,
    "TABLE": Role.TABLE,
    "ROLE": Role.USER,
    "USER": Role.USER,
    "GROUP": Role.USER,
    "FUNCTION": Role.FUNCTION,
    "PROCEDURE": Role.FUNCTION,
    "FROM": Role.TABLE,
    "JOIN": Role.TABLE,
    "INTO": Role.TABLE,
    "UPDATE": Role.TABLE,
    "OWNER TO": Role.USER,
    "SESSION AUTHORIZATION": Role.USER,
    "\\C": Role.DATABASE,
    "\\CONNECT": Role.DATABASE,
}
_GRANTS = re.compile(r"(?:^|[;'\"\n])\s*(?:--[^\n]*\n\s*)*(?:GRANT|REVOKE)\b[^;]*$", re.IGNORECASE)
#: Arguments of the functions of aws_s3, aws_commons and aws_lambda that stand for the reader's own, in order.
_ARGUMENTS: dict[str, tuple[Role, ...]] = {
    "create_s3_uri": (Role.BUCKET, Role.FILE, Role.REGION),
    "create_lambda_function_arn": (Role.FUNCTION, Role.REGION),
    "query_export_to_s3": (Role.UNKNOWN, Role.BUCKET, Role.FILE, Role.REGION),
    "table_import_from_s3": (Role.TABLE, Role.UNKNOWN, Role.UNKNOWN, Role.BUCKET, Role.FILE, Role.REGION),
}
_CALL = re.compile(r"'(?:[^']|'')*'|(?P<name>\w+)\s*\(|(?P<open>\()|(?P<close>\))|(?P<comma>,)")


def option_role(option: str) -> Role:
    """Return what the value of an option is; unknown for one that names nothing of the reader's."""
    return _LONG.get(option) or _SHORT.get(option, Role.UNKNOWN)


def _short_allowed(option: str, before: str) -> bool:
    return option.startswith("--") or program(before) in CLIENTS


def program(before: str) -> str:
    """Return the program of the command that the end of a text belongs to, without its directory."""
    joined = re.sub(r"[\\^]\r?\n", " ", before)
    command = re.split(r"[\n|;&(`]", joined)[-1]
    for word in command.split():
        if word in {"$", "#", "sudo", "env", "time", "export"} or re.match(r"[A-Za-z_]\w*=", word):
            continue
        return word.rsplit("/", 1)[-1].removesuffix(".exe")
    return ""


def context_role(text: str, start: int, end: int, kind: Kind) -> Role:  # noqa: PLR0911 - one answer per context
    """Return what the surroundings of a word say it is; unknown where they say nothing."""
    far = text[max(0, start - BACK) : start]
    before = far[-_NEAR:]
    if "://" in far and (url := _URL.search(far)):
        return _part_of_url(url.group(1), _URL_REST.match(text, end))
    if _BUCKET.search(before):
        return Role.BUCKET
    if "arn:" in far and (arn := _ARN.search(far)):
        return _part_of_arn(arn)
    if found := _DSN.search(before):
        return _KEYS[found.group(1).lower()]
    if kind is Kind.SHELL:
        found = _OPTION.search(before) or _GLUED.search(before)
        if found and _short_allowed(found.group(1), far):
            return option_role(found.group(1))
        # SQL stands in command lines too: psql -c "…", here-documents.
        return _colon(before) or _in_sql(text, start, end, far)
    if kind in {Kind.YAML, Kind.POLICY}:
        return _colon(before)
    if found := _QUOTED_KEY.search(before):
        return _KEYS[found.group(1).lower()]
    return _in_sql(text, start, end, far)


def _in_sql(text: str, start: int, end: int, far: str) -> Role:
    role = _argument(far) if far.endswith("'") else Role.UNKNOWN
    return role or _sql_word(text, start, end, far[-_NEAR:])


def _colon(before: str) -> Role:
    found = _COLON_KEY.search(before)
    return _KEYS.get(found.group(1).lower(), Role.UNKNOWN) if found else Role.UNKNOWN


def _part_of_url(before: str, rest: re.Match[str] | None) -> Role:
    authority = before.rpartition("@")[2]
    if "?" in before:
        return Role.UNKNOWN
    if "@" not in before and rest and "@" in rest.group():
        return Role.PASSWORD if ":" in before else Role.USER
    if "/" in authority:
        return Role.DATABASE
    return Role.PORT if ":" in authority else Role.ENDPOINT


def _part_of_arn(arn: re.Match[str]) -> Role:
    service, kind = arn.group(1), arn.group(4)
    if service == "s3":
        return Role.BUCKET
    if service == "iam":
        return {"role": Role.IAM_ROLE}.get(kind, Role.UNKNOWN)
    return _ARN_KINDS.get(kind, Role.UNKNOWN)


def _argument(before: str) -> Role:
    calls: list[tuple[str, int]] = []
    for found in _CALL.finditer(before):
        if found.group("name"):
            calls.append((found.group("name").lower(), 0))
        elif found.group("open"):
            calls.append(("", 0))
        elif found.group("close") and calls:
            calls.pop()
        elif found.group("comma") and calls:
            calls[-1] = (calls[-1][0], calls[-1][1] + 1)
    if not calls:
        return Role.UNKNOWN
    name, position = calls[-1]
    roles = _ARGUMENTS.get(name, ())
    return roles[position] if position < len(roles) else Role.UNKNOWN


def _sql_word(text: str, start: int, end: int, before: str) -> Role:
    follows = text[end : end + 2].lstrip('"')[:1]
    if before.rstrip('"').endswith("."):
        return Role.FUNCTION if follows == "(" else Role.TABLE
    found = _SQL_WORD.search(before)
    if not found:
        return Role.UNKNOWN
    word = " ".join(found.group(1).upper().split())
    if word in {"TO", "FROM"} and _GRANTS.search(text[:start][-4 * BACK :]):
        return Role.USER
    role = _SQL_ROLES.get(word, Role.UNKNOWN)
    return Role.SCHEMA if role in {Role.TABLE, Role.FUNCTION} and follows == "." else role


#: The last word of a placeholder, without what says nothing, and what it stands for.
_NAMES = {
    Role.ENDPOINT: "host hostname endpoint address server",
    Role.PORT: "port",
    Role.REGION: "region",
    Role.ACCOUNT: "account",
    Role.GROUP: "group param paramgroup parametergroup pg",
    Role.CLUSTER: "cluster dbcluster",
    Role.INSTANCE: "instance dbinstance",
    Role.BUCKET: "bucket",
    Role.PASSWORD: "password passwd pwd pass",
    Role.DATABASE: "database db dbname",
    Role.SCHEMA: "schema",
    Role.TABLE: "table tablename",
    Role.FUNCTION: "function lambda",
    Role.USER: "user username login",
    Role.FILE: "file filename path",
}
_BY_NAME = {word: role for role, words in _NAMES.items() for word in words.split()}
_EMPTY = frozenset({"id", "name", "identifier", "here", "value"})


def name_role(text: str, kind: Kind) -> Role:
    """Return what a placeholder's own words say it is: YOUR_DB_INSTANCE_ID is an instance."""
    words = re.findall(r"[a-z]+", text.lower())
    while len(words) > 1 and words[-1] in _EMPTY:
        words.pop()
    if not words:
        return Role.UNKNOWN
    last = words[-1]
    if last == "arn" and len(words) > 1:
        return {"role": Role.ROLE_ARN, "policy": Role.POLICY_ARN}.get(words[-2], Role.UNKNOWN)
    if last == "role":
        return Role.IAM_ROLE if kind in {Kind.SHELL, Kind.POLICY} else Role.USER
    if last not in _BY_NAME:
        # yourpassword, mydb: written together.
        last = re.sub(r"^(?:your|my)", "", last)
    return _BY_NAME.get(last, Role.UNKNOWN)
